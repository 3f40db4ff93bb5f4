"""The suite of answers: its measures by hand, and its arms on the real graph in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.selector import Evidence
from core.ids import sha256_of
from core.schemas.answer import Answer, Citation, Outcome, Sentence, ShortAnswer
from core.schemas.document import Span
from core.schemas.evidence import Plan
from core.settings import Settings
from core.sufficiency import RELEVANCE_FLOOR
from evals.aims import AIMS
from evals.answers import ask_all, drawn
from evals.answers_arms import ARMS, DEFENDED, LenientSelector, runtimes
from evals.answers_asking import Asking, Desk, Removal, citation_stands
from evals.answers_report import Trial, report
from evals.answers_scores import (
    area_under_losses,
    coverage_rows,
    excess_area,
    mean_losses,
    score,
    short_answer,
    token_recall,
)
from evals.groups import GROUPS
from evals.squad import Asked
from graphs.runtime import Runtime, make_agents
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import ENCODER, READER, add
from tests.builders import make_evidence, make_id, make_memory, make_plan, make_source

MANUAL = """# KX-10 pump manual

## Casing

The casing nuts of the KX-10 pump are tightened to 62 Nm. Lift the casing with two slings.

## Lubrication

The bearings of the KX-10 pump are regreased every 2,500 operating hours. Use lithium grease only.
"""
FORUM = "The casing nuts of the KX-10 pump are tightened to 95 Nm.\n"
TORQUE = "To what torque are the casing nuts of the KX-10 pump tightened?"


def answer(
    *sentences: str, words: str = "", confidence: float = 0.5, outcome: Outcome | None = None
) -> Answer:
    """The sentences as an answer; ``words`` answer by themselves, in the first of them."""
    text = " ".join(sentences)
    placed, start = [], 0
    for at, sentence in enumerate(sentences):
        span = Span(start=0, end=max(1, len(words)))
        short = (ShortAnswer(version_id=make_id("v"), span=span, text=words),) if words else ()
        end = start + len(sentence)
        placed.append(Sentence(span=Span(start=start, end=end), answers=() if at else short))
        start = end + 1
    return Answer(
        run_id=make_id("run"),
        question="?",
        outcome=outcome or ("answered" if sentences else "abstained"),
        text=text,
        sentences=tuple(placed),
        confidence=confidence if sentences else 0.0,
    )


def citation(quote: str, start: int) -> Citation:
    return Citation(
        number=1,
        answer_span=Span(start=0, end=len(quote)),
        memory_id=make_id("m"),
        document_id=make_id("d"),
        version_id=make_id("v"),
        version_number=1,
        external_id="manual",
        title="Manual",
        page=None,
        source_span=Span(start=start, end=start + len(quote)),
        quote=quote,
        quote_sha256=sha256_of(quote),
        verified=True,
        source=make_source(),
    )


def test_the_first_words_that_answer_count_else_the_first_sentence() -> None:
    assert short_answer(answer("It is 62 Nm.", "It is dry.", words="62 Nm")) == "62 Nm"
    assert short_answer(answer("It is 62 Nm.", "It is dry.")) == "It is 62 Nm."
    assert short_answer(answer()) == ""


def test_span_and_sentence_are_scored_apart() -> None:
    found = score(answer("The nuts take 62 Nm.", words="62 Nm dry"), ["62 Nm"])

    assert found.f1 == pytest.approx(0.8)
    assert found.em == 0
    assert found.recall == found.holds == 1
    assert found.sentence_f1 == pytest.approx(4 / 6)


def test_the_best_sentence_is_scored_and_the_whole_text_recalled() -> None:
    found = score(answer("Nothing here.", "It is 62 Nm."), ["62 Nm", "62 Nm of torque"])

    assert found.f1 == 0
    assert found.recall == 1
    assert found.sentence_f1 == pytest.approx(4 / 6)


def test_silence_is_right_only_where_nothing_answers() -> None:
    silent, spoken = answer(), answer("It is 62 Nm.", words="62 Nm")

    assert [score(silent, gold).f1 for gold in ((), ("62 Nm",))] == [1, 0]
    assert [score(spoken, gold).f1 for gold in ((), ("62 Nm",))] == [0, 1]
    assert score(answer("The.", words="The"), ()).f1 == 0
    assert score(spoken, ()).holds == 0
    assert score(silent, ("62 Nm",)).holds == 0


def test_an_answer_with_a_reservation_is_given_and_unsure() -> None:
    outcomes: list[Outcome] = ["answered", "partial", "conflict"]
    found = [score(answer("It is 62 Nm.", outcome=one), ["62 Nm"]) for one in outcomes]

    assert [one.abstained for one in found] == [0, 0, 0]
    assert [one.unsure for one in found] == [0, 1, 1]
    assert score(answer(), ["62 Nm"]).unsure == 1


def test_words_are_recalled_as_often_as_they_occur() -> None:
    assert token_recall("the dry pump", "pump pump") == 0.5
    assert token_recall("", "") == 1


def test_losses_are_those_of_the_surest_and_ties_share_theirs() -> None:
    assert mean_losses([0.9, 0.5, 0.7], [0, 1, 0]).tolist() == pytest.approx([0, 0, 1 / 3])
    assert mean_losses([0.5, 0.5, 0.9], [0, 1, 0]).tolist() == pytest.approx([0, 0.25, 1 / 3])


scored = st.lists(
    st.tuples(st.sampled_from([0.1, 0.4, 0.5, 0.9]), st.sampled_from([0.0, 0.25, 1.0])), min_size=1
)


@given(scored, st.randoms())
def test_the_area_depends_on_no_order_and_no_order_is_better_than_the_best(
    rows: list[tuple[float, float]], random: Any
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    (sure, lost), (other, loss) = zip(*rows, strict=True), zip(*shuffled, strict=True)

    assert area_under_losses(sure, lost) == pytest.approx(area_under_losses(other, loss))
    assert excess_area(sure, lost) >= -1e-9
    assert excess_area([-one for one in lost], lost) == pytest.approx(0)


def test_the_table_tells_what_is_lost_at_each_coverage() -> None:
    rows = list(coverage_rows([0.9, 0.2], [0.0, 1.0]))

    assert rows[4] == {
        "coverage, % of answers": 50,
        "answers": 1,
        "confidence from": 0.9,
        "loss, %": 0.0,
    }
    assert (rows[-1]["answers"], rows[-1]["loss, %"]) == (2, 50.0)


def test_a_citation_stands_only_where_and_as_it_was_quoted() -> None:
    text = "Intro. It is 62 Nm."
    good = citation("It is 62 Nm.", 7)

    assert citation_stands(good, text)
    assert not citation_stands(good, text.replace("62", "95"))
    assert not citation_stands(citation("It is 62 Nm.", 6), text)
    assert not citation_stands(good.model_copy(update={"quote_sha256": sha256_of("x")}), text)
    assert not citation_stands(good, "Intro.")


def test_the_same_questions_are_drawn_in_the_order_of_the_file() -> None:
    asked = [Asked(str(at), "", "d", ()) for at in range(50)]

    sample = drawn(asked, 20)

    assert sample == drawn(asked, 20)
    assert len(set(sample)) == 20
    assert sample == sorted(sample, key=asked.index)
    assert drawn(asked, 99) == asked


@dataclass(frozen=True)
class InMemoryRuntime(Runtime):
    """The graphs' collaborators without a database."""

    kept: Repositories

    def repositories(self, tenant_id: UUID) -> Repositories:
        return self.kept


