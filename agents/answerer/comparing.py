"""Two sides compared: the one that the question asks for comes first, and is named. Pure."""

from collections.abc import Sequence

from agents.answerer.choosing import Scored
from core.schemas.answer import ShortAnswer
from core.schemas.document import Span
from core.schemas.evidence import Plan
from tools.matching import Asked, answer_values
from tools.naming import names_in
from tools.sides import chosen_side, wanted_end
from tools.values import Value, codes, dates, numbers


def concluded(
    plan: Plan, parts: Sequence[Asked], chosen: Sequence[Sequence[Scored]]
) -> list[list[Scored]]:
    """The sentences of each part, in their order, or those of the side that was asked for first.

    A choice needs a value for both sides, so the other side's sentence stays: it is the ground.
    """
    told = [list(items) for items in chosen]
    end = wanted_end(plan.wording)
    if end is None or plan.kind != "compare" or len(told) != 2 or len(parts) != 2:
        return told
    values = [_value(part, items[0]) for part, items in zip(parts, told, strict=True)]
    known = [value for value in values if value is not None]
    winner = chosen_side(end, known)
    if winner is None:
        return told
    named = _named(parts[winner], told[winner][0])
    return [[*named, *told[winner]], told[1 - winner]]


def _value(part: Asked, item: Scored) -> Value | None:
    """What the side's sentence gives: in the words pointed at, or the only fitting one."""
    if item.answer is not None:
        found = [*dates(item.answer.text), *numbers(item.answer.text)]
        return found[0] if len(found) == 1 else None
    fitting = answer_values(part, item.unit.text)
    return fitting[0] if len(fitting) == 1 else None


def _named(part: Asked, item: Scored) -> list[Scored]:
    """The same sentence, with the side's name in it for its answer; none where it is not named."""
    unit = item.unit
    for name in (*sorted(codes(part.text)), *_names(part.text)):
        at = unit.text.casefold().find(name.casefold())
        if at >= 0:
            span = Span(start=unit.start + at, end=unit.start + at + len(name))
            version_id = item.passage.evidence.memory.version_id
            text = unit.text[at : at + len(name)]
            return [item._replace(answer=ShortAnswer(version_id=version_id, span=span, text=text))]
    return []


def _names(question: str) -> list[str]:
    """As the question writes them, without its first word: that asks."""
    return [question[name.start : name.end] for name in names_in(question) if name.start]
