"""What the sweeper does across tenants: which jobs to ring again, which workers live, what to drop.

Only ids cross the border between tenants, through functions of the database.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from storage.database import Database
from storage.tables import jobs, workers

_FORGET = text("select forget_finished_threads(:most)")
_FORGOTTEN_AFTER = timedelta(days=1)
_RECALIBRATE = text("select queue_recalibrations(:every, :attempts)")
_DUE = text("select tenant_id, job_id from due_jobs(:older_than, :most)")


class DueJob(NamedTuple):
    """A job that nobody works on and somebody should."""

    tenant_id: UUID
    job_id: UUID


async def due_jobs(
    database: Database, older_than_seconds: float, limit: int = 100
) -> tuple[DueJob, ...]:
    """Jobs queued, due for a retry, or left by a dead worker, and not rung for that long since."""
    asked = {"older_than": timedelta(seconds=older_than_seconds), "most": limit}
    async with database.transaction() as connection:
        rows = await connection.execute(_DUE, asked)
        return tuple(DueJob(row.tenant_id, row.job_id) for row in rows)


async def mark_rung(database: Database, due: Sequence[DueJob]) -> None:
    """Remember that the doorbell was rung for these just now."""
    by_tenant: dict[UUID, list[UUID]] = defaultdict(list)
    for tenant_id, job_id in due:
        by_tenant[tenant_id].append(job_id)
    for tenant_id, job_ids in by_tenant.items():
        rung = update(jobs).where(jobs.c.id.in_(job_ids)).values(rung_at=func.clock_timestamp())
        async with database.transaction(tenant_id) as connection:
            await connection.execute(rung)


async def beat_worker(database: Database, name: str) -> None:
    """A worker process says that it lives; those silent for a day are struck off."""
    now = func.clock_timestamp()
    beat = insert(workers).values(name=name, seen_at=now)
    gone = delete(workers).where(workers.c.seen_at < now - _FORGOTTEN_AFTER)
    async with database.transaction() as connection:
        await connection.execute(gone.where(workers.c.name != name))
        await connection.execute(
            beat.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now})
        )


async def forget_finished_threads(database: Database, limit: int = 100) -> int:
    """Delete the checkpoints of runs whose job is over, whoever's they are; how many runs."""
    async with database.transaction() as connection:
        return int((await connection.execute(_FORGET, {"most": limit})).scalar_one())


async def queue_recalibrations(database: Database, every_hours: float, max_attempts: int) -> int:
    """Queue a job that fits thresholds for each tenant that was asked something within that time
    and had no such job; how many. Asked by several workers at once, it queues them once."""
    asked = {"every": timedelta(hours=every_hours), "attempts": max_attempts}
    async with database.transaction() as connection:
        return int((await connection.execute(_RECALIBRATE, asked)).scalar_one())


async def live_workers(database: Database, within_seconds: float) -> tuple[str, ...]:
    """Workers heard of within that time, by name."""
    since = func.clock_timestamp() - timedelta(seconds=within_seconds)
    query = select(workers.c.name).where(workers.c.seen_at >= since).order_by(workers.c.name)
    async with database.transaction() as connection:
        return tuple((await connection.execute(query)).scalars())
