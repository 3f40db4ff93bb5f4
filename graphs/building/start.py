"""Starts the building graph for one leased job, or resumes it where an earlier attempt stopped."""

from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained

from core.schemas.job import Lease
from core.schemas.run import Run
from graphs.building.graph import RECURSION_LIMIT, STEPS, make_building_graph
from graphs.building.state import BuildContext
from graphs.running import RunControl, RunDrained, RunJournal, Watcher, recorded_run
from graphs.runtime import Runtime
from storage.checkpoints import delete_thread, open_checkpointer
from storage.protocols import Jobs, Repositories

STAGES = tuple(step.__name__.split("_")[0] for step in STEPS)
"""What a job's ``stage`` goes through: load, outline, segment, …, store."""


class BuildResult(NamedTuple):
    """How a build ended: partial when the loader had to leave something out."""

    state: Literal["succeeded", "partial"]
    memories: int
    warnings: tuple[str, ...]


class JobWatcher(Watcher):
    """Reports steps as the job's progress, and stops the run when its job was cancelled."""

    def __init__(self, jobs: Jobs, lease: Lease, control: RunControl) -> None:
        self._jobs = jobs
        self._lease = lease
        self._control = control

    async def started(self, node: str) -> None:
        """Raises RunCancelled, and LeaseLost when somebody else owns the job."""
        self._control.check()
        stage = node.split("_")[0]
        await self._jobs.progress(self._lease, stage, STAGES.index(stage), len(STAGES))

    async def progressed(self, node: str, done: int, total: int) -> None:
        """Progress inside a long stage counts that stage's own items."""
        self._control.check()
        await self._jobs.progress(self._lease, node.split("_")[0], done, total)


async def build_memories(runtime: Runtime, lease: Lease, *, control: RunControl) -> BuildResult:
    """Build the leased version.

    Raises InvalidDocument (no retry can mend it), Unavailable (retry), LeaseLost (stop quietly),
    RunCancelled, and RunDrained when the control asked for it.
    """
    repositories = runtime.repositories(lease.tenant_id)
    journal = RunJournal(
        repositories.runs,
        lease.run_id,
        attempt=lease.attempt,
        lease=lease,
        watcher=JobWatcher(repositories.jobs, lease, control),
    )
    context = _context(runtime, repositories, journal, lease)
    async with (
        recorded_run(repositories.runs, _run_of(runtime, lease), lease),
        open_checkpointer(runtime.database, lease.tenant_id) as checkpointer,
    ):
        graph = make_building_graph(checkpointer)
        config = RunnableConfig(
            configurable={"thread_id": str(lease.run_id)}, recursion_limit=RECURSION_LIMIT
        )
        begun = (await graph.aget_state(config)).next
        given: Any = None if begun else {"version_id": lease.version_id}
        try:
            state = await graph.ainvoke(
                given,
                config,
                context=context,
                durability="sync",
                control=control.graph,
            )
        except GraphDrained as error:
            raise RunDrained from error
    await delete_thread(runtime.database, lease.tenant_id, str(lease.run_id))
    return _result(state["memory_count"], state["warnings"])


def _context(
    runtime: Runtime, repositories: Repositories, journal: RunJournal, lease: Lease
) -> BuildContext:
    agents = runtime.agents
    return BuildContext(
        journal=journal,
        lease=lease,
        documents=repositories.documents,
        memories=repositories.memories,
        network=repositories.network,
        loader=runtime.loader,
        encoder=runtime.encoder,
        reader=runtime.reader,
        outliner=agents.outliner,
        segmenter=agents.segmenter,
        reviewer=agents.reviewer,
        completer=agents.completer,
        memory_verifier=agents.memory_verifier,
        max_review_rounds=runtime.settings.max_review_rounds,
        layers=runtime.settings.layers,
    )


def _result(memories: int, warnings: list[str]) -> BuildResult:
    return BuildResult("partial" if warnings else "succeeded", memories, tuple(warnings))


def _run_of(runtime: Runtime, lease: Lease) -> Run:
    return Run(
        id=lease.run_id,
        graph="building",
        status="running",
        subject={
            "document_id": str(lease.document_id),
            "version_id": str(lease.version_id),
            "job_id": str(lease.job_id),
        },
        engine=runtime.engine(),
        attempts=lease.attempt,
        started_at=datetime.now(UTC),
    )
