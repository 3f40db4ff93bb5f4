"""Comparisons on the answering graph: which side it is comes first, both sides are cited."""

from uuid import uuid4

import pytest

from core.schemas.answer import Answer
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import add, ask

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
