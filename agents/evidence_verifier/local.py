"""An evidence verifier without a model: provenance, claim-level support, and a few signals."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from uuid import UUID

from agents.evidence_verifier.rules import Position, Witnessed, claim_groups, positions
from agents.selector import Evidence
from core.schemas.evidence import (
    Assessment,
    CandidateAction,
    EvidenceVerdict,
    Plan,
    Signal,
    SignalCode,
)
from core.schemas.memory import Memory
from core.sufficiency import LOW_TRUST
from tools.evidence_signals import (
    echo_signal,
    edited_copy_signal,
    injection_signals,
    isolation_signals,
    risk,
    unsupported_signal,
)
from tools.independence import Witness, independence_groups
from tools.lexical import content_terms
from tools.matching import Asked, all_asked
from tools.ranking import TermWeights
from tools.statements import Statement, statements_of

MARK, EXCLUDE, QUARANTINE = 0.3, 0.6, 0.85
"""Risks from which a candidate is marked, kept out of the answer, kept out of sight."""

TRUSTED = 0.8
"""A less trusted source that loses a vote against a source of this weight is kept out."""

SINGULAR = frozenset({"fact", "yes_no"})
"""Questions with one right answer; elsewhere two values need not contradict each other."""


class LocalEvidenceVerifier:
    """Judges by independence groups, typed claims and the risk formula."""

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
        return await asyncio.to_thread(_verdict, plan, memories)


def _verdict(plan: Plan, memories: Sequence[Memory]) -> EvidenceVerdict:
    if not memories:
        return EvidenceVerdict(assessments=())
    groups = independence_groups(
        Witness(memory.id, memory.source, memory.batch, memory.text_original) for memory in memories
    )
    by_id = {memory.id: memory for memory in memories}
    statements = _statements(plan, memories)
    signals = _wording_signals(plan, memories) + _copy_signals(statements, by_id)
    found = positions(_witnessed(plan, statements, by_id, groups, signals))
    signals += _claim_signals(found, groups)
    claims, named = claim_groups(found, groups)
    return EvidenceVerdict(
        assessments=_assessments(memories, groups, signals, found),
        claims=claims,
        claim_groups=named,
    )


def _statements(plan: Plan, memories: Sequence[Memory]) -> list[Statement]:
    """What each memory says to the question or its parts, once per sentence."""
    weights = TermWeights(frozenset(content_terms(memory.text_completed)) for memory in memories)
    questions = all_asked(plan)
    parts = [_in_known_terms(part, weights) for part in questions[1:] or questions]
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
    echoes = (echo_signal(plan.question, memory) for memory in memories)
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
    suspicions = _by_memory(signals)
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


def _assessments(
    memories: Sequence[Memory],
    groups: Mapping[UUID, int],
    signals: Sequence[Signal],
    found: Sequence[Position],
) -> tuple[Assessment, ...]:
    by_memory = _by_memory(signals)
    witnesses = _witnesses(found)
    outvoted = _outvoted(found)
    return tuple(
        Assessment(
            memory_id=memory.id,
            group=groups[memory.id],
            risk=(chance := risk(by_memory[memory.id], memory.source.weight, witnesses[memory.id])),
            action=_action(by_memory[memory.id], chance, outvoted=memory.id in outvoted),
            signals=tuple(sorted(by_memory[memory.id], key=_signal_order)),
        )
        for memory in memories
    )


def _action(signals: Sequence[Signal], chance: float, *, outvoted: bool) -> CandidateAction:
    if chance >= QUARANTINE or any(s.hard and s.code == "injection" for s in signals):
        return "quarantine"
    if chance >= EXCLUDE or outvoted or any(signal.hard for signal in signals):
        return "exclude"
    return "mark" if chance >= MARK else "allow"


def _witnesses(found: Sequence[Position]) -> defaultdict[UUID, int]:
    """Independent witnesses of each memory's best supported claim; itself alone without one."""
    counts: defaultdict[UUID, int] = defaultdict(lambda: 1)
    for position in found:
        support = len({member.group for member in position.members})
        for member in position.members:
            memory_id = member.statement.memory_id
            counts[memory_id] = max(support, counts[memory_id])
    return counts


def _outvoted(found: Sequence[Position]) -> set[UUID]:
    """Low-trust memories whose claim lost against one that a trusted source makes."""
    trusted = any(
        member.trust >= TRUSTED
        for position in found
        if position.status == "leading"
        for member in position.members
    )
    return {
        member.statement.memory_id
        for position in found
        if position.status == "rejected" and trusted
        for member in position.members
        if member.trust < LOW_TRUST
    }


def _by_memory(signals: Iterable[Signal]) -> defaultdict[UUID, list[Signal]]:
    """Each memory's signals, the same one once."""
    found: defaultdict[UUID, list[Signal]] = defaultdict(list)
    for signal in signals:
        if signal not in found[signal.memory_id]:
            found[signal.memory_id].append(signal)
    return found


def _signal_order(signal: Signal) -> tuple[str, float, str]:
    return signal.code, -signal.value, signal.detail
