"""Driving jobs over a real database, with a small graph in place of the building graph."""

import asyncio
import operator
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

import pytest
from langgraph.errors import GraphDrained
from langgraph.graph import END, START, StateGraph
from sqlalchemy import text
from typing_extensions import TypedDict

from core.errors import EmptyExtraction, ModelUnavailable, StorageUnavailable
from core.ids import new_id
from core.schemas.document import Source
from core.schemas.job import Job, Lease
from core.settings import Settings
from graphs.running import RunControl, RunDrained
from storage.checkpoints import open_checkpointer
from storage.database import Database
from storage.protocols import Repositories, Submission, Upload
from storage.repositories import open_repositories
from storage.sweeping import due_jobs
from worker.doing import Done
from worker.driving import drive

SETTINGS = Settings(lease_seconds=1.5, retry_base_seconds=0.01, max_attempts=3)
DONE = Done("succeeded", {"memories": 1})
STEPS = 4


@pytest.fixture
def repositories(database: Database, tenant_id: UUID) -> Repositories:
    return open_repositories(database, tenant_id, max_attempts=SETTINGS.max_attempts)


@pytest.fixture
async def submission(repositories: Repositories) -> Submission:
    source = Source(principal="ada", origin="workshop")
    upload = Upload(f"manual-{new_id()}", "manual.txt", f"Oil {new_id()}.".encode(), source)
    return await repositories.documents.submit(upload)


@dataclass
class Bench:
    """One job, and a driver of it for each build a test thinks of."""

    database: Database
    repositories: Repositories
    tenant_id: UUID
    submission: Submission
    control: RunControl = field(default_factory=RunControl)

    @property
    def job_id(self) -> UUID:
        return self.submission.job.id

    async def look(self) -> Job:
        """The job as it is now."""
        return await self.repositories.jobs.get(self.job_id)

    async def drive(self, build: Any, owner: str = "one") -> Job:
        """Drive the job and look what became of it."""
        await self.ring(self.job_id, build, owner)
        return await self.look()

    async def ring(self, job_id: UUID, build: Any, owner: str = "one") -> None:
        """Drive any job of the tenant."""
        runtime = SimpleNamespace(
            settings=SETTINGS, database=self.database, repositories=lambda _: self.repositories
        )
        await drive(
            runtime,  # type: ignore[arg-type]
            self.tenant_id,
            job_id,
            owner=owner,
            control=self.control,
            work=build,
        )

    async def take_over(self) -> None:
        """Somebody else claims the job: what a lapsed lease comes to."""
        async with self.database.transaction(self.tenant_id) as connection:
            statement = text("update jobs set fence = fence + 1, owner = 'two' where id = :id")
            await connection.execute(statement, {"id": self.job_id})


@pytest.fixture
def bench(
    database: Database, repositories: Repositories, tenant_id: UUID, submission: Submission
) -> Bench:
    return Bench(database, repositories, tenant_id, submission)


def raising(*errors: Exception) -> Callable[..., Awaitable[Done]]:
    """A build that fails once with each error and then succeeds."""
    left = list(errors)

    async def build(runtime: object, lease: Lease, *, control: RunControl) -> Done:
        if left:
            raise left.pop(0)
        return DONE

    return build


class Steps(TypedDict):
    taken: Annotated[list[int], operator.add]


class Graph:
    """A real graph of a few steps that checkpoints; ``before`` runs inside every step."""

    def __init__(self, before: Callable[[int], Awaitable[None]]) -> None:
        self.effects: list[int] = []
        self._before = before

    async def __call__(self, runtime: Any, lease: Lease, *, control: RunControl) -> Done:
        async def step(state: Steps) -> dict[str, list[int]]:
            control.check()
            number = len(state["taken"])
            await self._before(number)
            self.effects.append(number)
            return {"taken": [number]}

        graph = StateGraph(Steps).add_node("step", step).add_edge(START, "step")
        graph.add_conditional_edges("step", lambda s: END if len(s["taken"]) == STEPS else "step")
        async with open_checkpointer(runtime.database, lease.tenant_id) as checkpointer:
            compiled = graph.compile(checkpointer=checkpointer)
            config: Any = {"configurable": {"thread_id": str(lease.run_id)}}
            begun = (await compiled.aget_state(config)).next
            try:
                await compiled.ainvoke(
                    None if begun else {"taken": []},
                    config,
                    durability="sync",
                    control=control.graph,
                )
            except GraphDrained as error:
                raise RunDrained from error
        return DONE


