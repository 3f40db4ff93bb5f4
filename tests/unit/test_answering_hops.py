"""Questions in hops on the answering graph: one answer is put into the next question."""

from uuid import UUID, uuid4

import pytest

from core.schemas.document import Span
from core.schemas.evidence import Budget, HopAnswer
from graphs.answering.hopping import open_hop, with_answers, with_bridge
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import add, ask
from tests.builders import make_id, make_plan

FILM = "# The Red Kiln\n\nThe director of The Red Kiln is Ada Marlbeck.\n"
ADA = "# Ada Marlbeck\n\nAda Marlbeck was born in Torvald.\n"
OTHER = "# Otto Frey\n\nOtto Frey, a cameraman, likes soup.\n"
QUESTION = "Where was the director of The Red Kiln born?"
HOPS = ("Who is the director of The Red Kiln?", "Where was {1} born?")


@pytest.fixture
async def repositories() -> Repositories:
    kept = InMemoryStorage().repositories(uuid4())
    for name, text in (("film", FILM), ("ada", ADA), ("otto", OTHER)):
        await add(kept, name, text)
    return kept


async def path(repositories: Repositories, run_id: UUID) -> list[str]:
    return [step.node for step in await repositories.runs.steps(run_id)]


async def test_the_answer_to_a_hop_is_put_into_the_next(repositories: Repositories) -> None:
    answer = await ask(repositories, QUESTION)

    assert answer.question == QUESTION
    assert [(tried.request.reason, tried.request.text) for tried in answer.tried] == [
        ("chain", QUESTION),
        ("chain", "Who is the director of The Red Kiln?"),
        ("chain", "Where was Ada Marlbeck born?"),
    ]


async def test_the_answer_comes_first_and_what_led_to_it_after(repositories: Repositories) -> None:
    answer = await ask(repositories, QUESTION)

    assert answer.outcome == "answered"
    assert answer.text == (
        "Ada Marlbeck was born in Torvald. The director of The Red Kiln is Ada Marlbeck."
    )
    assert {citation.title for citation in answer.citations} == {"Ada Marlbeck", "The Red Kiln"}


async def test_hops_end_with_the_rounds(repositories: Repositories) -> None:
    answer = await ask(repositories, QUESTION, budget=Budget(max_rounds=1))

    assert answer.rounds == 1
    assert (await path(repositories, answer.run_id)).count("retrieve_candidates") == 1


async def test_a_hop_that_nothing_answers_stays_open() -> None:
    kept = InMemoryStorage().repositories(uuid4())
    await add(kept, "otto", OTHER)

    answer = await ask(kept, QUESTION)

    assert "{" not in "".join(tried.request.text for tried in answer.tried)
    assert answer.text == "" or "Torvald" not in answer.text


RIVAL = "# The Red Kiln\n\nThe director of The Red Kiln is Mallory Quist.\n"


async def test_who_is_outvoted_does_not_word_the_next_hop(repositories: Repositories) -> None:
    await add(repositories, "rival", RIVAL, "crawled")

    answer = await ask(repositories, QUESTION)

    asked = [tried.request.text for tried in answer.tried]
    assert "Where was Ada Marlbeck born?" in asked
    assert not any("Mallory" in text for text in asked)


async def test_a_hop_that_is_disputed_stays_open(repositories: Repositories) -> None:
    await add(repositories, "rival", RIVAL)

    answer = await ask(repositories, QUESTION)

    asked = {tried.request.text for tried in answer.tried}
    assert asked.isdisjoint({"Where was Ada Marlbeck born?", "Where was Mallory Quist born?"})


def told(question: str, text: str) -> HopAnswer:
    span = Span(start=0, end=len(text))
    return HopAnswer(question=question, text=text, memory_id=make_id(text), span=span, chance=0.9)


def test_only_hops_that_others_wait_for_are_open() -> None:
    plan = make_plan(QUESTION).model_copy(update={"hops": HOPS})
    assert open_hop(plan, []) == HOPS[0]
    assert open_hop(with_answers(plan, [told(HOPS[0], "Ada")]), [told(HOPS[0], "Ada")]) is None
    assert open_hop(make_plan(QUESTION), []) is None


def test_once_all_are_known_the_last_hop_is_what_must_be_answered() -> None:
    plan = make_plan(QUESTION).model_copy(update={"hops": (*HOPS, "How old is {2}?")})

    one = with_answers(plan, [told(HOPS[0], "Ada Marlbeck")])
    two = with_answers(one, [told(HOPS[0], "Ada Marlbeck"), told(one.hops[1], "Torvald")])

    assert one.hops == (HOPS[0], "Where was Ada Marlbeck born?", "How old is {2}?")
    assert one.subquestions == ()
    assert two.subquestions == ("How old is Torvald?",)
    assert with_bridge(one) == one
    assert with_bridge(two).subquestions == (
        "How old is Torvald?",
        HOPS[0],
        "Where was Ada Marlbeck born?",
    )
    assert two.question == QUESTION
