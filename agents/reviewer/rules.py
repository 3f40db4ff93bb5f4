"""What the whole document says that a chunk may lack: long forms, definitions, captions, headings.

Indexed once per version. Which of it a chunk needs is judged in ``local``.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.schemas.document import Unit
from tools.lexical import STOP_WORDS, content_terms

ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]{1,6}(?=s?\b)")
CROSS_REFERENCE = re.compile(
    r"\b(?P<kind>section|chapter|figure|fig|table|equation|eq|appendix|listing)s?\.?\s*\(?"
    r"(?P<number>\d+(?:\.\d+)*|(?<=[Aa]ppendix )[A-Z]\b)",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"\s*(?P<kind>section|chapter|figure|fig|table|equation|eq|appendix|listing)\.?\s*\(?"
    r"(?P<number>\d+(?:\.\d+)*|[A-Z])\)?\s*(?:[:.–—-]|\s[A-Z]|$)",
    re.IGNORECASE,
)
_NUMBERED_HEADING = re.compile(r"\s*#*\s*(?P<number>\d+(?:\.\d+)*)[.)]?\s+\S")
_KINDS = {"fig": "figure", "eq": "equation", "chapter": "section"}

_LONG_THEN_SHORT = re.compile(r"\(\s*([A-Z][A-Z0-9]{1,6})s?\s*[);,]")
_SHORT_THEN_LONG = re.compile(
    r"\b([A-Z][A-Z0-9]{1,6})\s*(?:\(|[:=–—]\s|stands for\s)\s*([A-Za-z][\w-]*(?:[ -][\w-]+){1,8})"
)
_DEFINITION = re.compile(
    r"\s*(?:(?:the|an?)\s+)?(?:terms?\s+)?[\"“'‘*_`]{0,2}(?P<term>[A-Za-z][\w-]*(?: [\w-]+){0,3}?)"
    r"[\"”'’*_`]{0,2}\s+(?:(?:is|are)\s+defined\s+as|refers?\s+to|denotes?|stands\s+for"
    r"|(?:is|are)\s+the\s+name\s+(?:of|for))\s",
    re.IGNORECASE,
)
_GLOSSARY = re.compile(
    r"[\d.\s]*(?:glossary|definitions|terminology|abbreviations|acronyms|terms)"
    r"(?: (?:and|of) \w+){0,2}",
    re.IGNORECASE,
)
_LABELS = frozenset({"note", "warning", "caution", "danger", "example", "tip", "important", "see"})
_GLOSSARY_ENTRY = re.compile(
    r"\s*[*_`]{0,2}(?P<term>[A-Za-z][\w -]{1,40}?)[*_`]{0,2}\s*(?:[:–—]|\s-)\s"
)
_WORD = re.compile(r"[\w-]+")
_BREAK = re.compile(r"[()\[\];]|[.!?:]\s")
"""No long form goes on over one of these."""
_LONGEST_UNIT = 4_000
"""Longer units (minified code, one-line files) hold no definitions worth their reading."""


class LongForm(NamedTuple):
    """An abbreviation spelt out by the document, verbatim, and the unit that does so."""

    short: str
    long: str
    unit: int


class Definition(NamedTuple):
    """A term, and the unit that says what it means."""

    term: str
    stems: frozenset[str]
    unit: int


class DocumentFacts(NamedTuple):
    """What a version states outright and its chunks may refer to."""

    long_forms: dict[str, LongForm]
    definitions: tuple[Definition, ...]
    targets: dict[tuple[str, str], int]
    """("table", "3") to the unit of its caption, ("section", "3.2") to its heading."""
    headings: dict[tuple[str, ...], int]
    """Heading path to its heading unit."""


def facts_of(units: Sequence[Unit]) -> DocumentFacts:
    """Read a version once; the first statement of a fact counts."""
    readable = [unit for unit in units if len(unit.text) <= _LONGEST_UNIT]
    long_forms: dict[str, LongForm] = {}
    for unit in readable:
        for found in long_forms_in(unit):
            long_forms.setdefault(found.short, found)
    definitions: dict[str, Definition] = {}
    for unit in readable:
        for found_term in _definitions_in(unit):
            definitions.setdefault(found_term.term.casefold(), found_term)
    headings: dict[tuple[str, ...], int] = {}
    for unit in readable:
        if unit.kind == "heading":
            headings.setdefault(unit.heading_path, unit.index)
    return DocumentFacts(long_forms, tuple(definitions.values()), _targets(readable), headings)


def long_forms_in(unit: Unit) -> Iterable[LongForm]:
    """Abbreviations the unit spells out, as "Long Form (LF)", "LF (Long Form)" or "LF: Long Form".

    The long form is taken verbatim, and only when its initials spell the short one.
    """
    for match in _LONG_THEN_SHORT.finditer(unit.text):
        before = list(_WORD.finditer(unit.text, 0, match.start()))[-12:]
        for first in range(len(before) - 1, -1, -1):
            long = unit.text[before[first].start() : match.start()].rstrip()
            if initials_match(match[1], long):
                yield LongForm(match[1], long, unit.index)
                break
    for match in _SHORT_THEN_LONG.finditer(unit.text):
        words = list(_WORD.finditer(match[2]))
        for last in range(2, len(words) + 1):
            long = match[2][: words[last - 1].end()]
            if initials_match(match[1], long):
                yield LongForm(match[1], long, unit.index)
                break


def initials_match(short: str, long: str) -> bool:
    """Whether the initials of the words, with or without small words, spell the abbreviation."""
    words = re.split(r"[\s-]+", long)
    if _BREAK.search(long) or len(words) < 2:
        return False
    if words[0].casefold() in STOP_WORDS or words[-1].casefold() in STOP_WORDS:
        return False
    every = "".join(word[:1] for word in words).upper()
    strong = "".join(word[:1] for word in words if word.casefold() not in STOP_WORDS).upper()
    return short in (every, strong)


def defines(unit: Unit, term: str) -> bool:
    """Whether the unit says outright what the term means."""
    return any(found.term.casefold() == term.casefold() for found in _definitions_in(unit))


def target_key(match: re.Match[str]) -> tuple[str, str]:
    """What a caption or cross-reference names: ("table", "3")."""
    kind = match["kind"].casefold()
    return _KINDS.get(kind, kind), match["number"].upper()


def _definitions_in(unit: Unit) -> Iterable[Definition]:
    if unit.kind in ("heading", "code"):
        return
    match = _DEFINITION.match(unit.text)
    if match is None and any(_GLOSSARY.fullmatch(heading) for heading in unit.heading_path):
        match = _GLOSSARY_ENTRY.match(unit.text)
    if match is None:
        return
    term = match["term"].strip()
    stems = frozenset(content_terms(term))
    opening = term.split()[0].casefold()
    if stems and len(term) > 2 and opening not in STOP_WORDS and opening not in _LABELS:
        yield Definition(term, stems, unit.index)


def _targets(units: Sequence[Unit]) -> dict[tuple[str, str], int]:
    """Captions and numbered headings; a caption said twice with different words is no target."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for unit in units:
        if caption := _CAPTION.match(unit.text):
            found[target_key(caption)].append(unit.index)
        if unit.kind == "heading" and (numbered := _NUMBERED_HEADING.match(unit.text)):
            found["section", numbered["number"]].append(unit.index)
    return {key: indexes[0] for key, indexes in found.items() if len(indexes) == 1}
