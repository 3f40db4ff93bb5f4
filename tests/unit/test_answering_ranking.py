"""The order of the pool: what the searches say, and what the reader says of the first."""

from types import SimpleNamespace
from typing import Any

from core.schemas.evidence import Candidate
from core.schemas.memory import Memory
from graphs.answering.ranking import AT_ONCE, BEST, ranked
from storage.protocols import Place
from tests.builders import make_candidate, make_memory
from tools.ranking import READ_LIMIT

ASKED = ["How tight are the nuts?"]


class Shelf:
    """Memories by their places, in the order asked."""

    def __init__(self, *memories: Memory) -> None:
        self.memories = {Place(memory.version_id, memory.id): memory for memory in memories}

    async def at(self, places: list[Place]) -> tuple[Memory, ...]:
        return tuple(self.memories[place] for place in places)


class OneTextReader:
    """Finds one passage relevant, all others hardly."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.read: list[str] = []

    async def rank(self, question: str, passages: list[str]) -> tuple[float, ...]:
        self.read += passages
        return tuple(0.9 if passage == self.text else 0.2 for passage in passages)


def context(memories: list[Memory], reader: OneTextReader) -> Any:
    return SimpleNamespace(memories=Shelf(*memories), reader=reader)


def names(found: list[Candidate], memories: list[Memory]) -> list[str]:
    of = {memory.id: memory.text_original for memory in memories}
    return [of[candidate.memory_id] for candidate in found]


async def test_what_reads_well_comes_before_what_only_scores_a_little_better() -> None:
    memories = [make_memory(text) for text in ("Nuts are parts.", "Tighten to 62 Nm.", "Pumps.")]
    pool = [make_candidate(m, fused=s) for m, s in zip(memories, (3.0, 2.0, 1.0), strict=True)]

    found = await ranked(ASKED, pool, context(memories, OneTextReader("Tighten to 62 Nm.")))

    assert names(found, memories) == ["Tighten to 62 Nm.", "Nuts are parts.", "Pumps."]
    assert [candidate.scores["fused"] for candidate in found] == [2.0, 3.0, 1.0]


class RisingReader(OneTextReader):
    """Finds every passage more relevant than the one before."""

    async def rank(self, question: str, passages: list[str]) -> tuple[float, ...]:
        chances = [1 - 1 / (len(self.read) + n + 2) ** 2 for n in range(len(passages))]
        self.read += passages
        return tuple(chances)


def many() -> tuple[list[Memory], list[Candidate]]:
    memories = [make_memory(f"Passage {n}.") for n in range(READ_LIMIT + 2)]
    fused = [-float(n) if n < BEST else -BEST - n / 1000 for n in range(len(memories))]
    return memories, [make_candidate(m, fused=s) for m, s in zip(memories, fused, strict=True)]


async def test_only_the_first_are_read_and_they_stay_first() -> None:
    memories, pool = many()
    reader = RisingReader("")

    found = await ranked(ASKED, pool[::-1], context(memories, reader))

    assert reader.read == [f"Passage {n}." for n in range(READ_LIMIT)]
    assert names(found, memories)[READ_LIMIT:] == [f"Passage {READ_LIMIT}.", "Passage 25."]


async def test_reading_ends_where_it_changes_nothing_and_the_unread_are_known() -> None:
    memories, pool = many()
    reader = OneTextReader("Passage 20.")

    found = await ranked(ASKED, pool, context(memories, reader))

    assert reader.read == [f"Passage {n}." for n in range(3 * AT_ONCE)]
    assert {item.memory_id for item in found if "read" in item.scores} == {
        memory.id for memory in memories[: 3 * AT_ONCE]
    }


async def test_who_was_kept_out_takes_nobodys_place() -> None:
    memories, pool = many()
    reader = OneTextReader("")
    lies = {memory.id for memory in memories[:8]}

    found = await ranked(ASKED, pool, context(memories, reader), lies)

    assert reader.read[0] == "Passage 8."
    assert lies.isdisjoint(item.memory_id for item in found if "read" in item.scores)


async def test_who_is_not_read_again_is_unread() -> None:
    memories, pool = many()
    again = [item.model_copy(update={"scores": {**item.scores, "read": 0.5}}) for item in pool]

    found = await ranked(ASKED, again, context(memories, OneTextReader("Passage 20.")))

    assert "read" not in found[-1].scores


async def test_nothing_found_is_nothing_read() -> None:
    assert await ranked(ASKED, [], context([], OneTextReader(""))) == []
