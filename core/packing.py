"""Which evidence reaches the answerer, how much of each, and in which order, when only so many
characters may.

Knows sizes and relevance. What a passage says is for ``tools.extracts``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

BANDS = 4
"""Of relevance, 0 to 1, inside which passages count as equal."""

BACKGROUND = 0.5
"""Less than this share of the best one's relevance is background, which may be compressed."""

SHARE_KEPT = 0.5
"""Of the text of a background passage of average relevance, as far as it can be spared."""

LEAST_KEPT = 0.2
"""The same of the least relevant one (both after SCOPE, arXiv 2508.15813)."""


class Packable(NamedTuple):
    """One memory as packing sees it."""

    key: UUID
    relevance: float
    characters: int
    """Of what should be read of it."""
    gist_characters: int


class Choice(NamedTuple):
    """One memory that fits."""

    key: UUID
    is_gist: bool
    """Whether only its gist does."""


def pack(
    items: Sequence[Packable], max_characters: int, always: Collection[UUID] = ()
) -> tuple[Choice, ...]:
    """Best first, every item that still fits, or else its gist; the best one always, whatever its
    size.

    Items in ``always`` come before the others and are kept whatever their size as well.
    A later, smaller item may fit where an earlier one did not. Equal relevance is ordered by id,
    so the outcome does not depend on the order of ``items``.
    """
    kept: list[Choice] = []
    used = 0
    ranked = sorted(items, key=lambda item: (item.key not in always, -item.relevance, item.key))
    for item in ranked:
        if not kept or item.key in always or used + item.characters <= max_characters:
            kept.append(Choice(item.key, is_gist=False))
            used += item.characters
        elif used + item.gist_characters <= max_characters:
            kept.append(Choice(item.key, is_gist=True))
            used += item.gist_characters
    return tuple(kept)


def canonical(items: Iterable[Packable]) -> tuple[UUID, ...]:
    """By bands of relevance, and inside a band always in the same order, whatever the question.

    What two questions both need then begins alike, and what a model has read of it can be used
    again; a better passage still comes before a much worse one.
    """
    ordered = sorted(items, key=lambda item: (-int(item.relevance * BANDS), item.key))
    return tuple(item.key for item in ordered)


def shares_kept(relevance: Mapping[UUID, float], spoken: Collection[UUID]) -> dict[UUID, float]:
    """How much of each background passage should be left, 0 to 1; the others are not in it.

    What is in ``spoken`` is never background: an answer may rest on it.
    """
    best = max(relevance.values(), default=0.0)
    mean = sum(relevance.values()) / len(relevance) if relevance else 0.0
    return {
        key: min(1.0, max(LEAST_KEPT, SHARE_KEPT * own / mean))
        for key, own in relevance.items()
        if key not in spoken and own < BACKGROUND * best
    }
