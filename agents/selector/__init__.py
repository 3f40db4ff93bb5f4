"""Selector: which candidates are worth verifying and reading."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from core.schemas.evidence import Candidate, Plan
from core.schemas.memory import Memory


class Evidence(NamedTuple):
    """A candidate together with the memory it refers to."""

    candidate: Candidate
    memory: Memory


class Selector(Protocol):
    """Judges relevance and where the useful candidates end."""

    async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The kept evidence, best first; candidates carry a ``relevance`` score from 0 to 1."""
        ...
