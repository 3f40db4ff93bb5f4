"""Answerer: the sentences that answer, each resting on quotes."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from agents.selector import Evidence
from core.schemas.answer import Draft
from core.schemas.document import Unit
from core.schemas.evidence import EvidenceVerdict, Plan


class Passage(NamedTuple):
    """Packed evidence: a memory and the units of its version that it spans."""

    evidence: Evidence
    units: tuple[Unit, ...]


class Answerer(Protocol):
    """Judges which words of the evidence answer the question."""

    async def answer(
        self, plan: Plan, passages: Sequence[Passage], verdict: EvidenceVerdict
    ) -> Draft:
        """A draft; without sentences when the passages do not answer."""
        ...