@pytest.fixture
def runtime() -> InMemoryRuntime:
    nothing: Any = None
    settings = Settings()
    return InMemoryRuntime(
        settings=settings,
        database=nothing,
        encoder=ENCODER,
        reader=READER,
        loader=nothing,
        agents=make_agents(settings, ENCODER, READER),
        kept=InMemoryStorage().repositories(uuid4()),
    )


async def test_what_the_roles_saw_is_told_beside_the_answer(runtime: InMemoryRuntime) -> None:
    await add(runtime.kept, "manual", MANUAL)
    desk = Desk(runtime, uuid4())

    asking = await desk.ask(TORQUE)

    assert "62 Nm" in asking.answer.text
    assert asking.citations == (True,)
    assert 0 < asking.context_characters <= len(MANUAL)
    assert asking.removal.judged >= asking.removal.selected > 0
    assert asking.removal.excluded == 0
    assert asking.seconds > 0


async def test_what_was_seen_of_one_question_is_not_told_of_the_next(
    runtime: InMemoryRuntime,
) -> None:
    await add(runtime.kept, "manual", MANUAL)
    desk = Desk(runtime, uuid4())
    await desk.ask(TORQUE)

    asking = await desk.ask("?!")

    assert asking.answer.reasons == ("empty_question",)
    assert (asking.context_characters, asking.removal, asking.citations) == (0, Removal(), ())


async def test_who_believes_everybody_removes_nobody(runtime: InMemoryRuntime) -> None:
    await add(runtime.kept, "manual", MANUAL)
    await add(runtime.kept, "forum", FORUM, trust="anonymous")
    arms = {arm: Desk(one, uuid4()) for arm, one in runtimes(runtime).items()}

    removed = {arm: (await desk.ask(TORQUE)).removal.excluded for arm, desk in arms.items()}

    assert removed == {DEFENDED: 1, "unfiltered": 0, "undefended": 0}


async def test_the_undefended_arm_says_something_whatever_is_asked(
    runtime: InMemoryRuntime,
) -> None:
    await add(runtime.kept, "manual", MANUAL)
    question = "Who painted the casing of the Mona Lisa in 1503?"
    arms = {arm: Desk(one, uuid4()) for arm, one in runtimes(runtime).items()}

    answers = {arm: (await desk.ask(question)).answer for arm, desk in arms.items()}

    assert answers[DEFENDED].outcome == answers["unfiltered"].outcome == "abstained"
    assert answers["undefended"].text
    assert answers["undefended"].rounds == 1


