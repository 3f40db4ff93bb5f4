"""Which evidence reaches the answerer, and in which order, when only so many characters may.

Knows sizes and relevance. What a passage says is the answerer's business.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from core.schemas.document import Unit

BANDS = 4
"""Of relevance, 0 to 1, inside which passages count as equal."""


class Packable(NamedTuple):
    """One memory as packing sees it."""

    key: UUID
    relevance: float
    characters: int


def pack(
    items: Sequence[Packable], max_characters: int, always: Collection[UUID] = ()
) -> tuple[UUID, ...]:
    """Best first, every item that still fits; the best one always, whatever its size.

    Items in ``always`` come before the others and are kept whatever their size as well.
    A later, smaller item may fit where an earlier one did not. Equal relevance is ordered by id,
    so the outcome does not depend on the order of ``items``.
    """
    kept: list[UUID] = []
    used = 0
    ranked = sorted(items, key=lambda item: (item.key not in always, -item.relevance, item.key))
    for item in ranked:
        if not kept or item.key in always or used + item.characters <= max_characters:
            kept.append(item.key)
            used += item.characters
    return tuple(kept)


def canonical(items: Iterable[Packable]) -> tuple[UUID, ...]:
    """By bands of relevance, and inside a band always in the same order, whatever the question.

    What two questions both need then begins alike, and what a model has read of it can be used
    again; a better passage still comes before a much worse one.
    """
    ordered = sorted(items, key=lambda item: (-int(item.relevance * BANDS), item.key))
    return tuple(item.key for item in ordered)


def trim_units(units: Sequence[Unit], centre: int, max_characters: int) -> tuple[Unit, ...]:
    """The run of units around position ``centre`` that fits, grown to both sides in turn.

    The centre is kept whatever its size. Raises IndexError for a centre outside ``units``.
    """
    first, stop = centre, centre + 1
    used = len(units[centre].text)
    grown = True
    while grown:
        grown = False
        if first > 0 and used + len(units[first - 1].text) <= max_characters:
            first -= 1
            used += len(units[first].text)
            grown = True
        if stop < len(units) and used + len(units[stop].text) <= max_characters:
            used += len(units[stop].text)
            stop += 1
            grown = True
    return tuple(units[first:stop])
