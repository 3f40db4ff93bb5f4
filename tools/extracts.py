"""What the answerer reads of a memory: the most telling units, one of them, or all but what can be
spared.

Units are chosen and never changed, so whatever is quoted from an extract is verbatim: text is
copied by the places of its sentences (CFIC, arXiv 2402.12774), and background loses whole sentences
only (SCOPE, arXiv 2508.15813, without its rewriting). Pure.
"""

from collections.abc import Iterable, Sequence

from core.schemas.document import Span, Unit
from core.schemas.evidence import Plan, QuestionType
from core.spans import overlaps
from tools.lexical import STOP_WORDS, content_terms, tokens, words
from tools.matching import all_asked, has_short_answer, type_hit
from tools.ranking import TermWeights
from tools.values import negations, numbers

TYPED_BONUS = 0.25
"""What a value of the asked kind adds to a unit's share of the question's words."""

WHOLE: frozenset[QuestionType] = frozenset({"list", "how_to", "summary"})
"""Questions for which a procedure or list is not picked apart."""


def telling_units(
    plan: Plan, units: Sequence[Unit], max_characters: int, answer_spans: Sequence[Span] = ()
) -> tuple[Unit, ...]:
    """The units of one memory that speak most to the question and fit, in document order.

    Those that hold one of ``answer_spans`` come before others, if a few words can answer. Of a
    procedure or list the run around the best unit is kept. At least one unit is returned, whatever
    its size; headings only where there is nothing else.
    """
    if size(units) <= max_characters:
        return tuple(units)
    order = best_first(plan, units, answer_spans)
    if plan.type in WHOLE:
        return trim_units(units, order[0], max_characters)
    kept: list[int] = []
    used = 0
    for at in order:
        if not kept or used + len(units[at].text) <= max_characters:
            kept.append(at)
            used += len(units[at].text)
    return tuple(units[at] for at in sorted(kept))


def gist(plan: Plan, units: Sequence[Unit], answer_spans: Sequence[Span] = ()) -> tuple[Unit, ...]:
    """The one unit of a memory that speaks most to the question."""
    return (units[best_first(plan, units, answer_spans)[0]],)


def compressed(
    plan: Plan, units: Sequence[Unit], max_characters: int, answer_spans: Sequence[Span] = ()
) -> tuple[Unit, ...]:
    """The units of a background memory without the least telling ones, in document order.

    The most telling unit stays, and what gives a number or a name that the rest does not give, or
    says no to something; so the outcome may be longer than ``max_characters``. A procedure or list
    stays as it is.
    """
    if plan.type in WHOLE:
        return tuple(units)
    kept = dict(enumerate(units))
    for at in reversed(best_first(plan, units, answer_spans)[1:]):
        if size(kept.values()) <= max_characters:
            break
        rest = [unit.text for other, unit in kept.items() if other != at]
        if can_be_spared(units[at].text, rest):
            del kept[at]
    return tuple(kept.values())


def can_be_spared(text: str, rest: Sequence[str]) -> bool:
    """Whether every number and name of a text stands in the rest too, and it denies nothing."""
    left = {word for other in rest for word in words(other)}
    return not negations(text) and _protected(text) <= left


def _protected(text: str) -> set[str]:
    """Numbers, written out too, and words with a capital; the first one too, it may be a name."""
    counted = {word for value in numbers(text) for word in words(value.surface)}
    found = (token for token in tokens(text) if token.text not in STOP_WORDS)
    marked = {one.text for one in found if any(map(_is_marked, text[one.start : one.end]))}
    return counted | marked


def _is_marked(character: str) -> bool:
    return character.isdigit() or character.isupper()


def size(units: Iterable[Unit]) -> int:
    """Characters of the units' texts."""
    return sum(len(unit.text) for unit in units)


def best_first(plan: Plan, units: Sequence[Unit], answer_spans: Sequence[Span]) -> list[int]:
    """Positions of units: body before headings, then spans, words and values of the question."""
    pointed_at = () if not has_short_answer(plan) else answer_spans
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

    return sorted(range(len(units)), key=key)


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
