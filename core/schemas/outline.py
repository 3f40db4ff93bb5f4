"""What a document is about, in order, and how it may be cut."""

from typing import Literal, Self

from pydantic import Field, model_validator

from core.schemas.base import Frozen

PartKind = Literal[
    "motivation", "assumption", "definition", "method", "result", "conclusion", "other"
]


class Part(Frozen):
    """A question or heading the document answers over units ``[first, stop)``."""

    index: int = Field(ge=0)
    title: str
    question: str
    kind: PartKind = "other"
    first: int = Field(ge=0)
    stop: int

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.stop <= self.first:
            raise ValueError(f"part {self.index} covers no unit: [{self.first}, {self.stop})")
        return self


class PlacedQuestion(Frozen):
    """A question that a reader may ask, and the unit that answers it."""

    text: str
    unit: int = Field(ge=0)


class Outline(Frozen):
    """The parts of one version in document order; together they tile its units."""

    parts: tuple[Part, ...]
    questions: tuple[PlacedQuestion, ...] = ()
    """More questions than the parts', by ascending unit."""
    method: Literal["headings", "key_phrases", "llm"]


class Partition(Frozen):
    """One candidate cut: the first unit of each chunk. ``starts[0] == 0``, strictly ascending."""

    name: str
    """Which path made it: "fixed", "cohesion", "cohesion_fine" …"""
    starts: tuple[int, ...]
    scores: dict[str, float] = {}


class Chunk(Frozen):
    """Consecutive units ``[first, stop)`` judged to hold one topic; chunks tile a version."""

    index: int = Field(ge=0)
    first: int = Field(ge=0)
    stop: int
    part: int = Field(ge=0)
    """Index of the outline part that holds its first unit."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.stop <= self.first:
            raise ValueError(f"chunk {self.index} covers no unit: [{self.first}, {self.stop})")
        return self
