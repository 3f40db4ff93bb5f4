"""Jobs in dictionaries, with the transitions of the Postgres ones."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from core.errors import Conflict
from core.ids import new_id
from core.schemas.job import FINAL_STATES, Job, JobError, JobEvent, JobState, Lease
from storage.in_memory.shelf import Shelf, Work, find, now, page_of
from storage.protocols import Page
from storage.transitions import DEAD_LETTER, ENDINGS, RUN_ENDINGS, dead_letter, lease_of, why


class InMemoryJobs:
    """The jobs of one tenant."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def get(self, job_id: UUID) -> Job:
        """One job. Raises NotFound."""
        return find(self._shelf.jobs, job_id, "job").job

    async def list(
        self, limit: int = 50, cursor: str | None = None, state: JobState | None = None
    ) -> Page[Job]:
        """Newest first."""
        found = [work.job for work in self._shelf.jobs.values()]
        kept = [job for job in found if state is None or job.state == state]
        return page_of([((job.created_at, job.id), job) for job in kept], limit, cursor)

    async def events(self, job_id: UUID, after: int = 0) -> tuple[JobEvent, ...]:
        """Events after the given id, oldest first."""
        find(self._shelf.jobs, job_id, "job")
        return tuple(e for e in self._shelf.events if e.job_id == job_id and e.id > after)

    async def claim(self, job_id: UUID, owner: str, lease_seconds: float) -> Lease | None:
        """Take the job, or settle it when it was cancelled or has no attempts left."""
        work = find(self._shelf.jobs, job_id, "job")
        if not _claimable(work):
            return None
        job = work.job
        _set(work, fence=job.fence + 1, started_at=job.started_at or now())
        if job.cancel_requested:
            self._end(work, "cancelled")
            return None
        if job.attempts >= job.max_attempts:
            self._end(work, "failed", dead_letter(job.attempts, job.error))
            return None
        run_id = job.run_id or new_id()
        _set(work, state="running", attempts=job.attempts + 1, run_id=run_id)
        work.lease_until, work.due_at = now() + timedelta(seconds=lease_seconds), None
        self._shelf.change(work, "claimed", attempt=work.job.attempts)
        return lease_of(work.job, owner)

    async def heartbeat(self, lease: Lease, lease_seconds: float) -> bool:
        """Extend the lease; True when the job should stop."""
        work = self._shelf.held(lease)
        work.lease_until = now() + timedelta(seconds=lease_seconds)
        return work.job.cancel_requested

    async def progress(self, lease: Lease, stage: str, done: int, total: int) -> None:
        """Say how far the work is."""
        work = self._shelf.held(lease)
        _set(work, stage=stage, done=done, total=total)
        self._shelf.change(work, "progress", stage=stage, done=done, total=total)

    async def finish(self, lease: Lease, state: JobState, error: JobError | None = None) -> None:
        """End the job. Raises Conflict when ``state`` is not a final one."""
        if state not in FINAL_STATES:
            raise Conflict(f"a job cannot end as {state!r}")
        self._end(self._shelf.held(lease), state, error)

    async def retry(self, lease: Lease, error: JobError, after_seconds: float) -> None:
        """Another attempt later, unless the job was cancelled or this was the last one."""
        work = self._shelf.held(lease)
        job = work.job
        if job.cancel_requested:
            self._end(work, "cancelled")
        elif job.attempts >= job.max_attempts:
            self._end(work, "failed", dead_letter(job.attempts, error))
        else:
            _set(work, state="retrying", error=error)
            work.due_at = now() + timedelta(seconds=after_seconds)
            reason = error.model_dump()
            self._shelf.change(work, "retrying", error=reason, after_seconds=after_seconds)

    async def release(self, lease: Lease) -> None:
        """Back to the queue at once; the attempt does not count."""
        work = self._shelf.held(lease)
        if work.job.cancel_requested:
            self._end(work, "cancelled")
        else:
            _set(work, state="queued", attempts=work.job.attempts - 1)
            self._shelf.change(work, "released")

    async def request_cancel(self, job_id: UUID) -> Job:
        """Stop the job: now, or at the next heartbeat of whoever runs it."""
        work = find(self._shelf.jobs, job_id, "job")
        if work.job.state in FINAL_STATES:
            raise Conflict(f"the job is already {work.job.state}")
        if work.job.state != "running":
            self._end(work, "cancelled")
        elif not work.job.cancel_requested:
            _set(work, cancel_requested=True)
            self._shelf.change(work, "cancel_requested")
        return work.job

    def _end(self, work: Work, state: JobState, error: JobError | None = None) -> None:
        _set(work, state=state, error=error, finished_at=now())
        if error is not None and error.code == DEAD_LETTER and work.job.version_id is not None:
            version = self._shelf.versions[work.job.version_id]
            if version.status == "received":
                failed = version.model_copy(update={"status": "failed"})
                self._shelf.versions[version.id] = failed
        run = self._shelf.runs.get(work.job.run_id) if work.job.run_id else None
        if run is not None and run.status == "running" and state in RUN_ENDINGS:
            ended = {"status": RUN_ENDINGS[state], "error": why(error), "finished_at": now()}
            self._shelf.runs[run.id] = run.model_copy(update=ended)
        data = {} if error is None else {"error": error.model_dump()}
        self._shelf.change(work, ENDINGS[state], **data)


def _claimable(work: Work) -> bool:
    match work.job.state:
        case "queued":
            return True
        case "retrying":
            return work.due_at is not None and work.due_at <= now()
        case "running":
            return work.lease_until is not None and work.lease_until < now()
        case _:
            return False


def _set(work: Work, **values: Any) -> None:
    work.job = work.job.model_copy(update=values)
