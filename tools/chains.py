"""Chains of memories that answer a question in hops, scored as Panini scores them. Pure.

A hop goes to a memory through an entity, with a score between 0 and 1; a chain is worth the
geometric mean of its hops (Panini, arXiv 2602.15156, with the scores themselves clipped: its own
map of them to the upper half weakens the pruning). What a hop is worth is for the search to say.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple
from uuid import UUID

BEAM = 5
FLOOR = 1e-6


class Hop(NamedTuple):
    """One hop: the entity followed, the memory it leads to, and what that is worth."""

    entity: str
    memory_id: UUID
    score: float


class Chain(NamedTuple):
    """Hops from a name in the question on; never empty."""

    hops: tuple[Hop, ...]

    @property
    def end(self) -> UUID:
        """The memory that the chain leads to."""
        return self.hops[-1].memory_id

    @property
    def memories(self) -> tuple[UUID, ...]:
        """In the order followed."""
        return tuple(hop.memory_id for hop in self.hops)

    @property
    def score(self) -> float:
        """The geometric mean of its hops, 0 to 1."""
        return chain_score([hop.score for hop in self.hops])

    def followed_by(self, hop: Hop) -> "Chain":
        """The chain one hop longer."""
        return Chain((*self.hops, hop))


def chain_score(scores: Sequence[float]) -> float:
    """The geometric mean of scores clipped to [1e-6, 1]; a chain is no better than its parts.

    Raises ValueError where there is none.
    """
    if not scores:
        raise ValueError("a chain has at least one hop")
    return math.exp(math.fsum(math.log(min(1.0, max(FLOOR, s))) for s in scores) / len(scores))


def pruned(chains: Iterable[Chain], width: int = BEAM) -> list[Chain]:
    """The best chain to each memory, then the best of those, best first; ties by the memories."""
    best: dict[UUID, Chain] = {}
    for chain in sorted(chains, key=_rank):
        best.setdefault(chain.end, chain)
    return list(best.values())[:width]


def in_turns(starts: Sequence[Sequence[Chain]], limit: int) -> list[UUID]:
    """Memories of the chains of several starting points, each point's best in turn.

    A question that compares two things needs both, however sure one of them is. A chain brings all
    its memories, so that what leads to an answer stands beside it.
    """
    rows = zip_longest(*(sorted(chains, key=_rank) for chains in starts))
    chains = [chain for row in rows for chain in row if chain is not None]
    found = dict.fromkeys(memory for chain in chains for memory in chain.memories)
    return list(found)[:limit]


def _rank(chain: Chain) -> tuple[float, int, tuple[UUID, ...]]:
    """Best first; of equal ones the shorter."""
    return (-chain.score, len(chain.hops), chain.memories)
