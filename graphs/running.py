"""How a graph is run so that it can be read and replayed: every step recorded, every input kept.

Knows runs, steps and entries; leaves what the steps do to the two graphs. A step is written when
it ends, before the next begins; a step executed again after a crash replaces its row.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from langgraph.config import get_config
from langgraph.runtime import RunControl as GraphControl
from langgraph.runtime import Runtime
from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from core.errors import LeaseLost, QuaestorError, RunCancelled, Unavailable
from core.ids import canonical_json, sha256_of
from core.recording import Observed, recording
from core.schemas.job import Lease
from core.schemas.run import Entry, EntryKind, Run, RunStatus, Step, StepStatus
from storage.protocols import Runs

State = TypeVar("State")
Update = TypeVar("Update")


class RunDrained(QuaestorError):
    """The run stopped at a step because its worker is shutting down; it can be resumed."""

    code = "drained"


class RunControl:
    """Asks one run to stop at its next step; safe to call from any thread."""

    def __init__(self) -> None:
        self.graph = GraphControl()
        self._cancelled = False

    def request_drain(self) -> None:
        """Stop and keep the checkpoint, so that another worker goes on."""
        self.graph.request_drain()

    def request_cancel(self) -> None:
        """Stop for good."""
        self._cancelled = True

    def check(self) -> None:
        """Raises RunCancelled once cancellation was requested."""
        if self._cancelled:
            raise RunCancelled


class StepNotice(NamedTuple):
    """A finished step, as those who watch a run see it."""

    node: str
    sequence: int
    seconds: float
    outputs: Mapping[str, JsonValue]


class StepRecorder:
    """Collects the entries of one step in the order they were begun."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._begun = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Finished entries by ordinal."""
        return tuple(self._entries[ordinal] for ordinal in sorted(self._entries))

    async def observe(
        self,
        kind: EntryKind,
        name: str,
        request: JsonValue,
        call: Callable[[], Awaitable[Observed]],
    ) -> Observed:
        """Call, and keep what came back under the digest of what was asked."""
        ordinal, self._begun = self._begun, self._begun + 1
        started_at, clock = datetime.now(UTC), time.perf_counter()
        observed = Observed({"error": "cancelled"})
        try:
            observed = await call()
        except Exception as error:
            observed = Observed({"error": type(error).__name__})
            raise
        finally:
            self._entries[ordinal] = Entry(
                ordinal=ordinal,
                kind=kind,
                name=name,
                request_sha256=sha256_of(canonical_json(request)),
                value=observed.value,
                payload=observed.payload,
                started_at=started_at,
                seconds=time.perf_counter() - clock,
            )
        return observed


class Watcher:
    """Told what a run does while it does it; this one does not care."""

    async def started(self, node: str) -> None:
        """A step begins. What this raises stops the run before the step."""

    async def progressed(self, node: str, done: int, total: int) -> None:
        """A long step is part of the way through."""

    async def ended(self, notice: StepNotice) -> None:
        """A step was kept."""


