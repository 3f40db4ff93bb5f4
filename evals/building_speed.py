"""How much longer a whole build takes than the encoder's own work on the same text in the same run.

Documents are built one after another by the product's own graph on the Postgres that comes with
it, recorded and checkpointed as a worker would. After each build a second encoder, which remembers
nothing, reads the document's chunks once, so that whatever else the machine does slows both alike.
"""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from pydantic import JsonValue

from core.schemas.document import Source
from core.schemas.run import Step
from core.settings import Settings
from evals.data import Row, read_rows
from evals.intervals import bootstrap
from graphs.building import build_memories
from graphs.running import RunControl
from graphs.runtime import Runtime, open_runtime
from storage.embedded import EmbeddedPostgres
from storage.migrating import migrate
from storage.protocols import Upload
from storage.tenants import create_tenant
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder

DATA = "docs_peps"
LEASE_SECONDS = 3_600.0
SOURCE = Source(principal="eval", origin="eval")
WARM_UP: Row = {
    "doc_id": "warm-up",
    "title": "Warm-up",
    "text": "# Warm-up\n\nA first build opens connections and allocates memory. It is not timed.\n",
}
"""No document of the data: the encoder remembers what it has read."""


class Timing(NamedTuple):
    """One document; seconds, and characters of its text."""

    characters: int
    memories: int
    build: float
    """From the claim of its job to its end."""
    encoder: float
    """What the encoder took of that, for every layer."""
    alone: float
    """A second encoder on the text of each chunk, once."""
    steps: dict[str, float]


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Both ratios over all documents, and where the time went by step."""
    return asyncio.run(measure(list(read_rows(data, DATA, part))))


async def measure(rows: Sequence[Row]) -> dict[str, JsonValue]:
    """The report of some documents, built in their order."""
    async with open_product() as (runtime, tenant_id):
        other = configured_encoder(runtime.settings)
        await _time(runtime, tenant_id, other, WARM_UP)
        other = configured_encoder(runtime.settings)
        timings = [await _time(runtime, tenant_id, other, row) for row in rows]
    return _report(timings)


@asynccontextmanager
async def open_product() -> AsyncIterator[tuple[Runtime, UUID]]:
    """The product as configured, on a database of its own."""
    with _postgres() as server:
        async with open_runtime(Settings(), database_url=server.app_url) as runtime:
            yield runtime, await create_tenant(runtime.database, "eval")


@contextmanager
def _postgres() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="quaestor-eval-", dir="/tmp") as home:
        Path(home).chmod(0o711)  # as root, Postgres runs as another user who must pass through
        server = EmbeddedPostgres(Path(home))
        try:
            server.start()
            migrate(server.owner_url)
            yield server
        finally:
            server.stop()


async def _time(runtime: Runtime, tenant_id: UUID, other: Encoder, row: Row) -> Timing:
    kept = runtime.repositories(tenant_id)
    content = row["text"].encode()
    upload = Upload(row["doc_id"], f"{row['doc_id']}.txt", content, SOURCE, title=row["title"])
    submission = await kept.documents.submit(upload)
    started = time.perf_counter()
    lease = await kept.jobs.claim(submission.job.id, "eval", LEASE_SECONDS)
    if lease is None:
        raise ValueError(f"{row['doc_id']} is there twice")
    result = await build_memories(runtime, lease, control=RunControl())
    await kept.jobs.finish(lease, result.state)
    between = time.perf_counter()
    memories = await kept.memories.of_version(submission.version.id)
    reading = time.perf_counter()
    await other.encode([memory.text_original for memory in memories])
    alone = time.perf_counter() - reading
    steps = await kept.runs.steps(lease.run_id)
    return Timing(
        characters=len(row["text"]),
        memories=len(memories),
        build=between - started,
        encoder=_of_kind(steps, "encoder"),
        alone=alone,
        steps=_by_step(steps, between - started),
    )


def _of_kind(steps: Sequence[Step], kind: str) -> float:
    return sum(entry.seconds for step in steps for entry in step.entries if entry.kind == kind)


def _by_step(steps: Sequence[Step], build: float) -> dict[str, float]:
    """Seconds of each step without the models' shares, of each model, and between the steps."""
    spent: defaultdict[str, float] = defaultdict(float)
    for step in steps:
        models = sum(entry.seconds for entry in step.entries if entry.kind in ("encoder", "reader"))
        spent[step.node] += step.seconds - models
        for entry in step.entries:
            if entry.kind in ("encoder", "reader"):
                spent[f"the {entry.kind} in {step.node}"] += entry.seconds
    spent["records and checkpoints"] = build - sum(spent.values())
    return dict(spent)


def _report(timings: Sequence[Timing]) -> dict[str, JsonValue]:
    build, encoder, alone = (
        np.array([getattr(timing, name) for timing in timings])
        for name in ("build", "encoder", "alone")
    )
    documents = range(len(timings))
    characters = sum(timing.characters for timing in timings)
    each = {
        "build_ratio_to_encoder": bootstrap(_ratio, documents, build, encoder),
        "build_ratio_to_text_once": bootstrap(_ratio, documents, build, alone),
        "build_ratio_to_text_once_median": bootstrap(np.median, documents, build / alone),
        "build_seconds": bootstrap(np.sum, documents, build),
    }
    metrics: dict[str, JsonValue] = {name: dict(one._asdict()) for name, one in each.items()}
    return {
        "metrics": metrics,
        "table": list(_profile(timings)),
        "notes": [
            f"{len(timings)} documents, {characters:,} characters, "
            f"{sum(timing.memories for timing in timings):,} memories; one after another",
            "to_encoder: per second of the encoder inside the builds, all layers; "
            "to_text_once: per second of an encoder that reads each chunk's text once",
        ],
    }


def _ratio(over: Any, under: Any) -> float:
    return float(np.sum(over) / np.sum(under))


def _profile(timings: Sequence[Timing]) -> Iterator[dict[str, JsonValue]]:
    """Where the time went, largest first."""
    spent: dict[str, list[float]] = defaultdict(list)
    for timing in timings:
        for step, taken in timing.steps.items():
            spent[step].append(taken)
    whole = sum(timing.build for timing in timings)
    alone = sum(timing.alone for timing in timings)
    for step, seconds in sorted(spent.items(), key=lambda item: -sum(item[1])):
        yield {
            "step": step,
            "seconds": round(sum(seconds), 1),
            "share": f"{100 * sum(seconds) / whole:.1f} %",
            "per second of text once": round(sum(seconds) / alone, 3),
            "median ms": round(1000 * statistics.median(seconds), 1),
        }
