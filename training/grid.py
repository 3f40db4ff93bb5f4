"""The grid that the reader's weights stand on: eight bits, one scale per row.

Training rounds its weights to this grid, and the export stores the codes, so that what ships is
what was trained. Every stored tensor has one row per output channel (or per word), which makes one
rule enough. Plain numpy: a torch tensor is passed as ``tensor.detach().cpu().numpy()``.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST_CODE = 127
WORDS = "embeddings.word_embeddings.weight"


class Codes(NamedTuple):
    """A matrix as whole numbers from -127 to 127 (int8), and what one step is worth in each row."""

    values: NDArray[np.int8]
    scales: NDArray[np.float32]


def stands_on_grid(name: str, dimensions: int) -> bool:
    """Whether the tensor of this name is rounded: matrices of encoder layers, and the word table.

    Biases, layer norms, positions, token types and heads keep full precision.
    """
    return name == WORDS or (name.startswith("encoder.layer.") and dimensions == 2)


def to_codes(matrix: NDArray[Any]) -> Codes:
    """The nearest codes (halves to even); the scale of a row is its largest magnitude over 127."""
    exact = np.asarray(matrix, dtype=np.float32)
    largest = np.abs(exact).max(axis=1)
    scales = np.where(largest > 0, largest, 1).astype(np.float32) / np.float32(LARGEST_CODE)
    return Codes(np.rint(exact / scales[:, None]).astype(np.int8), scales)


def from_codes(codes: Codes) -> NDArray[np.float32]:
    """The matrix that the codes stand for, as the runtime computes it."""
    return codes.values.astype(np.float32) * codes.scales[:, None]


def round_to_grid(matrix: NDArray[Any]) -> NDArray[np.float32]:
    """The matrix moved to its grid; a second time changes nothing beyond the last bit."""
    return from_codes(to_codes(matrix))
