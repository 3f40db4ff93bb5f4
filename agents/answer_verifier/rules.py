"""When a sentence is carried by its quotes and answers: numbers, names, negation, words. Pure.

Deterministic, and so the last word whoever judged before.
"""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from core.schemas.answer import DraftSentence
from core.schemas.document import Span
from tools.lexical import content_terms
from tools.matching import log_odds
from tools.reader import Judgement
from tools.values import Value, dates, names, negations, numbers, same_value

CONTAINMENT = 0.8
"""Share of a sentence's content words, values aside, that its quotes must hold."""


class Belief(NamedTuple):
    """What the reader says of a short answer where it stands: two chances."""

    accepted: float
    """That the words are right."""
    relevant: float
    """That the text around them is about the question."""


ACCEPTED = 0.2
"""The least of what is believed together. Of the questions of validation articles, three in a
hundred that can be answered lie below, and one in five that cannot (docs/evals.md, Answers)."""

SUPPORTED = 0.7
"""A sentence in words of its own is carried from this chance on, though it shares too few words."""

REFUTED = 0.5
"""It is not carried from this chance of contradiction on, whatever words it shares."""

CONTEXT = 600
"""Characters to each side of an answer that are read with it: together a long paragraph."""

_BREAK = re.compile(r"(?<=[.!?])\s+|\n+")


def verbatim(sentence: DraftSentence) -> bool:
    """Whether the sentence is one of its quotes."""
    return any(sentence.text == quote.text for quote in sentence.quotes)


def chance_of(belief: Belief) -> float:
    """Both chances as one, by the mean of their log-odds.

    Neither head alone tells a question that the text is about and does not answer.
    """
    return 1 / (1 + math.exp(-(log_odds(belief.accepted) + log_odds(belief.relevant)) / 2))


def is_accepted(belief: Belief) -> bool:
    """Whether the words are taken for an answer."""
    return chance_of(belief) >= ACCEPTED


def with_judgement(reasons: tuple[str, ...], judged: Judgement) -> tuple[str, ...]:
    """Few shared words are excused where the quotes entail the sentence; nothing else is."""
    if judged.supported >= SUPPORTED:
        reasons = tuple(reason for reason in reasons if reason != "containment")
    return (*reasons, "refuted") if judged.refuted >= REFUTED else reasons


def context_of(text: str, span: Span) -> str:
    """The text around a span: whole sentences, up to CONTEXT characters to each side."""
    first, last = max(0, span.start - CONTEXT), min(len(text), span.end + CONTEXT)
    breaks = [match.span() for match in _BREAK.finditer(text, first, last)]
    if first > 0:
        first = next((end for _, end in breaks if end <= span.start), span.start)
    if last < len(text):
        last = next((start for start, _ in reversed(breaks) if start >= span.end), span.end)
    return text[first:last]


def failed_checks(sentence: str, quotes: Sequence[str]) -> tuple[str, ...]:
    """The checks that the sentence fails: number, name, negation, containment; none if carried.

    A sentence that is itself one of the quotes is carried by it. Otherwise every number, date and
    name must stand in the quotes after normalisation, and the negations must match in parity.
    """
    if sentence in quotes:
        return ()
    evidence = "\n".join(quotes)
    failed = []
    if not _all_found(
        (*numbers(sentence), *dates(sentence)), (*numbers(evidence), *dates(evidence))
    ):
        failed.append("number")
    if not _names_found(sentence, evidence):
        failed.append("name")
    if negations(sentence) % 2 != negations(evidence) % 2:
        failed.append("negation")
    if not _is_contained(sentence, evidence):
        failed.append("containment")
    return tuple(failed)


def _all_found(wanted: Sequence[Value], present: Sequence[Value]) -> bool:
    return all(any(same_value(value, other) for other in present) for value in wanted)


def _names_found(sentence: str, evidence: str) -> bool:
    folded = evidence.casefold()
    return all(value.text in folded for value in names(sentence))


def _is_contained(sentence: str, evidence: str) -> bool:
    stated = " ".join(value.surface for value in (*numbers(sentence), *dates(sentence)))
    wanted = set(content_terms(sentence)) - set(content_terms(stated))
    return len(wanted & set(content_terms(evidence))) >= CONTAINMENT * len(wanted)
