"""Pure arithmetic of half-open spans and unit ranges."""

from collections.abc import Sequence

from core.schemas.document import Span, Unit
from core.schemas.outline import Chunk


def overlaps(left: Span, right: Span) -> bool:
    """Whether two spans share at least one character."""
    return left.start < right.end and right.start < left.end


def cover(spans: Sequence[Span]) -> Span:
    """The smallest span that holds all of them. Raises ValueError when there is none."""
    if not spans:
        raise ValueError("no spans to cover")
    return Span(start=min(span.start for span in spans), end=max(span.end for span in spans))


def span_of_units(units: Sequence[Unit], first: int, stop: int) -> Span:
    """From the start of unit ``first`` to the end of unit ``stop - 1``."""
    return Span(start=units[first].start, end=units[stop - 1].end)


def tiles(chunks: Sequence[Chunk], unit_count: int) -> bool:
    """Whether chunks cover units ``[0, unit_count)`` exactly, in order, without overlap."""
    position = 0
    for chunk in chunks:
        if chunk.first != position:
            return False
        position = chunk.stop
    return position == unit_count


def units_are_exact(text: str, units: Sequence[Unit]) -> bool:
    """Whether every unit's text stands at its offsets, ascending and without overlap."""
    position = 0
    for index, unit in enumerate(units):
        if unit.index != index or unit.start < position or text[unit.start : unit.end] != unit.text:
            return False
        position = unit.end
    return True