async def test_a_build_that_ends_well_makes_the_job_succeed(bench: Bench) -> None:
    job = await bench.drive(raising())

    assert (job.state, job.attempts) == ("succeeded", 1)
    assert job.finished_at is not None


async def test_a_build_that_left_something_out_is_partial(bench: Bench) -> None:
    async def build(runtime: object, lease: Lease, *, control: RunControl) -> Done:
        return Done("partial", {"memories": 2})

    assert (await bench.drive(build)).state == "partial"


async def test_a_document_that_cannot_be_built_fails_with_its_code_at_once(bench: Bench) -> None:
    job = await bench.drive(raising(EmptyExtraction("no text")))

    assert (job.state, job.attempts) == ("failed", 1)
    assert job.error is not None
    assert (job.error.code, job.error.detail) == ("empty_extraction", "no text")
    version = await bench.repositories.documents.version(bench.submission.version.id)
    assert version.status == "failed"


async def test_something_away_is_tried_again_when_the_wait_is_over(bench: Bench) -> None:
    build = raising(ModelUnavailable())

    waiting = await bench.drive(build)
    await asyncio.sleep(0.05)
    due = await due_jobs(bench.database, 3600)
    ended = await bench.drive(build)

    assert waiting.state == "retrying"
    assert waiting.error is not None
    assert waiting.error.code == "model_unavailable"
    assert bench.job_id in {job.job_id for job in due}
    assert (ended.state, ended.attempts) == ("succeeded", 2)


async def test_a_defect_is_tried_again_until_the_attempts_are_used_up(bench: Bench) -> None:
    build = raising(*[ValueError("secret words")] * 9)

    jobs = []
    for _ in range(SETTINGS.max_attempts + 1):
        jobs.append(await bench.drive(build))
        await asyncio.sleep(0.1)

    assert [job.state for job in jobs] == ["retrying", "retrying", "failed", "failed"]
    assert jobs[-1].attempts == SETTINGS.max_attempts
    assert jobs[-1].error is not None
    assert "secret" not in jobs[-1].model_dump_json()


async def test_a_lost_lease_stops_the_run_and_writes_nothing(bench: Bench) -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def build(runtime: object, lease: Lease, *, control: RunControl) -> Done:
        begun.set()
        try:
            await asyncio.sleep(30)
        finally:
            stopped.set()
        return DONE

    driving = asyncio.create_task(bench.drive(build))
    await begun.wait()
    await bench.take_over()
    job = await asyncio.wait_for(driving, 5)

    assert stopped.is_set()
    assert job.state == "running"


async def test_a_build_that_ends_after_the_take_over_does_not_end_the_job(bench: Bench) -> None:
    async def build(runtime: object, lease: Lease, *, control: RunControl) -> Done:
        await bench.take_over()
        return DONE

    assert (await bench.drive(build)).state == "running"


async def test_a_heartbeat_keeps_the_lease_past_its_first_term(bench: Bench) -> None:
    async def build(runtime: object, lease: Lease, *, control: RunControl) -> Done:
        await asyncio.sleep(SETTINGS.lease_seconds * 2)
        rival = await bench.repositories.jobs.claim(lease.job_id, "rival", 1.0)
        assert rival is None
        return DONE

    job = await bench.drive(build)

    assert (job.state, job.fence) == ("succeeded", 1)


