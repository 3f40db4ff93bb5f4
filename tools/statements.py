"""What a memory says about the question: its best sentences, each with the value it states.

Knows how to find a statement, when two of them speak of the same thing, and when they then
disagree. Who is right is not decided here. Every doubt is resolved towards "not the same thing":
a false conflict costs more than a missed one.
"""

import re
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import NamedTuple
from uuid import UUID

from core.schemas.document import Span
from core.schemas.memory import Memory
from tools.dating import asks_of_today, holds_from, is_later, is_of_the_past
from tools.lexical import STOP_WORDS, content_terms, stem, words
from tools.loaders.sentences import sentence_ranges
from tools.matching import Asked, answer_values, is_about_another
from tools.overlap import jaccard, overlap_coefficient
from tools.ranking import TermWeights
from tools.values import Value, codes, negations, numbers, rival_values, same_value

OWN_COVERAGE = 0.35
"""The least share of the question's telling terms that stands in the sentence itself."""

FULL_COVERAGE = 0.6
"""The least share that stands in the sentence and its headings."""

STATEMENT_LIMIT = 2
"""Statements read from one memory."""

SAME_ATTRIBUTE = 0.6
"""Jaccard similarity of the question's terms in two statements of one attribute."""

SAME_CONTENT = 0.6
"""Share of the shorter statement's words, values aside, that the other one has too."""


class Statement(NamedTuple):
    """A sentence of one memory that speaks to the question."""

    memory_id: UUID
    document_id: UUID
    span: Span
    """Of the sentence, in the version's text."""
    text: str
    value: Value | None
    """What it states, where that could be told."""
    others: tuple[Value, ...]
    """Further values of the same kind that the sentence mentions."""
    attribute: frozenset[str]
    """The question's terms it shares, by itself or through its headings."""
    content: frozenset[str]
    """Its terms without those of the value."""
    codes: frozenset[str]
    negated: bool
    coverage: float
    valid_from: str | None = None
    """Since when it says that it holds; unknown where the question is not about today."""


_CHANGE = re.compile(
    r"\b(?:instead of|replac\w+|supersed\w+|no longer|(?:changed|reduced|shortened|raised|"
    r"increased|extended|lowered|cut) (?:from|to)|rather than)\b",
    re.IGNORECASE,
)
_OLD_VALUE = re.compile(
    r"\b(?:from|instead of|rather than|formerly|previously|not|no longer|than|replaces|was|were)"
    r" (?:the |every |after |a )*$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:–—(]|\b(?:and|but|or|yet|so|although|though|while|because|since|if|unless|when|which)\b",
    re.IGNORECASE,
)
_CELL = re.compile(r"[^|]+")


def statements_of(memory: Memory, question: Asked, weights: TermWeights) -> tuple[Statement, ...]:
    """The sentences of a memory that could answer the question, best first."""
    headings = "\n".join((memory.title, *memory.heading_path))
    above = frozenset(content_terms(headings))
    found = []
    for start, end in sentence_ranges(memory.text_original):
        text = memory.text_original[start:end]
        own = frozenset(content_terms(text))
        coverage = weights.coverage(question.terms, own)
        full = weights.coverage(question.terms, own | above)
        if coverage < OWN_COVERAGE or full < FULL_COVERAGE or text.endswith("?"):
            continue
        if is_about_another(question, text, headings) or _is_of_another_kind(question, text):
            continue
        shift = memory.span.start
        span = Span(start=shift + start, end=shift + end)
        attribute = question.terms & (own | above)
        found.append(_statement(memory, span, text, question, weights, attribute, coverage))
    return tuple(
        sorted(found, key=lambda item: (-item.coverage, item.span.start))[:STATEMENT_LIMIT]
    )


def _is_of_another_kind(question: Asked, text: str) -> bool:
    """Whether a noun of the question stands in ``text`` only with another modifier.

    Asked about "casing nuts", a sentence on "impeller nuts" that never says "casing" is about
    something else, however much it shares.
    """
    present = [stem(word) for word in words(text)]
    for modifier, noun in _modified(question):
        if modifier in present or noun not in present:
            continue
        before = [present[at - 1] if at else "" for at, word in enumerate(present) if word == noun]
        if all(word and word not in STOP_WORDS and word not in question.terms for word in before):
            return True
    return False


def _modified(question: Asked) -> list[tuple[str, str]]:
    """Neighbouring content words of the question, as stems."""
    asked_words = words(question.text)
    return [
        (stem(left), stem(right))
        for left, right in pairwise(asked_words)
        if left not in STOP_WORDS and stem(left) in question.terms and stem(right) in question.terms
    ]


def _statement(
    memory: Memory,
    span: Span,
    text: str,
    question: Asked,
    weights: TermWeights,
    attribute: frozenset[str],
    coverage: float,
) -> Statement:
    value, others = main_value(question, text, weights)
    stated = frozenset(content_terms(value.surface)) if value else frozenset()
    return Statement(
        memory_id=memory.id,
        document_id=memory.document_id,
        span=span,
        text=text,
        value=value,
        others=others,
        attribute=attribute,
        content=frozenset(content_terms(text)) - stated,
        codes=codes(text) - (codes(value.surface) if value else frozenset()),
        negated=negations(_telling_clauses(question, text)) == 1,
        coverage=coverage,
        valid_from=_valid_from(memory, text, question),
    )


def read_statement(
    memory: Memory, question: Asked, weights: TermWeights, value: Value
) -> Statement | None:
    """The sentence in which a reader found ``value``, as a statement that gives it.

    The value's places are in the memory's text. None where the sentence is a question, or speaks
    of another part number than the one asked for.
    """
    headings = "\n".join((memory.title, *memory.heading_path))
    start, end = _sentence_at(memory.text_original, value.start)
    text = memory.text_original[start:end]
    if text.endswith("?") or is_about_another(question, text, headings):
        return None
    own = frozenset(content_terms(text))
    return Statement(
        memory_id=memory.id,
        document_id=memory.document_id,
        span=Span(start=memory.span.start + start, end=memory.span.start + end),
        text=text,
        value=value._replace(start=value.start - start, end=value.end - start),
        others=(),
        attribute=question.terms & (own | frozenset(content_terms(headings))),
        content=own - frozenset(content_terms(value.surface)),
        codes=codes(text) - codes(value.surface),
        negated=negations(_telling_clauses(question, text)) == 1,
        coverage=weights.coverage(question.terms, own),
        valid_from=_valid_from(memory, text, question),
    )


def _valid_from(memory: Memory, sentence: str, question: Asked) -> str | None:
    return holds_from(memory, sentence) if asks_of_today(question) else None


def _sentence_at(text: str, place: int) -> tuple[int, int]:
    """The sentence that holds a place; the rest of the text where none does."""
    found = (span for span in sentence_ranges(text) if span[0] <= place < span[1])
    return next(found, (place, len(text)))


def main_value(
    question: Asked, text: str, weights: TermWeights
) -> tuple[Value | None, tuple[Value, ...]]:
    """The value a sentence gives as the answer, and the others it mentions.

    In a table row it stands in the cell whose column shares most with the question. Elsewhere it
    is the one nearest to the question's words, old values of a change aside.
    """
    if question.answer_type == "boolean":
        return _polarity(question, text), ()
    found = [*_possible_values(question, text)]
    current = [item for item in found if not _OLD_VALUE.search(text[: item.start])]
    if "|" in text:
        current = _in_best_cell(question, text, weights, current)
    if not current:
        return None, tuple(found)
    places = _places(question, text, weights)
    best = min(current, key=lambda item: (-_nearness(item, places), item.start))
    return best, tuple(item for item in found if item is not best)


def _polarity(question: Asked, text: str) -> Value | None:
    """Yes or no; unknown where the clause negates more than once."""
    count = negations(_telling_clauses(question, text))
    if count > 1:
        return None
    polarity = "no" if count else "yes"
    return Value("boolean", polarity, polarity, 0, len(text))


def _telling_clauses(question: Asked, text: str) -> str:
    """The shortest run of clauses that holds every term of the question that the text has."""
    breaks = [0, *(match.start() for match in _CLAUSE.finditer(text)), len(text)]
    held = [question.terms.intersection(content_terms(text[a:b])) for a, b in pairwise(breaks)]
    wanted = frozenset().union(*held)
    runs = [
        (stop - first, first, stop)
        for first, stop in combinations(range(len(breaks)), 2)
        if wanted <= frozenset().union(*held[first:stop])
    ]
    _, first, stop = min(runs, default=(0, 0, len(breaks) - 1))
    return text[breaks[first] : breaks[stop]]


def _possible_values(question: Asked, text: str) -> tuple[Value, ...]:
    """What may be compared: the asked kind; where the question does not tell, measures only."""
    match question.answer_type:
        case "number" | "date":
            return answer_values(question, text)
        case "name":
            return tuple(v for v in answer_values(question, text) if not _opens_sentence(v))
        case "span":
            measured = (v for v in numbers(text) if v.dimension)
            found = (v for v in measured if not v.dimension.startswith("count"))
            return tuple(value for value in found if value.text not in question.values)
        case _:
            return ()


def _opens_sentence(value: Value) -> bool:
    """Whether only its place gives a word its capital letter, as far as can be told."""
    return value.start == 0 and value.surface.isalpha() and value.surface[1:].islower()


def _in_best_cell(
    question: Asked, text: str, weights: TermWeights, found: Sequence[Value]
) -> list[Value]:
    cells = [
        (weights.coverage(question.terms, frozenset(content_terms(cell.group()))), cell.span())
        for cell in _CELL.finditer(text)
    ]
    holding = [
        (merit, [value for value in found if start <= value.start < end])
        for merit, (start, end) in cells
    ]
    best = max((item for item in holding if item[1]), key=lambda item: item[0], default=(0.0, []))
    return best[1] if best[0] > 0 else []


def _places(question: Asked, text: str, weights: TermWeights) -> list[tuple[int, float]]:
    return [
        (match.start(), max(weights.weight(term) for term in shared))
        for match in re.finditer(r"[\w-]+", text)
        if (shared := question.terms.intersection(content_terms(match.group())))
    ]


def _nearness(value: Value, places: Sequence[tuple[int, float]]) -> float:
    return sum(weight / (10 + abs(place - value.start)) for place, weight in places)


def same_subject(left: Statement, right: Statement) -> bool:
    """Whether two statements of different documents speak of one attribute of one thing.

    Part numbers must agree, or one side names none that the other lacks; the question's terms and
    the other words must be largely the same; past and present are different things.
    """
    return (
        left.document_id != right.document_id
        and (left.codes <= right.codes or right.codes <= left.codes)
        and is_of_the_past(left.text) == is_of_the_past(right.text)
        and jaccard(left.attribute, right.attribute) >= SAME_ATTRIBUTE
        and overlap_coefficient(left.content, right.content) >= SAME_CONTENT
    )


def only_reading_tells(left: Statement, right: Statement) -> bool:
    """Whether two statements of different documents are about one attribute, and values are silent.

    As ``same_subject``, but for the other words: who agrees or disagrees in a sentence without a
    typed value may well do so in words of their own.
    """
    return (
        (left.value is None or right.value is None)
        and left.document_id != right.document_id
        and left.codes == right.codes
        and is_of_the_past(left.text) == is_of_the_past(right.text)
        and jaccard(left.attribute, right.attribute) >= SAME_ATTRIBUTE
    )


def conflict(left: Statement, right: Statement) -> bool:
    """Whether two statements about one thing cannot both be true."""
    if left.value is None or right.value is None or not same_subject(left, right):
        return False
    if any(same_value(left.value, value) for value in right.others):
        return False
    if any(same_value(right.value, value) for value in left.others):
        return False
    return rival_values(left.value, right.value)


def read_conflict(left: Statement, right: Statement) -> bool:
    """Whether two answers that were read to one question are different ones.

    Different part numbers, and past and present, are different things here as well.
    """
    return (
        left.document_id != right.document_id
        and (left.codes <= right.codes or right.codes <= left.codes)
        and is_of_the_past(left.text) == is_of_the_past(right.text)
    )


def supersedes(newer: Statement, older: Statement) -> bool:
    """Whether one statement says that it changes the value which the other still gives."""
    return (
        older.value is not None
        and newer.document_id != older.document_id
        and bool(_CHANGE.search(newer.text))
        and any(same_value(older.value, value) for value in newer.others)
        and jaccard(newer.attribute, older.attribute) >= SAME_ATTRIBUTE
    )


def later(newer: Statement, older: Statement) -> bool:
    """Whether both say since when they hold, and one of them since a later date."""
    if newer.valid_from is None or older.valid_from is None:
        return False
    return newer.document_id != older.document_id and is_later(newer.valid_from, older.valid_from)
