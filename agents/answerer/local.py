"""An answerer that writes nothing: it chooses the units that answer, word for word."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from agents.answerer import Passage
from agents.answerer.choosing import Scored, choose, credible, sentences_of
from agents.answerer.comparing import concluded
from agents.answerer.rules import allowed, short_answer_of
from core.schemas.answer import Draft, ShortAnswer
from core.schemas.document import Span, Unit
from core.schemas.evidence import EvidenceVerdict, Plan
from tools.encoder import Encoder
from tools.lexical import content_terms
from tools.lifespans import date_of_life
from tools.matching import (
    FAR_BEHIND,
    Asked,
    Measures,
    Mix,
    has_short_answer,
    is_about_another,
    lacks_attribute,
    log_odds,
    measures,
    parts_asked,
)
from tools.passages import best_inside, passage_of
from tools.ranking import TermWeights
from tools.reader import Reader, Reading
from tools.statements import main_value


class Standard(NamedTuple):
    """What a unit is measured by, and the least it must reach."""

    mix: Mix
    floor: float


SHORT = Standard(Mix(-5.15, Measures(2.88, 2.65, 0.98, 0.71, 0.19, 0.0, 0.0, 0.0)), 0.05)
"""Where a few words can answer. Fitted before there was a reader; a fit with its scores does
no better (docs/evals.md)."""

WHOLE = Standard(Mix(-5.15, Measures(2.88, 2.65, 0.98, 0.71, 0.19, 0.0, 0.0, 0.0)), 0.05)
"""Where it takes whole sentences, as in procedures, or yes and no: no span can be pointed at."""


class Measured(NamedTuple):
    """A unit, what was seen of it for one part of the question, and its words that may answer."""

    passage: Passage
    unit: Unit
    seen: Measures
    answer: ShortAnswer | None


class LocalAnswerer:
    """Judges units by a fitted mix of reading, cosine, words, values and relevance."""

    def __init__(self, reader: Reader, encoder: Encoder) -> None:
        self._reader = reader
        self._encoder = encoder

    async def answer(
        self, plan: Plan, passages: Sequence[Passage], verdict: EvidenceVerdict
    ) -> Draft:
        """Units as sentences, best first; for two parts one each; for rivals one of each side."""
        parts = parts_asked(plan)
        standard = SHORT if has_short_answer(plan) else WHOLE
        usable = allowed(passages, verdict)
        chosen: list[list[Scored]] = []
        missing: list[str] = []
        for at, measured in enumerate(await self.measure(parts, usable)):
            part, judged = parts[at], verdict.of_part(at)
            scored = ranked(
                measured, standard.mix, short=standard is SHORT, listed=plan.type == "list"
            )
            found = credible(part, scored, standard.floor, judged)
            if found:
                chosen.append(choose(plan, found, judged))
            else:
                missing.append(part.text)
        found_sides = concluded(plan, parts, chosen, verdict)
        told = [item for items in found_sides.told for item in items]
        return Draft(
            sentences=sentences_of(told, usable, verdict),
            missing=tuple(missing),
            chosen=found_sides.chosen,
        )

    async def measure(
        self, parts: Sequence[Asked], passages: Sequence[Passage]
    ) -> list[list[Measured]]:
        """What the mix looks at, for each part and each unit that could be about it."""
        rows = [
            (passage, unit, _context(passage, unit))
            for passage in passages
            for unit in passage.units
            if unit.kind != "heading"
        ]
        if not rows:
            return [[] for _ in parts]
        weights = TermWeights(frozenset(content_terms(unit.text)) for _, unit, _ in rows)
        cosines = await self._cosines(parts, [unit for _, unit, _ in rows])
        read = [await self._read(part, passages) for part in parts]
        return [
            [
                _measured(part, weights, passage, unit, context, float(cosines[at][row]), read[at])
                for row, (passage, unit, context) in enumerate(rows)
                if not is_about_another(part, unit.text, context + _surroundings(passage))
                and not lacks_attribute(part, weights, unit.text, context)
            ]
            for at, part in enumerate(parts)
        ]

    async def _read(self, part: Asked, passages: Sequence[Passage]) -> dict[UUID, Reading]:
        """All of each memory's text, as the selector had it read."""
        memories = [passage.evidence.memory for passage in passages]
        readings = await self._reader.read(part.text, [passage_of(memory) for memory in memories])
        return {memory.id: reading for memory, reading in zip(memories, readings, strict=True)}

    async def _cosines(self, parts: Sequence[Asked], units: Sequence[Unit]) -> NDArray[np.float32]:
        """Shape (parts, units): the better of a unit alone and under its nearest heading."""
        headed = [": ".join((*unit.heading_path[-1:], unit.text)) for unit in units]
        texts = list(dict.fromkeys([*(unit.text for unit in units), *headed]))
        vectors = await self._encoder.encode([*(part.text for part in parts), *texts])
        table = vectors[: len(parts)] @ vectors[len(parts) :].T
        place = {text: at for at, text in enumerate(texts)}
        alone = table[:, [place[unit.text] for unit in units]]
        under = table[:, [place[text] for text in headed]]
        better: NDArray[np.float32] = np.maximum(alone, under)
        return better


