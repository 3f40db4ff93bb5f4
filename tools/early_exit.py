"""How far down a ranking a costly second look pays (Multivector Reranking, arXiv 2601.05200). Pure.

Whoever lies far behind is not looked at (the paper's α), and the look ends where several in a row
have changed nothing among the best (its β). What was looked at is never empty where anything is.
"""

from collections.abc import Sequence

FAR_BEHIND = 1.5
"""How far below the last of the best somebody may lie, in distances of that one to the very best.
Scores are sums of z-scores without a zero, so a share of a score would mean nothing."""

LEAST_BEHIND = 2.0
"""Nobody lies far behind within this distance: where the best nearly tie, as copies of one text
do, their distance says nothing."""

PATIENCE = 4
"""So many in a row without a change end the look."""


def promising(first: Sequence[float], best: int) -> int:
    """How many of the descending first scores deserve the look; at least the ``best`` ones.

    >>> promising([9.0, 8.0, 7.0, 6.5, 2.0], best=3)
    4
    """
    if len(first) <= best:
        return len(first)
    distance = max(LEAST_BEHIND, FAR_BEHIND * (first[0] - first[best - 1]))
    lowest = first[best - 1] - distance
    return sum(score >= lowest for score in first)


def is_settled(looked: Sequence[float], best: int) -> bool:
    """Whether the last PATIENCE scores, in the order of the look, entered the ``best`` no more.

    >>> is_settled([5.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], best=2)
    True
    """
    before, last = looked[:-PATIENCE], looked[-PATIENCE:]
    if len(before) < best:
        return False
    return max(last) <= sorted(before, reverse=True)[best - 1]
