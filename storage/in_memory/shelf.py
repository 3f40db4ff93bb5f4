"""Everything one tenant keeps in memory, and the two things every repository does with it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from pydantic import JsonValue

from core.errors import LeaseLost, NotFound
from core.schemas.audit import AuditItem, FittedThresholds, Revocation
from core.schemas.document import Document, Unit, Version
from core.schemas.job import Job, JobEvent, JobEventType, Lease
from core.schemas.memory import Memory, MemoryStatus
from core.schemas.network import Fact, Mention
from core.schemas.run import Run, Step
from storage.paging import Key, after, cut_page
from storage.protocols import IndexedMemory, Page, Place

T = TypeVar("T")


@dataclass
class Work:
    """A job and what only its workers need to know."""

    job: Job
    lease_until: datetime | None = None
    due_at: datetime | None = None


@dataclass
class Kept:
    """A memory as it stood when its version was last active; ``encoder`` made its vectors, and
    ``holders`` keep it out of retrieval."""

    item: IndexedMemory
    encoder: str
    decision: MemoryStatus | None = None
    holders: frozenset[str] = frozenset()


@dataclass
class Shelf:
    """The rows of one tenant, by id."""

    tenant_id: UUID
    documents: dict[UUID, Document] = field(default_factory=dict)
    versions: dict[UUID, Version] = field(default_factory=dict)
    units: dict[UUID, tuple[Unit, ...]] = field(default_factory=dict)
    memories: dict[UUID, Kept] = field(default_factory=dict)
    places: dict[Place, Memory] = field(default_factory=dict)
    mentions: dict[UUID, list[Mention]] = field(default_factory=dict)
    facts: dict[UUID, list[Fact]] = field(default_factory=dict)
    jobs: dict[UUID, Work] = field(default_factory=dict)
    events: list[JobEvent] = field(default_factory=list)
    runs: dict[UUID, Run] = field(default_factory=dict)
    steps: dict[tuple[UUID, int, str], Step] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    run_blobs: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    run_reads: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    revocations: dict[UUID, Revocation] = field(default_factory=dict)
    revoked: dict[UUID, set[UUID]] = field(default_factory=dict)
    """Per revocation, the memories it covers."""
    items: dict[UUID, AuditItem] = field(default_factory=dict)
    thresholds: dict[str, FittedThresholds] = field(default_factory=dict)
    """By collection; only what holds."""

    def held(self, lease: Lease) -> Work:
        """The job of a lease that is still valid. Raises LeaseLost."""
        work = self.jobs.get(lease.job_id)
        if work is None or work.job.state != "running" or work.job.fence != lease.fence:
            raise LeaseLost
        return work

    def change(self, work: Work, type: JobEventType, **data: JsonValue) -> None:
        """Append an event to a job whose row was just changed."""
        event = JobEvent(
            id=len(self.events) + 1, job_id=work.job.id, at=now(), type=type, data=data
        )
        self.events.append(event)


def find(rows: dict[UUID, T], item: UUID, what: str) -> T:
    """The row. Raises NotFound."""
    if item not in rows:
        raise NotFound(f"no {what} {str(item)!r}")
    return rows[item]


def page_of(rows: Sequence[tuple[Key, T]], limit: int, cursor: str | None) -> Page[T]:
    """One page of rows, newest first."""
    ordered = sorted(rows, key=lambda row: row[0], reverse=True)
    if cursor is not None:
        last = after(cursor)
        ordered = [row for row in ordered if row[0] < last]
    page = cut_page(ordered[: limit + 1], limit, lambda row: row[0])
    return Page(tuple(item for _, item in page.items), page.next_cursor)


def now() -> datetime:
    """The time of the one process there is."""
    return datetime.now(UTC)