async def test_two_rings_are_one_execution(bench: Bench) -> None:
    async def pause(number: int) -> None:
        await asyncio.sleep(0.02)

    graph = Graph(pause)

    await asyncio.gather(bench.drive(graph, "one"), bench.drive(graph, "two"))
    job = await bench.drive(graph, "three")

    assert graph.effects == [0, 1, 2, 3]
    assert (job.state, job.attempts) == ("succeeded", 1)


async def test_a_cancelled_queued_job_is_never_begun(bench: Bench) -> None:
    async def unwanted(number: int) -> None:
        raise RuntimeError("it ran")

    graph = Graph(unwanted)

    await bench.repositories.jobs.request_cancel(bench.job_id)
    job = await bench.drive(graph)

    assert (job.state, job.attempts) == ("cancelled", 0)
    assert graph.effects == []


async def test_a_running_job_is_cancelled_at_a_later_step(bench: Bench) -> None:
    async def cancel_at_first(number: int) -> None:
        if number == 0:
            await bench.repositories.jobs.request_cancel(bench.job_id)
        await asyncio.sleep(SETTINGS.lease_seconds / 2)

    graph = Graph(cancel_at_first)

    job = await bench.drive(graph)

    assert job.state == "cancelled"
    assert 1 <= len(graph.effects) < STEPS


async def test_a_drained_run_is_handed_back_and_goes_on_where_it_stopped(bench: Bench) -> None:
    async def drain_at_second(number: int) -> None:
        if number == 1:
            bench.control.request_drain()

    graph = Graph(drain_at_second)

    released = await bench.drive(graph)
    due = await due_jobs(bench.database, 3600)
    bench.control = RunControl()
    ended = await bench.drive(graph, "two")

    assert (released.state, released.attempts) == ("queued", 0)
    assert bench.job_id in {job.job_id for job in due}
    assert (ended.state, ended.attempts) == ("succeeded", 1)
    assert graph.effects == [0, 1, 2, 3]


async def test_a_run_stopped_inside_a_step_is_handed_back(bench: Bench) -> None:
    begun = asyncio.Event()

    async def hang(number: int) -> None:
        begun.set()
        await asyncio.sleep(30)

    driving = asyncio.create_task(bench.drive(Graph(hang)))
    await begun.wait()
    driving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driving

    job = await bench.look()
    assert (job.state, job.attempts) == ("queued", 0)


async def test_a_run_that_failed_goes_on_after_its_last_finished_step(bench: Bench) -> None:
    failures = [StorageUnavailable()]

    async def fail_once_at_third(number: int) -> None:
        if number == 2 and failures:
            raise failures.pop()

    graph = Graph(fail_once_at_third)

    await bench.drive(graph)
    await asyncio.sleep(0.05)
    job = await bench.drive(graph)

    assert (job.state, job.attempts) == ("succeeded", 2)
    assert graph.effects == [0, 1, 2, 3]


async def test_an_ending_is_written_when_the_database_comes_back_in_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, outages = bench.repositories.jobs.finish, [StorageUnavailable(), StorageUnavailable()]

    async def finish_after_outage(*args: Any) -> None:
        if outages:
            raise outages.pop()
        await finish(*args)

    monkeypatch.setattr(bench.repositories.jobs, "finish", finish_after_outage)
    monkeypatch.setattr("worker.driving.INSIST_SECONDS", 0.01)

    assert (await bench.drive(raising())).state == "succeeded"


async def test_an_ending_that_cannot_be_written_leaves_the_job_to_its_lease(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*args: Any) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(bench.repositories.jobs, "finish", away)
        patch.setattr("worker.driving.INSIST_SECONDS", 0.05)
        stuck = await bench.drive(raising())
    ended = await bench.drive(raising(), "two")

    assert stuck.state == "running"
    assert (ended.state, ended.attempts) == ("succeeded", 2)


async def test_a_ring_for_an_unknown_job_is_ignored(bench: Bench) -> None:
    async def unwanted(runtime: object, lease: Lease, *, control: RunControl) -> Done:
        raise AssertionError("it ran")

    await bench.ring(new_id(), unwanted)

    assert (await bench.look()).state == "queued"
