"""The building graph on local agents and in-memory storage: its path, its loop, its resumption."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from agents.outliner.local import LocalOutliner
from agents.segmenter.local import LocalSegmenter
from core.errors import EmptyExtraction, LeaseLost
from graphs.building.graph import STEPS
from graphs.running import RunJournal
from storage.in_memory import InMemoryStorage
from tests.building import LIMITS, Build, begin_build
from tools.loaders import load

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


async def a_build(content: bytes = TEXT.encode()) -> Build:
    return await begin_build(InMemoryStorage().repositories(uuid4()), content)


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
    assert path[-3:] == ["embed_memories", "store_memories", "link_memories"]
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