async def test_relevance_is_lifted_to_the_floor_and_not_above() -> None:
    class Scripted:
        async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
            return tuple(pool)

    pool = [make_evidence(make_memory(str(given)), relevance=given) for given in (0.001, 0.7)]

    lifted = await LenientSelector(Scripted()).select(make_plan("Why?"), pool)

    assert [one.candidate.scores["relevance"] for one in lifted] == [RELEVANCE_FLOOR, 0.7]


async def test_every_arm_is_asked_every_question(runtime: InMemoryRuntime) -> None:
    await add(runtime.kept, "manual", MANUAL)
    desks = {arm: Desk(one, uuid4()) for arm, one in runtimes(runtime).items()}
    asked = [Asked(TORQUE, "", "manual", ("62 Nm",)), Asked("Who is Ada?", "", "manual", ())]

    trials = await ask_all(desks, asked)

    assert trials.keys() == ARMS.keys()
    assert all([one.asked for one in rows] == asked for rows in trials.values())
    assert trials[DEFENDED][0].score.f1 == 1


NOTHING_REMOVED = Removal(judged=4, excluded=0, selected=2, selected_excluded=0)


def trial(
    said: Answer,
    gold: Sequence[str],
    *,
    removal: Removal = NOTHING_REMOVED,
    citations: tuple[bool, ...] = (True,),
    seconds: float = 1.0,
    article: str = "a",
) -> Trial:
    asked = Asked("?", "", article, tuple(gold))
    context = ("x" * 600, "x" * 400) if said.sentences else ()
    asking = Asking(said, seconds, removal, context, citations if said.sentences else ())
    return Trial(asked, asking, score(said, gold))


def values(found: dict[str, Any]) -> dict[str, float]:
    return {name: one["value"] for name, one in found["metrics"].items()}


RIGHT = answer("It is 62 Nm.", words="62 Nm", confidence=0.9)
WRONG = answer("It is 95 Nm.", words="95 bar", confidence=0.3)
SILENT = answer()


def test_figures_are_shares_of_the_questions_they_are_about() -> None:
    ours = [
        trial(RIGHT, ["62 Nm"], removal=Removal(6, 1, 2, 1), seconds=3.0),
        trial(SILENT, ["62 Nm"]),
        trial(SILENT, [], article="b"),
        trial(WRONG, [], article="b", citations=(True, False)),
    ]
    theirs = [
        trial(said, one.asked.gold)
        for said, one in zip((RIGHT, WRONG, RIGHT, WRONG), ours, strict=True)
    ]

    found = values(report({DEFENDED: ours, "unfiltered": ours, "undefended": theirs}))

    assert found["squad_f1_answerable"] == found["squad_em_answerable"] == 50
    assert found["squad_abstain_unanswerable"] == 50
    assert found["squad_f1_all"] == 50
    assert found["squad_f1_all_undefended"] == 25
    assert found["squad_f1_all_vs_undefended"] == 25
    assert found["clean_answer_ratio"] == 0.5
    assert found["clean_answer_ratio_to_unfiltered"] == 1
    assert found["clean_removal"] == pytest.approx(100 / 18)
    assert found["clean_removal_selected"] == pytest.approx(100 / 8)
    assert found["citations_verified"] == pytest.approx(200 / 3)
    assert found["context_chars_mean"] == 1_000
    assert found["answer_p50_ms"] == 1_000
    assert found["squad_loss"] == 50
    assert found["squad_aurc"] == 25
    assert found["squad_aurc_excess"] == 0


def test_the_names_that_others_rely_on_are_there() -> None:
    rows = [trial(RIGHT, ["62 Nm"]), trial(SILENT, [])]

    found = report(dict.fromkeys(ARMS, rows))["metrics"]

    assert isinstance(found, dict)
    assert found.keys() >= {
        "squad_f1_answerable",
        "squad_em_answerable",
        "squad_abstain_unanswerable",
        "squad_f1_all",
        "citations_verified",
        "context_chars_mean",
        "answer_p50_ms",
        "answer_p95_ms",
    }
    assert AIMS["answers"].keys() <= found.keys()
    assert "answers" in GROUPS["all-answering"]


def test_a_suite_that_got_no_answer_still_reports() -> None:
    rows = [trial(SILENT, ["62 Nm"]), trial(SILENT, [])]

    found = report(dict.fromkeys(ARMS, rows))

    assert values(found)["squad_f1_all"] == 50
    assert "citations_verified" not in values(found)
    assert found["table"] == []
    assert found["reliability"] == {}


def test_figures_on_questions_that_the_reader_was_fitted_on_say_so() -> None:
    rows = [trial(RIGHT, ["62 Nm"])]

    found = report(dict.fromkeys(ARMS, rows), seen=True)

    assert isinstance(found["metrics"], dict)
    assert all(one["seen"] for one in found["metrics"].values())  # type: ignore[index, call-overload]
    assert isinstance(found["notes"], list)
    assert any("not held out" in str(note) for note in found["notes"])
