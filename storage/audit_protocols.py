"""What the rest of the program may ask of storage when it audits answers.

As all of ``storage.protocols``: bound to one tenant, kept by Postgres and by memory alike.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from core.schemas.audit import (
    AuditItem,
    FittedThresholds,
    ItemDecision,
    Note,
    Revocation,
    Suspect,
    Suspicion,
    Thresholds,
    Touched,
)
from core.schemas.job import Job, Lease
from storage.page import Page


class Revoked(NamedTuple):
    """A revocation that was just made, and the queued jobs that ask its questions again."""

    revocation: Revocation
    jobs: tuple[Job, ...]


class Audits(Protocol):
    """Whose memories touched which answers, and what persons decided about them.

    Who a memory comes from is looked up by index. What is revoked goes into quarantine and nowhere
    else: nothing here deletes.
    """

    async def touched(self, suspect: Suspect, limit: int = 200) -> Touched:
        """The suspect's memories, those that most runs found first, and the answering runs that
        found them, newest first; at most ``limit`` of each. Nothing for a name nobody has."""
        ...

    async def revoke(self, suspect: Suspect, note: Note, most: int = 100) -> Revoked:
        """In one transaction: take the suspect's memories out of retrieval and hold all of them,
        those of superseded versions too, remember who said so, and queue a job for each question
        whose answer found one that was not out already, at most ``most``, the last asked first.
        Raises NotFound when revocations of the very same suspect hold all there is."""
        ...

    async def undo(self, revocation_id: UUID, note: Note) -> Revocation:
        """Let go of what the revocation holds, and put back what nobody else does: neither another
        revocation nor a person who put it into quarantine. Raises Conflict when it was undone."""
        ...

    async def revocation(self, revocation_id: UUID) -> Revocation: ...

    async def revocations(self, limit: int = 50, cursor: str | None = None) -> Page[Revocation]:
        """Newest first."""
        ...

    async def revoked(self, revocation_id: UUID) -> frozenset[UUID]:
        """The memories that a revocation covers, undone or not."""
        ...

    async def held(self, memory_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those that a person keeps out of retrieval, by hand or by a revocation, whatever version
        holds them. What building alone kept out is none of them."""
        ...

    async def jobs_of(self, revocation_id: UUID) -> tuple[Job, ...]:
        """The jobs that ask its questions again, the question last asked first."""
        ...

    async def suspect(self, suspicions: Sequence[Suspicion]) -> int:
        """Open an item for each memory of which there is none and about which nobody decided; how
        many were opened. Memories that are gone are passed over."""
        ...

    async def items(
        self, limit: int = 50, cursor: str | None = None, *, is_open: bool | None = None
    ) -> Page[AuditItem]:
        """Newest first; all, or those that wait for a decision, or the others. None waits while
        its memory is held, by a revocation say."""
        ...

    async def decide(self, item_id: UUID, decision: ItemDecision, note: Note) -> AuditItem:
        """Quarantine the item's memory or release it, and close the item. A memory that is
        superseded stays so; the decision holds when a version has it again. Deciding once more
        replaces the decision; a release frees the memory of every hold on it."""
        ...


class FittedCollections(Protocol):
    """The thresholds of collections; what was fitted before is kept."""

    async def keep(
        self, collection: str, thresholds: Thresholds, lease: Lease | None = None
    ) -> None:
        """From now on these hold; on behalf of a job, while it is still the writer's. Raises
        LeaseLost."""
        ...

    async def of(self, collection: str) -> Thresholds | None:
        """Those that hold; None where none were fitted."""
        ...

    async def list(self) -> tuple[FittedThresholds, ...]:
        """Those that hold, by collection."""
        ...
