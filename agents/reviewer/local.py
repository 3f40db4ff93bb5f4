"""Gaps found by rules: weak starts, unexpanded terms, references elsewhere, missing headings."""

import re
from collections import deque
from collections.abc import Iterator, Sequence

from agents.reviewer.rules import (
    ACRONYM,
    CROSS_REFERENCE,
    DocumentFacts,
    facts_of,
    target_key,
)
from core.schemas.document import Unit
from core.schemas.memory import Gap, GapKind, Insertion, Review
from core.schemas.outline import Chunk
from tools.lexical import content_terms
from tools.questions import is_generic

_PRONOUN = re.compile(
    r"(?:It|This|These|Those|They|He|She|Such|His|Her|Its|Their|That|The (?:former|latter))\b"
)
_CONNECTIVE = re.compile(
    r"(?:However|Therefore|Moreover|Thus|Also|But|And|Then|Hence|Furthermore|In addition"
    r"|In contrast|Similarly|Consequently|Otherwise|Instead|As a result)\b"
)
NO_REFERENCE = re.compile(
    r"It (?:is|was|may be|can be) (?:\w+ly )?(?:important|necessary|possible|recommended|clear"
    r"|essential|best|advisable|useful|required|not)\b"
    r"|This (?:section|chapter|document|manual|guide|page|appendix|table|procedure|article|PEP)\b",
)
"""A pronoun that points at nothing, or at the document itself."""
_IDENTIFIER = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z][\w-]*\b")
_NEEDED = 2
_MOST_TERMS = 2
_REMEMBERED = 4


class LocalReviewer:
    """Judges by rules; what a document states is indexed once per sequence of units."""

    def __init__(self) -> None:
        self._known: deque[tuple[Sequence[Unit], DocumentFacts]] = deque(maxlen=_REMEMBERED)

    async def review(
        self, title: str, units: Sequence[Unit], chunk: Chunk, inserted: Sequence[Insertion] = ()
    ) -> Review:
        """Gaps whose missing fact stands outright in a unit outside the chunk."""
        facts = self._facts_of(units)
        gaps: dict[str, Gap] = {}
        for gap in _gaps(units, chunk, facts, inserted):
            gaps.setdefault(gap.id, gap)
        needed = any(gap.severity >= _NEEDED for gap in gaps.values())
        return Review(chunk=chunk.index, gaps=tuple(gaps.values()), needs_completion=needed)

    def _facts_of(self, units: Sequence[Unit]) -> DocumentFacts:
        # Compared by identity: the deque holds the units, so an id cannot be used again.
        for known, facts in self._known:
            if known is units:
                return facts
        facts = facts_of(units)
        self._known.append((units, facts))
        return facts


def _gaps(
    units: Sequence[Unit], chunk: Chunk, facts: DocumentFacts, inserted: Sequence[Insertion]
) -> Iterator[Gap]:
    own = [unit.text for unit in units[chunk.first : chunk.stop]]
    text = "\n".join(own)
    read = "\n".join([*(insertion.text for insertion in inserted), *own])
    stems = frozenset(content_terms(read))
    yield from _missing_headings(units, chunk, facts, stems)
    yield from _weak_start(units, chunk)
    yield from _missing_lead_in(units, chunk)
    yield from _unexpanded(chunk, facts, read)
    yield from _undefined(chunk, facts, read, stems)
    yield from _cross_references(chunk, facts, text)
    yield from _cut_off_end(units, chunk)


def _missing_headings(
    units: Sequence[Unit], chunk: Chunk, facts: DocumentFacts, stems: frozenset[str]
) -> Iterator[Gap]:
    """Headings above the chunk that name something it does not; a product's number counts more."""
    path = units[chunk.first].heading_path
    for depth in range(1, len(path) + 1):
        where = facts.headings.get(path[:depth])
        heading = path[depth - 1]
        if where is None or is_generic(heading) or set(content_terms(heading)) <= stems:
            continue
        codes = [code.group().casefold() for code in _IDENTIFIER.finditer(heading)]
        severity = 2 if any(code not in stems for code in codes) else 1
        yield from _gap(chunk, "background", heading, "the subject above", where, severity)


def _weak_start(units: Sequence[Unit], chunk: Chunk) -> Iterator[Gap]:
    first = units[chunk.first]
    if chunk.first == 0 or first.kind != "sentence" or NO_REFERENCE.match(first.text):
        return
    previous = chunk.first - 1
    if pronoun := _PRONOUN.match(first.text):
        missing = f"what {pronoun.group()!r} refers to"
        yield from _gap(chunk, "reference", pronoun.group(), missing, previous, 3)
    elif connective := _CONNECTIVE.match(first.text):
        yield from _gap(chunk, "dependency", connective.group(), "what came before", previous, 1)


def _missing_lead_in(units: Sequence[Unit], chunk: Chunk) -> Iterator[Gap]:
    """A chunk that begins inside a list needs the sentence that introduces the list."""
    if units[chunk.first].kind != "list_item":
        return
    index = chunk.first - 1
    while index >= 0 and units[index].kind == "list_item":
        index -= 1
    if index >= 0 and units[index].text.rstrip().endswith(":"):
        surface = " ".join(units[chunk.first].text.split()[:4])
        yield from _gap(chunk, "dependency", surface, "what the list is of", index, 2)


def _unexpanded(chunk: Chunk, facts: DocumentFacts, text: str) -> Iterator[Gap]:
    for short in dict.fromkeys(ACRONYM.findall(text)):
        found = facts.long_forms.get(short)
        if found and found.long.casefold() not in text.casefold():
            yield from _gap(chunk, "term", short, f"what {short} stands for", found.unit, 2)


def _undefined(
    chunk: Chunk, facts: DocumentFacts, text: str, stems: frozenset[str]
) -> Iterator[Gap]:
    used = 0
    for definition in facts.definitions:
        if used == _MOST_TERMS:
            return
        if not definition.stems <= stems or chunk.first <= definition.unit < chunk.stop:
            continue
        match = re.search(rf"\b{re.escape(definition.term)}s?\b", text, re.IGNORECASE)
        if match and definition.term.upper() not in facts.long_forms:
            used += 1
            missing = f"what {definition.term!r} means"
            yield from _gap(chunk, "term", match.group(), missing, definition.unit, 2)


def _cross_references(chunk: Chunk, facts: DocumentFacts, text: str) -> Iterator[Gap]:
    for match in CROSS_REFERENCE.finditer(text):
        target = facts.targets.get(target_key(match))
        if target is not None:
            missing = f"what {match.group()} is"
            yield from _gap(chunk, "dependency", match.group(), missing, target, 1)


def _cut_off_end(units: Sequence[Unit], chunk: Chunk) -> Iterator[Gap]:
    last = units[chunk.stop - 1]
    if last.text.rstrip().endswith(":") and chunk.stop < len(units):
        surface = " ".join(last.text.split()[-4:])
        yield from _gap(chunk, "dependency", surface, "what follows", chunk.stop, 1)


def _gap(
    chunk: Chunk, kind: GapKind, surface: str, missing: str, evidence: int, severity: int
) -> Iterator[Gap]:
    """The gap, unless its evidence lies inside the chunk: then nothing is missing."""
    if not chunk.first <= evidence < chunk.stop:
        yield Gap(
            id=f"{kind}:{chunk.index}:{surface.casefold()}",
            chunk=chunk.index,
            kind=kind,
            surface=surface,
            missing=missing,
            evidence=(evidence,),
            severity=severity,
        )
