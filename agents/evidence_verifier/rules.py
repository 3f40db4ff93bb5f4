"""From statements to claims, and from claims to groups that lead, rival or lose. Pure.

Shared by every evidence verifier: a model may read claims better, it does not count votes.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from agents.evidence_verifier.voting import low_trust_vote
from agents.evidence_verifier.witnesses import FAINT, Witnessed, pens
from core.schemas.document import Span
from core.schemas.evidence import Claim, ClaimGroup, ClaimGroupStatus
from tools.claims import same_claim
from tools.independence import vote_weight
from tools.statements import conflict, later, read_conflict, supersedes

MARGIN = 1.5
"""The leader's weight over a rival's from which the rival has lost."""


class Position(NamedTuple):
    """Statements that agree on one value."""

    members: tuple[Witnessed, ...]
    weight: float
    status: ClaimGroupStatus


def positions(witnessed: Sequence[Witnessed]) -> tuple[Position, ...]:
    """Agreeing statements together, each position with its vote and where it stands.

    A position leads unless it is in conflict with a weightier one; it is a rival while the leader
    weighs less than ``MARGIN`` times as much, and rejected beyond. Among positions of low trust
    alone, support decides (``voting``). A value that another statement of at least the same trust
    changes, or that held before what a trusted one says, is superseded. The order of input does
    not matter.
    """
    agreeing = [side for side in _agreeing(sorted(witnessed, key=_order)) if _is_heard(side)]
    old = {at for at, members in enumerate(agreeing) if _is_superseded(members, witnessed)}
    weights = [vote_weight([member.vote for member in members]) for members in agreeing]
    against: dict[int, set[int]] = {at: set() for at in range(len(agreeing))}
    for left, right in combinations(range(len(agreeing)), 2):
        if not {left, right} & old and _in_conflict(agreeing[left], agreeing[right]):
            against[left].add(right)
            against[right].add(left)
    settled: dict[int, ClaimGroupStatus] = dict.fromkeys(old, "superseded")
    settled |= _low_trust_statuses(agreeing, against, old)
    for at in sorted(set(against) - set(settled), key=lambda at: (-weights[at], at)):
        leaders = [weights[other] for other in against[at] if settled.get(other) == "leading"]
        beaten = any(weight >= MARGIN * weights[at] for weight in leaders)
        settled[at] = "rejected" if beaten else "rival" if leaders else "leading"
    carried = {at for at, side in enumerate(agreeing) if any(one.is_firm for one in side)}
    kept = [at for at in range(len(agreeing)) if carried & ({at} | against[at])]
    ranked = sorted(kept, key=lambda at: (-weights[at], at))
    return tuple(Position(agreeing[at], round(weights[at], 6), settled[at]) for at in ranked)


def _is_heard(side: Sequence[Witnessed]) -> bool:
    """Whether anybody says it more than in passing."""
    return any(member.loudness >= FAINT for member in side)


def _low_trust_statuses(
    agreeing: Sequence[Sequence[Witnessed]],
    against: Mapping[int, set[int]],
    old: Collection[int],
) -> dict[int, ClaimGroupStatus]:
    """Of all sides, those that only read ones of low trust contradict, or nobody."""
    low = {
        at
        for at, side in enumerate(agreeing)
        if at not in old and all(member.is_low and member.is_read for member in side)
    }
    left = {at for at in low if against[at] <= low}
    found: dict[int, ClaimGroupStatus] = {}
    while left:
        together = _connected(min(left), against)
        left -= together
        order = sorted(together)
        if together <= low:
            found |= zip(order, low_trust_vote([agreeing[at] for at in order]), strict=True)
    return found


def _connected(start: int, against: Mapping[int, set[int]]) -> set[int]:
    found, fresh = {start}, [start]
    while fresh:
        fresh.extend(against[at := fresh.pop()] - found)
        found |= against[at]
    return found


def _order(item: Witnessed) -> tuple[str, str, UUID, int]:
    statement = item.statement
    return item.value.kind, item.value.text, statement.memory_id, statement.span.start


def _agreeing(witnessed: Sequence[Witnessed]) -> list[tuple[Witnessed, ...]]:
    """Groups of equal values; a shorter date agrees with the first longer one it fits."""
    groups: list[list[Witnessed]] = []
    for item in sorted(witnessed, key=lambda item: (-len(item.value.text), _order(item))):
        home = next((group for group in groups if _agree(group[0], item)), None)
        if home is None:
            groups.append([item])
        else:
            home.append(item)
    ordered = [tuple(sorted(group, key=_order)) for group in groups]
    return sorted(ordered, key=lambda group: _order(group[0]))


def _agree(left: Witnessed, right: Witnessed) -> bool:
    return left.bearer == right.bearer and same_claim(left.value, right.value)


def _in_conflict(left: Sequence[Witnessed], right: Sequence[Witnessed]) -> bool:
    return any(_contradict(one, other) for one in left for other in right)


def _contradict(left: Witnessed, right: Witnessed) -> bool:
    """By typed values of one subject; where one of low trust is read, by what both answer.

    Between trusted sources a doubt means that they speak of different things; who believes
    strangers must rather think the worse. Of different bearers of a name both may be true, where
    both are trusted alike: nobody escapes a better source by naming somebody else.
    """
    if left.bearer != right.bearer and left.trust == right.trust:
        return False
    if left.is_read and right.is_read and (left.is_low or right.is_low):
        differ = not same_claim(left.value, right.value)
        return differ and read_conflict(left.statement, right.statement)
    return conflict(left.statement, right.statement)


def _is_superseded(members: Sequence[Witnessed], witnessed: Sequence[Witnessed]) -> bool:
    """Whether another takes the place of every statement of it."""
    return all(any(_takes_the_place(other, member) for other in witnessed) for member in members)


def _takes_the_place(newer: Witnessed, older: Witnessed) -> bool:
    """It says that it changes the other, or both say since when they hold; trusted as much.

    A stranger can write any date, so his makes nothing else out of date; nor does the date of who
    is suspected of anything.
    """
    if newer.trust < older.trust or later(older.statement, newer.statement):
        return False
    if supersedes(newer.statement, older.statement):
        return True
    may_date = newer.is_firm and not newer.is_low and newer.risk == 0
    return may_date and later(newer.statement, older.statement) and _contradict(newer, older)


def claim_groups(
    found: Sequence[Position], part: int = 0
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
                witnesses=pens(position.members),
                weight=position.weight,
                status=position.status,
                bearer=position.members[0].bearer,
                part=part,
                valid_from=_latest(position.members),
            )
        )
    return tuple(claims), tuple(named)


def _latest(members: Sequence[Witnessed]) -> str | None:
    return max(filter(None, (member.statement.valid_from for member in members)), default=None)


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
        place=_place(member) if member.is_read else None,
    )


def _place(member: Witnessed) -> Span:
    """Of the words themselves, in the version's text."""
    start = member.statement.span.start
    return Span(start=start + member.value.start, end=start + member.value.end)
