"""Planner: what a question asks for."""

from collections.abc import Sequence
from typing import Protocol

from core.schemas.evidence import Plan, Turn


class Planner(Protocol):
    """Judges the kind of a question and of its answer, and what to ask instead of it."""

    async def plan(self, question: str, history: Sequence[Turn] = ()) -> Plan:
        """The plan; ``plan.question`` is the question, unchanged. ``history`` is what was said
        before it, oldest first; ``plan.wording`` makes sense without it."""
        ...
