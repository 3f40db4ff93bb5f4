"""How well one sentence answers one question: a few measures, and their fitted mix.

Knows words, values and the cosines it is given. Which sentences to look at, and what to do with
the best one, is the agents' affair. The mix is a logistic regression, so a score estimates the
chance that the sentence (or passage) holds the answer.
"""

import math
import re
from typing import NamedTuple

from core.schemas.evidence import AnswerType, Plan
from tools.asking import answer_type, cue_terms, expected_dimensions
from tools.lexical import content_terms
from tools.ranking import TermWeights
from tools.values import Value, codes, dates, names, numbers


class Asked(NamedTuple):
    """A question made ready for comparing; one per question, used for many sentences."""

    text: str
    answer_type: AnswerType
    terms: frozenset[str]
    codes: frozenset[str]
    dimensions: frozenset[str]
    values: frozenset[str]
    """Normal forms of the values the question itself states: they are no answers."""

    @property
    def is_typed(self) -> bool:
        """Whether only values of one kind can answer."""
        return self.answer_type in {"number", "date", "name"}


def asked(plan: Plan, subquestion: str | None = None) -> Asked:
    """The plan's question, or one of its subquestions, made ready."""
    text = subquestion or plan.wording
    stated = (*numbers(text), *dates(text), *names(text))
    return Asked(
        text=text,
        answer_type=plan.answer_type if subquestion is None else answer_type(text),
        terms=frozenset(plan.cue_terms if subquestion is None else cue_terms(text)),
        codes=codes(text),
        dimensions=expected_dimensions(text),
        values=frozenset(value.text for value in stated),
    )


def all_asked(plan: Plan) -> list[Asked]:
    """The question and its subquestions."""
    return [asked(plan), *(asked(plan, part) for part in plan.subquestions)]


def parts_asked(plan: Plan) -> list[Asked]:
    """What must be answered: each subquestion, or else the question."""
    return [asked(plan, part) for part in plan.subquestions] or [asked(plan)]


def has_short_answer(plan: Plan) -> bool:
    """Whether a few words can answer: not a procedure, a list, a comparison, nor yes or no."""
    return plan.type == "fact"


def answer_values(question: Asked, text: str) -> tuple[Value, ...]:
    """The values in ``text`` that could be the answer: of the asked kind, not in the question."""
    match question.answer_type:
        case "number":
            found = [value for value in numbers(text) if _fits(question.dimensions, value)]
        case "date":
            found = list(dates(text))
        case "name":
            found = [value for value in names(text) if not value.text[-1:].isdigit()]
        case _:
            return ()
    return tuple(value for value in found if value.text not in question.values)


def _fits(dimensions: frozenset[str], value: Value) -> bool:
    return not dimensions or value.dimension in dimensions


def type_hit(question: Asked, text: str) -> float:
    """1 when ``text`` holds a value of the asked kind, 0 when it should and does not, else 0.5."""
    if not question.is_typed:
        return 0.5
    return 1.0 if answer_values(question, text) else 0.0


class Measures(NamedTuple):
    """What is seen of a sentence or passage."""

    cosine: float
    """Of the question and the sentence."""
    coverage: float
    """Share of the question's telling terms in the sentence, 0 to 1."""
    context: float
    """The same with what stands around it."""
    type_hit: float
    prior: float
    """What was thought of it before: the passage's cosine, or the log-odds of its relevance."""
    relevant: float
    """Log-odds that the passage is relevant, as the reader sees it."""
    answerable: float
    """Log-odds that the passage holds an answer, as the reader sees it."""
    behind: float
    """Of a sentence: how far its best span lies behind the passage's best, 0 to ``FAR_BEHIND``."""


FAR_BEHIND = 10.0
"""For a sentence in which the reader points at nothing."""


class Mix(NamedTuple):
    """A fitted logistic regression over measures."""

    bias: float
    weights: Measures

    def probability(self, seen: Measures) -> float:
        """The estimated chance, 0 to 1."""
        total = math.fsum(w * x for w, x in zip(self.weights, seen, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.bias + total))))


def log_odds(probability: float) -> float:
    """The logit, kept finite."""
    kept = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(kept / (1 - kept))


def measures(
    question: Asked,
    weights: TermWeights,
    text: str,
    context: str,
    *,
    cosine: float,
    prior: float,
    relevant: float,
    answerable: float,
    behind: float,
) -> Measures:
    """Everything the mix looks at for one sentence."""
    own = frozenset(content_terms(text))
    around = own | frozenset(content_terms(context))
    return Measures(
        cosine=cosine,
        coverage=weights.coverage(question.terms, own),
        context=weights.coverage(question.terms, around),
        type_hit=type_hit(question, text),
        prior=prior,
        relevant=relevant,
        answerable=answerable,
        behind=behind,
    )


LOOSE_DIMENSIONS = frozenset({"time", "calendar", "length"})
"""Durations and sizes are also told without a figure ("until dry", "as long as the shaft")."""


def must_state_value(question: Asked) -> bool:
    """Whether only a sentence with a value of the asked measure can answer."""
    return bool(question.dimensions) and question.dimensions.isdisjoint(LOOSE_DIMENSIONS)


ATTRIBUTE_SHARE = 1 / 3
"""A text about a part number shares at least this much of the question's other words."""


def lacks_attribute(question: Asked, weights: TermWeights, text: str, context: str) -> bool:
    """Whether ``text`` is about the part number asked for, but not about what was asked of it.

    Technical texts name what they state, so without either the words or a value of the expected
    measure there is no answer. Questions that name no part number are not held to it.
    """
    if not question.codes or (question.dimensions and answer_values(question, text)):
        return False
    other = question.terms - question.codes
    present = frozenset(content_terms(text)) | frozenset(content_terms(context))
    return weights.coverage(other, present) < ATTRIBUTE_SHARE


_FAMILY = re.compile(r"[^\d]*")


def is_about_another(question: Asked, text: str, context: str) -> bool:
    """Whether ``text`` cannot be about the part numbers asked for.

    It names a sibling (HP-210) and not the one asked for (HP-240), or the one asked for is named
    neither in it nor around it.
    """
    own = codes(text)
    missing = question.codes - own
    if not missing:
        return False
    families = {_family(code) for code in missing}
    if any(_family(code) in families for code in own) and not own & question.codes:
        return True
    return bool(missing - codes(context))


def _family(code: str) -> str:
    match = _FAMILY.match(code)
    return match.group() if match else ""
