"""Pure: how much of what a question wants stands at the top of a ranking of pieces."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from evals.retrieval_memories import Piece


class Wanted(NamedTuple):
    """A question, and what counts as found."""

    question: str
    group: str
    """What is not independent of it: its article, paper or meeting; for the intervals."""
    texts: Mapping[str, float]
    """Documents that answer, with their gains."""
    spans: tuple[Piece, ...] = ()
    """Passages that answer, where the data says so."""


def passage_within(wanted: Wanted, ranked: Sequence[Piece], k: int) -> float:
    """1 where one of the first ``k`` pieces holds some of a wanted passage."""
    return float(any(_shared(piece, span) for piece in ranked[:k] for span in wanted.spans))


def recall_within(wanted: Wanted, ranked: Sequence[Piece], k: int) -> float:
    """The share of the wanted documents among the first ``k``, each counted by its best piece."""
    return len(wanted.texts.keys() & set(documents(ranked)[:k])) / len(wanted.texts)


def all_within(wanted: Wanted, ranked: Sequence[Piece], k: int) -> float:
    """1 where the first ``k`` documents hold all wanted ones."""
    return float(wanted.texts.keys() <= set(documents(ranked)[:k]))


def ndcg_within(wanted: Wanted, ranked: Sequence[Piece], k: int) -> float:
    """Discounted gain of the first ``k`` documents, of what the best order would give."""
    found = [wanted.texts.get(text_id, 0.0) for text_id in documents(ranked)[:k]]
    best = sorted(wanted.texts.values(), reverse=True)[:k]
    return _discounted(found) / _discounted(best)


def characters_within(wanted: Wanted, ranked: Sequence[Piece], budget: int) -> float:
    """The share of the wanted passages' characters in the first pieces; the last one is cut."""
    covered = {span: set[int]() for span in wanted.spans}
    for piece in _cut(ranked, budget):
        for span, places in covered.items():
            places.update(_shared(piece, span))
    whole = sum(span.end - span.start for span in covered)
    return sum(map(len, covered.values())) / whole


def documents(ranked: Sequence[Piece]) -> list[str]:
    """Documents by their best piece, best first."""
    return list(dict.fromkeys(piece.text_id for piece in ranked))


def _cut(ranked: Sequence[Piece], budget: int) -> list[Piece]:
    kept = []
    for piece in ranked:
        if budget <= 0:
            break
        end = min(piece.end, piece.start + budget)
        kept.append(piece._replace(end=end))
        budget -= end - piece.start
    return kept


def _shared(piece: Piece, span: Piece) -> range:
    if piece.text_id != span.text_id:
        return range(0)
    return range(max(piece.start, span.start), min(piece.end, span.end))


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))
