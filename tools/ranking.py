"""From the lists of several searches to one ranking, and from a ranking to how much of it to keep.

Knows scores and ids only. All functions are pure; none depends on the order of its inputs.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import fmean, pstdev
from uuid import UUID

from core.schemas.memory import Hit

WEIGHTS: Mapping[str, float] = {
    "lexical": 1.5,
    "vector_chunk": 1.0,
    "vector_core": 0.1,
    "vector_question": 0.1,
    "chain": 2.0,
}
"""What one standard deviation in each list is worth, fitted on SQuAD and QMSum training texts:
docs/evals.md, Retrieval. Sentences and questions that stand for a chunk decide between equals.
Chains are there for questions in several hops alone; theirs is set so that the best chain comes
before what only shares words."""

ABSENT = -1.0
"""The z-score of a memory that a list does not hold, unless the list's own minimum is lower."""

NEIGHBOUR_WEIGHT = 0.3
"""What a memory gets of its better neighbour's score; fitted as the weights were."""

READ_WEIGHT = 2.0
"""What one unit of the reader's log-odds of relevance is worth beside a fused score; fitted on
articles that the reader's twin did not see."""

READ_LIMIT = 24
"""Candidates, best fused score first, that are read for one question."""

Place = tuple[UUID, int]
"""A version, and which of its memories."""


def fuse(
    lists: Mapping[str, Sequence[Hit]], weights: Mapping[str, float] = WEIGHTS
) -> dict[UUID, dict[str, float]]:
    """The raw scores of every memory by list name, and ``fused``: the weighted sum of z-scores.

    A list without a weight is reported and not counted. A list in which a memory is missing counts
    for it like the list's last place. An empty list says nothing about anybody.
    """
    fused: dict[UUID, dict[str, float]] = {
        hit.memory_id: {} for hits in lists.values() for hit in hits
    }
    parts: dict[UUID, list[float]] = {memory_id: [] for memory_id in fused}
    for name, hits in lists.items():
        if not hits:
            continue
        best = {hit.memory_id: hit.score for hit in sorted(hits, key=lambda hit: hit.score)}
        standard = standardise(best)
        absent = min(ABSENT, *standard.values())
        for memory_id in fused:
            parts[memory_id].append(weights.get(name, 0.0) * standard.get(memory_id, absent))
            if memory_id in best:
                fused[memory_id][name] = best[memory_id]
    for memory_id, scores in fused.items():
        scores["fused"] = math.fsum(parts[memory_id])
    return fused


def beside_neighbours(
    scores: Mapping[UUID, float], places: Mapping[UUID, Place]
) -> dict[UUID, float]:
    """Each score with a share of the better one of the two memories before and after it.

    What is told goes on over several chunks: one that stands beside a good one is likelier than
    one that stands alone (SitEmb's thought, without its vectors). A neighbour without a score
    counts like the lowest.
    """
    if not scores:
        return {}
    lowest = min(scores.values())
    at = {places[key]: score for key, score in scores.items()}
    return {
        key: score
        + NEIGHBOUR_WEIGHT
        * max(at.get((places[key][0], places[key][1] + step), lowest) for step in (-1, 1))
        for key, score in scores.items()
    }


def with_reading(fused: float, odds: float) -> float:
    """A fused score and the reader's log-odds of relevance in one number."""
    return fused + READ_WEIGHT * odds


def best_fused(scores: Mapping[UUID, Mapping[str, float]], limit: int) -> list[UUID]:
    """The memories of ``fuse``'s answer, best first, ties by id."""
    return sorted(scores, key=lambda key: (-scores[key]["fused"], key))[:limit]


def standardise(scores: Mapping[UUID, float]) -> dict[UUID, float]:
    """Scores in standard deviations from their mean; all zero where they do not differ."""
    if not scores:
        return {}
    values = sorted(scores.values())
    mean, deviation = fmean(values), pstdev(values)
    if deviation < 1e-12:
        return dict.fromkeys(scores, 0.0)
    return {key: (score - mean) / deviation for key, score in scores.items()}


def cut(scores: Sequence[float], min_k: int, max_k: int, z: float = 1.0) -> int:
    """How many of the descending ``scores`` to keep: up to the first steep drop, clamped.

    A drop is steep when it lies more than ``z`` standard deviations above the mean drop; without
    one, the place where the drops grow most is taken (METEORA's elbow). Up to two scores are all
    kept. Unclamped, the rule keeps a single item far too often.
    """
    if len(scores) <= 2:
        return min(len(scores), max_k)
    return min(len(scores), max(min_k, min(max_k, _elbow(scores, z))))


def _elbow(scores: Sequence[float], z: float) -> int:
    drops = [left - right for left, right in pairwise(scores)]
    mean, deviation = fmean(drops), pstdev(drops)
    if deviation > 1e-12:
        for index, drop in enumerate(drops):
            if (drop - mean) / deviation > z:
                return index + 1
    growth = [right - left for left, right in pairwise(drops)]
    return max(range(len(growth)), key=lambda index: (growth[index], -index)) + 1


class TermWeights:
    """How telling each term is among some texts: rare ones say more, unseen ones most."""

    def __init__(self, texts: Iterable[Collection[str]]) -> None:
        counts: Counter[str] = Counter()
        self._size = 0
        for terms in texts:
            counts.update(set(terms))
            self._size += 1
        self._counts = counts

    def weight(self, term: str) -> float:
        """Inverse document frequency as BM25 counts it; positive for every term."""
        count = self._counts[term]
        return math.log(1 + (self._size - count + 0.5) / (count + 0.5))

    def knows(self, term: str) -> bool:
        """Whether any of the texts has it."""
        return term in self._counts

    def coverage(self, wanted: Collection[str], present: Collection[str]) -> float:
        """The weighted share of the wanted terms that are present; 0 when nothing is wanted."""
        total = math.fsum(sorted(self.weight(term) for term in set(wanted)))
        found = math.fsum(sorted(self.weight(term) for term in set(wanted) & set(present)))
        return found / total if total else 0.0
