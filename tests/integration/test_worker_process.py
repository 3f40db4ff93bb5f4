"""A real Celery worker on a real broker, building real documents, and killed in the middle."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from core.ids import new_id
from core.schemas.document import Source
from core.schemas.job import FINAL_STATES, Job
from core.settings import Settings
from storage.database import Database
from storage.embedded import EmbeddedPostgres
from storage.migrating import migrate
from storage.protocols import Repositories, Submission, Upload
from storage.repositories import open_repositories
from storage.sweeping import live_workers
from storage.tenants import create_tenant
from worker.dispatch import Dispatcher

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 90.0
STOP_SECONDS = 20.0
"""How long a supervisor waits for a worker that it asked to stop."""
LONG = 40
"""Sections of a document that takes seconds to build."""
LONGER = 160
"""Sections of one that takes many heartbeats; only for builds that never end."""
MIDDLE = ("review", "complete", "verify", "embed")
"""Stages that come after a checkpoint and before the memories are stored."""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data directory of this module's own, because its Postgres gets killed."""
    home = Path(tempfile.mkdtemp(prefix="quaestor-worker-", dir="/tmp"))
    home.chmod(0o711)
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(home, fast=True)
    server.start()
    migrate(server.owner_url, queue=True)
    yield server
    server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def redis_url() -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    command = [program, "--port", str(port), "--save", "", "--dir", "/tmp"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


@pytest.fixture
def amqp_url() -> str:
    url = os.environ.get("QUAESTOR_TEST_AMQP_URL")
    if url is None:
        pytest.skip("QUAESTOR_TEST_AMQP_URL names no RabbitMQ")
    return url


class Workers:
    """Starts worker processes as a supervisor would, and leaves none behind."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._settings = settings
        self._log = log
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self) -> "subprocess.Popen[bytes]":
        """One more worker; it is not ready yet."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "worker"],
                cwd=ROOT,
                env={**os.environ, **environment(self._settings)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def stop(self) -> None:
        """Ask all to end, then make sure, children included."""
        for process in self._started:
            process.terminate()
        for process in self._started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for process in self._started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def log(self) -> str:
        """What all of them wrote."""
        return self._log.read_text()


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a child process reads them."""
    given = settings.model_dump(exclude_none=True, exclude_unset=True)
    return {
        f"QUAESTOR_{name.upper()}": value.get_secret_value()
        if hasattr(value, "get_secret_value")
        else str(value)
        for name, value in given.items()
    }


@dataclass
class Shop:
    """A tenant, its storage, and the doorbell."""

    settings: Settings
    database: Database
    tenant_id: UUID
    repositories: Repositories
    dispatcher: Dispatcher
    workers: Workers

    async def submit(self, content: str) -> Submission:
        """Store a document; nobody is told."""
        source = Source(principal="ada", origin="workshop")
        upload = Upload(f"manual-{new_id()}", "manual.md", content.encode(), source)
        return await self.repositories.documents.submit(upload)

    async def add(self, content: str) -> Submission:
        """Store a document and ring for it."""
        submission = await self.submit(content)
        await self.dispatcher.ring(self.tenant_id, submission.job.id)
        return submission

    async def until(self, job_id: UUID, reached: Callable[[Job], bool]) -> Job:
        """The job as soon as it is so; a test that waits in vain fails with the workers' log."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            job = await self.repositories.jobs.get(job_id)
            if reached(job):
                return job
            await asyncio.sleep(0.02)
        raise AssertionError(f"{job!r}\n{self.workers.log()[-6000:]}")

    async def ended(self, submission: Submission) -> Job:
        """The job in its final state."""
        return await self.until(submission.job.id, lambda job: job.state in FINAL_STATES)

    async def without_checkpoints(self) -> None:
        """Wait until the tenant has none."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        count = text("select count(*) from checkpoint_writes")
        left = 1
        while left and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
            async with self.database.transaction(self.tenant_id) as connection:
                left = (await connection.execute(count)).scalar_one()
        assert not left, self.workers.log()[-6000:]

    async def in_the_middle(self, submission: Submission) -> Job:
        """The job after some steps and before its last."""
        return await self.until(submission.job.id, lambda job: job.stage in MIDDLE)

    async def assert_each_effect_once(self, submission: Submission, job: Job) -> None:
        """Memories, steps and active versions of a finished build are there, none doubled."""
        assert job.run_id is not None
        memories = await self.repositories.memories.of_version(submission.version.id)
        steps = await self.repositories.runs.steps(job.run_id)
        versions = await self.repositories.documents.versions(submission.document.id)

        assert [memory.ordinal for memory in memories] == list(range(len(memories)))
        assert memories
        assert len({memory.text_sha256 for memory in memories}) == len(memories)
        sequences = [step.sequence for step in steps]
        assert sequences == list(range(sequences[0], sequences[0] + len(steps)))
        assert {step.status for step in steps} == {"succeeded"}
        assert [version.status for version in versions] == ["active"]


@pytest.fixture(scope="module")
def settings(server: EmbeddedPostgres, home: Path) -> Settings:
    return Settings.model_validate(
        {
            "database_url": server.app_url,
            "data_dir": home / "data",
            "lease_seconds": 3.0,
            "sweep_seconds": 0.5,
            "retry_base_seconds": 0.2,
            "log_level": "info",
        }
    )


OpenShop = Callable[[Settings], Awaitable[Shop]]


@pytest.fixture(scope="module")
def log(home: Path) -> Path:
    return home / "worker.log"


@pytest.fixture
async def open_shop(server: EmbeddedPostgres, log: Path) -> AsyncIterator[OpenShop]:
    opened: list[Shop] = []

    async def open_with(settings: Settings) -> Shop:
        database = Database(server.app_url, pool_size=4)
        tenant_id = await create_tenant(database, f"tenant {new_id()}")
        repositories = open_repositories(database, tenant_id)
        workers = Workers(settings, log)
        shop = Shop(settings, database, tenant_id, repositories, Dispatcher(settings), workers)
        opened.append(shop)
        return shop

    yield open_with
    for shop in opened:
        await asyncio.to_thread(shop.workers.stop)
        await shop.dispatcher.close()
        await shop.database.close()


@pytest.fixture
async def shop(open_shop: OpenShop, settings: Settings) -> Shop:
    return await open_shop(settings)


def manual(sections: int) -> str:
    """A document with so many sections, no two alike; another at every call."""
    edition = new_id().hex
    parts = [f"# Pump manual {edition}\n"]
    for number in range(sections):
        parts.append(
            f"## Pump {number}\n\n"
            f"The P-{number} pump moves {number * 7 + 3} litres of water a minute. "
            f"Its seal S-{number} is replaced after {number * 50 + 400} hours of work. "
            f"Before that, the valve V-{number} has to be closed by the shift leader. "
            f"It must not be opened again until the pressure is below {number % 9 + 1} bar.\n"
        )
    return "\n".join(parts)


@pytest.fixture(scope="class")
def serving_worker(settings: Settings, log: Path) -> Iterator[None]:
    workers = Workers(settings, log)
    workers.start()
    yield
    workers.stop()


@pytest.mark.usefixtures("serving_worker")
class TestOneWorkerServing:
    async def test_a_ring_becomes_memories(self, shop: Shop) -> None:
        submission = await shop.add(manual(3))
        job = await shop.ended(submission)

        assert (job.state, job.attempts) == ("succeeded", 1)
        await shop.assert_each_effect_once(submission, job)

    async def test_a_job_nobody_rang_for_is_found_by_the_sweeper(self, shop: Shop) -> None:
        job = await shop.ended(await shop.submit(manual(2)))

        assert job.state == "succeeded"

    async def test_an_empty_document_fails_with_its_code_and_the_next_is_built(
        self, shop: Shop
    ) -> None:
        empty = await shop.ended(await shop.add(" \n\n"))
        whole = await shop.ended(await shop.add(manual(2)))

        assert empty.error is not None
        assert (empty.state, empty.error.code, empty.attempts) == ("failed", "empty_extraction", 1)
        assert whole.state == "succeeded"

    async def test_three_rings_for_one_job_are_one_attempt(self, shop: Shop) -> None:
        submission = await shop.submit(manual(2))
        for _ in range(3):
            await shop.dispatcher.ring(shop.tenant_id, submission.job.id)
        job = await shop.ended(submission)

        assert (job.attempts, job.fence) == (1, 1)
        await shop.assert_each_effect_once(submission, job)

    async def test_a_running_job_is_cancelled(self, shop: Shop) -> None:
        submission = await shop.add(manual(LONGER))
        await shop.until(submission.job.id, lambda job: job.state == "running")

        await shop.repositories.jobs.request_cancel(submission.job.id)
        job = await shop.ended(submission)

        assert job.state == "cancelled"
        assert await shop.repositories.memories.of_version(submission.version.id) == ()

    async def test_a_living_worker_shows_itself(self, shop: Shop) -> None:
        assert await live_workers(shop.database, shop.settings.sweep_seconds * 3)


async def test_kill_9_of_the_worker_in_the_middle_of_a_build(shop: Shop) -> None:
    first = shop.workers.start()
    submission = await shop.add(manual(LONG))
    await shop.in_the_middle(submission)

    first.kill()
    shop.workers.start()
    job = await shop.ended(submission)

    assert (job.state, job.attempts) == ("succeeded", 2)
    await shop.assert_each_effect_once(submission, job)


async def test_kill_9_of_postgres_in_the_middle_of_a_build(
    shop: Shop, server: EmbeddedPostgres, home: Path
) -> None:
    worker = shop.workers.start()
    submission = await shop.add(manual(LONG))
    await shop.in_the_middle(submission)

    postmaster = int((home / "postgres" / "postmaster.pid").read_text().split("\n")[0])
    os.kill(postmaster, signal.SIGKILL)
    await asyncio.sleep(1.0)
    await asyncio.to_thread(server.start)
    job = await shop.ended(submission)

    assert worker.poll() is None
    assert job.state == "succeeded"
    assert job.attempts >= 2
    await shop.assert_each_effect_once(submission, job)


async def test_a_worker_may_start_before_its_database(shop: Shop, server: EmbeddedPostgres) -> None:
    submission = await shop.submit(manual(1))
    await asyncio.to_thread(server.stop)

    worker = shop.workers.start()
    await asyncio.sleep(4)
    away = worker.poll()
    await asyncio.to_thread(server.start)
    job = await shop.ended(submission)

    assert away is None
    assert (job.state, job.attempts) == ("succeeded", 1)


async def test_a_worker_deletes_what_runs_that_are_over_left_behind(shop: Shop) -> None:
    submission = await shop.submit(manual(1))
    lease = await shop.repositories.jobs.claim(submission.job.id, "dead", 60)
    assert lease is not None
    kept = "insert into checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx,"
    async with shop.database.transaction(shop.tenant_id) as connection:
        await connection.execute(
            text(f"{kept} channel, blob) values (:run, '', '1', 'task', 0, 'state', '')"),
            {"run": str(lease.run_id)},
        )
    await shop.repositories.jobs.finish(lease, "cancelled")

    shop.workers.start()

    await shop.without_checkpoints()


async def test_sigterm_hands_running_jobs_back_and_ends_the_process(shop: Shop) -> None:
    first = shop.workers.start()
    submission = await shop.add(manual(LONG))
    await shop.in_the_middle(submission)

    first.terminate()
    status = await asyncio.to_thread(first.wait, STOP_SECONDS)
    released = await shop.repositories.jobs.get(submission.job.id)
    shop.workers.start()
    job = await shop.ended(submission)

    assert status == 0
    assert (released.state, released.attempts) == ("queued", 0)
    assert (job.state, job.attempts) == ("succeeded", 1)
    await shop.assert_each_effect_once(submission, job)


async def test_redis_rings_as_well(open_shop: OpenShop, settings: Settings, redis_url: str) -> None:
    await assert_round_trip(open_shop, settings, redis_url)


async def test_rabbitmq_rings_as_well(
    open_shop: OpenShop, settings: Settings, amqp_url: str
) -> None:
    await assert_round_trip(open_shop, settings, amqp_url)


async def assert_round_trip(open_shop: OpenShop, settings: Settings, broker_url: str) -> None:
    given = {**settings.model_dump(exclude_unset=True), "broker_url": broker_url}
    patient = Settings.model_validate({**given, "sweep_seconds": 60.0})
    shop = await open_shop(patient)
    shop.workers.start()

    job = await shop.ended(await shop.add(manual(1)))

    assert job.state == "succeeded"
