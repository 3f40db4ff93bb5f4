"""How likely a topic ends between two neighbouring units: a small head over the encoder's vectors.

The features are SAGE's (arXiv 2503.01713): both vectors, their difference and their product, here
of vectors less the document's mean. A hidden layer reads them; how it was fitted, and on what, is
told in ``training.boundaries`` and in the model card. Only differences inside one document are
used: scores are standardised there, for how often topics change differs from kind to kind. Pure.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError
from core.ids import sha256_of_file
from tools.rows import DenseRows

BOUNDARIES_FILE = Path(__file__).parent / "models" / "boundaries.npz"
BOUNDARIES_SHA256 = "3ac5aef13bc222d5d141a21d8c44a6f4a7b8af11ac5c9db926be6a98d17260a1"

_BLOCK = 1024

Matrix = NDArray[np.float32]


class BoundaryHead(NamedTuple):
    """Weights of the head."""

    hidden: Matrix
    """Four times the vectors' length, by hidden units."""
    hidden_bias: Matrix
    output: Matrix
    """One for each hidden unit."""
    output_bias: float

    def log_odds(self, features: Matrix) -> Matrix:
        """Of a boundary, one for each row of ``features``."""
        active = np.maximum(features @ self.hidden + self.hidden_bias, 0)
        odds: Matrix = active @ self.output + np.float32(self.output_bias)
        return odds


def pair_features(before: Matrix, after: Matrix) -> Matrix:
    """``[x1; x2; x1 - x2; x1 * x2]``, row by row."""
    return np.hstack([before, after, before - after, before * after]).astype(np.float32)


def boundary_scores(head: BoundaryHead, meanings: DenseRows) -> NDArray[np.float64]:
    """For every unit, in standard deviations of the document, how much speaks for a start there;
    0 for the first, and for all where nothing tells them apart or the vectors are not of the length
    that the head reads."""
    scores = np.zeros(meanings.height)
    if 4 * meanings.vectors.shape[1] != len(head.hidden):
        return scores
    rows = meanings.centred().of_length_one().vectors
    for first in range(1, len(rows), _BLOCK):
        after = rows[first : first + _BLOCK]
        scores[first : first + len(after)] = head.log_odds(
            pair_features(rows[first - 1 : first - 1 + len(after)], after)
        )
    return standardised(scores)


def adjacent_scores(meanings: DenseRows) -> NDArray[np.float64]:
    """The same without any training: how little a unit resembles the one before."""
    rows = meanings.of_length_one().vectors.astype(np.float64)
    scores = np.zeros(len(rows))
    scores[1:] = -(rows[1:] * rows[:-1]).sum(axis=1)
    return standardised(scores)


def standardised(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """All but the first in standard deviations from their mean; the first is 0."""
    inner = scores[1:]
    spread = inner.std() if len(inner) else 0.0
    found = np.zeros(len(scores))
    if spread > 0:
        found[1:] = (inner - inner.mean()) / spread
    return found


@cache
def shipped_head() -> BoundaryHead:
    """The head that comes with the package. Raises ConfigurationError when it is not that file."""
    if sha256_of_file(BOUNDARIES_FILE) != BOUNDARIES_SHA256:
        raise ConfigurationError(f"{BOUNDARIES_FILE} is not the expected file")
    return read_head(BOUNDARIES_FILE)


def read_head(path: Path) -> BoundaryHead:
    """A head from the file that ``training.boundaries`` writes."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    bias = float(arrays["output_bias"])
    return BoundaryHead(arrays["hidden"], arrays["hidden_bias"], arrays["output"], bias)
