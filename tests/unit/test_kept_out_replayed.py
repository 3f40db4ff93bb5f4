"""What was kept out is told as it stood: by few reads, and again by the record of them."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from core.ids import new_id
from core.recording import Observed, recording
from core.schemas.answer import FilteredCandidate
from core.schemas.evidence import Assessment, EvidenceVerdict
from core.schemas.memory import Memory
from core.schemas.run import Entry
from graphs.answering.kept_out import kept_out_of, nearest_to
from graphs.answering.state import AnswerState
from graphs.running import StepRecorder
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.builders import make_candidate

TEXTS = ("The pump is red.", "The valve is blue.", "The seal is green.")


class RecordedReads:
    """Gives back what was recorded instead of calling."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._values = {entry.name: entry.value for entry in entries}

    async def observe(
        self, kind: str, name: str, request: Any, call: Callable[[], Awaitable[Observed]]
    ) -> Observed:
        return Observed(self._values[name])


class Counting:
    """Passes calls on and counts them."""

    def __init__(self, of: object) -> None:
        self._of = of
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self._of, name)


@pytest.fixture
def kept() -> Repositories:
    return InMemoryStorage().repositories(new_id())


@pytest.fixture
async def memories(kept: Repositories, library: Any) -> tuple[Memory, ...]:
    _, made = await library.build(kept, "manual", TEXTS)
    return tuple(made)


def state_of(memories: tuple[Memory, ...]) -> AnswerState:
    """The first was kept out by the verdict; the others stood in quarantine."""
    judged = Assessment(memory_id=memories[0].id, group=0, risk=0.9, action="exclude")
    return AnswerState(
        question="What colour?",
        pool=[make_candidate(memories[0])],
        verdict=EvidenceVerdict(assessments=(judged,)),
        quarantined=[memory.id for memory in memories[1:]],
    )


def context_of(kept: Repositories) -> Any:
    return SimpleNamespace(memories=Counting(kept.memories), documents=Counting(kept.documents))


async def told(
    kept: Repositories, memories: tuple[Memory, ...], recorder: Any
) -> tuple[FilteredCandidate, ...]:
    with recording(recorder):
        return await kept_out_of(state_of(memories), context_of(kept))


async def test_it_is_told_by_the_record_as_it_stood_when_a_later_version_calls_it_otherwise(
    kept: Repositories, memories: tuple[Memory, ...], library: Any
) -> None:
    recorder = StepRecorder()
    before = await told(kept, memories, recorder)

    submission = await kept.documents.submit(library.upload("manual", "\n".join((*TEXTS, "New."))))
    lease = await library.claim(kept, submission)
    again = [
        library.memory(submission.version, number, memory.text_original, id=memory.id, title="New")
        for number, memory in enumerate(memories)
    ]
    await kept.memories.activate(submission.version.id, again, library.encoder, lease)

    assert await told(kept, memories, RecordedReads(recorder.entries)) == before
    assert {candidate.title for candidate in before} == {"Pump manual"}


async def test_however_many_are_told_they_are_read_at_once(
    kept: Repositories, memories: tuple[Memory, ...]
) -> None:
    context = context_of(kept)

    found = await kept_out_of(state_of(memories), context)

    assert [candidate.memory_id for candidate in found] == [memory.id for memory in memories]
    assert {candidate.external_id for candidate in found} == {"manual"}
    assert sorted(context.memories.calls) == ["at", "get"]
    assert context.documents.calls == ["external_ids"]


async def test_where_nothing_was_kept_out_nothing_is_read(kept: Repositories) -> None:
    context = context_of(kept)

    assert await kept_out_of(AnswerState(question="?"), context) == ()
    assert context.memories.calls == context.documents.calls == []


async def test_the_nearest_are_read_at_once(
    kept: Repositories, memories: tuple[Memory, ...]
) -> None:
    context = context_of(kept)
    state = AnswerState(question="?", pool=[make_candidate(memory) for memory in memories])

    near = await nearest_to(state, ("insufficient",), context)

    assert [miss.memory_id for miss in near] == [memory.id for memory in memories]
    assert (context.memories.calls, context.documents.calls) == (["at"], ["external_ids"])
