"""Jobs in Postgres: every change of state is one statement under the fence, and one event.

Time is the database's own, so that clocks of different machines never argue about a lease.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Row,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, LeaseLost, NotFound
from core.ids import new_id
from core.schemas.job import FINAL_STATES, Job, JobError, JobEvent, JobEventType, JobState, Lease
from storage.database import Database
from storage.leases import hold, mine
from storage.paging import cut_page, one_page
from storage.protocols import Page
from storage.tables import job_events, jobs, runs, versions
from storage.transitions import (
    DEAD_LETTER,
    ENDINGS,
    RUN_ENDINGS,
    dead_letter,
    error_at_the_end,
    lease_of,
    why,
)

JOB_COLUMNS = [jobs.c[name] for name in Job.model_fields]
_EVENT = [job_events.c[name] for name in JobEvent.model_fields]
_NOW = func.clock_timestamp(type_=DateTime(timezone=True))
_UNOWNED: dict[str, Any] = {"owner": None, "lease_until": None}


def job_of(row: Row[Any]) -> Job:
    """A job from a row of its columns."""
    return Job.model_validate(dict(row._mapping))


async def add_event(
    connection: AsyncConnection,
    tenant_id: UUID,
    job_id: UUID,
    type: JobEventType,
    data: Mapping[str, JsonValue],
) -> None:
    """Append to a job's events; the same transaction has written the job's row before, whose
    lock makes ids ascend in the order in which readers come to see them."""
    values = {"tenant_id": tenant_id, "job_id": job_id, "type": type, "data": dict(data)}
    await connection.execute(insert(job_events).values(values))


class PostgresJobs:
    """The jobs of one tenant."""

    def __init__(self, database: Database, tenant_id: UUID) -> None:
        self._database = database
        self._tenant_id = tenant_id

    async def get(self, job_id: UUID) -> Job:
        """One job. Raises NotFound."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await self._read(connection, job_id)

    async def list(
        self, limit: int = 50, cursor: str | None = None, state: JobState | None = None
    ) -> Page[Job]:
        """Newest first."""
        query = select(*JOB_COLUMNS)
        if state is not None:
            query = query.where(jobs.c.state == state)
        query = one_page(query, (jobs.c.created_at, jobs.c.id), limit=limit, cursor=cursor)
        async with self._database.transaction(self._tenant_id) as connection:
            rows = (await connection.execute(query)).all()
        return cut_page([job_of(row) for row in rows], limit, lambda job: (job.created_at, job.id))

    async def events(self, job_id: UUID, after: int = 0) -> tuple[JobEvent, ...]:
        """Events after the given id, oldest first."""
        query = (
            select(*_EVENT)
            .where(job_events.c.job_id == job_id, job_events.c.id > after)
            .order_by(job_events.c.id)
        )
        async with self._database.transaction(self._tenant_id) as connection:
            rows = (await connection.execute(query)).all()
            if not rows:
                await self._read(connection, job_id)
        return tuple(JobEvent.model_validate(dict(row._mapping)) for row in rows)

    async def claim(self, job_id: UUID, owner: str, lease_seconds: float) -> Lease | None:
        """Take the job, or settle it when it was cancelled or has no attempts left."""
        claiming = (
            update(jobs)
            .where(jobs.c.id == job_id, _claimable())
            .values(**_claimed(owner, lease_seconds))
            .returning(*JOB_COLUMNS)
        )
        async with self._database.transaction(self._tenant_id) as connection:
            row = (await connection.execute(claiming)).one_or_none()
            if row is None:
                await self._read(connection, job_id)
                return None
            job = job_of(row)
            if job.state != "running":
                await self._end(connection, job, job.state, error_at_the_end(job))
                return None
            await self._tell(connection, job.id, "claimed", attempt=job.attempts)
        return lease_of(job, owner)

    async def heartbeat(self, lease: Lease, lease_seconds: float) -> bool:
        """Extend the lease; True when the job should stop."""
        beating = (
            update(jobs)
            .where(*mine(lease))
            .values(lease_until=_in(lease_seconds))
            .returning(jobs.c.cancel_requested)
        )
        async with self._database.transaction(self._tenant_id) as connection:
            row = (await connection.execute(beating)).one_or_none()
        if row is None:
            raise LeaseLost
        return bool(row.cancel_requested)

    async def progress(self, lease: Lease, stage: str, done: int, total: int) -> None:
        """Say how far the work is."""
        position: dict[str, JsonValue] = {"stage": stage, "done": done, "total": total}
        async with self._database.transaction(self._tenant_id) as connection:
            await hold(connection, lease)
            await self._set(connection, lease.job_id, **position)
            await self._tell(connection, lease.job_id, "progress", **position)

    async def finish(self, lease: Lease, state: JobState, error: JobError | None = None) -> None:
        """End the job. Raises Conflict when ``state`` is not a final one."""
        if state not in FINAL_STATES:
            raise Conflict(f"a job cannot end as {state!r}")
        async with self._database.transaction(self._tenant_id) as connection:
            job = await self._held(connection, lease)
            await self._end(connection, job, state, error)

    async def retry(self, lease: Lease, error: JobError, after_seconds: float) -> None:
        """Another attempt later, unless the job was cancelled or this was the last one."""
        async with self._database.transaction(self._tenant_id) as connection:
            job = await self._held(connection, lease)
            if job.cancel_requested:
                await self._end(connection, job, "cancelled")
            elif job.attempts >= job.max_attempts:
                await self._end(connection, job, "failed", dead_letter(job.attempts, error))
            else:
                reason = error.model_dump()
                due = {"state": "retrying", "error": reason, "due_at": _in(after_seconds)}
                await self._set(connection, job.id, **due, **_UNOWNED)
                await self._tell(
                    connection, job.id, "retrying", error=reason, after_seconds=after_seconds
                )

    async def release(self, lease: Lease) -> None:
        """Back to the queue at once; the attempt does not count."""
        async with self._database.transaction(self._tenant_id) as connection:
            job = await self._held(connection, lease)
            if job.cancel_requested:
                await self._end(connection, job, "cancelled")
            else:
                again = {"state": "queued", "attempts": job.attempts - 1, "rung_at": None}
                await self._set(connection, job.id, **again, **_UNOWNED)
                await self._tell(connection, job.id, "released")

    async def request_cancel(self, job_id: UUID) -> Job:
        """Stop the job: now, or at the next heartbeat of whoever runs it."""
        async with self._database.transaction(self._tenant_id) as connection:
            job = await self._read(connection, job_id, lock=True)
            if job.state in FINAL_STATES:
                raise Conflict(f"the job is already {job.state}")
            if job.state != "running":
                await self._end(connection, job, "cancelled")
            elif not job.cancel_requested:
                await self._set(connection, job.id, cancel_requested=True)
                await self._tell(connection, job.id, "cancel_requested")
            return await self._read(connection, job_id)

    async def _read(self, connection: AsyncConnection, job_id: UUID, *, lock: bool = False) -> Job:
        query = select(*JOB_COLUMNS).where(jobs.c.id == job_id)
        row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound(f"no job {str(job_id)!r}")
        return job_of(row)

    async def _held(self, connection: AsyncConnection, lease: Lease) -> Job:
        await hold(connection, lease)
        return await self._read(connection, lease.job_id)

    async def _end(
        self, connection: AsyncConnection, job: Job, state: JobState, error: JobError | None = None
    ) -> None:
        reason = error.model_dump() if error else None
        await self._set(connection, job.id, state=state, error=reason, finished_at=_NOW, **_UNOWNED)
        if error is not None and error.code == DEAD_LETTER:
            await connection.execute(
                update(versions)
                .where(versions.c.id == job.version_id, versions.c.status == "received")
                .values(status="failed")
            )
        if state in RUN_ENDINGS:
            await connection.execute(
                update(runs)
                .where(runs.c.id == job.run_id, runs.c.status == "running")
                .values(status=RUN_ENDINGS[state], error=why(error), finished_at=_NOW)
            )
        await self._tell(
            connection, job.id, ENDINGS[state], **({"error": reason} if reason else {})
        )

    async def _set(self, connection: AsyncConnection, job_id: UUID, **values: Any) -> None:
        await connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))

    async def _tell(
        self, connection: AsyncConnection, job_id: UUID, type: JobEventType, **data: JsonValue
    ) -> None:
        await add_event(connection, self._tenant_id, job_id, type, data)


def _claimable() -> ColumnElement[bool]:
    state = jobs.c.state
    return or_(
        state == "queued",
        and_(state == "retrying", jobs.c.due_at <= _NOW),
        and_(state == "running", jobs.c.lease_until < _NOW),
    )


def _claimed(owner: str, lease_seconds: float) -> dict[str, Any]:
    """A claim of a job that should not run any more settles it instead."""
    cancelled = jobs.c.cancel_requested
    used_up = jobs.c.attempts >= jobs.c.max_attempts
    over = or_(cancelled, used_up)
    return {
        "state": case((cancelled, "cancelled"), (used_up, "failed"), else_="running"),
        "attempts": case((over, jobs.c.attempts), else_=jobs.c.attempts + 1),
        "run_id": case((over, jobs.c.run_id), else_=func.coalesce(jobs.c.run_id, new_id())),
        "fence": jobs.c.fence + 1,
        "owner": owner,
        "lease_until": _in(lease_seconds),
        "due_at": None,
        "started_at": func.coalesce(jobs.c.started_at, _NOW),
    }


def _in(seconds: float) -> ColumnElement[Any]:
    return _NOW + timedelta(seconds=seconds)
