"""Which jobs the sweeper rings again, and which it leaves alone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import text

from core.ids import new_id
from core.schemas.job import JobError
from storage.checkpoints import CHECKPOINT_TABLES, open_checkpointer
from storage.database import Database
from storage.protocols import Repositories
from storage.repositories import open_repositories
from storage.sweeping import (
    DueJob,
    beat_worker,
    due_jobs,
    forget_finished_threads,
    live_workers,
    mark_rung,
)
from storage.tenants import create_tenant

LONG = 3600.0
CRASH = JobError(code="model_unavailable", detail="away", retryable=True)


class Site(NamedTuple):
    database: Database
    kept: Repositories
    due: DueJob


@pytest.fixture
async def site(fresh_database_url, library) -> AsyncIterator[Site]:
    """A database of its own with one queued job that was rung just now."""
    database = Database(fresh_database_url)
    tenant_id = await create_tenant(database, "acme")
    kept = open_repositories(database, tenant_id)
    job = (await kept.documents.submit(library.upload())).job
    yield Site(database, kept, DueJob(tenant_id, job.id))
    await database.close()


async def test_a_job_whose_bell_was_just_rung_is_left_alone(site):
    assert await due_jobs(site.database, LONG) == ()


async def test_a_job_nobody_came_for_is_rung_again(site):
    await asyncio.sleep(0.05)
    assert await due_jobs(site.database, 0.02) == (site.due,)

    await mark_rung(site.database, [site.due])

    assert await due_jobs(site.database, LONG) == ()


async def test_a_released_job_is_due_at_once(site):
    lease = await site.kept.jobs.claim(site.due.job_id, "worker", 30)
    await site.kept.jobs.release(lease)

    assert await due_jobs(site.database, LONG) == (site.due,)


async def test_a_running_job_is_due_when_its_lease_lapses(site):
    await site.kept.jobs.claim(site.due.job_id, "worker", 0.1)
    assert await due_jobs(site.database, 0) == ()

    await asyncio.sleep(0.15)

    assert await due_jobs(site.database, LONG) == (site.due,)
    await mark_rung(site.database, [site.due])
    assert await due_jobs(site.database, LONG) == ()


async def test_a_retry_is_due_when_its_time_has_come(site):
    lease = await site.kept.jobs.claim(site.due.job_id, "worker", 30)
    await site.kept.jobs.retry(lease, CRASH, 0.1)
    assert await due_jobs(site.database, 0) == ()

    await asyncio.sleep(0.15)

    assert await due_jobs(site.database, LONG) == (site.due,)


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled", "partial"])
async def test_a_job_that_is_over_is_never_due(site, state):
    lease = await site.kept.jobs.claim(site.due.job_id, "worker", 0.01)
    await site.kept.jobs.finish(lease, state)
    await asyncio.sleep(0.02)

    assert await due_jobs(site.database, 0) == ()


async def test_no_more_are_told_than_asked_for(site, library):
    for name in "abc":
        await site.kept.documents.submit(library.upload(name))

    assert len(await due_jobs(site.database, 0, limit=2)) == 2


async def test_workers_are_known_while_they_beat(site):
    await beat_worker(site.database, "second")
    await beat_worker(site.database, "first")
    await beat_worker(site.database, "first")

    assert await live_workers(site.database, 10) == ("first", "second")
    await asyncio.sleep(0.05)
    assert await live_workers(site.database, 0.01) == ()


async def test_a_worker_unseen_for_a_day_is_struck_off(site):
    await beat_worker(site.database, "old")
    await beat_worker(site.database, "recent")
    async with site.database.transaction() as connection:
        for name, hours in (("old", 25), ("recent", 23)):
            back = f"update workers set seen_at = now() - interval '{hours} hours'"
            await connection.execute(text(f"{back} where name = '{name}'"))

    await beat_worker(site.database, "new")

    assert await live_workers(site.database, 7 * 24 * LONG) == ("new", "recent")


async def keep_checkpoint(site: Site, tenant_id: UUID, thread_id: str) -> None:
    checkpoint: Any = {
        "v": 4,
        "id": str(new_id()),
        "ts": "",
        "channel_values": {"state": ["kept"]},
        "channel_versions": {"state": "1"},
        "versions_seen": {},
    }
    thread: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    async with open_checkpointer(site.database, tenant_id) as saver:
        config = await saver.aput(thread, checkpoint, {}, {"state": "1"})
        await saver.aput_writes(config, [("state", "kept")], "task")


async def threads(site: Site, tenant_id: UUID) -> list[set[str]]:
    async with site.database.transaction(tenant_id) as connection:
        return [
            set((await connection.execute(text(f"select thread_id from {table}"))).scalars())
            for table in CHECKPOINT_TABLES
        ]


async def test_only_the_checkpoints_of_jobs_that_are_over_are_forgotten(site, library):
    over = await site.kept.jobs.claim(site.due.job_id, "worker", 30)
    going = await library.claim(
        site.kept, await site.kept.documents.submit(library.upload("valve"))
    )
    for thread_id in (str(over.run_id), str(going.run_id), "no job's"):
        await keep_checkpoint(site, site.due.tenant_id, thread_id)
    assert await forget_finished_threads(site.database) == 0
    await site.kept.jobs.finish(over, "succeeded")

    assert await forget_finished_threads(site.database) == 1

    left = {str(going.run_id), "no job's"}
    assert await threads(site, site.due.tenant_id) == [left, left, left]
    assert await forget_finished_threads(site.database) == 0


async def test_checkpoints_under_the_run_of_another_tenant_are_left_alone(site):
    lease = await site.kept.jobs.claim(site.due.job_id, "worker", 30)
    await site.kept.jobs.finish(lease, "succeeded")
    stranger = await create_tenant(site.database, "stranger")
    await keep_checkpoint(site, stranger, str(lease.run_id))

    assert await forget_finished_threads(site.database) == 0
