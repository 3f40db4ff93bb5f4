"""What may follow what: pure rules that every implementation of the repositories shares."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from core.errors import Conflict
from core.schemas.audit import ItemDecision, Note
from core.schemas.document import VersionStatus
from core.schemas.job import FINAL_STATES, Job, JobError, JobEventType, JobState, Lease
from core.schemas.memory import Flag, Memory, MemoryStatus
from core.schemas.run import RunStatus
from core.text import normalise

DEAD_LETTER = "dead_letter"

ENDINGS: dict[JobState, JobEventType] = {
    "succeeded": "succeeded",
    "partial": "partial",
    "failed": "failed",
    "cancelled": "cancelled",
}
"""The event that tells of each final state."""


RUN_ENDINGS: dict[JobState, RunStatus] = {"failed": "failed", "cancelled": "cancelled"}
"""How a run that is still going ends with its job. A job that succeeds has ended its run before."""


DECIDED: dict[ItemDecision, MemoryStatus] = {"quarantine": "quarantined", "release": "verified"}
"""What a memory becomes by what a person decides about it."""


def why(error: JobError | None) -> str | None:
    """A job's error as its run tells it."""
    return None if error is None else normalise(f"{error.code}: {error.detail}")


def dead_letter(attempts: int, last: JobError | None) -> JobError:
    """Why a job without attempts left has failed."""
    cause = f"; the last error was {last.code}: {last.detail}" if last else ""
    detail = f"given up after {attempts} attempts{cause}"
    return JobError(code=DEAD_LETTER, detail=detail, retryable=False)


def error_at_the_end(job: Job) -> JobError | None:
    """The error of a job that a claim settled: none when it was cancelled."""
    return dead_letter(job.attempts, job.error) if job.state == "failed" else None


def lease_of(job: Job, owner: str) -> Lease:
    """The lease of a job that was just claimed."""
    shared = job.model_dump(
        include={
            "tenant_id",
            "document_id",
            "version_id",
            "asked_run_id",
            "kind",
            "fence",
            "run_id",
        }
    )
    return Lease(job_id=job.id, owner=owner, attempt=job.attempts, **shared)


def check_change(current: MemoryStatus, wanted: MemoryStatus) -> ItemDecision:
    """What a change by hand decides. Raises Conflict unless it is a quarantine or a release."""
    reversible = ("verified", "quarantined")
    if current not in reversible or wanted not in reversible:
        raise Conflict(f"a {current} memory cannot become {wanted}")
    return "quarantine" if wanted == "quarantined" else "release"


def check_purge(status: VersionStatus, jobs: Iterable[JobState]) -> None:
    """Raise Conflict for the active version, and for one that a job may still make so."""
    if status == "active":
        raise Conflict("the active version cannot be purged; delete the document instead")
    if any(state not in FINAL_STATES for state in jobs):
        raise Conflict("the version is being built; cancel its job first")


HAND = "hand"
"""Who holds a memory that a person put into quarantine; a revocation holds its own by its id."""

BY_HAND = Note(by="hand")
"""Who closed an audit item by deciding about its memory where nobody is named."""


class Standing(NamedTuple):
    """A memory's status, and whether a person's release of it still counts."""

    status: MemoryStatus
    decision: MemoryStatus | None


def standing(
    built: Memory, decision: MemoryStatus | None, known: Collection[Flag], *, held: bool
) -> Standing:
    """How a memory stands when another version holds it too; ``known`` are its flags so far.

    It stays out while anybody holds it. A release counts while nothing strong speaks against the
    memory that did not when it was released.
    """
    strong = {flag for flag in built.flags if flag.strong}
    released = decision == "verified" and strong <= set(known)
    status: MemoryStatus = "verified" if released else built.status
    return Standing("quarantined" if held else status, "verified" if released else None)


def freed(
    status: MemoryStatus, decision: MemoryStatus | None, flags: Iterable[Flag]
) -> MemoryStatus:
    """What becomes of a memory that nobody holds any more: building may have kept it out too."""
    flagged = decision != "verified" and any(flag.strong for flag in flags)
    return "verified" if status == "quarantined" and not flagged else status
