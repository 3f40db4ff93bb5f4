"""What the reader is given of a memory, and where what it finds stands in the version.

One memory is one passage, the same for every role that reads it: so it is read once.
"""

from collections.abc import Iterator
from typing import NamedTuple

from core.schemas.document import Span, Unit
from core.schemas.memory import Memory
from tools.reader import Reading


class PlacedSpan(NamedTuple):
    """A possible answer where it stands in the version's text."""

    span: Span
    text: str
    behind: float
    """How far its log-odds lie below those of the passage's best span; 0 for the best."""


def passage_of(memory: Memory) -> str:
    """The memory's own words, as prose."""
    return memory.text_original


def placed(memory: Memory, reading: Reading) -> Iterator[PlacedSpan]:
    """The spans of a reading of ``passage_of(memory)``, best first."""
    for found in reading.spans:
        start = memory.span.start + found.start
        span = Span(start=start, end=start + len(found.text))
        yield PlacedSpan(span, found.text, reading.margin - found.score)


def best_inside(memory: Memory, reading: Reading, unit: Unit) -> PlacedSpan | None:
    """The best span of a reading that lies inside the unit."""
    return next(
        (
            found
            for found in placed(memory, reading)
            if unit.start <= found.span.start and found.span.end <= unit.end
        ),
        None,
    )
