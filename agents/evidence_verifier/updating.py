"""Trusted texts that are one text at two times: the later one takes the place of the earlier. Pure.

Both say since when they hold, and a sentence of one is a sentence of the other but for a value. No
reader is asked, and any question may be: what is out of date answers none that is about today.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, permutations
from typing import NamedTuple
from uuid import UUID

from core.schemas.document import Span
from core.schemas.evidence import Claim, ClaimGroup, Signal
from core.schemas.memory import Memory
from core.spans import overlaps
from core.sufficiency import LOW_TRUST
from core.text import shorten
from tools.dating import dateline, is_later, undated, valid_from
from tools.edited_copies import MOST_COMPARED, Sentence, edited_copy
from tools.lexical import content_terms
from tools.loaders.sentences import sentence_ranges
from tools.matching import Asked
from tools.statements import asks_of_a_time


class Dated(NamedTuple):
    """A sentence that says since when it holds, or whose text does."""

    memory: Memory
    span: Span
    """In the version's text."""
    text: str
    valid_from: str

    @property
    def sentence(self) -> Sentence:
        """Its words without those that date it."""
        return Sentence(self.memory.id, self.memory.document_id, undated(self.text))


class Update(NamedTuple):
    """A sentence, and a later one in its place."""

    older: Dated
    newer: Dated


def updates(question: Asked, memories: Iterable[Memory]) -> tuple[Update, ...]:
    """What is out of date among what shares words with the question, each sentence once."""
    if asks_of_a_time(question):
        return ()
    trusted = sorted(
        (memory for memory in memories if memory.source.weight >= LOW_TRUST),
        key=lambda memory: memory.id,
    )
    said = (one for memory in trusted for one in _dated(memory, question.terms))
    found: dict[tuple[UUID, int], Update] = {}
    for older, newer in permutations(islice(said, MOST_COMPARED), 2):
        if _takes_the_place(newer, older):
            found.setdefault((older.memory.id, older.span.start), Update(older, newer))
    return tuple(found.values())


def _dated(memory: Memory, terms: frozenset[str]) -> Iterator[Dated]:
    opening = dateline(memory.text_original)
    for start, end in sentence_ranges(memory.text_original):
        text = memory.text_original[start:end]
        if terms.isdisjoint(content_terms(text)):
            continue
        if since := valid_from(text) or opening:
            shift = memory.span.start
            yield Dated(memory, Span(start=shift + start, end=shift + end), text, since)


def _takes_the_place(newer: Dated, older: Dated) -> bool:
    return (
        newer.memory.source.weight >= older.memory.source.weight
        and is_later(newer.valid_from, older.valid_from)
        and edited_copy(newer.sentence, older.sentence) > 0
    )


def outdated_signals(found: Sequence[Update]) -> list[Signal]:
    """Of each memory that says what no longer holds."""
    return [
        Signal(
            code="superseded",
            memory_id=older.memory.id,
            value=1.0,
            detail=f"of {older.valid_from}; another text has the same sentence of "
            f"{newer.valid_from} with another value",
        )
        for older, newer in found
    ]


def outdated_claims(
    found: Sequence[Update], groups: Mapping[UUID, int]
) -> tuple[tuple[Claim, ...], tuple[ClaimGroup, ...]]:
    """What no longer holds, each a claim and a group of its own: nothing is answered with it."""
    claims = [
        Claim(
            memory_id=older.memory.id,
            group=groups[older.memory.id],
            attribute="",
            kind="statement",
            value=shorten(older.text, 200),
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
            valid_from=older.valid_from,
        )
        for claim, (older, _) in zip(claims, found, strict=True)
    ]
    return tuple(claims), tuple(named)


def is_outdated(found: Iterable[Update], memory_id: UUID, span: Span) -> bool:
    """Whether a place is a part of what no longer holds."""
    return any(older.memory.id == memory_id and overlaps(older.span, span) for older, _ in found)
