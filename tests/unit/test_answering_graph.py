"""The answering graph on local agents and in-memory storage: paths, bounds, and exact replay."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import JsonValue

from core.errors import Conflict
from core.recording import Observed, recording
from core.schemas.answer import (
    Answer,
    Draft,
    DraftSentence,
    Quote,
    SentenceVerdict,
    ShortAnswer,
)
from core.schemas.document import Span
from core.schemas.evidence import Budget, EvidenceRequest, Plan, Turn
from core.schemas.run import EntryKind, Step
from graphs import running
from graphs.answering.outcome import place_sentences
from graphs.running import RunJournal
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import add, ask

MANUAL = """# KX-10 pump manual

## Casing

The casing nuts of the KX-10 pump are tightened to 62 Nm. Lift the casing with two slings.

## Lubrication

The bearings of the KX-10 pump are regreased every 2,500 operating hours. Use lithium grease only.
"""
FORUM = "The casing nuts of the KX-10 pump are tightened to 95 Nm.\n"


@pytest.fixture
def repositories() -> Repositories:
    return InMemoryStorage().repositories(uuid4())


async def path(repositories: Repositories, run_id: UUID) -> list[str]:
    return [step.node for step in await repositories.runs.steps(run_id)]


TORQUE = "To what torque are the casing nuts of the KX-10 pump tightened?"


async def test_plain_question_takes_the_short_path(repositories: Repositories) -> None:
    await add(repositories, "manual", MANUAL)

    answer = await ask(repositories, TORQUE)

    assert answer.outcome == "answered"
    assert "62 Nm" in answer.text
    assert await path(repositories, answer.run_id) == [
        "guard_question",
        "plan_question",
        "request_evidence",
        "retrieve_candidates",
        "rank_candidates",
        "select_evidence",
        "verify_evidence",
        "judge_evidence",
        "pack_passages",
        "draft_answer",
        "check_answer",
        "finish_answer",
    ]


async def test_every_citation_quotes_the_stored_text(repositories: Repositories) -> None:
    await add(repositories, "manual", MANUAL)

    answer = await ask(repositories, TORQUE)

    assert answer.citations
    for citation in answer.citations:
        text = await repositories.documents.text(citation.version_id)
        assert citation.source_span.of(text) == citation.quote
        assert citation.answer_span.of(answer.text) == citation.quote


async def test_the_short_answer_is_placed_in_the_answer_and_in_the_source(
    repositories: Repositories,
) -> None:
    await add(repositories, "manual", MANUAL)

    answer = await ask(repositories, TORQUE)

    (sentence,) = answer.sentences
    assert sentence.span.of(answer.text) == answer.text
    (short,), (place,) = sentence.answers, sentence.answer_spans
    assert place.of(answer.text) == short.text == "62 Nm"
    assert short.span.of(await repositories.documents.text(short.version_id)) == short.text


def sentence_of(text: str, quoted: str, short: str, at: int) -> DraftSentence:
    quote = Quote(
        memory_id=uuid4(),
        document_id=uuid4(),
        version_id=uuid4(),
        span=Span(start=40, end=40 + len(quoted)),
        text=quoted,
    )
    span = Span(start=40 + at, end=40 + at + len(short))
    answer = ShortAnswer(version_id=quote.version_id, span=span, text=short)
    return DraftSentence(text=text, quotes=(quote,), answers=(answer,))


def test_short_answers_are_placed_exactly_found_or_left_out() -> None:
    verbatim = sentence_of("12 or 2 bar.", "12 or 2 bar.", "2", 6)
    free = sentence_of("It is 2 bar.", "Two bar, say 2.", "2", 13)
    elsewhere = sentence_of("Two bar.", "Two bar, say 2.", "2", 13)

    placed = place_sentences([verbatim, free, elsewhere])

    text = "12 or 2 bar. It is 2 bar. Two bar."
    assert [sentence.span.of(text) for sentence in placed] == [
        "12 or 2 bar.",
        "It is 2 bar.",
        "Two bar.",
    ]
    assert [span.start for sentence in placed for span in sentence.answer_spans] == [6, 19]
    assert [len(sentence.answers) for sentence in placed] == [1, 1, 1]


async def test_empty_collection_abstains_after_trying_other_words(
    repositories: Repositories,
) -> None:
    answer = await ask(repositories, TORQUE)

    assert answer.outcome == "abstained"
    assert answer.text == ""
    assert not answer.citations


async def test_only_the_content_types_asked_for_are_searched(repositories: Repositories) -> None:
    await add(repositories, "manual", MANUAL)

    others = await ask(repositories, TORQUE, content_types=["example"])
    assert (others.outcome, others.citations) == ("abstained", ())

    kept = await ask(repositories, TORQUE, content_types=["concept", "procedure"])
    assert "62 Nm" in kept.text


async def test_a_question_of_a_conversation_is_answered_as_if_it_stood_alone(
    repositories: Repositories,
) -> None:
    await add(repositories, "manual", MANUAL)
    history = [Turn(role="user", text=TORQUE), Turn(role="assistant", text="62 Nm.")]

    alone = await ask(repositories, "How often are its bearings regreased?")
    answer = await ask(repositories, "How often are its bearings regreased?", history=history)

    assert answer.question == "How often are its bearings regreased?"
    assert "2,500 operating hours" in answer.text
    assert alone.tried[0].request.text == "How often are its bearings regreased?"
    assert answer.tried[0].request.text == "How often are the KX-10 pump's bearings regreased?"


async def test_a_comparison_may_cost_more_than_a_fact_and_the_run_says_so(
    repositories: Repositories,
) -> None:
    await add(repositories, "manual", MANUAL)

    for question, characters in ((TORQUE, 600), ("Compare the KX-10 and the KX-20.", 1_600)):
        answer = await ask(repositories, question, budget=Budget(max_context_characters=600))
        (planned,) = [
            step
            for step in await repositories.runs.steps(answer.run_id)
            if step.node == "plan_question"
        ]
        stored = await repositories.runs.blob(planned.outputs["budget"])
        assert json.loads(stored)["max_context_characters"] == characters


async def test_question_about_something_else_abstains(repositories: Repositories) -> None:
    await add(repositories, "manual", MANUAL)

    answer = await ask(repositories, "Who won the chess championship in Reykjavik?")

    assert answer.outcome == "abstained"
    assert answer.reasons


@pytest.mark.parametrize("question", ["", " ?! ", "x" * 2_001])
async def test_question_that_cannot_be_looked_into_is_refused(
    repositories: Repositories, question: str
) -> None:
    answer = await ask(repositories, question)

    assert answer.outcome == "abstained"
    assert await path(repositories, answer.run_id) == ["guard_question", "finish_answer"]


async def test_anonymous_page_does_not_outvote_the_owner(repositories: Repositories) -> None:
    await add(repositories, "manual", MANUAL)
    await add(repositories, "forum", FORUM, "anonymous")

    answer = await ask(repositories, TORQUE)

    assert "62 Nm" in answer.text
    assert "95" not in answer.text
    assert [candidate.external_id for candidate in answer.filtered] == ["forum"]
    assert answer.filtered[0].signals


class NeverSatisfied:
    """Confirms nothing."""

    async def check(self, plan: Plan, draft: Draft, texts: Any) -> tuple[SentenceVerdict, ...]:
        return tuple(
            SentenceVerdict(index=index, supported=False, reasons=("number",))
            for index in range(len(draft.sentences))
        )


class AlwaysAsks:
    """Has another query for every round, for ever."""

    def __init__(self) -> None:
        self.asked = 0

    async def request(self, *_: Any) -> tuple[EvidenceRequest, ...]:
        self.asked += 1
        return (EvidenceRequest(text=f"casing nuts torque {self.asked}", reason="rewrite"),)


async def test_unsupported_sentences_are_not_sent(repositories: Repositories) -> None:
    await add(repositories, "manual", MANUAL)

    answer = await ask(repositories, TORQUE, answer_verifier=NeverSatisfied())

    assert (answer.outcome, answer.text) == ("abstained", "")
    assert answer.reasons[-1] == "number"


@pytest.mark.parametrize("rounds", [1, 3, 10])
async def test_no_run_exceeds_its_rounds(repositories: Repositories, rounds: int) -> None:
    await add(repositories, "manual", MANUAL)
    requester = AlwaysAsks()

    answer = await ask(
        repositories,
        TORQUE,
        requester=requester,
        answer_verifier=NeverSatisfied(),
        budget=Budget(max_rounds=rounds),
    )

    assert answer.outcome == "abstained"
    assert answer.rounds <= rounds
    assert requester.asked <= rounds


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


def long_row(torque: str) -> str:
    """One unit of more than 400 characters."""
    remark = (
        "with oiled threads and flat washers while the pump stands cold and the flange faces have "
        "been wiped clean of old gasket and grease by hand "
    ) * 3
    return f"The casing nuts of the KX-10 pump are tightened to {torque} {remark.strip()}.\n"


async def test_a_conflict_shows_all_its_sides_however_long_they_are(
    repositories: Repositories,
) -> None:
    await add(repositories, "manual", long_row("62 Nm"), "upload")
    await add(repositories, "bulletin", long_row("95 Nm"), "upload")

    answer = await ask(repositories, TORQUE, budget=Budget(max_context_characters=600))

    assert answer.outcome == "conflict"
    assert "62 Nm" in answer.text
    assert "95 Nm" in answer.text


async def test_of_two_editions_of_one_rule_the_later_is_told(repositories: Repositories) -> None:
    rule = "As of {}: the casing nuts of the KX-10 pump are tightened to a torque of {}.\n"
    await add(repositories, "old bulletin", rule.format(2014, "70 Nm"), "upload")
    await add(repositories, "new bulletin", rule.format(2024, "62 Nm"), "upload")

    answer = await ask(repositories, TORQUE)
    then = await ask(repositories, f"{TORQUE.removesuffix('?')} as of 2014?")

    assert "62 Nm" in answer.text
    assert "70 Nm" not in answer.text
    assert answer.outcome != "conflict"
    assert "70 Nm" in then.text


async def test_one_excluded_page_does_not_silence_an_ordinary_source(
    repositories: Repositories,
) -> None:
    pressure = "The working pressure of the KX-10 pump is {} bar.\n"
    await add(repositories, "manual", pressure.format(5), "upload")
    await add(repositories, "page", pressure.format(9), "crawled")

    answer = await ask(repositories, "What is the working pressure of the KX-10 pump?")

    assert answer.outcome == "answered"
    assert "5 bar" in answer.text
    assert "9 bar" not in answer.text
