"""What the answerer reads of a memory: the most telling units, one of them, or all but what can be
spared.

Units are chosen and never changed, so whatever is quoted from an extract is verbatim: text is
copied by the places of its sentences (CFIC, arXiv 2402.12774), and background loses whole sentences
only (SCOPE, arXiv 2508.15813, without its rewriting). Pure.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.schemas.document import Span, Unit
from core.schemas.evidence import Plan, QuestionType
from core.spans import overlaps
from tools.lexical import content_terms
from tools.matching import all_asked, has_short_answer, type_hit
from tools.ranking import TermWeights
from tools.sparing import can_be_spared

TYPED_BONUS = 0.25
"""What a value of the asked kind adds to a unit's share of the question's words."""

WHOLE: frozenset[QuestionType] = frozenset({"list", "how_to", "summary"})
"""Questions for which a procedure or list is not picked apart."""


class Ordered(NamedTuple):
    """The units of one memory, and which of them speak most to the question."""

    units: Sequence[Unit]
    best_first: Sequence[int]
    is_whole: bool
    """Whether they are not to be picked apart."""


def ordered(plan: Plan, units: Sequence[Unit], answer_spans: Sequence[Span] = ()) -> Ordered:
    """Body before headings; then units that hold one of ``answer_spans``, if a few words can
    answer; then those with most words and values of the question."""
    pointed_at = answer_spans if has_short_answer(plan) else ()
    questions = all_asked(plan)
    terms = [frozenset(content_terms(unit.text)) for unit in units]
    weights = TermWeights(terms)

    def key(at: int) -> tuple[bool, bool, float, int]:
        worth = max(
            weights.coverage(question.terms, terms[at])
            + TYPED_BONUS * type_hit(question, units[at].text)
            for question in questions
        )
        holds = any(overlaps(units[at].span, span) for span in pointed_at)
        return units[at].kind == "heading", not holds, -worth, at

    return Ordered(units, sorted(range(len(units)), key=key), plan.type in WHOLE)


def telling_units(found: Ordered, max_characters: int) -> tuple[Unit, ...]:
    """The units that speak most to the question and fit, in document order.

    Of a procedure or list the run around the best unit is kept. Of a memory that has units one at
    least is returned, whatever its size.
    """
    units = found.units
    if size(units) <= max_characters:
        return tuple(units)
    if found.is_whole:
        return trim_units(units, found.best_first[0], max_characters)
    kept: list[int] = []
    used = 0
    for at in found.best_first:
        if not kept or used + len(units[at].text) <= max_characters:
            kept.append(at)
            used += len(units[at].text)
    return tuple(units[at] for at in sorted(kept))


def gist(found: Ordered) -> tuple[Unit, ...]:
    """The one unit that speaks most to the question."""
    return tuple(found.units[at] for at in found.best_first[:1])


def compressed(found: Ordered, max_characters: int) -> tuple[Unit, ...]:
    """The units without the least telling ones, in document order.

    The most telling unit stays, and every one that names, counts or denies something; so the
    outcome may be longer than ``max_characters``. A procedure or list stays as it is.
    """
    kept = dict(enumerate(found.units))
    used = size(found.units)
    for at in () if found.is_whole else reversed(found.best_first[1:]):
        if used > max_characters and can_be_spared(kept[at].text):
            used -= len(kept.pop(at).text)
    return tuple(kept.values())


def size(units: Iterable[Unit]) -> int:
    """Characters of the units' texts."""
    return sum(len(unit.text) for unit in units)


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
