"""How well one sentence answers one question: a few measures, and their fitted mix.

Knows words, values and cosines that it is given. Which sentences to look at, and what to do with
the best one, is the agents' affair. The mix is a logistic regression, so a score is an estimate
of the chance that the sentence holds the answer.
"""

import math
from collections.abc import Collection
from typing import NamedTuple

from core.schemas.evidence import AnswerType, Plan
from tools.asking import cue_terms, expected_dimensions
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


def asked(plan: Plan, subquestion: str | None = None) -> Asked:
    """The plan's question, or one of its subquestions, made ready."""
    text = subquestion or plan.question
    stated = (*numbers(text), *dates(text), *names(text))
    terms = plan.cue_terms if subquestion is None else cue_terms(text)
    return Asked(
        text=text,
        answer_type=plan.answer_type,
        terms=frozenset(terms),
        codes=codes(text),
        dimensions=expected_dimensions(text),
        values=frozenset(value.text for value in stated),
    )


def answer_values(question: Asked, text: str) -> tuple[Value, ...]:
    """The values in ``text`` that could be the answer: of the asked kind, not in the question."""
    match question.answer_type:
        case "number":
            found = [v for v in numbers(text) if _fits(question.dimensions, v)]
        case "date":
            found = list(dates(text))
        case "name":
            found = [v for v in names(text) if not v.text[-1:].isdigit()]
        case _:
            return ()
    return tuple(value for value in found if value.text not in question.values)


def _fits(dimensions: frozenset[str], value: Value) -> bool:
    return not dimensions or value.dimension in dimensions


def type_hit(question: Asked, text: str) -> float:
    """1 when ``text`` holds a value of the asked kind, 0 when it should and does not, else 0.5."""
    if question.answer_type not in {"number", "date", "name"}:
        return 0.5
    return 1.0 if answer_values(question, text) else 0.0


class Measures(NamedTuple):
    """What is seen of a sentence, all between 0 and 1 but for cosines."""

    cosine: float
    """Of question and sentence."""
    coverage: float
    """Share of the question's telling terms in the sentence."""
    context: float
    """The same with headings and the sentence before it."""
    type_hit: float
    prior: float
    """How well the passage around it does, 0 to 1."""


def measures(
    question: Asked,
    weights: TermWeights,
    text: str,
    context: str,
    *,
    cosine: float,
    prior: float,
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
    )


class Mix(NamedTuple):
    """A fitted logistic regression over measures."""

    bias: float
    weights: Measures

    def probability(self, seen: Measures) -> float:
        """The estimated chance, 0 to 1."""
        total = math.fsum(w * x for w, x in zip(self.weights, seen, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.bias + total))))


def missing_codes(question: Asked, text: str) -> Collection[str]:
    """Part numbers the question names and ``text`` does not."""
    return question.codes - codes(text)
