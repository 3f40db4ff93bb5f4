"""Who counts as one witness, and how much a set of witnesses weighs.

Knows sources, batches and texts; not what the texts claim. Both functions are pure and do not
depend on the order of their inputs.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from core.schemas.document import Source
from tools.lexical import words
from tools.overlap import jaccard, ngrams

NEAR_DUPLICATE = 0.7
"""Jaccard similarity of word triples from which two texts are one text."""

CHEAP_TRUST = 0.3
"""Witnesses up to this weight are cheap to make (crawled, anonymous)."""

BATCH_TRUST = 0.5
"""Up to this weight, what arrived in one upload is one witness."""

CROWD_LIMIT = 0.5
"""However many low-trust witnesses agree, together they weigh no more than one upload."""


class Witness(NamedTuple):
    """What independence depends on."""

    memory_id: UUID
    source: Source
    batch: UUID
    text: str


def independence_groups(witnesses: Iterable[Witness]) -> dict[UUID, int]:
    """The group of each memory: same principal, same origin, same low-trust batch, or same text.

    Groups are numbered from 0 by their smallest memory id.
    """
    members = sorted(set(witnesses), key=lambda witness: witness.memory_id)
    parent = list(range(len(members)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    grams = [ngrams(words(member.text), 3) for member in members]
    for left, right in combinations(range(len(members)), 2):
        if root(left) != root(right) and (
            _share_a_source(members[left], members[right])
            or jaccard(grams[left], grams[right]) >= NEAR_DUPLICATE
        ):
            parent[max(root(left), root(right))] = min(root(left), root(right))
    numbers: dict[int, int] = {}
    return {
        member.memory_id: numbers.setdefault(root(at), len(numbers))
        for at, member in enumerate(members)
    }


def _share_a_source(left: Witness, right: Witness) -> bool:
    one, other = left.source, right.source
    return (
        one.principal == other.principal
        or one.origin == other.origin
        or (left.batch == right.batch and max(one.weight, other.weight) <= BATCH_TRUST)
    )


class Vote(NamedTuple):
    """One member's support for a value."""

    group: int
    trust: float
    strength: float
    """Relevance times the chance that it does not mislead, 0 to 1."""


def vote_weight(votes: Sequence[Vote]) -> float:
    """The weight of the groups behind one value.

    Each group counts once, by its best member. Groups of low trust add up like independent noise
    (the root of the sum of squares) and only up to ``CROWD_LIMIT``: making many false witnesses
    must not pay.
    """
    best: dict[int, Vote] = {}
    for vote in votes:
        rival = best.get(vote.group)
        if rival is None or _worth(vote) > _worth(rival):
            best[vote.group] = vote
    high = math.fsum(sorted(_worth(v) for v in best.values() if v.trust > CHEAP_TRUST))
    low = math.sqrt(
        math.fsum(sorted(_worth(v) ** 2 for v in best.values() if v.trust <= CHEAP_TRUST))
    )
    return high + min(CROWD_LIMIT, low)


def _worth(vote: Vote) -> float:
    return vote.trust * vote.strength


def witness_count(groups: Mapping[UUID, int], memory_ids: Iterable[UUID]) -> int:
    """How many independent witnesses these memories are."""
    return len({groups[memory_id] for memory_id in memory_ids})
