"""BM25 over texts that are at hand: the reference for the database's search, and small rankings."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.75


class Bm25:
    """An index over term counts, built once."""

    def __init__(self, documents: Sequence[Mapping[str, int]]) -> None:
        self._count = len(documents)
        self._lengths = np.array([sum(d.values()) for d in documents], dtype=np.float64)
        self._mean = float(self._lengths.mean()) if self._count and self._lengths.any() else 1.0
        postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for position, document in enumerate(documents):
            for term, count in document.items():
                postings[term].append((position, count))
        self._postings = dict(postings)

    def scores(self, terms: Mapping[str, int]) -> NDArray[np.float64]:
        """One score per document; a term asked twice counts twice."""
        scores = np.zeros(self._count)
        for term, asked in terms.items():
            posting = self._postings.get(term)
            if posting is None:
                continue
            where, counts = np.array(posting).T
            length = self._lengths[where] / self._mean
            gain = counts * (K1 + 1) / (counts + K1 * (1 - B + B * length))
            scores[where] += asked * self.idf(term) * gain
        return scores

    def top(self, terms: Mapping[str, int], limit: int) -> list[int]:
        """Positions of the best documents that hold any of the terms; ties by position."""
        scores = self.scores(terms)
        order = np.argsort(-scores, kind="stable")[:limit]
        return [int(position) for position in order if scores[position] > 0]

    def idf(self, term: str) -> float:
        """ln(1 + (N - n + ½) / (n + ½)): never negative."""
        holders = len(self._postings.get(term, ()))
        return math.log(1 + (self._count - holders + 0.5) / (holders + 0.5))
