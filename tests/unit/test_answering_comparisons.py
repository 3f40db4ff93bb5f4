"""Comparisons on the answering graph: which side it is comes first, both sides are cited."""

from uuid import uuid4

import pytest

from core.schemas.answer import Answer, Draft, DraftSentence, Quote, SentenceVerdict, ShortAnswer
from core.schemas.document import Span
from graphs.answering.outcome import supported_sentences
from graphs.answering.state import AnswerState
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import add, ask
from tests.builders import make_id

ADA = "# Ada Marlbeck\n\nAda Marlbeck (12 May 1901, Torvald – 3 June 1960) was a potter.\n"
OTTO = "# Otto Frey\n\nOtto Frey (1 May 1905 – 4 June 1950) was a cameraman.\n"
SMALL = "# Pumps\n\nThe HP-240 weighs 320 kg.\n"
LARGE = "# More pumps\n\nThe HP-260 weighs 410 kg.\n"


@pytest.fixture
async def repositories() -> Repositories:
    kept = InMemoryStorage().repositories(uuid4())
    for name, text in (("ada", ADA), ("otto", OTTO), ("small", SMALL), ("large", LARGE)):
        await add(kept, name, text)
    return kept


def first(answer: Answer) -> str:
    return answer.sentences[0].answers[0].text


@pytest.mark.parametrize(
    ("question", "side"),
    [
        ("Who died first, Ada Marlbeck or Otto Frey?", "Otto Frey"),
        ("Who is older, Ada Marlbeck or Otto Frey?", "Ada Marlbeck"),
        ("Which pump is heavier, the HP-240 or the HP-260?", "HP-260"),
        ("Which pump is lighter, the HP-240 or the HP-260?", "HP-240"),
    ],
)
async def test_the_side_asked_for_is_named_first(
    repositories: Repositories, question: str, side: str
) -> None:
    answer = await ask(repositories, question)

    assert first(answer) == side
    assert len({citation.document_id for citation in answer.citations}) == 2


async def test_without_a_value_for_both_nobody_is_chosen() -> None:
    kept = InMemoryStorage().repositories(uuid4())
    await add(kept, "small", SMALL)

    answer = await ask(kept, "Which pump is heavier, the HP-240 or the HP-260?")

    assert answer.outcome in {"partial", "abstained"}
    assert "HP-260" not in answer.text


async def test_who_is_disputed_is_not_chosen(repositories: Repositories) -> None:
    await add(repositories, "rival", "# Other pumps\n\nThe HP-260 weighs 210 kg.\n")

    answer = await ask(repositories, "Which pump is heavier, the HP-240 or the HP-260?")

    named = [found.text for sentence in answer.sentences for found in sentence.answers]
    assert not {"HP-240", "HP-260"} & set(named)


async def test_years_before_christ_decide_nothing() -> None:
    kept = InMemoryStorage().repositories(uuid4())
    await add(kept, "troy", "# Troy\n\nTroy Hill was founded in 1200 BC.\n")
    await add(kept, "tyre", "# Tyre\n\nTyre Hill was founded in 1000 BC.\n")

    answer = await ask(kept, "Which town was founded first, Troy Hill or Tyre Hill?")

    named = [found.text for sentence in answer.sentences for found in sentence.answers]
    assert not {"Troy Hill", "Tyre Hill"} & set(named)


def state(*supported: bool) -> AnswerState:
    texts = ("The HP-260 weighs 410 kg.", "The HP-240 weighs 320 kg.")
    lines = []
    for text in texts:
        quote = Quote(
            memory_id=make_id(text),
            document_id=make_id("d"),
            version_id=make_id("v"),
            span=Span(start=0, end=len(text)),
            text=text,
        )
        lines.append(DraftSentence(text=text, quotes=(quote,)))
    side = ShortAnswer(version_id=make_id("v"), span=Span(start=4, end=10), text="HP-260")
    verdicts = [SentenceVerdict(index=at, supported=ok) for at, ok in enumerate(supported)]
    draft = Draft(sentences=tuple(lines), chosen=side)
    return AnswerState("?", draft=draft, sentence_verdicts=verdicts)


def test_the_choice_falls_with_its_ground() -> None:
    both, one = supported_sentences(state(True, True)), supported_sentences(state(True, False))
    assert [answer.text for answer in both[0].answers] == ["HP-260"]
    assert [line.answers for line in one] == [()]
