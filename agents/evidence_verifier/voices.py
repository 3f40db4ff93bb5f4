"""What each source answers, as the reader reads it: one voice for each document. Pure.

Of several words a reader may point at in one passage, nearly alike to it, those count that other
sources give too. Who says the same is one side of a vote; how votes are counted is in ``voting``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from agents.evidence_verifier.witnesses import FAINT, FIRM, Witnessed
from core.schemas.memory import Memory
from core.sufficiency import LOW_TRUST
from tools.claims import claimed_value, same_claim
from tools.lexical import content_terms
from tools.matching import Asked
from tools.ranking import TermWeights
from tools.reader import Reading
from tools.statements import Statement, read_statement
from tools.values import Value

SLACK = 1.0
"""Words this far (in log-odds) behind the best ones of their passage may be what it answers."""

TYPED_SLACK = 3.0
"""The same for values of the kind that is asked for."""


class Heard(NamedTuple):
    """A memory, what it was read to be to the question, and the values it may give, best first."""

    memory: Memory
    relevance: float
    values: tuple[Value, ...]


def heard(question: Asked, memory: Memory, reading: Reading) -> Heard:
    """The values that the reader points at and the question does not state itself.

    Where a number or a date is asked for, values of that kind are the ones, if there are any.
    """
    found = [
        (claimed_value(span.text, span.start), reading.margin - span.score)
        for span in reading.spans
    ]
    values = [
        (v, behind)
        for v, behind in found
        if v and not question.terms.issuperset(content_terms(v.surface))
    ]
    typed = [v for v, behind in values if v.kind == question.answer_type and behind <= TYPED_SLACK]
    if typed and question.answer_type in {"number", "date"}:
        return Heard(memory, reading.relevance, tuple(typed))
    return Heard(memory, reading.relevance, tuple(v for v, behind in values if behind <= SLACK))


def spoken(
    question: Asked, weights: TermWeights, readings: Sequence[Heard], groups: Mapping[UUID, int]
) -> list[tuple[Statement, float]]:
    """What each document says, with the relevance it was read with; the order does not matter.

    A trusted document speaks where it is firm: what is only half read there is no claim of it.
    """
    best: dict[UUID, tuple[tuple[float, UUID], Statement]] = {}
    for item in readings:
        if item.memory.source.weight >= LOW_TRUST and item.relevance < FIRM:
            continue
        value = _chosen(item, readings, groups)
        statement = read_statement(item.memory, question, weights, value) if value else None
        if statement is not None:
            rank = (-item.relevance, item.memory.id)
            known = best.get(item.memory.document_id)
            if known is None or rank < known[0]:
                best[item.memory.document_id] = (rank, statement)
    return [(statement, -rank[0]) for rank, statement in best.values()]


def _chosen(item: Heard, readings: Sequence[Heard], groups: Mapping[UUID, int]) -> Value | None:
    """The value that most other sources give as well; the best read one among equals."""
    others = [
        (groups[other.memory.id], value)
        for other in readings
        if other.relevance >= FAINT and groups[other.memory.id] != groups[item.memory.id]
        for value in other.values
    ]
    return max(
        item.values,
        key=lambda own: len({group for group, value in others if same_claim(own, value)}),
        default=None,
    )


def with_voices(typed: Sequence[Witnessed], voices: Sequence[Witnessed]) -> Iterator[Witnessed]:
    """Typed statements and voices together: of one document what was read counts.

    A typed statement that gives the value which was read stands for both, for its words are
    compared best; of a trusted document typed statements stay, whatever was read.
    """
    read = {voice.statement.document_id: voice for voice in voices}
    kept = set()
    for item in typed:
        document_id = item.statement.document_id
        voice = read.get(document_id)
        if voice is None:
            yield item
        elif same_claim(voice.value, item.value):
            kept.add(document_id)
            yield item._replace(reading=voice.reading)
        elif item.trust >= LOW_TRUST:
            kept.add(document_id)
            yield item
    yield from (voice for voice in voices if voice.statement.document_id not in kept)
