"""Answer verifier: whether each sentence is carried by its quotes."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from core.schemas.answer import Draft, SentenceVerdict
from core.schemas.evidence import Plan


class AnswerVerifier(Protocol):
    """Judges support; fails closed: a sentence it cannot confirm is not sent."""

    async def check(
        self, plan: Plan, draft: Draft, texts: Mapping[UUID, str]
    ) -> tuple[SentenceVerdict, ...]:
        """One verdict per sentence; ``texts`` maps a version id to its stored normalised text."""
        ...
