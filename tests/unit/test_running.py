"""Recording: every step kept once, with its inputs by content and its entries in order."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from core.errors import EmptyExtraction, LeaseLost, RunCancelled, StorageUnavailable
from core.ids import canonical_json, sha256_of
from core.recording import Observed, observe
from core.schemas.job import Lease
from core.schemas.run import Run, RunStatus, Step
from graphs.running import RunControl, RunDrained, RunJournal, recorded_run


class KeptRuns:
    """Just enough of a repository to see what a journal writes."""

    def __init__(self) -> None:
        self.steps_added: list[Step] = []
        self.blobs: dict[str, bytes] = {}
        self.ends: list[tuple[RunStatus, str | None]] = []

    async def start(self, run: Run, lease: Lease | None = None) -> None:
        self.started = run

    async def add_step(
        self, step: Step, blobs: Mapping[str, bytes], lease: Lease | None = None
    ) -> None:
        self.steps_added.append(step)
        self.blobs.update(blobs)

    async def finish(
        self,
        run_id: object,
        status: RunStatus,
        error: str | None = None,
        lease: Lease | None = None,
    ) -> None:
        self.ends.append((status, error))

    async def blob(self, sha256: str) -> bytes:
        return self.blobs[sha256]


@dataclass
class State:
    count: int
    names: list[str]


@pytest.fixture
def runs() -> KeptRuns:
    return KeptRuns()


@pytest.fixture
def journal(runs: KeptRuns) -> RunJournal:
    return RunJournal(runs, uuid4())  # type: ignore[arg-type]


async def test_step_keeps_inputs_and_outputs_by_content(
    runs: KeptRuns, journal: RunJournal
) -> None:
    async def call() -> dict[str, Any]:
        return {"count": 2}

    await journal.execute("count_names", 3, State(1, ["a"]), call)

    (step,) = runs.steps_added
    assert (step.node, step.sequence, step.status) == ("count_names", 3, "succeeded")
    assert runs.blobs[step.inputs["names"]] == b'["a"]'
    assert runs.blobs[step.outputs["count"]] == b"2"


async def test_entries_are_in_the_order_they_were_begun(
    runs: KeptRuns, journal: RunJournal
) -> None:
    async def slow() -> Observed:
        await asyncio.sleep(0.01)
        return Observed("slow")

    async def fast() -> Observed:
        return Observed("fast", b"bytes")

    async def call() -> dict[str, Any]:
        await asyncio.gather(observe("tool", "a", 1, slow), observe("tool", "b", 2, fast))
        return {}

    await journal.execute("use_tools", 0, State(0, []), call)

    entries = runs.steps_added[0].entries
    assert [(entry.ordinal, entry.value) for entry in entries] == [(0, "slow"), (1, "fast")]
    assert entries[1].payload == b"bytes"
    assert entries[0].request_sha256 == sha256_of(canonical_json(1))


async def test_failed_step_is_kept_with_its_error_and_raised(
    runs: KeptRuns, journal: RunJournal
) -> None:
    async def call() -> dict[str, Any]:
        raise EmptyExtraction

    with pytest.raises(EmptyExtraction):
        await journal.execute("load_document", 1, State(0, []), call)

    assert runs.steps_added[0].status == "failed"
    assert (runs.steps_added[0].error or "").startswith("EmptyExtraction")


async def test_bytes_kept_by_a_step_can_be_read_by_a_later_one(
    runs: KeptRuns, journal: RunJournal
) -> None:
    digests: list[str] = []

    async def keep() -> dict[str, Any]:
        digests.append(journal.keep(b"vectors"))
        return {}

    await journal.execute("embed", 1, State(0, []), keep)

    assert await journal.read(digests[0]) == b"vectors"


def a_run() -> Run:
    return Run(
        id=uuid4(), graph="building", status="running", subject={}, started_at=datetime.now(UTC)
    )


def a_lease() -> Lease:
    ids = {name: uuid4() for name in ("job_id", "tenant_id", "document_id", "version_id", "run_id")}
    return Lease(kind="memories.build", owner="me", fence=1, attempt=1, **ids)


@pytest.mark.parametrize(
    ("error", "of_resumable", "of_other"),
    [
        (RunDrained(), None, "failed"),
        (LeaseLost(), None, "failed"),
        (StorageUnavailable(), None, "failed"),
        (asyncio.CancelledError(), None, "cancelled"),
        (RunCancelled(), "cancelled", "cancelled"),
        (EmptyExtraction(), "failed", "failed"),
        (ZeroDivisionError(), "failed", "failed"),
    ],
)
async def test_run_ends_unless_another_attempt_will_go_on_with_it(
    runs: KeptRuns, error: BaseException, of_resumable: str | None, of_other: str
) -> None:
    for lease in (a_lease(), None):
        with pytest.raises(type(error)):
            async with recorded_run(runs, a_run(), lease):  # type: ignore[arg-type]
                raise error

    expected = [of_resumable] if of_resumable else []
    assert [status for status, _ in runs.ends] == [*expected, of_other]


async def test_run_that_ends_well_succeeded(runs: KeptRuns) -> None:
    async with recorded_run(runs, a_run()):  # type: ignore[arg-type]
        pass

    assert runs.ends == [("succeeded", None)]


async def test_failed_call_is_an_entry_too(runs: KeptRuns, journal: RunJournal) -> None:
    async def refuse() -> Observed:
        raise StorageUnavailable

    async def call() -> dict[str, Any]:
        await observe("retrieval", "hybrid", {}, refuse)
        return {}

    with pytest.raises(StorageUnavailable):
        await journal.execute("retrieve", 1, State(0, []), call)

    (entry,) = runs.steps_added[0].entries
    assert entry.value == {"error": "StorageUnavailable"}


def test_nothing_is_kept_outside_a_step(journal: RunJournal) -> None:
    with pytest.raises(ValueError, match="none is open"):
        journal.keep(b"lost")


def test_cancelled_control_stops_the_next_step() -> None:
    control = RunControl()
    control.check()

    control.request_cancel()

    with pytest.raises(RunCancelled):
        control.check()
