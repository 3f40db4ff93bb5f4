"""From what is stated and read to votes: who stands behind each, and how far each is believed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from agents.evidence_verifier.voices import with_voices
from agents.evidence_verifier.witnesses import Witnessed
from core.schemas.evidence import Signal
from core.schemas.memory import Memory
from tools.evidence_signals import risk
from tools.lexical import content_terms
from tools.statements import Statement
from tools.values import Value

SILENCED = 0.95
"""The risk of who was caught: next to nothing of the vote is left."""


class Standing(NamedTuple):
    """Who stands behind a statement, and how far that is discounted before claims are known."""

    memories: Mapping[UUID, Memory]
    groups: Mapping[UUID, int]
    suspicions: Mapping[UUID, Sequence[Signal]]

    def heard(
        self, typed: Iterable[Statement], read: Iterable[tuple[Statement, float | None]]
    ) -> list[Witnessed]:
        """What is stated to one part of the question, and read there."""
        stated = self.witnessed((statement, None) for statement in typed)
        return [*with_voices(stated, self.witnessed(read))]

    def witnessed(self, statements: Iterable[tuple[Statement, float | None]]) -> list[Witnessed]:
        """The statements that vote: those with a value."""
        return [
            self._witness(statement, statement.value, reading)
            for statement, reading in statements
            if statement.value is not None
        ]

    def _witness(self, statement: Statement, value: Value, reading: float | None) -> Witnessed:
        memory = self.memories[statement.memory_id]
        trust = memory.source.weight
        return Witnessed(
            statement,
            value,
            self.groups[memory.id],
            trust,
            _risk_of(self.suspicions.get(memory.id, ()), trust),
            reading,
            frozenset(content_terms(memory.text_original)),
        )


def _risk_of(signals: Sequence[Signal], trust: float) -> float:
    """How far a vote is discounted before claims are known: hard signals silence it."""
    if any(signal.hard for signal in signals):
        return SILENCED
    return risk(signals, trust, 1) if signals else 0.0
