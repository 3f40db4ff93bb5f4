"""The order of the pool: what the searches say, and what the reader says of the first."""

from types import SimpleNamespace
from typing import Any

from core.schemas.evidence import Candidate
from core.schemas.memory import Memory
from graphs.answering.ranking import ranked
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


async def test_only_the_first_are_read_and_they_stay_first() -> None:
    memories = [make_memory(f"Passage {n}.") for n in range(READ_LIMIT + 2)]
    pool = [make_candidate(memory, fused=-float(n)) for n, memory in enumerate(memories)]
    reader = OneTextReader(f"Passage {READ_LIMIT}.")

    found = await ranked(ASKED, pool[::-1], context(memories, reader))

    assert reader.read == [f"Passage {n}." for n in range(READ_LIMIT)]
    assert names(found, memories)[READ_LIMIT:] == [f"Passage {READ_LIMIT}.", "Passage 25."]


async def test_nothing_found_is_nothing_read() -> None:
    assert await ranked(ASKED, [], context([], OneTextReader(""))) == []