def ranked(
    measured: Sequence[Measured], mix: Mix, *, short: bool, listed: bool = False
) -> list[Scored]:
    """The units by their score, best first; those without a short answer only where none is due.

    An item of a list keeps the words in it that the reader points at, where it is sure of them.
    """
    scored = [
        Scored(
            item.passage,
            item.unit,
            mix.probability(item.seen),
            item.answer if short or (listed and _is_sure(item.seen)) else None,
        )
        for item in measured
        if item.answer is not None or not short
    ]
    return sorted(
        scored,
        key=lambda item: (-item.score, item.passage.evidence.memory.id, item.unit.index),
    )


def _is_sure(seen: Measures) -> bool:
    """Whether the passage is likelier to answer than not, and does so best in this unit."""
    return seen.answerable >= 0 and seen.behind == 0


def _measured(
    part: Asked,
    weights: TermWeights,
    passage: Passage,
    unit: Unit,
    context: str,
    cosine: float,
    read: Mapping[UUID, Reading],
) -> Measured:
    memory = passage.evidence.memory
    reading = read[memory.id]
    found = best_inside(memory, reading, unit)
    seen = measures(
        part,
        weights,
        unit.text,
        context,
        cosine=cosine,
        prior=log_odds(passage.evidence.candidate.scores.get("relevance", 0.5)),
        relevant=log_odds(reading.relevance),
        answerable=log_odds(reading.answerable),
        behind=min(found.behind, FAR_BEHIND) if found else FAR_BEHIND,
    )
    pointed = found.span if found else None
    span = _date_of_life(part, unit, pointed) or pointed or _stated_value(part, weights, unit)
    return Measured(passage, unit, seen, short_answer_of(passage, unit, span) if span else None)


def _date_of_life(part: Asked, unit: Unit, pointed: Span | None) -> Span | None:
    """The right end of a lifespan, whichever of its ends the reader points at."""
    if part.answer_type != "date" or pointed is None:
        return None
    found = date_of_life(part.text, unit.text, pointed.start - unit.start)
    return Span(start=unit.start + found.start, end=unit.start + found.end) if found else None


def _stated_value(part: Asked, weights: TermWeights, unit: Unit) -> Span | None:
    """The value of the asked kind in a unit where the reader points at nothing."""
    value, _ = main_value(part, unit.text, weights)
    if value is None or value.kind == "boolean":
        return None
    return Span(start=unit.start + value.start, end=unit.start + value.end)


def _context(passage: Passage, unit: Unit) -> str:
    """Headings above the unit, and the unit before it when both are running text of one block."""
    before = next((other for other in passage.units if other.index == unit.index - 1), None)
    previous = before.text if before is not None and before.kind != "heading" else ""
    return "\n".join((*unit.heading_path, previous))


def _surroundings(passage: Passage) -> str:
    memory = passage.evidence.memory
    return "\n".join(("", memory.title, *memory.heading_path, memory.text_completed))
