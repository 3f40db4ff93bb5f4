"""Answers are replayed exactly from what their runs recorded, or say why they cannot be."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import JsonValue

from core.errors import Conflict
from core.recording import Observed, recording
from core.schemas.answer import Answer
from core.schemas.run import EntryKind, Step
from graphs import running
from graphs.running import RunJournal
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import FORUM, MANUAL, TORQUE, add, ask


@pytest.fixture
def repositories() -> Repositories:
    return InMemoryStorage().repositories(uuid4())


class Playback:
    """Gives back what a run recorded, in order, and never calls anything."""

    def __init__(self, steps: Sequence[Step], payloads: dict[tuple[int, int], bytes | None]):
        self.entries = [
            (entry, payloads[step.sequence, entry.ordinal])
            for step in steps
            for entry in step.entries
        ]

    async def observe(
        self,
        kind: EntryKind,
        name: str,
        request: JsonValue,
        call: Callable[[], Awaitable[Observed]],
    ) -> Observed:
        entry, payload = self.entries.pop(0)
        assert (entry.kind, entry.name) == (kind, name)
        return Observed(entry.value, payload)

    @property
    def entries_left(self) -> int:
        return len(self.entries)


class KeepingRuns:
    """Passes steps on, and keeps the payloads that listings leave out."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.steps: list[Step] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def add_step(self, step: Step, *rest: Any) -> None:
        self.steps.append(step)
        await self.inner.add_step(step, *rest)


async def recorded(
    repositories: Repositories, run_id: UUID, question: str = TORQUE
) -> tuple[Answer, Playback]:
    """An answer, and what its run recorded."""
    kept = KeepingRuns(repositories.runs)
    answer = await ask(
        repositories,
        question,
        run_id=run_id,
        journal=RunJournal(kept, run_id),  # type: ignore[arg-type]
    )
    payloads = {
        (step.sequence, entry.ordinal): entry.payload
        for step in kept.steps
        for entry in step.entries
    }
    return answer, Playback(kept.steps, payloads)


async def test_recorded_run_is_replayed_exactly_without_searching_or_encoding(
    repositories: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(repositories, "manual", MANUAL)
    await add(repositories, "forum", FORUM, "anonymous")
    run_id = uuid4()
    answer, playback = await recorded(repositories, run_id)
    player: Any = playback
    monkeypatch.setattr(running, "recording", lambda recorder: recording(player))

    again = await ask(
        repositories, TORQUE, run_id=uuid4(), journal=RunJournal(repositories.runs, run_id)
    )

    assert again == answer
    assert playback.entries_left == 0


async def test_chains_are_replayed_without_following_them_again(
    repositories: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(repositories, "film", "# The Red Kiln\n\nThe director is Ada Marlbeck.\n")
    await add(repositories, "ada", "# Ada Marlbeck\n\nAda Marlbeck was born in Torvald.\n")
    question, run_id = "Where was the director of The Red Kiln born?", uuid4()
    answer, playback = await recorded(repositories, run_id, question)
    player: Any = playback
    monkeypatch.setattr(running, "recording", lambda recorder: recording(player))

    again = await ask(
        repositories, question, run_id=uuid4(), journal=RunJournal(repositories.runs, run_id)
    )

    assert "chain" in {tried.request.reason for tried in again.tried}
    assert again == answer
    assert playback.entries_left == 0


async def test_a_run_is_replayed_exactly_after_its_document_changed(
    repositories: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(repositories, "manual", MANUAL)
    run_id = uuid4()
    answer, playback = await recorded(repositories, run_id)
    await add(repositories, "manual", "# News\n\nFirst of all, some news.\n\n" + MANUAL)
    player: Any = playback
    with monkeypatch.context() as patch:
        patch.setattr(running, "recording", lambda recorder: recording(player))
        again = await ask(
            repositories, TORQUE, run_id=uuid4(), journal=RunJournal(repositories.runs, run_id)
        )

    assert again == answer
    later = await ask(repositories, TORQUE)
    assert later.citations[0].version_number == 2
    assert later.citations[0].memory_id == answer.citations[0].memory_id
    assert later.citations[0].source_span.start > answer.citations[0].source_span.start


async def test_a_run_whose_document_was_deleted_says_so(
    repositories: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(repositories, "manual", MANUAL)
    run_id = uuid4()
    answer, playback = await recorded(repositories, run_id)
    await repositories.documents.delete(answer.citations[0].document_id)
    player: Any = playback
    monkeypatch.setattr(running, "recording", lambda recorder: recording(player))

    with pytest.raises(Conflict, match="purged"):
        await ask(
            repositories, TORQUE, run_id=uuid4(), journal=RunJournal(repositories.runs, run_id)
        )


@pytest.mark.parametrize("changed", ["version_id", "text_sha256"])
async def test_a_replay_refuses_a_text_that_is_not_the_recorded_one(
    repositories: Repositories, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    await add(repositories, "manual", MANUAL)
    run_id = uuid4()
    _, playback = await recorded(repositories, run_id)
    (searched,) = [entry for entry, _ in playback.entries if entry.name == "hybrid"]
    results: Any = searched.value
    results[0][changed] = str(uuid4())
    player: Any = playback
    monkeypatch.setattr(running, "recording", lambda recorder: recording(player))

    with pytest.raises(Conflict, match="no longer matches"):
        await ask(
            repositories, TORQUE, run_id=uuid4(), journal=RunJournal(repositories.runs, run_id)
        )
