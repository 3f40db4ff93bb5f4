"""What a sweep rings for, over a real database, with a doorbell that only counts."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text

from core.errors import BrokerUnavailable
from core.ids import new_id
from core.schemas.document import Source
from core.schemas.job import JobError
from storage.database import Database
from storage.protocols import Repositories, Upload
from storage.repositories import open_repositories
from worker.sweeper import RINGS_PER_FREE_THREAD, sweep


class Bell:
    """Remembers who was rung for; silent while ``broken``."""

    def __init__(self) -> None:
        self.rung: list[UUID] = []
        self.broken = False

    async def ring(self, tenant_id: UUID, job_id: UUID) -> None:
        """Remember, or fail."""
        if self.broken:
            raise BrokerUnavailable
        self.rung.append(job_id)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    """A database of this one test: a sweep sees the jobs of all tenants."""
    opened = Database(fresh_database_url, pool_size=2)
    yield opened
    await opened.close()


@pytest.fixture
async def kept(database: Database, tenant_id: UUID) -> Repositories:
    return open_repositories(database, tenant_id)


async def queued(kept: Repositories) -> UUID:
    source = Source(principal="ada", origin="workshop")
    upload = Upload(f"manual-{new_id()}", "manual.txt", f"Oil {new_id()}.".encode(), source)
    return (await kept.documents.submit(upload)).job.id


async def forget_rings(database: Database, tenant_id: UUID) -> None:
    """Make the last ring for every job one of an hour ago."""
    async with database.transaction(tenant_id) as connection:
        await connection.execute(text("update jobs set rung_at = now() - interval '1 hour'"))


async def sweep_with(
    database: Database, bell: Bell, *, forgotten_seconds: float = 60.0, free_threads: int = 2
) -> None:
    await sweep(
        database,
        bell,  # type: ignore[arg-type]
        forgotten_seconds=forgotten_seconds,
        free_threads=free_threads,
    )


async def test_a_job_that_was_just_rung_for_is_left_alone(
    database: Database, kept: Repositories, bell: Bell
) -> None:
    await queued(kept)

    await sweep_with(database, bell)

    assert bell.rung == []


async def test_a_forgotten_job_is_rung_once_per_term(
    database: Database, tenant_id: UUID, kept: Repositories, bell: Bell
) -> None:
    job_id = await queued(kept)
    await forget_rings(database, tenant_id)

    for _ in range(3):
        await sweep_with(database, bell)

    assert bell.rung == [job_id]


async def test_a_lapsed_lease_and_a_due_retry_are_rung_at_once(
    database: Database, kept: Repositories, bell: Bell
) -> None:
    silent, failing, working = [await queued(kept) for _ in range(3)]
    await kept.jobs.claim(silent, "one", 0.05)
    lease = await kept.jobs.claim(failing, "one", 60)
    await kept.jobs.claim(working, "one", 60)
    assert lease is not None
    await kept.jobs.retry(lease, JobError(code="unavailable", detail="", retryable=True), 0.05)
    await asyncio.sleep(0.1)

    await sweep_with(database, bell)

    assert set(bell.rung) == {silent, failing}


async def test_a_busy_worker_does_not_ring(
    database: Database, kept: Repositories, bell: Bell
) -> None:
    await queued(kept)

    await sweep_with(database, bell, forgotten_seconds=0, free_threads=0)

    assert bell.rung == []


async def test_a_long_queue_is_rung_in_turns(
    database: Database, tenant_id: UUID, kept: Repositories, bell: Bell
) -> None:
    waiting = {await queued(kept) for _ in range(RINGS_PER_FREE_THREAD + 2)}
    await forget_rings(database, tenant_id)

    await sweep_with(database, bell, free_threads=1)
    first = len(bell.rung)
    await sweep_with(database, bell, free_threads=1)

    assert first == RINGS_PER_FREE_THREAD
    assert set(bell.rung) == waiting
    assert len(bell.rung) == len(waiting)


async def test_a_ring_that_failed_is_tried_again(
    database: Database, kept: Repositories, bell: Bell
) -> None:
    job_id = await queued(kept)
    bell.broken = True
    with pytest.raises(BrokerUnavailable):
        await sweep_with(database, bell, forgotten_seconds=0)

    bell.broken = False
    await asyncio.sleep(0.05)
    await sweep_with(database, bell, forgotten_seconds=0.05)

    assert bell.rung == [job_id]
