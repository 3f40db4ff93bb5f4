"""The answering graph on local agents and in-memory storage: paths and bounds."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.schemas.answer import (
    Draft,
    DraftSentence,
    Quote,
    SentenceVerdict,
    ShortAnswer,
)
from core.schemas.document import Span
from core.schemas.evidence import Budget, EvidenceRequest, Plan, Turn
from graphs.answering.outcome import place_sentences
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import FORUM, MANUAL, TORQUE, add, ask


@pytest.fixture
def repositories() -> Repositories:
    return InMemoryStorage().repositories(uuid4())


async def path(repositories: Repositories, run_id: UUID) -> list[str]:
    return [step.node for step in await repositories.runs.steps(run_id)]


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