class RunJournal:
    """Writes the steps of one run."""

    def __init__(
        self,
        runs: Runs,
        run_id: UUID,
        *,
        attempt: int = 1,
        lease: Lease | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self.run_id = run_id
        self._runs = runs
        self._attempt = attempt
        self._lease = lease
        self._watcher = watcher or Watcher()
        self._open: _OpenStep | None = None
        self._kept: set[str] = set()
        """Digests that this run holds already: most of a step's inputs are an earlier one's."""

    async def execute(
        self, node: str, sequence: int, state: object, call: Callable[[], Awaitable[Update]]
    ) -> Update:
        """Run one step and keep it, whether it succeeds or fails."""
        await self._watcher.started(node)
        self._open = step = _OpenStep(node, sequence, state)
        try:
            with recording(step.recorder):
                update = await call()
        except Exception as error:
            await self._keep(step, "failed", {}, f"{type(error).__name__}: {error}")
            raise
        outputs = _json_of(update)
        await self._keep(step, "succeeded", outputs, None)
        await self._watcher.ended(StepNotice(node, sequence, step.seconds(), outputs))
        return update

    def keep(self, data: bytes) -> str:
        """Keep bytes with the open step; later steps read them by the digest returned."""
        if self._open is None:
            raise ValueError("bytes are kept with a step, and none is open")
        digest = sha256_of(data)
        self._open.kept[digest] = data
        return digest

    async def read(self, sha256: str) -> bytes:
        """Bytes that an earlier step of this run kept."""
        return await self._runs.blob(sha256)

    async def progress(self, done: int, total: int) -> None:
        """Tell the watcher how far the open step is."""
        if self._open is not None:
            await self._watcher.progressed(self._open.node, done, total)

    async def _keep(
        self,
        step: "_OpenStep",
        status: StepStatus,
        outputs: Mapping[str, JsonValue],
        error: str | None,
    ) -> None:
        blobs = dict(step.kept)
        kept = Step(
            run_id=self.run_id,
            sequence=step.sequence,
            node=step.node,
            attempt=self._attempt,
            status=status,
            inputs=_address(step.inputs, blobs),
            outputs=_address(outputs, blobs),
            error=error,
            started_at=step.started_at,
            seconds=step.seconds(),
            entries=step.recorder.entries,
        )
        fresh = {digest: data for digest, data in blobs.items() if digest not in self._kept}
        await self._runs.add_step(kept, fresh, self._lease)
        self._kept |= fresh.keys()


class _OpenStep:
    """A step between its start and its end."""

    def __init__(self, node: str, sequence: int, state: object) -> None:
        self.node = node
        self.sequence = sequence
        self.inputs = _json_of({f.name: getattr(state, f.name) for f in fields(state)})  # type: ignore[arg-type]
        self.recorder = StepRecorder()
        self.kept: dict[str, bytes] = {}
        self.started_at = datetime.now(UTC)
        self._clock = time.perf_counter()

    def seconds(self) -> float:
        return time.perf_counter() - self._clock


def _json_of(values: Any) -> dict[str, JsonValue]:
    return {key: to_jsonable_python(value) for key, value in (values or {}).items()}


def _address(values: Mapping[str, JsonValue], blobs: dict[str, bytes]) -> dict[str, str]:
    """State key to digest; the bytes behind each digest go into ``blobs``."""
    digests = {}
    for key, value in values.items():
        data = canonical_json(value)
        digests[key] = sha256_of(data)
        blobs[digests[key]] = data
    return digests


@dataclass(frozen=True)
class RunContext:
    """What every step of every graph can reach; each graph adds its own collaborators."""

    journal: RunJournal


Context = TypeVar("Context", bound=RunContext)
StateIn = TypeVar("StateIn", contravariant=True)


class GraphNode(Protocol[StateIn, Context]):
    """A step as LangGraph calls it."""

    def __call__(self, state: StateIn, *, runtime: Runtime[Context]) -> Awaitable[Any]: ...


def recorded(
    node: Callable[[State, Runtime[Context]], Awaitable[Update]],
) -> GraphNode[State, Context]:
    """The node as the graph runs it: through the journal of its run, under its own name."""
    name = node.__name__

    async def run_step(state: State, *, runtime: Runtime[Context]) -> Update:
        sequence = int(get_config()["metadata"]["langgraph_step"])
        journal = runtime.context.journal
        return await journal.execute(name, sequence, state, lambda: node(state, runtime))

    return run_step


@asynccontextmanager
async def recorded_run(runs: Runs, run: Run, lease: Lease | None = None) -> AsyncGenerator[None]:
    """Keep the run's beginning and its end. One under a lease that was interrupted stays running:
    another attempt goes on with it. Raises LeaseLost for a late writer."""
    await runs.start(run, lease)
    try:
        yield
    except (Exception, asyncio.CancelledError) as error:
        status = ending_of(error, resumable=lease is not None)
        if status is not None:
            await runs.finish(run.id, status, f"{type(error).__name__}: {error}", lease)
        raise
    await runs.finish(run.id, "succeeded", None, lease)


def ending_of(error: BaseException, *, resumable: bool) -> RunStatus | None:
    """How a run that raised has ended; None when another attempt will go on with it."""
    interrupted = (RunDrained, LeaseLost, Unavailable, asyncio.CancelledError)
    if resumable and isinstance(error, interrupted):
        return None
    cancelled = isinstance(error, (RunCancelled, asyncio.CancelledError))
    return "cancelled" if cancelled else "failed"
