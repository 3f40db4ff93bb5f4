"""Trusted texts that are one text at two times: the later one takes the place of the earlier. Pure.

Both say since when they hold, and a sentence of one is a sentence of the other but for the value
that is asked for. No reader is asked. Who is out of date is nobody's voice, so every doubt is
resolved towards two texts that have nothing to do with each other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import nsmallest
from itertools import permutations
from typing import NamedTuple
from uuid import UUID

from agents.evidence_verifier.reading import statement_value
from agents.evidence_verifier.voices import Heard
from core.schemas.document import Span
from core.schemas.evidence import Claim, ClaimGroup, Signal
from core.schemas.memory import Memory
from core.spans import overlaps
from core.sufficiency import LOW_TRUST
from tools.dating import asks_of_today, holds_from, is_later, undated
from tools.edited_copies import MOST_COMPARED
from tools.editions import only_the_answer_changed
from tools.lexical import content_terms, tokens
from tools.loaders.sentences import sentence_ranges
from tools.matching import Asked, is_about_another
from tools.overlap import jaccard

OF_ONE_MEMORY = 2
"""Sentences of one memory that are compared: those with most of the question."""

ALIKE = 0.5
"""Share of their terms from which two whole texts may be two editions of one."""

_PRONOUNS = "he her his it its she that their these they this those we"
_POINTING = frozenset(_PRONOUNS.split())
"""Who or what a sentence that opens with one of these is about stands elsewhere."""


class Dated(NamedTuple):
    """A sentence that says since when it holds, or whose text does."""

    memory: Memory
    span: Span
    """In the version's text."""
    text: str
    bare: str
    """Without the words that date it."""
    valid_from: str
    asked: frozenset[str]
    """The question's terms that it has, by itself or by its headings."""
    terms: frozenset[str]
    """Of its whole text."""


class Update(NamedTuple):
    """A sentence, and the latest one in its place."""

    older: Dated
    newer: Dated


def updates(
    question: Asked, memories: Iterable[Memory], misleading: Collection[UUID] = ()
) -> tuple[Update, ...]:
    """What is out of date among what shares words with the question.

    Nothing that may be ``misleading``, or is of low trust, makes anything out of date. The order
    of ``memories`` does not matter.
    """
    if not asks_of_today(question):
        return ()
    trusted = (memory for memory in memories if memory.source.weight >= LOW_TRUST)
    said = nsmallest(
        MOST_COMPARED, (one for m in trusted for one in _dated(m, question)), key=_promise
    )
    found: dict[tuple[UUID, int], Update] = {}
    for older, newer in permutations(sorted(said, key=_when), 2):
        later = newer.memory.id not in misleading and _may_update(newer, older)
        if later and only_the_answer_changed(question, older.bare, newer.bare):
            found[_place(older)] = Update(older, newer)
    return tuple(found[place] for place in sorted(found))


def _dated(memory: Memory, question: Asked) -> list[Dated]:
    since = _since(memory, question)
    if not since:
        return []
    headings = "\n".join((memory.title, *memory.heading_path))
    above = question.terms.intersection(content_terms(headings))
    terms = frozenset(content_terms(undated(memory.text_original)))
    found = []
    for (start, end), date in since.items():
        text = memory.text_original[start:end]
        bare, met = undated(text), question.terms.intersection(content_terms(text))
        if not _points_elsewhere(bare) and not is_about_another(question, text, headings):
            shift = memory.span.start
            span = Span(start=shift + start, end=shift + end)
            found.append(Dated(memory, span, text, bare, date, met | above, terms))
    return nsmallest(OF_ONE_MEMORY, found, key=_promise)


def _since(memory: Memory, question: Asked) -> dict[tuple[int, int], str]:
    """Of sentences that share words with the question, those that hold since a date; most texts
    have none, and nothing else is looked at then."""
    text = memory.text_original
    told = (
        ((start, end), holds_from(memory, text[start:end]))
        for start, end in sentence_ranges(text)
        if not question.terms.isdisjoint(content_terms(text[start:end]))
    )
    return {place: date for place, date in told if date}


def _points_elsewhere(sentence: str) -> bool:
    return any(token.text in _POINTING for token in tokens(sentence)[:1])


def _promise(said: Dated) -> tuple[int, list[int], tuple[UUID, int]]:
    """Most of the question first, of these the newest."""
    return -len(said.asked), [-int(part) for part in said.valid_from.split("-")], _place(said)


def _when(said: Dated) -> tuple[str, tuple[UUID, int]]:
    return said.valid_from, _place(said)


def _place(said: Dated) -> tuple[UUID, int]:
    return said.memory.id, said.span.start


def _may_update(newer: Dated, older: Dated) -> bool:
    """A later edition of one text, as far as can be told without comparing words; trusted as
    much."""
    return (
        newer.memory.document_id != older.memory.document_id
        and newer.memory.source.weight >= older.memory.source.weight
        and is_later(newer.valid_from, older.valid_from)
        and newer.asked == older.asked
        and jaccard(newer.terms, older.terms) >= ALIKE
    )


def outdated_signals(found: Iterable[Update]) -> list[Signal]:
    """Of each memory that says what no longer holds."""
    return [
        Signal(
            code="superseded",
            memory_id=older.memory.id,
            value=1.0,
            detail=f"of {older.valid_from}; changed in another text of {newer.valid_from}",
        )
        for older, newer in found
    ]


def outdated_claims(
    found: Sequence[Update], groups: Mapping[UUID, int], part: int = 0
) -> tuple[tuple[Claim, ...], tuple[ClaimGroup, ...]]:
    """What no longer holds, each a claim and a group of its own: nothing is answered with it."""
    claims = [
        Claim(
            memory_id=older.memory.id,
            group=groups[older.memory.id],
            attribute=" ".join(sorted(older.asked)),
            kind="statement",
            value=statement_value(older.text),
            surface=older.text,
            span=older.span,
        )
        for older, _ in found
    ]
    named = [
        ClaimGroup(
            value=claim.value,
            kind="statement",
            memory_ids=(claim.memory_id,),
            witnesses=1,
            weight=0.0,
            status="superseded",
            part=part,
            valid_from=older.valid_from,
        )
        for claim, (older, _) in zip(claims, found, strict=True)
    ]
    return tuple(claims), tuple(named)


def is_outdated(found: Iterable[Update], memory_id: UUID, span: Span) -> bool:
    """Whether a place is a part of what no longer holds."""
    return any(older.memory.id == memory_id and overlaps(older.span, span) for older, _ in found)


def still_held(item: Heard, found: Sequence[Update]) -> Heard:
    """What was read of a memory without what no longer holds."""
    shift = item.memory.span.start
    places = [Span(start=shift + value.start, end=shift + value.end) for value in item.values]
    return item._replace(
        values=tuple(
            value
            for value, place in zip(item.values, places, strict=True)
            if not is_outdated(found, item.memory.id, place)
        )
    )
