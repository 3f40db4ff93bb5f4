"""Which jobs the sweeper rings again, and which it leaves alone."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from core.schemas.job import JobError
from storage.database import Database
from storage.protocols import Repositories
from storage.repositories import open_repositories
from storage.sweeping import DueJob, beat_worker, due_jobs, live_workers, mark_rung
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
