"""From signals and claims to what becomes of each candidate. Pure.

Signals only raise the risk; few are hard. A candidate is kept out by its risk, by a hard signal, or
because it lost a vote against a trusted source, and nothing is deleted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from agents.evidence_verifier.rules import Position
from agents.evidence_verifier.voting import is_outvoted, loudest
from agents.evidence_verifier.witnesses import STRONG
from core.schemas.evidence import Assessment, CandidateAction, Signal
from core.schemas.memory import Memory
from core.sufficiency import LOW_TRUST
from tools.evidence_signals import risk

MARK, EXCLUDE, QUARANTINE = 0.3, 0.6, 0.85
"""Risks from which a candidate is marked, kept out of the answer, kept out of sight."""

TRUSTED = 0.8
"""A less trusted source that loses a vote against a source of this weight is kept out."""


def assessments(
    memories: Sequence[Memory],
    groups: Mapping[UUID, int],
    signals: Sequence[Signal],
    found: Sequence[Position],
) -> tuple[Assessment, ...]:
    """One per memory, in the order given."""
    suspicions = by_memory(signals)
    witnesses = _witnesses(found)
    outvoted = _outvoted(found) | _alone_against_all(found)
    disputed = _in_the_open(found) - outvoted
    found_for = [(memory, suspicions[memory.id]) for memory in memories]
    return tuple(
        Assessment(
            memory_id=memory.id,
            group=groups[memory.id],
            risk=(chance := risk(seen, memory.source.weight, witnesses[memory.id])),
            action=_action(
                seen,
                chance,
                outvoted=memory.id in outvoted,
                disputed=memory.id in disputed,
            ),
            signals=tuple(sorted(seen, key=_signal_order)),
        )
        for memory, seen in found_for
    )


def _action(
    signals: Sequence[Signal], chance: float, *, outvoted: bool, disputed: bool
) -> CandidateAction:
    """What is at dispute is only marked by soft signs: a side that is kept out cannot be told."""
    hard = any(signal.hard for signal in signals)
    if any(signal.hard and signal.code == "injection" for signal in signals):
        return "quarantine"
    if disputed and not hard:
        return "mark" if chance >= MARK else "allow"
    if chance >= QUARANTINE:
        return "quarantine"
    if chance >= EXCLUDE or outvoted or hard:
        return "exclude"
    return "mark" if chance >= MARK else "allow"


def _in_the_open(found: Sequence[Position]) -> set[UUID]:
    """Memories on a side that leads or has not lost."""
    return {
        member.statement.memory_id
        for position in found
        if position.status in {"leading", "rival"}
        for member in position.members
    }


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
    """Low-trust memories whose claim lost: against a trusted source, or alone against several."""
    trusted = any(
        member.trust >= TRUSTED
        for position in found
        if position.status == "leading"
        for member in position.members
    )
    return {
        member.statement.memory_id
        for position in found
        if position.status == "rejected" and (trusted or _is_alone(position))
        for member in position.members
        if member.trust < LOW_TRUST and (trusted or member.is_firm)
    }


def _alone_against_all(found: Sequence[Position]) -> set[UUID]:
    """Who alone speaks strongly among strangers that contradict it, and is supported by none."""
    if any(position.status == "leading" for position in found):
        return set()
    strong = [position for position in found if loudest(position.members) >= STRONG]
    if len(strong) != 1 or not _is_alone(strong[0]):
        return set()
    return {member.statement.memory_id for member in strong[0].members}


def _is_alone(position: Position) -> bool:
    """Whether one source of low trust alone was read to say it, and nobody else supports it.

    Several that say it in much the same words may be one pen; they are not kept out for that.
    """
    read = all(member.is_low and member.is_read for member in position.members)
    one = len({member.group for member in position.members}) == 1
    return read and one and is_outvoted(position.members)


def by_memory(signals: Iterable[Signal]) -> defaultdict[UUID, list[Signal]]:
    """Each memory's signals, the same one once."""
    found: defaultdict[UUID, list[Signal]] = defaultdict(list)
    for signal in signals:
        if signal not in found[signal.memory_id]:
            found[signal.memory_id].append(signal)
    return found


def _signal_order(signal: Signal) -> tuple[str, float, str]:
    return signal.code, -signal.value, signal.detail
