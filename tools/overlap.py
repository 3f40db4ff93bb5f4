"""How much two texts share, as sets and as sequences. Pure; texts come as words."""

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet


def jaccard(left: AbstractSet[Hashable], right: AbstractSet[Hashable]) -> float:
    """Shared part of the union; 0 when both are empty."""
    union = len(left | right)
    return len(left & right) / union if union else 0.0


def overlap_coefficient(left: AbstractSet[Hashable], right: AbstractSet[Hashable]) -> float:
    """Shared part of the smaller set; 0 when one is empty."""
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0


def ngrams(words: Sequence[str], n: int) -> set[tuple[str, ...]]:
    """All runs of ``n`` words; the whole text when it is shorter than that."""
    if not words:
        return set()
    return {tuple(words[i : i + n]) for i in range(max(1, len(words) - n + 1))}


def lcs_length(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence.

    Bit-parallel (Hyyrö 2004): one integer addition per element of ``right``.
    """
    places: dict[Hashable, int] = {}
    for position, item in enumerate(left):
        places[item] = places.get(item, 0) | (1 << position)
    full = (1 << len(left)) - 1
    row = full
    for item in right:
        matched = row & places.get(item, 0)
        row = ((row + matched) | (row - matched)) & full
    return len(left) - row.bit_count()


def lcs_ratio(needle: Sequence[Hashable], haystack: Sequence[Hashable]) -> float:
    """Share of ``needle`` that occurs in ``haystack`` in the same order."""
    return lcs_length(needle, haystack) / len(needle) if needle else 0.0


def rouge_l(left: Sequence[Hashable], right: Sequence[Hashable]) -> float:
    """F1 of the longest common subsequence (Lin 2004)."""
    if not left or not right:
        return 0.0
    return 2 * lcs_length(left, right) / (len(left) + len(right))
