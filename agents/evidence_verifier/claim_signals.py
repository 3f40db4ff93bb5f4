"""Reasons to look twice that only claims tell, each a function of positions. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from agents.evidence_verifier.rules import Position, positions
from agents.evidence_verifier.witnesses import Witnessed
from core.schemas.evidence import ClaimGroupStatus, Signal, SignalCode
from tools.evidence_signals import unsupported_signal

LOST: Mapping[ClaimGroupStatus, tuple[SignalCode, float]] = {
    "rejected": ("conflict", 1.0),
    "rival": ("conflict", 0.5),
    "superseded": ("superseded", 1.0),
}

BURST = 3
"""So many documents of one low-trust source that claim the same are meant to be found."""


def conflict_signals(found: Iterable[Position]) -> list[Signal]:
    """Of every statement that lost, has a rival or is out of date; by half where it is faint."""
    return [
        Signal(
            code=LOST[position.status][0],
            memory_id=member.statement.memory_id,
            value=LOST[position.status][1] * (1.0 if member.is_firm else 0.5),
            detail=f"{position.status}: {member.value.text}",
        )
        for position in found
        if position.status in LOST
        for member in position.members
    ]


def unsupported_signals(found: Iterable[Position]) -> list[Signal]:
    """Of direct answers that one independence group alone gives."""
    signals = (
        unsupported_signal(member.statement)
        for position in found
        if len({member.group for member in position.members}) == 1
        for member in position.members
    )
    return [signal for signal in signals if signal is not None]


def burst_signals(found: Iterable[Position]) -> list[Signal]:
    """Of low-trust sources that claim one value in several documents."""
    return [
        Signal(
            code="burst",
            memory_id=member.statement.memory_id,
            value=1.0,
            detail=f"its source says so in {counts[member.group]} documents",
        )
        for position in found
        for counts in [_documents_by_group(position.members)]
        for member in position.members
        if member.is_low and counts[member.group] >= BURST
    ]


def _documents_by_group(members: Sequence[Witnessed]) -> Counter[int]:
    return Counter(
        group for group, _ in {(member.group, member.statement.document_id) for member in members}
    )


def signals_of(witnessed: Sequence[Witnessed], found: Sequence[Position]) -> list[Signal]:
    """All signals that the claims about one part of the question raise."""
    raised = conflict_signals(found) + unsupported_signals(found) + burst_signals(found)
    return raised + pivotal_signals(witnessed, found)


def pivotal_signals(witnessed: Sequence[Witnessed], found: Sequence[Position]) -> list[Signal]:
    """Of low-trust sources without which another claim would lead, or none."""
    members = [
        one for position in found if position.status == "leading" for one in position.members
    ]
    groups = {member.group for member in members}
    low = {group for group in groups if all(one.is_low for one in members if one.group == group)}
    pivotal = {
        group for group in low if _leading(_without(witnessed, group)) != _leading(witnessed)
    }
    return [
        Signal(
            code="pivotal",
            memory_id=member.statement.memory_id,
            value=1.0,
            detail="without its source another claim leads, or none",
        )
        for member in members
        if member.group in pivotal
    ]


def _without(witnessed: Sequence[Witnessed], group: int) -> list[Witnessed]:
    return [item for item in witnessed if item.group != group]


def _leading(witnessed: Sequence[Witnessed]) -> set[str]:
    found = (position for position in positions(witnessed) if position.status == "leading")
    return {member.value.text for position in found for member in position.members}
