"""What handing a document in again costs after one paragraph was changed, beside a fresh build.

Each document is built, changed and built again by the product's own graph; then the changed text is
built for another tenant, who never had it. Every timed build begins with an encoder and a reader
that remember nothing.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from pydantic import JsonValue

from core.schemas.memory import Memory
from evals.building_speed import DATA, LEASE_SECONDS, SOURCE, open_product
from evals.data import Row, read_rows
from evals.intervals import bootstrap
from graphs.building import build_memories
from graphs.running import RunControl
from graphs.runtime import Runtime
from storage.protocols import Upload
from storage.tenants import create_tenant
from tools.encoder_models import configured_encoder
from tools.reader import open_reader

EVERY = 12
"""One document in so many is measured: three builds of each take a while."""
REMARK = " This paragraph was reviewed again in spring."


class Built(NamedTuple):
    """One build."""

    seconds: float
    encoded: int
    """Texts that the encoder was given to embed memories."""
    memories: tuple[Memory, ...]


class Pair(NamedTuple):
    """The same changed text: handed in again, and fresh."""

    before: Built
    again: Built
    fresh: Built


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Texts encoded, time, and memories kept, each as a share of a fresh build's."""
    return asyncio.run(measure(list(read_rows(data, DATA, part))[::EVERY]))


async def measure(rows: Sequence[Row]) -> dict[str, JsonValue]:
    """The report of some documents."""
    async with open_product() as (runtime, ours):
        theirs = await create_tenant(runtime.database, "another")
        return report([await _measure(runtime, ours, theirs, row) for row in rows])


async def _measure(runtime: Runtime, ours: UUID, theirs: UUID, row: Row) -> Pair:
    text, changed = row["text"], with_remark(row["text"])
    return Pair(
        await _build(runtime, ours, row, text),
        await _build(runtime, ours, row, changed),
        await _build(runtime, theirs, row, changed),
    )


def with_remark(text: str) -> str:
    """The text with one more sentence at the end of its middle paragraph."""
    paragraphs = text.split("\n\n")
    middle = len(paragraphs) // 2
    paragraphs[middle] = paragraphs[middle].rstrip() + REMARK
    return "\n\n".join(paragraphs)


async def _build(runtime: Runtime, tenant_id: UUID, row: Row, text: str) -> Built:
    settings = runtime.settings
    forgetful = replace(
        runtime,
        encoder=configured_encoder(settings),
        reader=open_reader(settings.reader, threads=settings.reader_threads),
    )
    kept = forgetful.repositories(tenant_id)
    name = row["doc_id"]
    upload = Upload(name, f"{name}.txt", text.encode(), SOURCE, title=row["title"])
    submission = await kept.documents.submit(upload)
    started = time.perf_counter()
    lease = await kept.jobs.claim(submission.job.id, "eval", LEASE_SECONDS)
    if lease is None:
        raise ValueError(f"{name} is there twice")
    result = await build_memories(forgetful, lease, control=RunControl())
    await kept.jobs.finish(lease, result.state)
    seconds = time.perf_counter() - started
    steps = await kept.runs.steps(lease.run_id)
    told: list[Any] = [
        entry.value
        for step in steps
        for entry in step.entries
        if step.node == "embed_memories" and entry.kind == "encoder"
    ]
    encoded = sum(value["count"] for value in told)
    return Built(seconds, encoded, await kept.memories.of_version(submission.version.id))


def report(pairs: Sequence[Pair]) -> dict[str, JsonValue]:
    """The figures of some documents, with intervals over documents."""
    documents = range(len(pairs))
    again, fresh, again_seconds, fresh_seconds, made, kept = (
        np.array(column)
        for column in zip(
            *(
                (
                    pair.again.encoded,
                    pair.fresh.encoded,
                    pair.again.seconds,
                    pair.fresh.seconds,
                    len(pair.again.memories),
                    _kept(pair),
                )
                for pair in pairs
            ),
            strict=True,
        )
    )
    figures = {
        "encoded_again": bootstrap(_share, documents, again, fresh),
        "memories_kept": bootstrap(_share, documents, kept, made),
        "seconds_again": bootstrap(_share, documents, again_seconds, fresh_seconds),
        "texts_encoded_again_median": bootstrap(np.median, documents, again),
        "texts_encoded_fresh_median": bootstrap(np.median, documents, fresh),
        "seconds_again_median": bootstrap(np.median, documents, again_seconds),
        "seconds_fresh_median": bootstrap(np.median, documents, fresh_seconds),
    }
    return {
        "metrics": {name: dict(figure._asdict()) for name, figure in figures.items()},
        "notes": [
            f"{len(pairs)} documents, {int(made.sum()):,} memories; one paragraph of each changed",
            "encoded_again, seconds_again: percent of a fresh build of the changed text; "
            "memories_kept: percent that were there before",
        ],
    }


def _kept(pair: Pair) -> int:
    before = {memory.id for memory in pair.before.memories}
    return sum(memory.id in before for memory in pair.again.memories)


def _share(part: Any, whole: Any) -> float:
    return float(100 * np.sum(part) / np.sum(whole))
