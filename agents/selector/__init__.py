"""Selector: which candidates are worth verifying and reading."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from core.schemas.evidence import Candidate, Plan
from core.schemas.memory import Memory


class Evidence(NamedTuple):
    """A candidate together with the memory it refers to."""

    candidate: Candidate
    memory: Memory


def by_rank(evidence: Evidence) -> tuple[float, UUID]:
    """Sort key: best rank first, by the fused score where nothing was ranked, then by id."""
    scores = evidence.candidate.scores
    return -scores.get("rank", scores.get("fused", 0.0)), evidence.memory.id


class Selector(Protocol):
    """Judges relevance and where the useful candidates end."""

    async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The kept evidence, best first; candidates carry a ``relevance`` score from 0 to 1."""
        ...
