"""The encoder: texts in, unit vectors out. ONNX Runtime on a CPU; no torch.

A text longer than the model's window is read in windows whose vectors are averaged by length,
never cut. Every component is rounded to half precision, so that what is stored is exactly what
was computed.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, dimensions), rows of length one, components representable as float16."""


class Encoder(Protocol):
    """Turns texts into vectors of one space."""

    @property
    def id(self) -> str:
        """Model and weights: two encoders with the same id give the same vectors."""
        ...

    @property
    def dimensions(self) -> int: ...

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order; recorded in the current run."""
        ...
