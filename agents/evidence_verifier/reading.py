"""What two sentences mean to each other where no typed values can be compared. Pure.

Chooses the pairs that are worth judging, and turns judgements in both directions into agreement,
contradiction or nothing. Whole passages are never judged against each other: they say too much.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal, NamedTuple
from uuid import UUID

from core.schemas.evidence import Claim, ClaimGroup
from core.text import shorten
from tools.independence import Vote, vote_weight, witness_count
from tools.reader import Judgement, Pair
from tools.statements import Statement, only_reading_tells

MAX_PAIRS = 24
"""Each is judged in both directions: 48 short texts cost less than ranking the candidates does.
More than all pairs among seven sources; who is beyond them adds no new voice, only more of it."""

CERTAIN = 0.8
"""The least chance, in both directions, of entailment or contradiction."""

UNLIKELY = 0.1
"""The most that the opposite may have then."""

Relation = Literal["agree", "contradict"]
Couple = tuple[Statement, Statement]


class Related(NamedTuple):
    """Two statements and what they are to each other."""

    left: Statement
    right: Statement
    relation: Relation
    chance: float
    """The lower of both directions."""


def couples(statements: Sequence[Statement], groups: Mapping[UUID, int]) -> tuple[Couple, ...]:
    """The pairs of independent sources worth judging, those nearest to the question first.

    The order of input does not matter.
    """
    found = [
        (left, right)
        for left, right in combinations(sorted(statements, key=_order), 2)
        if groups[left.memory_id] != groups[right.memory_id] and only_reading_tells(left, right)
    ]
    return tuple(sorted(found, key=_promise)[:MAX_PAIRS])


def _order(statement: Statement) -> tuple[UUID, int]:
    return statement.memory_id, statement.span.start


def _promise(couple: Couple) -> tuple[float, tuple[UUID, int], tuple[UUID, int]]:
    left, right = couple
    return -min(left.coverage, right.coverage), _order(left), _order(right)


def both_ways(found: Sequence[Couple]) -> list[Pair]:
    """Each couple as two questions to the reader, next to each other."""
    return [
        pair
        for left, right in found
        for pair in (Pair(left.text, right.text), Pair(right.text, left.text))
    ]


def related(found: Sequence[Couple], judged: Sequence[Judgement]) -> tuple[Related, ...]:
    """The couples that agree or contradict each other in both directions, by a clear margin."""
    relations = []
    for at, (left, right) in enumerate(found):
        one, other = judged[2 * at : 2 * at + 2]
        supported = min(one.supported, other.supported)
        refuted = min(one.refuted, other.refuted)
        if refuted >= CERTAIN and max(one.supported, other.supported) <= UNLIKELY:
            relations.append(Related(left, right, "contradict", refuted))
        elif supported >= CERTAIN and max(one.refuted, other.refuted) <= UNLIKELY:
            relations.append(Related(left, right, "agree", supported))
    return tuple(relations)


def agreed_claims(
    relations: Sequence[Related], groups: Mapping[UUID, int], trust: Mapping[UUID, float]
) -> tuple[tuple[Claim, ...], tuple[ClaimGroup, ...]]:
    """Statements that agree with each other, as claims of one group each; heaviest group first."""
    claims: list[Claim] = []
    named: list[ClaimGroup] = []
    for members in _agreeing(relations):
        memory_ids = sorted({member.memory_id for member in members})
        votes = [Vote(groups[m.memory_id], trust[m.memory_id], m.coverage) for m in members]
        value = statement_value(members[0].text)
        claims.extend(_claim(member, groups[member.memory_id], value) for member in members)
        named.append(
            ClaimGroup(
                value=value,
                kind="statement",
                memory_ids=tuple(memory_ids),
                witnesses=witness_count(groups, memory_ids),
                weight=round(vote_weight(votes), 6),
                status="leading",
            )
        )
    named.sort(key=lambda group: (-group.weight, group.value, group.memory_ids))
    return tuple(claims), tuple(named)


def statement_value(text: str) -> str:
    """What a claim gives as its value where it is a whole statement."""
    return shorten(text, 200)


def _agreeing(relations: Sequence[Related]) -> list[list[Statement]]:
    """Connected statements together, each set in a fixed order."""
    homes: dict[tuple[UUID, int], list[Statement]] = {}
    for left, right, relation, _ in relations:
        if relation != "agree":
            continue
        own = homes.get(_order(left), [left])
        other = homes.get(_order(right), [right])
        joined = own if own is other else [*own, *other]
        homes.update((_order(member), joined) for member in joined)
    sets = {id(members): sorted(members, key=_order) for members in homes.values()}
    return sorted(sets.values(), key=lambda members: _order(members[0]))


def _claim(member: Statement, group: int, value: str) -> Claim:
    return Claim(
        memory_id=member.memory_id,
        group=group,
        attribute=" ".join(sorted(member.attribute)),
        kind="statement",
        value=value,
        surface=member.text,
        negated=member.negated,
        span=member.span,
    )
