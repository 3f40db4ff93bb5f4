"""Reasons to look twice that texts tell before any vote: their wording, copies, and what reading
two sentences side by side says. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from agents.evidence_verifier.reading import Related
from agents.evidence_verifier.updating import Update
from core.schemas.evidence import Plan, Signal
from core.schemas.memory import Memory
from tools.edited_copies import (
    EditedPair,
    Sentence,
    edited_pairs,
    most_telling,
    sentences_about,
)
from tools.evidence_signals import (
    contradiction_signals,
    echo_signal,
    edited_copy_signals,
    injection_signals,
    isolation_signals,
)
from tools.matching import asked
from tools.statements import Statement
from tools.wording_signals import noise_signals, pre_echo_signals


def wording_signals(plan: Plan, memories: Sequence[Memory]) -> list[Signal]:
    """Of each text by itself, and beside the others."""
    signals = [signal for memory in memories for signal in injection_signals(memory)]
    echoes = (echo_signal(plan.wording, memory) for memory in memories)
    signals += [signal for signal in echoes if signal is not None]
    signals += [*noise_signals(memories), *pre_echo_signals(memories)]
    return [*signals, *isolation_signals(memories)]


def copy_signals(
    plan: Plan,
    statements: Sequence[Statement],
    by_id: Mapping[UUID, Memory],
    changed: Sequence[Update],
) -> list[Signal]:
    """Copies of what a more trusted source states, and of any sentence about it among equals; what
    was updated is no copy."""
    old = {(older.memory.id, older.text) for older, _ in changed}
    told = [Sentence(item.memory_id, item.document_id, item.text) for item in statements]
    terms = asked(plan).terms
    heard = most_telling(
        sentence
        for memory in by_id.values()
        for sentence in sentences_about(memory.id, memory.document_id, memory.text_original, terms)
        if (sentence.memory_id, sentence.text) not in old
    )
    trust = {memory.id: memory.source.weight for memory in by_id.values()}
    pairs = [pair for pair in edited_pairs(told) if _trust_differs(trust, pair)]
    pairs += [pair for pair in edited_pairs(heard) if not _trust_differs(trust, pair)]
    return [
        signal
        for left, right, likeness in pairs
        for signal in edited_copy_signals(
            left.memory_id, trust[left.memory_id], right.memory_id, trust[right.memory_id], likeness
        )
    ]


def _trust_differs(trust: Mapping[UUID, float], pair: EditedPair) -> bool:
    return trust[pair.left.memory_id] != trust[pair.right.memory_id]


def read_signals(relations: Iterable[Related], by_id: Mapping[UUID, Memory]) -> list[Signal]:
    """Contradictions that only reading tells; soft, whoever is right."""
    return [
        signal
        for left, right, relation, chance in relations
        if relation == "contradict"
        for signal in contradiction_signals(
            left,
            by_id[left.memory_id].source.weight,
            right,
            by_id[right.memory_id].source.weight,
            chance,
        )
    ]
