"""From statements to claims, and from claims to groups that lead, rival or lose. Pure.

Shared by every evidence verifier: a model may read claims better, it does not count votes.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from core.schemas.evidence import Claim, ClaimGroup, ClaimGroupStatus
from tools.independence import Vote, vote_weight, witness_count
from tools.statements import Statement, conflict, supersedes
from tools.values import Value, same_value

MARGIN = 1.5
"""The leader's weight over a rival's from which the rival has lost."""


class Witnessed(NamedTuple):
    """A statement with what its vote depends on."""

    statement: Statement
    value: Value
    group: int
    trust: float
    risk: float

    @property
    def vote(self) -> Vote:
        """Full strength for a statement that has all the question's words and no risk."""
        return Vote(self.group, self.trust, (0.5 + 0.5 * self.statement.coverage) * (1 - self.risk))


class Position(NamedTuple):
    """Statements that agree on one value."""

    members: tuple[Witnessed, ...]
    weight: float
    status: ClaimGroupStatus


def positions(witnessed: Sequence[Witnessed]) -> tuple[Position, ...]:
    """Agreeing statements together, each position with its vote and where it stands.

    A position leads unless it is in conflict with a weightier one; it is a rival while the leader
    weighs less than ``MARGIN`` times as much, and rejected beyond. A value that another statement
    of at least the same trust says it changed is superseded. The order of input does not matter.
    """
    agreeing = _agreeing(sorted(witnessed, key=_order))
    old = {at for at, members in enumerate(agreeing) if _is_superseded(members, witnessed)}
    weights = [vote_weight([member.vote for member in members]) for members in agreeing]
    against: dict[int, set[int]] = {at: set() for at in range(len(agreeing))}
    for left, right in combinations(range(len(agreeing)), 2):
        if not {left, right} & old and _in_conflict(agreeing[left], agreeing[right]):
            against[left].add(right)
            against[right].add(left)
    settled: dict[int, ClaimGroupStatus] = dict.fromkeys(old, "superseded")
    for at in sorted(set(against) - old, key=lambda at: (-weights[at], at)):
        leaders = [weights[other] for other in against[at] if settled.get(other) == "leading"]
        beaten = any(weight >= MARGIN * weights[at] for weight in leaders)
        settled[at] = "rejected" if beaten else "rival" if leaders else "leading"
    ranked = sorted(range(len(agreeing)), key=lambda at: (-weights[at], at))
    return tuple(Position(agreeing[at], round(weights[at], 6), settled[at]) for at in ranked)


def _order(item: Witnessed) -> tuple[str, str, UUID, int]:
    statement = item.statement
    return item.value.kind, item.value.text, statement.memory_id, statement.span.start


def _agreeing(witnessed: Sequence[Witnessed]) -> list[tuple[Witnessed, ...]]:
    """Groups of equal values; a shorter date agrees with the first longer one it fits."""
    groups: list[list[Witnessed]] = []
    for item in sorted(witnessed, key=lambda item: (-len(item.value.text), _order(item))):
        home = next((group for group in groups if same_value(group[0].value, item.value)), None)
        if home is None:
            groups.append([item])
        else:
            home.append(item)
    ordered = [tuple(sorted(group, key=_order)) for group in groups]
    return sorted(ordered, key=lambda group: _order(group[0]))


def _in_conflict(left: Sequence[Witnessed], right: Sequence[Witnessed]) -> bool:
    return any(conflict(one.statement, other.statement) for one in left for other in right)


def _is_superseded(members: Sequence[Witnessed], witnessed: Sequence[Witnessed]) -> bool:
    """Every statement of it is changed by one that is trusted as much."""
    return all(
        any(
            other.trust >= member.trust and supersedes(other.statement, member.statement)
            for other in witnessed
        )
        for member in members
    )


def claim_groups(
    found: Sequence[Position], groups: Mapping[UUID, int]
) -> tuple[tuple[Claim, ...], tuple[ClaimGroup, ...]]:
    """Positions as claims and claim groups, heaviest first."""
    claims: list[Claim] = []
    named: list[ClaimGroup] = []
    for position in found:
        value = position.members[0].value
        memory_ids = sorted({member.statement.memory_id for member in position.members})
        claims.extend(_claim(member, value.text) for member in position.members)
        named.append(
            ClaimGroup(
                value=value.text,
                kind=value.kind,
                memory_ids=tuple(memory_ids),
                witnesses=witness_count(groups, memory_ids),
                weight=position.weight,
                status=position.status,
            )
        )
    return tuple(claims), tuple(named)


def _claim(member: Witnessed, value: str) -> Claim:
    statement = member.statement
    return Claim(
        memory_id=statement.memory_id,
        group=member.group,
        attribute=" ".join(sorted(statement.attribute)),
        kind=member.value.kind,
        value=value,
        surface=member.value.surface or member.value.text,
        negated=statement.negated,
        span=statement.span,
    )
