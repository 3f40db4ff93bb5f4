"""Evidence verifier: which candidates deserve belief, whatever they say."""

from collections.abc import Sequence
from typing import Protocol

from agents.selector import Evidence
from core.schemas.evidence import EvidenceVerdict, Plan


class EvidenceVerifier(Protocol):
    """Judges candidates by signals, independence and claim-level support."""

    async def verify(
        self, plan: Plan, pool: Sequence[Evidence], selected: Sequence[Evidence]
    ) -> EvidenceVerdict:
        """Signals, groups and claims. ``pool`` is everything retrieved (wide, for corroboration),
        ``selected`` what may reach the answer. The verdict does not depend on their order."""
        ...
