"""Requester: which query to ask next, and why."""

from collections.abc import Sequence
from typing import Protocol

from agents.selector import Evidence
from core.schemas.evidence import (
    EvidenceRequest,
    EvidenceVerdict,
    Plan,
    RequestReason,
    TriedRequest,
)


class Requester(Protocol):
    """Judges what is missing and asks for it in new words."""

    async def request(
        self,
        plan: Plan,
        reason: RequestReason,
        tried: Sequence[TriedRequest],
        pool: Sequence[Evidence],
        verdict: EvidenceVerdict | None,
    ) -> tuple[EvidenceRequest, ...]:
        """Up to three requests that differ from every tried one; empty when nothing new can be
        asked. A corroborating request never holds the suspect value and excludes its group."""
        ...
