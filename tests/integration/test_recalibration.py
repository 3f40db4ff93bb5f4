"""Thresholds fitted each night: queued once for each tenant that was asked something, and done."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from core.ids import new_id
from core.schemas.run import Run
from core.settings import Settings
from graphs.running import RunControl
from storage.database import Database
from storage.protocols import Repositories
from storage.repositories import open_repositories
from storage.sweeping import due_jobs, queue_recalibrations
from storage.tenants import create_tenant
from worker.driving import drive

DAY = 24.0


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    opened = Database(fresh_database_url, pool_size=4)
    yield opened
    await opened.close()


@pytest.fixture
async def tenant_id(database: Database) -> UUID:
    return await create_tenant(database, "asked")


@pytest.fixture
def kept(database: Database, tenant_id: UUID) -> Repositories:
    return open_repositories(database, tenant_id)


async def ask(kept: Repositories, hours_ago: float = 0.0) -> None:
    started = datetime.now(UTC) - timedelta(hours=hours_ago)
    subject = {"question": "Why?", "collection": "default"}
    run = Run(id=new_id(), graph="answering", status="running", subject=subject, started_at=started)
    await kept.runs.start(run)
    await kept.runs.finish(run.id, "succeeded")


async def test_a_tenant_that_was_asked_something_gets_one_job(
    database: Database, kept: Repositories, tenant_id: UUID
) -> None:
    await create_tenant(database, "silent")
    await ask(kept)

    queued = await asyncio.gather(*(queue_recalibrations(database, DAY, 3) for _ in range(3)))

    assert sum(queued) == 1
    (job,) = (await kept.jobs.list()).items
    assert (job.kind, job.state, job.max_attempts) == ("thresholds.fit", "queued", 3)
    assert [event.type for event in await kept.jobs.events(job.id)] == ["queued"]
    assert await due_jobs(database, DAY * 3600) == ((tenant_id, job.id),)


async def test_what_was_asked_long_ago_is_no_reason(database: Database, kept: Repositories) -> None:
    await ask(kept, hours_ago=25)

    assert await queue_recalibrations(database, DAY, 3) == 0


async def test_the_job_is_done_like_any_other(
    database: Database, kept: Repositories, tenant_id: UUID
) -> None:
    await ask(kept)
    await queue_recalibrations(database, DAY, 3)
    (job,) = (await kept.jobs.list()).items
    runtime: Any = SimpleNamespace(
        settings=Settings(lease_seconds=30), database=database, repositories=lambda _: kept
    )

    await drive(runtime, tenant_id, job.id, owner="worker", control=RunControl())

    assert (await kept.jobs.get(job.id)).state == "succeeded"
    assert await kept.thresholds.list() == ()
    assert await queue_recalibrations(database, DAY, 3) == 0
