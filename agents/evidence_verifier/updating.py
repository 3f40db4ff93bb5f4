"""Trusted texts that are one text at two times: the later one takes the place of the earlier. Pure.

Both say since when they hold, and a sentence of one is a sentence of the other but for a value. No
reader is asked; what is out of date answers no question about today.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple
from uuid import UUID

from agents.evidence_verifier.voices import Heard
from core.schemas.document import Span
from core.schemas.evidence import Claim, ClaimGroup, Signal
from core.schemas.memory import Memory
from core.spans import overlaps
from core.sufficiency import LOW_TRUST
from core.text import shorten
from tools.dating import asks_of_today, holds_from, is_later, undated
from tools.edited_copies import Sentence, edited_pairs, most_telling
from tools.lexical import content_terms
from tools.loaders.sentences import sentence_ranges
from tools.matching import Asked


class Dated(NamedTuple):
    """A sentence that says since when it holds, or whose text does."""

    memory: Memory
    span: Span
    """In the version's text."""
    text: str
    valid_from: str
    asked: frozenset[str]
    """The question's terms that it has."""


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
    said = {
        Sentence(one.memory.id, one.memory.document_id, undated(one.text), len(one.asked)): one
        for memory in memories
        if memory.source.weight >= LOW_TRUST
        for one in _dated(memory, question.terms)
    }
    found: dict[Dated, Dated] = {}
    for sentence, other in permutations(most_telling(said), 2):
        older, newer = said[sentence], said[other]
        latest = found.get(older)
        if newer.memory.id in misleading or (latest and _when(newer) <= _when(latest)):
            continue
        if _may_update(newer, older) and any(edited_pairs((sentence, other))):
            found[older] = newer
    return tuple(Update(older, found[older]) for older in sorted(found, key=_place))


def _dated(memory: Memory, terms: frozenset[str]) -> Iterator[Dated]:
    for start, end in sentence_ranges(memory.text_original):
        text = memory.text_original[start:end]
        met = terms.intersection(content_terms(text))
        if met and (since := holds_from(memory, text)):
            shift = memory.span.start
            yield Dated(memory, Span(start=shift + start, end=shift + end), text, since, met)


def _may_update(newer: Dated, older: Dated) -> bool:
    """Of one matter, for what was changed is nothing that was asked about; later, and trusted as
    much."""
    return (
        newer.asked == older.asked
        and newer.memory.source.weight >= older.memory.source.weight
        and is_later(newer.valid_from, older.valid_from)
    )


def _when(said: Dated) -> tuple[str, UUID, int]:
    return said.valid_from, *_place(said)


def _place(said: Dated) -> tuple[UUID, int]:
    return said.memory.id, said.span.start


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
