"""Vectors of units as rows that cuts can group: sparse words, dense meanings, or both at once."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray


class Rows(Protocol):
    """Rows of one document, in order. ``tools.tfidf.SparseRows`` is one."""

    @property
    def height(self) -> int:
        """Number of rows."""
        ...

    def grouped(self, firsts: Sequence[int]) -> Self:
        """One row per run of rows, the sum of its members; ``firsts`` are the runs' first rows."""
        ...

    def slice(self, first: int, stop: int) -> Self:
        """Rows ``[first, stop)``."""
        ...

    def dense(self, first: int, stop: int) -> NDArray[np.float32]:
        """Rows ``[first, stop)`` as a block; its columns mean nothing outside."""
        ...


class DenseRows(NamedTuple):
    """Rows as they come from an encoder."""

    vectors: NDArray[np.float32]

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.vectors)

    def grouped(self, firsts: Sequence[int]) -> "DenseRows":
        """One row per run of rows, the sum of its members."""
        if not len(firsts):
            return DenseRows(self.vectors[:0])
        return DenseRows(np.add.reduceat(self.vectors, list(firsts), axis=0))

    def slice(self, first: int, stop: int) -> "DenseRows":
        """Rows ``[first, stop)``."""
        return DenseRows(self.vectors[first:stop])

    def dense(self, first: int, stop: int) -> NDArray[np.float32]:
        """Rows ``[first, stop)``."""
        return self.vectors[first:stop]

    def centred(self) -> "DenseRows":
        """Less their mean: what all rows share tells none apart."""
        return DenseRows(self.vectors - self.vectors.mean(axis=0)) if self.height else self

    def of_length_one(self) -> "DenseRows":
        """The same directions; a row of zeros stays one."""
        lengths = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        return DenseRows((self.vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32))


class BothRows(NamedTuple):
    """Two kinds of rows side by side: a product of two rows is the mean of both kinds' products."""

    one: Rows
    other: Rows

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.one.height

    def grouped(self, firsts: Sequence[int]) -> "BothRows":
        """One row per run of rows, the sum of its members."""
        return BothRows(self.one.grouped(firsts), self.other.grouped(firsts))

    def slice(self, first: int, stop: int) -> "BothRows":
        """Rows ``[first, stop)``."""
        return BothRows(self.one.slice(first, stop), self.other.slice(first, stop))

    def dense(self, first: int, stop: int) -> NDArray[np.float32]:
        """Rows ``[first, stop)`` of both, scaled by the square root of a half."""
        blocks = (self.one.dense(first, stop), self.other.dense(first, stop))
        return np.hstack(blocks) * np.float32(0.5**0.5)
