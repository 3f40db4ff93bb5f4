"""The building graph on local agents and in-memory storage: its path, its loop, its resumption."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver

from agents.completer.local import LocalCompleter
from agents.memory_verifier.local import LocalMemoryVerifier
from agents.outliner.local import LocalOutliner
from agents.reviewer.local import LocalReviewer
from agents.segmenter.local import LocalSegmenter
from core.errors import EmptyExtraction, LeaseLost
from core.schemas.document import LoadedDocument, Source
from core.schemas.job import Lease
from core.schemas.run import Run
from graphs.building.graph import STEPS, make_building_graph
from graphs.building.state import BuildContext
from graphs.running import RunJournal
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories, Upload
from tests.builders import WordsReader
from tools.loaders import LoadLimits, load

TEXT = """# Seal handbook

## Mechanical seal (MS)

The Mechanical Seal (MS) of the KX-10 pump is replaced every 4,000 hours. Its spring must not be
stretched. A seal that has run dry is always replaced, whatever its age.

## Replacement

The MS is pressed onto the shaft by hand. However, this must be done within ten minutes, because the
lubricant evaporates. Tighten the gland nuts to 12 Nm in two steps. The shaft is then turned by hand
for three full turns.

## Storage

Seals are kept in their box at 5 to 25 degrees. They age faster in sunlight.
"""


LIMITS = LoadLimits(1_000_000, 1_000_000)


class DirectLoader:
    """Parses in this process: nothing hostile comes here."""

    async def load(self, content: bytes, filename: str) -> LoadedDocument:
        return load(content, filename, LIMITS)


class LetterEncoder:
    """Counts letters: deterministic, and exact in half precision."""

    id = "letters"
    dimensions = 26

    async def encode(self, texts: Any) -> Any:
        rows = [[text.lower().count(chr(97 + n)) + 0.01 for n in range(26)] for text in texts]
        vectors = np.array(rows, np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.astype(np.float16).astype(np.float32)


class Build:
    """One job of one document, ready to run."""

    def __init__(self, repositories: Repositories, lease: Lease) -> None:
        self.repositories = repositories
        self.lease = lease
        self.saver = InMemorySaver()

    def context(self, **other: Any) -> BuildContext:
        known: dict[str, Any] = {
            "journal": RunJournal(self.repositories.runs, self.lease.run_id),
            "lease": self.lease,
            "documents": self.repositories.documents,
            "memories": self.repositories.memories,
            "loader": DirectLoader(),
            "encoder": LetterEncoder(),
            "reader": WordsReader(),
            "outliner": LocalOutliner(),
            "segmenter": LocalSegmenter(target_characters=300, max_characters=600),
            "reviewer": LocalReviewer(),
            "completer": LocalCompleter(),
            "memory_verifier": LocalMemoryVerifier(),
            "max_review_rounds": 2,
        }
        return BuildContext(**{**known, **other})

    async def run(self, *, resume: bool = False, **other: Any) -> Any:
        graph = make_building_graph(self.saver)
        given: Any = None if resume else {"version_id": self.lease.version_id}
        config = RunnableConfig(
            configurable={"thread_id": str(self.lease.run_id)}, recursion_limit=40
        )
        return await graph.ainvoke(given, config, context=self.context(**other), durability="sync")

    async def path(self) -> list[str]:
        return [step.node for step in await self.repositories.runs.steps(self.lease.run_id)]


async def a_build(content: bytes = TEXT.encode()) -> Build:
    repositories = InMemoryStorage().repositories(uuid4())
    source = Source(principal="ada", origin="handbook", trust="owner")
    submission = await repositories.documents.submit(Upload("seals", "seals.md", content, source))
    lease = await repositories.jobs.claim(submission.job.id, "me", 60)
    assert lease is not None
    await repositories.runs.start(
        Run(
            id=lease.run_id,
            graph="building",
            status="running",
            subject={},
            started_at=datetime.now(UTC),
        )
    )
    return Build(repositories, lease)


async def test_document_becomes_active_memories_that_tile_its_text() -> None:
    build = await a_build()

    await build.run()

    memories = await build.repositories.memories.of_version(build.lease.version_id)
    text = await build.repositories.documents.text(build.lease.version_id)
    assert [memory.status for memory in memories] == ["verified"] * len(memories)
    assert all(memory.span.of(text) == memory.text_original for memory in memories)
    covered = "".join("".join(memory.text_original.split()) for memory in memories)
    assert covered == "".join(text.split())
    document = await build.repositories.documents.get(build.lease.document_id)
    assert document.active_version_id == build.lease.version_id


async def test_path_goes_through_every_step_once_when_nothing_is_missing() -> None:
    build = await a_build(b"One short note about pumps.\n")

    await build.run()

    assert await build.path() == [step.__name__ for step in STEPS]


async def test_completed_chunks_are_reviewed_again_and_the_loop_ends() -> None:
    build = await a_build()

    await build.run()

    path = await build.path()
    assert path.count("review_chunks") == 2
    assert path[-2:] == ["embed_memories", "store_memories"]
    memories = await build.repositories.memories.of_version(build.lease.version_id)
    assert memories[1].text_completed.startswith("[Seal handbook › MS = Mechanical seal] ")


async def test_every_insertion_stands_at_its_source_span() -> None:
    build = await a_build()

    await build.run()

    memories = await build.repositories.memories.of_version(build.lease.version_id)
    insertions = [insertion for memory in memories for insertion in memory.insertions]
    text = await build.repositories.documents.text(build.lease.version_id)
    assert insertions
    for insertion in insertions:
        source = set(insertion.span.of(text).replace("(", " ").replace(")", " ").split())
        words = [word for word in insertion.text.split() if word.isalpha()]
        assert set(words) <= source | {"=", "›"}


async def test_loop_stops_at_its_limit() -> None:
    build = await a_build()

    await build.run(max_review_rounds=1)

    assert (await build.path()).count("review_chunks") == 1


async def test_document_without_text_fails_and_nothing_becomes_active() -> None:
    build = await a_build(b" \n \n")

    with pytest.raises(EmptyExtraction):
        await build.run()

    document = await build.repositories.documents.get(build.lease.document_id)
    assert document.active_version_id is None


class Crash(BaseException):
    """The process is gone: nothing can handle it."""


@pytest.mark.parametrize("name", [step.__name__ for step in STEPS])
async def test_run_resumes_after_a_crash_at_any_step(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await a_build()
    await whole.run()
    build = await a_build()
    journal = RunJournal.execute

    async def crash(self: RunJournal, node: str, *rest: Any) -> Any:
        if node == name:
            raise Crash
        return await journal(self, node, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(RunJournal, "execute", crash)
        with pytest.raises(Crash):
            await build.run()
    before = await build.path()
    await build.run(resume=bool(before))

    assert name not in before
    assert await build.path() == await whole.path()
    texts = [
        [
            memory.text_completed
            for memory in await each.repositories.memories.of_version(each.lease.version_id)
        ]
        for each in (build, whole)
    ]
    assert texts[0] == texts[1]


async def test_late_writer_fails_and_changes_nothing() -> None:
    build = await a_build()
    stale = build.lease.model_copy(update={"fence": build.lease.fence - 1 or 99})

    with pytest.raises(LeaseLost):
        await build.run(lease=stale)

    document = await build.repositories.documents.get(build.lease.document_id)
    assert document.active_version_id is None


async def test_same_document_is_built_into_the_same_memories() -> None:
    builds = [await a_build(), await a_build()]
    for build in builds:
        await build.run()

    first, second = [
        await build.repositories.memories.of_version(build.lease.version_id) for build in builds
    ]
    assert [memory.text_completed for memory in first] == [
        memory.text_completed for memory in second
    ]


async def test_event_loop_goes_on_while_a_long_document_is_cut() -> None:
    loaded = load(b"One pump here. Another valve there. " * 2_000, "long.txt", LIMITS)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticking = asyncio.create_task(tick())
    outline = await LocalOutliner().outline("long", loaded.units)
    await LocalSegmenter().segment(loaded.units, outline)
    ticking.cancel()

    assert ticks > 5
