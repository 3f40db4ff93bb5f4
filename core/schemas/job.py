"""Background work as Postgres tells it: the row is the truth, the broker only a doorbell."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, JsonValue

from core.schemas.base import Frozen

JobKind = Literal["memories.build", "answers.ask_again", "thresholds.fit"]
"""Build a document's memories; ask the question of a run again; fit thresholds to what runs saw."""

JobState = Literal["queued", "running", "retrying", "partial", "failed", "cancelled", "succeeded"]
FINAL_STATES: frozenset[JobState] = frozenset({"partial", "failed", "cancelled", "succeeded"})
JobEventType = Literal[
    "queued",
    "claimed",
    "progress",
    "released",
    "retrying",
    "cancel_requested",
    "succeeded",
    "partial",
    "failed",
    "cancelled",
]


class JobError(Frozen):
    """Why a job failed or is retried."""

    code: str
    """Of the error class, e.g. "empty_extraction"."""
    detail: str
    retryable: bool


class Job(Frozen):
    """One request for background work."""

    id: UUID
    tenant_id: UUID
    kind: JobKind
    document_id: UUID | None = None
    version_id: UUID | None = None
    """What is built; both None where nothing is."""
    asked_run_id: UUID | None = None
    """The run whose question is asked again."""
    revocation_id: UUID | None = None
    """The revocation for which it is asked again."""
    state: JobState
    stage: str | None = None
    """The step it is in: load, outline, segment …"""
    done: int = 0
    total: int = 0
    attempts: int = 0
    max_attempts: int = 5
    fence: int = 0
    """Grows with every claim; a writer with an older number fails."""
    cancel_requested: bool = False
    error: JobError | None = None
    run_id: UUID | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Lease(Frozen):
    """The right to work on one job until its time is up."""

    job_id: UUID
    tenant_id: UUID
    document_id: UUID | None = None
    version_id: UUID | None = None
    asked_run_id: UUID | None = None
    kind: JobKind
    owner: str
    fence: int = Field(ge=1)
    attempt: int = Field(ge=1)
    run_id: UUID
    """The same for every attempt, so that a later one resumes the checkpoint of the first."""


class JobEvent(Frozen):
    """One fact in the life of a job; streamed to clients in order of ``id``."""

    id: int
    job_id: UUID
    at: datetime
    type: JobEventType
    data: dict[str, JsonValue] = {}
