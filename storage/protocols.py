"""What the rest of the program may ask of storage; Postgres and memory both keep these promises.

A repository is bound to one tenant when it is made. Every method raises StorageUnavailable when
the database is away and NotFound for an id this tenant does not have.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.schemas.document import (
    Document,
    LoadedDocument,
    Source,
    SummarySentence,
    Unit,
    Version,
)
from core.schemas.job import Job, JobError, JobEvent, JobState, Lease
from core.schemas.memory import Hit, Layer, Memory, MemoryStatus, SearchFilter
from core.schemas.network import Fact, Home, KnownFact, Mention
from core.schemas.run import Run, RunStatus, Step
from storage.audit_protocols import Audits, FittedCollections
from storage.page import Page as Page

Vector = NDArray[np.float32]


class Upload(NamedTuple):
    """What a client hands in."""

    external_id: str
    filename: str
    content: bytes
    source: Source
    title: str | None = None
    collection: str = "default"


class Submission(NamedTuple):
    """What became of an upload. ``job`` is the job that builds (or built) the version."""

    document: Document
    version: Version
    job: Job
    created: bool
    """False when the same bytes are already stored and built or being built: no new work."""


class Removed(NamedTuple):
    """How much went with a document or a version."""

    versions: int
    memories: int
    runs: int
    """Runs that had read it: they stay, their texts do not."""
    values: int
    """Stored values that nothing else held: files, texts, what runs had kept."""


class IndexedMemory(NamedTuple):
    """A memory, its vector per layer, the term counts of its lexical entry, and the SHA-256 of the
    text that each vector was made from."""

    memory: Memory
    vectors: Mapping[Layer, Vector]
    terms: Mapping[str, int]
    texts: Mapping[Layer, str]


class Place(NamedTuple):
    """A memory in one of the versions that hold it."""

    version_id: UUID
    memory_id: UUID


class Documents(Protocol):
    """Documents, their versions, original bytes, normalised texts and units."""

    async def submit(self, upload: Upload) -> Submission:
        """Store bytes, document, version and the queued job in one transaction."""
        ...

    async def get(self, document_id: UUID) -> Document: ...

    async def external_ids(self, document_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """What clients call these documents, which never changes; NotFound if one is missing."""
        ...

    async def find(self, external_id: str) -> Document | None: ...

    async def list(self, limit: int = 50, cursor: str | None = None) -> Page[Document]:
        """Newest change first."""
        ...

    async def versions(self, document_id: UUID) -> tuple[Version, ...]:
        """All versions, oldest first."""
        ...

    async def version(self, version_id: UUID) -> Version: ...

    async def content(self, version_id: UUID) -> bytes:
        """The original bytes."""
        ...

    async def save_loaded(self, version_id: UUID, loaded: LoadedDocument, lease: Lease) -> Version:
        """Keep what the loader made of the bytes; the same again is no work. Raises LeaseLost."""
        ...

    async def save_summary(
        self, version_id: UUID, summary: Sequence[SummarySentence], lease: Lease
    ) -> None:
        """Keep the summary of a version that is being built. Raises LeaseLost."""
        ...

    async def text(self, version_id: UUID) -> str:
        """The normalised text. Raises NotFound before ``save_loaded``."""
        ...

    async def units(self, version_id: UUID) -> tuple[Unit, ...]: ...

    async def fail_version(self, version_id: UUID, lease: Lease) -> None:
        """Mark a version that can never be built; an earlier active version stays active."""
        ...

    async def purge_version(self, version_id: UUID) -> Removed:
        """Take the text of an old version away, with everything derived from it: citations of it
        can no longer be looked up. Its row stays. Raises Conflict for the active version, and for
        one that is being built."""
        ...

    async def delete(self, document_id: UUID) -> Removed:
        """Take a document away, with everything derived from it; a build that is under way loses
        its lease. Handed in again, it is a new document."""
        ...


class Memories(Protocol):
    """Verified memories and the searches over them."""

    async def activate(
        self, version_id: UUID, memories: Sequence[IndexedMemory], encoder: str, lease: Lease
    ) -> None:
        """In one transaction: make the version the document's active one, write what it holds, and
        take out of the indexes what only the previous one held. A memory that is there already
        keeps its vectors and what a person decided about it. Repeating it changes nothing. Raises
        LeaseLost when the fence is not the job's current one."""
        ...

    async def known_vectors(
        self, document_id: UUID, encoder: str, texts: Sequence[str]
    ) -> Mapping[str, Vector]:
        """What ``encoder`` has made of texts of this document's active version, by their SHA-256;
        those not known are left out."""
        ...

    async def get(self, memory_ids: Sequence[UUID]) -> tuple[Memory, ...]:
        """The memories in the order asked, as the active version holds them; one that it does not
        hold, as it last stood. Raises NotFound if one is missing."""
        ...

    async def at(self, places: Sequence[Place]) -> tuple[Memory, ...]:
        """The memories in the order asked, each as that version holds it; NotFound if one is
        missing."""
        ...

    async def of_version(self, version_id: UUID) -> tuple[Memory, ...]:
        """In document order, whatever their status."""
        ...

    async def set_status(self, memory_id: UUID, status: MemoryStatus) -> Memory:
        """Quarantine or release by hand: a release frees it of every hold, and its audit item is
        closed. Superseded memories stay so (Conflict)."""
        ...

    async def search_lexical(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """BM25 (k1 1.2, b .75) over verified memories of active versions; ties by id."""
        ...

    async def search_vector(
        self, layer: Layer, vector: Vector, encoder: str, limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """Cosine similarity, over the vectors that ``encoder`` made; ties by id."""
        ...

    async def search_quarantined(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """BM25 over quarantined memories: only to show what was kept out, never as evidence."""
        ...


class Network(Protocol):
    """Entities that memories name, and facts read from them.

    A row belongs to a memory and goes with it; only verified memories are answered from. Names and
    entities are given in their normal form (``tools.naming.key_of``).
    """

    async def replace(
        self, version_id: UUID, mentions: Sequence[Mention], facts: Sequence[Fact], lease: Lease
    ) -> None:
        """Keep what the memories of a version say, instead of everything kept for memories of its
        document. Nothing is done for a version that is not the active one. Raises LeaseLost."""
        ...

    async def homes(self, names: Collection[str], where: SearchFilter) -> tuple[Home, ...]:
        """The memories that are about what is called so, by its own name or an alias; by name, then
        by memory."""
        ...

    async def mentions(
        self, entities: Collection[str], limit: int, where: SearchFilter
    ) -> tuple[Mention, ...]:
        """Where entities are named, also by an alias that is told elsewhere; subjects first, then
        by memory."""
        ...

    async def named_in(self, memory_ids: Collection[UUID]) -> tuple[Mention, ...]:
        """What memories name; by memory, each in its order. Unknown ids are left out."""
        ...

    async def facts(
        self, entities: Collection[str], limit: int, where: SearchFilter
    ) -> tuple[KnownFact, ...]:
        """What memories say of entities, asked from either end; surest first, ties by id. Each says
        until when it held, as far as the facts that ``where`` lets through tell."""
        ...


class Jobs(Protocol):
    """Jobs of one tenant; every change appends an event."""

    async def get(self, job_id: UUID) -> Job: ...

    async def list(
        self, limit: int = 50, cursor: str | None = None, state: JobState | None = None
    ) -> Page[Job]: ...

    async def events(self, job_id: UUID, after: int = 0) -> tuple[JobEvent, ...]:
        """Events with a larger id than ``after``, in order."""
        ...

    async def claim(self, job_id: UUID, owner: str, lease_seconds: float) -> Lease | None:
        """Take a queued job, a retry that is due, or a running one whose lease lapsed: one UPDATE
        that raises fence and attempts. None when it is somebody else's, final, or cancelled (then
        it becomes cancelled), or when its attempts are used up (then it fails as dead_letter)."""
        ...

    async def heartbeat(self, lease: Lease, lease_seconds: float) -> bool:
        """Extend the lease; True when cancellation was requested. Raises LeaseLost."""
        ...

    async def progress(self, lease: Lease, stage: str, done: int, total: int) -> None: ...

    async def finish(self, lease: Lease, state: JobState, error: JobError | None = None) -> None:
        """End the job under its fence. Raises LeaseLost."""
        ...

    async def retry(self, lease: Lease, error: JobError, after_seconds: float) -> None:
        """Give it back for another attempt; fails it as dead_letter when none is left."""
        ...

    async def release(self, lease: Lease) -> None:
        """Hand it back unharmed (a draining worker); the attempt is not counted."""
        ...

    async def request_cancel(self, job_id: UUID) -> Job:
        """A queued job is cancelled at once, a running one at its next step. Final: Conflict."""
        ...


class Runs(Protocol):
    """Runs, their steps and journals.

    A write with a lease counts only while the job is still the writer's: a late writer never
    touches what its successor keeps. A job that fails or is cancelled ends its run with it.
    """

    async def start(self, run: Run, lease: Lease | None = None) -> None:
        """Begin; an existing run (a resumed one) gets the new attempt number. Raises LeaseLost."""
        ...

    async def add_step(
        self, step: Step, blobs: Mapping[str, bytes], lease: Lease | None = None
    ) -> None:
        """Keep a step with its entries and the content-addressed values it refers to (SHA-256 to
        bytes), in one transaction; a step of the same sequence and node is replaced."""
        ...

    async def forget_steps(self, run_id: UUID, lease: Lease) -> None:
        """Before a run begins anew: drop the steps of an attempt that was broken off, if any. What
        they read and kept is still the run's, so that a deletion finds it. Raises LeaseLost."""
        ...

    async def finish(
        self,
        run_id: UUID,
        status: RunStatus,
        error: str | None = None,
        lease: Lease | None = None,
    ) -> None:
        """End a run; under a lease, before its job ends. Raises LeaseLost."""
        ...

    async def get(self, run_id: UUID) -> Run: ...

    async def list(self, limit: int = 50, cursor: str | None = None) -> Page[Run]: ...

    async def steps(self, run_id: UUID) -> tuple[Step, ...]:
        """In order, with their entries (payloads left out)."""
        ...

    async def blob(self, sha256: str) -> bytes: ...

    async def output(self, run_id: UUID, key: str) -> bytes | None:
        """What the last step that wrote this state key left there; None where no step did, and
        where it was purged. Raises NotFound for an unknown run."""
        ...


class Repositories(NamedTuple):
    """Everything one tenant keeps."""

    documents: Documents
    memories: Memories
    network: Network
    jobs: Jobs
    runs: Runs
    audits: Audits
    thresholds: FittedCollections
