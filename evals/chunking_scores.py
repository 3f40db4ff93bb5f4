"""What a context holds of the spans that answer a question. Pure.

The names are Chroma's (technical report of July 2024). All places are ranges of characters in one
line of all documents, and come from those who cut, never from a search for a chunk's text: a text
that occurs twice would be placed wrongly. Two modes differ in what they count. ``chroma``: a span
at its own place only, and a character as often as it was retrieved. ``set``: each character once,
and a span as found where an identical copy of it is.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Wanted(NamedTuple):
    """A span that helps to answer."""

    place: range
    copies: tuple[range, ...]
    """Where the same text stands in the same document, this place included."""


class Overlap(NamedTuple):
    """Counts of characters."""

    wanted: int
    hit: int
    """Of the wanted ones, those that the context holds."""
    useful: int
    """Of the context, those that are wanted."""
    context: int

    @property
    def recall(self) -> float:
        """Share of what is wanted that was retrieved."""
        return self.hit / self.wanted

    @property
    def precision(self) -> float:
        """Share of what was retrieved that is wanted."""
        return self.useful / self.context if self.context else 0.0

    @property
    def iou(self) -> float:
        """Intersection over union of both."""
        return self.hit / (self.context - self.useful + self.wanted)


def by_place(wanted: Sequence[Wanted], context: Sequence[range]) -> Overlap:
    """Mode ``chroma``."""
    gold = union(one.place for one in wanted)
    hit = len(gold & union(context))
    return Overlap(len(gold), hit, hit, sum(map(len, context)))


def by_text(wanted: Sequence[Wanted], context: Sequence[range]) -> Overlap:
    """Mode ``set``."""
    gold = union(one.place for one in wanted)
    retrieved = union(context)
    hit = {
        one.place.start + at - copy.start
        for one in wanted
        for copy in one.copies
        for at in retrieved.intersection(copy)
    }
    useful = retrieved & union(copy for one in wanted for copy in one.copies)
    return Overlap(len(gold), len(hit), len(useful), len(retrieved))


def omega(wanted: Sequence[Wanted], chunks: Iterable[range]) -> float:
    """Precision if exactly the chunks that touch a wanted span were retrieved: a ceiling.

    It rises as chunks shrink, so it compares cuts of equal mean size only.
    """
    gold = union(one.place for one in wanted)
    touching = union(chunk for chunk in chunks if any(_meet(chunk, w.place) for w in wanted))
    return len(gold & touching) / len(gold | touching)


def within(chunks: Iterable[range], budget: int) -> list[range]:
    """Chunks in order, the one that passes the budget cut off at it: equal context for all."""
    taken: list[range] = []
    for chunk in chunks:
        taken.append(chunk[:budget])
        budget -= len(taken[-1])
        if not budget:
            break
    return taken


def union(ranges: Iterable[range]) -> set[int]:
    """The characters of all."""
    return set().union(*ranges)


def _meet(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop
