"""Questions a reader of a document may ask, each placed at the unit that answers it. Pure, English.

Definitions, glossary entries and sentences of facts give questions by plain rules; headings give
theirs in ``questions``. Kept is what its own passage answers: its words stand there, and a search
of the document with it brings that passage among the first three.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from core.schemas.document import Unit
from core.schemas.outline import PlacedQuestion
from tools.bm25 import Bm25
from tools.lexical import STOP_WORDS, content_terms, term_counts
from tools.predicting_clauses import clause_of
from tools.predicting_facts import definition_of, fact_questions
from tools.questions import plain_heading, question_of

SAME_QUESTION = 0.4
"""Jaccard similarity of content stems from which two questions ask the same."""
FOUND_WITHIN = 3
_PASSAGE = 900
"""Characters of a passage, about those of a chunk."""
_PER_UNIT = 2
_MOST = 1_000
"""Questions of one document; more are thinned evenly."""
_LONGEST_UNIT = 2_000
_LONGEST_HEADING = 14
"""Words; a longer heading is a sentence, and a question made of it would be cut."""
_WORD = re.compile(r"\b[a-z][a-z’'-]+\b")
_GLOSSARY = re.compile(
    r"[\d.\s]*(?:glossary|definitions|terminology|abbreviations|acronyms|terms)"
    r"(?: (?:and|of) \w+){0,2}",
    re.IGNORECASE,
)
_ENTRY = re.compile(
    r"[*_`\"“]{0,2}(?P<term>[A-Za-z][\w -]{1,40}?)[*_`\"”]{0,2}\s*(?::|\s[–—-])\s+\S"
)
_DEFINED = re.compile(
    r"(?:(?:the|an?)\s+)?(?:terms?\s+)?[\"“'‘*_`]{0,2}(?P<term>[A-Za-z][\w-]*(?: [\w-]+){0,3}?)"
    r"[\"”'’*_`]{0,2}\s+(?:(?:is|are)\s+defined\s+as|refers?\s+to|denotes?|stands\s+for"
    r"|(?:is|are)\s+the\s+name\s+(?:of|for))\s",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(r"(?P<words>(?:\b[A-Za-z][\w-]* ){2,9})\((?P<short>[A-Z]{2,7})\)")
_ASKING = frozenset(content_terms("many much often long tall call name mean stand say text one"))


class Proposed(NamedTuple):
    """A question before it is compared with others and tried on the document."""

    text: str
    unit: int
    stems: frozenset[str]


def predicted_questions(title: str, units: Sequence[Unit]) -> tuple[PlacedQuestion, ...]:
    """Questions in document order, each of which finds its own passage; no two ask the same."""
    passages = _Passages(title, units)
    return tuple(
        PlacedQuestion(text=question.text, unit=question.unit)
        for question in _distinct(_thinned(proposed_questions(title, units)))
        if passages.finds(question)
    )


def proposed_questions(title: str, units: Sequence[Unit]) -> list[Proposed]:
    """Those whose content words stand in their unit, its headings or the title."""
    common = frozenset(word for unit in units for word in _WORD.findall(unit.text))
    found = []
    for unit in units:
        texts = tuple(dict.fromkeys(_asked_of(unit, title, common)))[:_PER_UNIT]
        said = content_terms(" ".join((title, *unit.heading_path, unit.text))) if texts else ()
        for text in texts:
            stems = frozenset(content_terms(text)) - _ASKING
            if stems and _is_said(stems, frozenset(said)):
                found.append(Proposed(text, unit.index, stems))
    return found


def _is_said(stems: frozenset[str], said: frozenset[str]) -> bool:
    """Whether all stems stand there but one: *write*, where the text has *wrote*."""
    return len(stems - said) <= 1 and bool(stems & said)


def _asked_of(unit: Unit, title: str, common: Collection[str]) -> Iterator[str]:
    if unit.kind == "heading":
        if len(unit.text.split()) > _LONGEST_HEADING:
            return
        parent = plain_heading(unit.heading_path[-2]) if unit.heading_path[1:] else title
        yield question_of(unit.text, parent)
    elif unit.kind in ("sentence", "list_item") and len(unit.text) <= _LONGEST_UNIT:
        yield from _asked_of_prose(unit, common)


def _asked_of_prose(unit: Unit, common: Collection[str]) -> Iterator[str]:
    if term := _defined_term(unit):
        yield f"What is {_lowered(term, common)}?"
        return
    yield from _spelt_out(unit.text)
    if clause := clause_of(unit.text, common):
        if definition := definition_of(clause):
            yield definition
        yield from fact_questions(clause)


def _defined_term(unit: Unit) -> str | None:
    match = _DEFINED.match(unit.text)
    if match is None and any(_GLOSSARY.fullmatch(heading) for heading in unit.heading_path):
        match = _ENTRY.match(unit.text)
    if match is None or len(match["term"]) < 3:
        return None
    return None if match["term"].split()[0].lower() in STOP_WORDS else match["term"]


def _spelt_out(text: str) -> Iterator[str]:
    """For abbreviations in brackets after words whose initials they are."""
    for match in _ABBREVIATED.finditer(text):
        initials = [word[0].upper() for word in match["words"].split() if word not in STOP_WORDS]
        if "".join(initials[-len(match["short"]) :]) == match["short"]:
            yield f"What does {match['short']} stand for?"


def _lowered(term: str, common: Collection[str]) -> str:
    first, space, rest = term.partition(" ")
    return first.lower() + space + rest if first.lower() in common else term


def _thinned(proposed: Sequence[Proposed]) -> Sequence[Proposed]:
    step = -(-len(proposed) // _MOST) if proposed else 1
    return proposed[::step]


def _distinct(proposed: Sequence[Proposed]) -> Iterator[Proposed]:
    """Without those that ask what an earlier one asks."""
    kept: list[Proposed] = []
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for question in proposed:
        near = {at for stem in question.stems for at in holders[stem]}
        if any(_jaccard(kept[at].stems, question.stems) > SAME_QUESTION for at in near):
            continue
        for stem in question.stems:
            holders[stem].append(len(kept))
        kept.append(question)
        yield question


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right)


class _Passages:
    """The document in passages of about a chunk's size, to be searched."""

    def __init__(self, title: str, units: Sequence[Unit]) -> None:
        self._of_unit = _passage_numbers(units)
        texts: defaultdict[int, list[str]] = defaultdict(list)
        for unit, number in zip(units, self._of_unit, strict=True):
            texts[number] += [unit.text] if texts[number] else [*unit.heading_path, unit.text]
        self._index = Bm25([term_counts("\n".join(texts[at])) for at in range(len(texts))])

    def finds(self, question: Proposed) -> bool:
        """Whether the passage of its unit is among the first."""
        found = self._index.top(term_counts(question.text), FOUND_WITHIN)
        return self._of_unit[question.unit] in found


def _passage_numbers(units: Sequence[Unit]) -> list[int]:
    """Of each unit; a passage is full at its size, and ends before a heading once half full."""
    numbers: list[int] = []
    begin = 0
    for at, unit in enumerate(units):
        size = unit.end - units[begin].start
        is_full = size > _PASSAGE or (unit.kind == "heading" and size > _PASSAGE // 2)
        if at and is_full:
            begin = at
        numbers.append(numbers[-1] + (begin == at) if at else 0)
    return numbers
