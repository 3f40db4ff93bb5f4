"""TF-IDF vectors of the units of one document, kept sparse; dense only for a few rows at a time.

Weights are sublinear, (1 + ln tf) · (1 + ln((1 + n) / (1 + df))), and rows have length one.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.lexical import content_terms

LOCAL_DIMENSIONS = 1 << 14
"""Columns of a dense block at most; beyond that terms share columns, so memory stays bounded."""


class SparseRows(NamedTuple):
    """Rows as runs of (term, weight); a term that occurs twice in a row adds up."""

    starts: NDArray[np.int64]
    """Row ``r`` holds entries ``[starts[r], starts[r + 1])``."""
    terms: NDArray[np.int64]
    weights: NDArray[np.float32]

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.starts) - 1

    def grouped(self, firsts: Sequence[int]) -> "SparseRows":
        """One row per run of rows, the sum of its members; ``firsts`` are the runs' first rows."""
        edges = np.array([*firsts, self.height], dtype=np.int64)
        return SparseRows(self.starts[edges], self.terms, self.weights)

    def slice(self, first: int, stop: int) -> "SparseRows":
        """Rows ``[first, stop)``."""
        return SparseRows(self.starts[first : stop + 1], self.terms, self.weights)

    def dense(self, first: int, stop: int) -> NDArray[np.float32]:
        """Rows ``[first, stop)`` over the terms they hold; columns mean nothing outside."""
        low, high = int(self.starts[first]), int(self.starts[stop])
        used, columns = np.unique(self.terms[low:high], return_inverse=True)
        width = min(max(1, len(used)), LOCAL_DIMENSIONS)
        rows = np.repeat(np.arange(stop - first), np.diff(self.starts[first : stop + 1]))
        block = np.zeros((stop - first, width), dtype=np.float32)
        np.add.at(block, (rows, columns % width), self.weights[low:high])
        return block


def unit_vectors(texts: Sequence[str]) -> SparseRows:
    """One row of length one per text; a text without content words is a row of zeros."""
    counted = [Counter(content_terms(text)) for text in texts]
    frequency = Counter(term for counts in counted for term in counts)
    column = {term: position for position, term in enumerate(frequency)}
    terms: list[int] = []
    weights: list[float] = []
    starts = [0]
    for counts in counted:
        row = {term: _weight(count, frequency[term], len(texts)) for term, count in counts.items()}
        norm = math.sqrt(sum(value * value for value in row.values())) or 1.0
        terms.extend(column[term] for term in row)
        weights.extend(value / norm for value in row.values())
        starts.append(len(terms))
    return SparseRows(
        np.array(starts, dtype=np.int64),
        np.array(terms, dtype=np.int64),
        np.array(weights, dtype=np.float32),
    )


def closeness_to_centroid(rows: SparseRows, first: int, stop: int) -> NDArray[np.float64]:
    """Cosine of each of the rows ``[first, stop)`` with the sum of them all."""
    block = rows.dense(first, stop).astype(np.float64)
    centre = block.sum(axis=0)
    lengths = np.linalg.norm(block, axis=1) * np.linalg.norm(centre)
    products: NDArray[np.float64] = block @ centre
    lengths[lengths == 0] = 1.0
    closeness: NDArray[np.float64] = products / lengths
    return closeness


def _weight(count: int, holders: int, texts: int) -> float:
    return (1 + math.log(count)) * (1 + math.log((1 + texts) / (1 + holders)))
