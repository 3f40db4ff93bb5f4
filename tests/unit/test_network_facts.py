"""Facts: questions from sentences, answers that the reader points at, within what may be read."""

from collections.abc import Sequence

import pytest

from core.schemas.memory import Memory
from core.schemas.network import Fact
from tests.builders import WordsReader, make_memory
from tools.network import link
from tools.network_facts import (
    FEWEST_QUESTIONS,
    MOST_QUESTIONS,
    askings,
    attribute_of,
    facts_of,
)
from tools.reader import Reading, Trial

FOUNDED = "Marlbeck Works was founded by Ada Marlbeck in 1931."


class CountingReader(WordsReader):
    """Counts what it is asked, and may think that every answer is wrong."""

    def __init__(self, chance: float = 0.9) -> None:
        self.read_questions: list[str] = []
        self.chance = chance

    async def read(self, question: str, passages: Sequence[str]) -> tuple[Reading, ...]:
        self.read_questions.append(question)
        return await super().read(question, passages)

    async def accept(self, trials: Sequence[Trial]) -> tuple[float, ...]:
        return tuple(self.chance for _ in trials)


async def facts(reader: CountingReader, *memories: Memory) -> list[Fact]:
    return await facts_of(memories, link(memories), reader)


async def test_a_fact_points_at_its_answer_and_its_sentence() -> None:
    memory = make_memory(f"It rained. {FOUNDED}", title="Marlbeck Works")

    (fact, *_) = await facts(CountingReader(), memory)

    assert fact.entity == "marlbeck works"
    assert fact.span.of(memory.text_original) == FOUNDED
    assert fact.answer_span.of(memory.text_original) == fact.answer
    assert fact.question.endswith("?")
    assert fact.chance == 0.9


async def test_an_answer_that_the_reader_thinks_wrong_is_not_kept() -> None:
    memory = make_memory(FOUNDED, title="Marlbeck Works")

    assert await facts(CountingReader(0.49), memory) == []


async def test_what_is_quarantined_is_not_read() -> None:
    reader = CountingReader()
    memory = make_memory(FOUNDED, title="Marlbeck Works")

    assert await facts(reader, memory.model_copy(update={"status": "quarantined"})) == []
    assert reader.read_questions == []


@pytest.mark.parametrize(("count", "most"), [(1, FEWEST_QUESTIONS), (40, 5), (900, MOST_QUESTIONS)])
async def test_reading_is_bounded_by_the_size_of_the_document(count: int, most: int) -> None:
    reader = CountingReader()
    sentence = "Marlbeck Works was founded by Ada Marlbeck{} in 1931."
    memories = [
        make_memory(sentence.format("ab"[n % 2] * (n + 1)), name=str(n)) for n in range(count)
    ]

    await facts(reader, *memories)

    assert 0 < len(reader.read_questions) <= most


async def test_the_same_memories_give_the_same_facts() -> None:
    memory = make_memory(FOUNDED, title="Marlbeck Works")

    assert await facts(CountingReader(), memory) == await facts(CountingReader(), memory)


def test_questions_keep_a_name_beside_the_subject() -> None:
    memory = make_memory("The film was released in Japan on 3 May 1971.")

    assert askings([memory], link([memory])) == []


def test_sentences_that_name_most_are_asked_about_first() -> None:
    memory = make_memory(
        "Ada Marlbeck was born in 1900. Marlbeck Works was founded by Ada Marlbeck in Basel."
    )

    asked = askings([memory], link([memory]))

    assert asked[0].names > asked[-1].names
    assert asked[0].sentence.startswith("Marlbeck Works")


def test_the_same_thing_asked_at_two_times_is_one_attribute() -> None:
    left = attribute_of("Who has led the works since May 2020?")

    assert left == attribute_of("Who has led the works since 2012?")
    assert left != attribute_of("Who has owned the works since 2012?")
