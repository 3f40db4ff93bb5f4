"""Planner: what a question asks for."""

from typing import Protocol

from core.schemas.evidence import Plan


class Planner(Protocol):
    """Judges the kind of a question and of its answer."""

    async def plan(self, question: str) -> Plan:
        """The plan; ``plan.question`` is the question, unchanged."""
        ...
