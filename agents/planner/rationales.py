"""What evidence should look like, and when it is turned down, told from the plan. Pure.

After the rationales of METEORA (arXiv 2505.16014), by rules: the names a question holds, its other
words, the form of its answer, and the words that go with its kind. Each reject condition names a
check that answering makes; none is made here.
"""

from collections.abc import Iterator

from core.schemas.evidence import AnswerKind, Plan, QuestionKind, Rationale, RejectReason
from tools.lexical import content_terms, stem
from tools.matching import Asked, must_state_value, parts_asked
from tools.values import names

MOST_RATIONALES = 8

_FORMS: dict[AnswerKind, tuple[str, str]] = {
    "person": ("a person", "born known named she he"),
    "place": ("a place", "in at near located city country"),
    "date": ("a date", "in on since until year month day"),
    "duration": ("a duration", "second minute hour day week month year for"),
    "money": ("a price", "cost price pay euro dollar net"),
    "quantity": ("a number with its unit", "maximum minimum about between"),
    "number": ("a number", "one two three total"),
    "name": ("a name", "called named known"),
    "steps": ("steps", "first then next before after step"),
}
_KINDS: dict[QuestionKind, tuple[str, str]] = {
    "definition": ("a definition", "is means refers defined kind type"),
    "cause": ("a reason", "because due since caused led result reason"),
    "compare": ("both sides", "than both whereas more less while"),
    "list": ("items of a list", "include following and also are"),
    "summary": ("a main point", "overall mainly summary discussed decided"),
}


def rationales(plan: Plan) -> tuple[Rationale, ...]:
    """At most eight, the most telling first, each once."""
    found = [item for part in parts_asked(plan) for item in _of_part(part)]
    found += [_rationale(*form) for form in _forms(plan)]
    return tuple(dict.fromkeys(item for item in found if item.cue_terms))[:MOST_RATIONALES]


def _of_part(part: Asked) -> Iterator[Rationale]:
    """What it names, then what it asks of that."""
    named: set[str] = set()
    for value in names(part.text):
        terms = content_terms(value.surface)
        named.update(terms)
        is_part = value.text in part.codes
        reject: tuple[RejectReason, ...] = ("another_part",) if is_part else ()
        yield Rationale(
            looks_for=value.surface, cue_terms=tuple(dict.fromkeys(terms)), reject_if=reject
        )
    yield Rationale(
        looks_for="what is asked",
        cue_terms=tuple(sorted(part.terms - named)),
        reject_if=tuple(_rejections(part)),
    )


def _rejections(part: Asked) -> Iterator[RejectReason]:
    yield "echo"
    if part.codes:
        yield "other_attribute"
    if must_state_value(part):
        yield "no_measure"


def _forms(plan: Plan) -> Iterator[tuple[str, str]]:
    if plan.answer_kind in _FORMS:
        yield _FORMS[plan.answer_kind]
    if plan.kind in _KINDS:
        yield _KINDS[plan.kind]


def _rationale(looks_for: str, cues: str) -> Rationale:
    return Rationale(
        looks_for=looks_for, cue_terms=tuple(dict.fromkeys(stem(word) for word in cues.split()))
    )
