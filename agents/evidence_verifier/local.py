"""An evidence verifier without a language model: provenance, claim-level support, a few signals."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple
from uuid import UUID

from agents.evidence_verifier.assessing import assessments, by_memory
from agents.evidence_verifier.reading import (
    Couple,
    Related,
    agreed_claims,
    both_ways,
    couples,
    related,
)
from agents.evidence_verifier.rules import Position, Witnessed, claim_groups, positions
from agents.selector import Evidence
from core.schemas.evidence import EvidenceVerdict, Plan, Signal, SignalCode
from core.schemas.memory import Memory
from tools.evidence_signals import (
    contradiction_signals,
    echo_signal,
    edited_copy_signal,
    injection_signals,
    isolation_signals,
    risk,
    unsupported_signal,
)
from tools.independence import Witness, independence_groups
from tools.lexical import content_terms
from tools.matching import Asked, parts_asked
from tools.ranking import TermWeights
from tools.reader import Reader
from tools.statements import Statement, statements_of

SINGULAR = frozenset({"fact", "yes_no"})
"""Questions with one right answer; elsewhere two values need not contradict each other."""


class Prepared(NamedTuple):
    """What can be told before anything is judged by reading."""

    plan: Plan
    memories: Sequence[Memory]
    groups: Mapping[UUID, int]
    statements: Sequence[Statement]
    couples: Sequence[Couple]


class LocalEvidenceVerifier:
    """Judges by independence groups, typed claims, the risk formula, and by reading in between."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def verify(
        self, plan: Plan, pool: Sequence[Evidence], selected: Sequence[Evidence]
    ) -> EvidenceVerdict:
        """One assessment per candidate, ordered by memory id, and the claims of them all.

        Runs in a thread: every pair of candidates is compared, which can take seconds.
        """
        memories = sorted(
            {item.memory.id: item.memory for item in (*pool, *selected)}.values(),
            key=lambda memory: memory.id,
        )
        if not memories:
            return EvidenceVerdict(assessments=())
        prepared = await asyncio.to_thread(_prepare, plan, memories)
        judged = await self._reader.judge(both_ways(prepared.couples))
        return await asyncio.to_thread(_verdict, prepared, related(prepared.couples, judged))


def _prepare(plan: Plan, memories: Sequence[Memory]) -> Prepared:
    groups = independence_groups(
        Witness(memory.id, memory.source, memory.batch, memory.text_original) for memory in memories
    )
    statements = _statements(plan, memories)
    comparable = couples(statements, groups) if plan.type in SINGULAR else ()
    return Prepared(plan, memories, groups, statements, comparable)


def _verdict(prepared: Prepared, relations: Sequence[Related]) -> EvidenceVerdict:
    plan, memories, groups, statements, _ = prepared
    by_id = {memory.id: memory for memory in memories}
    signals = _wording_signals(plan, memories) + _copy_signals(statements, by_id)
    found = positions(_witnessed(plan, statements, by_id, groups, signals))
    signals += _claim_signals(found, groups) + _read_signals(relations, by_id)
    claims, named = claim_groups(found, groups)
    if not found:
        trust = {memory.id: memory.source.weight for memory in memories}
        claims, named = agreed_claims(relations, groups, trust)
    return EvidenceVerdict(
        assessments=assessments(memories, groups, signals, found),
        claims=claims,
        claim_groups=named,
    )


def _read_signals(relations: Iterable[Related], by_id: Mapping[UUID, Memory]) -> list[Signal]:
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


def _statements(plan: Plan, memories: Sequence[Memory]) -> list[Statement]:
    """What each memory says to the question or its parts, once per sentence."""
    weights = TermWeights(frozenset(content_terms(memory.text_completed)) for memory in memories)
    parts = [_in_known_terms(part, weights) for part in parts_asked(plan)]
    found: dict[tuple[UUID, int], Statement] = {}
    for question in parts:
        for memory in memories:
            for statement in statements_of(memory, question, weights):
                found.setdefault((memory.id, statement.span.start), statement)
    return list(found.values())


def _in_known_terms(question: Asked, weights: TermWeights) -> Asked:
    """The question without words that no candidate has: they tell no two sentences apart."""
    return question._replace(terms=frozenset(filter(weights.knows, question.terms)))


def _wording_signals(plan: Plan, memories: Sequence[Memory]) -> list[Signal]:
    signals = [signal for memory in memories for signal in injection_signals(memory)]
    echoes = (echo_signal(plan.wording, memory) for memory in memories)
    signals += [signal for signal in echoes if signal is not None]
    return [*signals, *isolation_signals(memories)]


def _copy_signals(statements: Sequence[Statement], by_id: Mapping[UUID, Memory]) -> list[Signal]:
    """Copies are looked for only among statements of a more trusted source."""
    placed = [(by_id[statement.memory_id].source, statement) for statement in statements]
    signals = (
        edited_copy_signal(own, source, other, better)
        for (source, own), (better, other) in permutations(placed, 2)
        if source.weight < better.weight
    )
    return [signal for signal in signals if signal is not None]


def _witnessed(
    plan: Plan,
    statements: Sequence[Statement],
    by_id: Mapping[UUID, Memory],
    groups: Mapping[UUID, int],
    signals: Iterable[Signal],
) -> list[Witnessed]:
    """The statements that vote: those with a value, where the question has one answer."""
    if plan.type not in SINGULAR:
        return []
    suspicions = by_memory(signals)
    return [
        Witnessed(
            statement,
            statement.value,
            groups[statement.memory_id],
            trust := by_id[statement.memory_id].source.weight,
            _standing_risk(suspicions[statement.memory_id], trust),
        )
        for statement in statements
        if statement.value is not None
    ]


def _standing_risk(signals: Sequence[Signal], trust: float) -> float:
    """How far a vote is discounted before claims are known: hard signals silence it."""
    if any(signal.hard for signal in signals):
        return 0.95
    return risk(signals, trust, 1) if signals else 0.0


def _claim_signals(found: Sequence[Position], groups: Mapping[UUID, int]) -> list[Signal]:
    signals: list[Signal] = []
    codes: dict[str, tuple[SignalCode, float]] = {
        "rejected": ("conflict", 1.0),
        "rival": ("conflict", 0.5),
        "superseded": ("superseded", 1.0),
    }
    for position in found:
        alone = len({member.group for member in position.members}) == 1
        for member in position.members:
            memory_id = member.statement.memory_id
            if position.status in codes:
                code, value = codes[position.status]
                detail = f"{position.status}: {member.value.text}"
                signals.append(Signal(code=code, memory_id=memory_id, value=value, detail=detail))
            unsupported = unsupported_signal(member.statement) if alone else None
            if unsupported is not None:
                signals.append(unsupported)
    return signals
