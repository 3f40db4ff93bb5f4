"""Two sides compared: the one that the question asks for comes first, and is named. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.answerer.choosing import Scored
from agents.answerer.rules import short_answer_of
from core.schemas.answer import ShortAnswer
from core.schemas.document import Span
from core.schemas.evidence import EvidenceVerdict, Plan
from tools.matching import Asked, answer_values
from tools.naming import names_in
from tools.sides import chosen_side, wanted_end
from tools.values import Value, codes

_BEFORE = re.compile(r"\b(?:BCE?|B\.C\.)")


class Concluded(NamedTuple):
    """The sentences of each part, the chosen side's first, and its name there."""

    told: list[list[Scored]]
    chosen: ShortAnswer | None = None


def concluded(
    plan: Plan,
    parts: Sequence[Asked],
    chosen: Sequence[Sequence[Scored]],
    verdict: EvidenceVerdict,
) -> Concluded:
    """The side that is asked for; the sentences as they were where nobody can tell.

    A choice needs a value for both sides that nobody disputes, so the other side's sentence stays:
    it is the ground.
    """
    told = [list(items) for items in chosen]
    end = wanted_end(plan.wording)
    has_both = plan.kind == "compare" and len(told) == len(parts) == 2
    if end is None or verdict.is_disputed or not has_both:
        return Concluded(told)
    values = [_value(part, items[0]) for part, items in zip(parts, told, strict=True)]
    winner = chosen_side(end, [value for value in values if value is not None])
    if winner is None:
        return Concluded(told)
    return Concluded([told[winner], told[1 - winner]], _named(parts[winner], told[winner][0]))


def _value(part: Asked, item: Scored) -> Value | None:
    """The only value of the asked kind in the words pointed at, or else in the sentence.

    Nothing is made of years before Christ: as they are read, they would run forwards.
    """
    text = item.answer.text if item.answer is not None else item.unit.text
    fitting = answer_values(part, text)
    return fitting[0] if len(fitting) == 1 and not _BEFORE.search(item.unit.text) else None


def _named(part: Asked, item: Scored) -> ShortAnswer | None:
    """The side's name in its sentence; None where it is not named there."""
    unit = item.unit
    for name in (*sorted(codes(part.text)), *_names(part.text)):
        at = unit.text.casefold().find(name.casefold())
        if at >= 0:
            span = Span(start=unit.start + at, end=unit.start + at + len(name))
            return short_answer_of(item.passage, unit, span)
    return None


def _names(question: str) -> list[str]:
    """As the question writes them, without its first word: that asks."""
    return [question[name.start : name.end] for name in names_in(question) if name.start]
