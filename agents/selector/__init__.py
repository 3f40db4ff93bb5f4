"""Selector: which candidates are worth verifying and reading."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from core.schemas.evidence import Candidate, Plan
from core.schemas.memory import Memory
from tools.ranking import READ_LIMIT


class Evidence(NamedTuple):
    """A candidate together with the memory it refers to."""

    candidate: Candidate
    memory: Memory


def by_rank(evidence: Evidence) -> tuple[float, UUID]:
    """Sort key: best rank first, by the fused score where nothing was ranked, then by id."""
    scores = evidence.candidate.scores
    return -scores.get("rank", scores.get("fused", 0.0)), evidence.memory.id


def worth_reading(pool: Sequence[Evidence]) -> list[Evidence]:
    """The best of those that were read when the pool was ranked, at most READ_LIMIT; where nothing
    was read yet, of all."""
    read = [evidence for evidence in pool if "read" in evidence.candidate.scores]
    return sorted(read or pool, key=by_rank)[:READ_LIMIT]


class Selector(Protocol):
    """Judges relevance and where the useful candidates end."""

    async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The kept evidence, best first; candidates carry a ``relevance`` score from 0 to 1."""
        ...
