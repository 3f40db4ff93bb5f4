"""From a name in the question to the memory that answers: links, near names, and what a hop is
worth; over the in-memory network, with no model."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import numpy as np

from core.schemas.memory import Hit, Memory, SearchFilter
from core.schemas.network import Home, Mention
from tests.builders import HashingEncoder, make_memory
from tools.chains import Chain
from tools.encoder import Vectors
from tools.lexical import term_counts
from tools.network import link
from tools.network_search import ChainSearch

FILM = make_memory(
    "The Red Kiln is a 1971 film directed by Ada Marlbeck and shot by Otto Frey in Basel.",
    title="The Red Kiln",
)
ADA = make_memory("Ada Marlbeck was a director, born in Torvald.", title="Ada Marlbeck")
OTTO = make_memory("Otto Frey, a cameraman, died in 1990.", title="Otto Frey, 2nd Baron Frey")
TORVALD = make_memory("Torvald is a town on the river Ulm.", title="Torvald")
OTHER = make_memory("The Blue Kiln is a film of 1980.", title="The Blue Kiln")
ALL = (FILM, ADA, OTTO, TORVALD, OTHER)


class Shelf:
    """Network and memories at hand."""

    def __init__(self, memories: Sequence[Memory]) -> None:
        self.memories = {memory.id: memory for memory in memories}
        self.mentions = [mention for memory in memories for mention in link([memory])]

    async def homes(self, names: Collection[str], where: SearchFilter) -> tuple[Home, ...]:
        return tuple(
            Home(asked=mention.name, mention=mention)
            for mention in self.mentions
            if mention.name in names and mention.kind == "subject"
        )

    async def named_in(self, memory_ids: Collection[UUID]) -> tuple[Mention, ...]:
        return tuple(mention for mention in self.mentions if mention.memory_id in memory_ids)

    async def get(self, memory_ids: Sequence[UUID]) -> tuple[Memory, ...]:
        return tuple(self.memories[memory_id] for memory_id in memory_ids)

    async def search_lexical(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        def shared(memory: Memory) -> int:
            return len(terms.keys() & term_counts(f"{memory.title} {memory.text_original}").keys())

        best = sorted(self.memories.values(), key=lambda memory: (-shared(memory), memory.id))
        return tuple(Hit(memory_id=memory.id, score=shared(memory)) for memory in best[:limit])


class Deaf:
    """An encoder to which nothing is near."""

    id, dimensions = "deaf", 2

    async def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.tile(np.array([-1.0, 0.0], np.float32), (len(texts), 1))
        rows[0] = (1.0, 0.0)
        return rows


def search(*memories: Memory) -> ChainSearch:
    shelf = Shelf(memories or ALL)
    return ChainSearch(shelf, shelf, HashingEncoder(), SearchFilter())


def titles(chains: Sequence[Chain]) -> list[list[str]]:
    names = {memory.id: memory.title for memory in ALL}
    return [[names[memory] for memory in chain.memories] for chain in chains]


async def test_a_chain_leads_over_a_name_that_the_question_does_not_have() -> None:
    (chains,) = await search().chains("Where was the director of The Red Kiln born?")

    assert titles(chains)[:2] == [["The Red Kiln"], ["The Red Kiln", "Ada Marlbeck"]]
    assert 0 < chains[1].score < chains[0].score == 1.0


async def test_a_name_that_is_only_nearly_the_same_leads_on_too() -> None:
    (chains,) = await search().chains("When did the cameraman of The Red Kiln die?")

    assert ["The Red Kiln", "Otto Frey, 2nd Baron Frey"] in titles(chains)


async def test_each_name_of_a_comparison_starts_chains_of_its_own() -> None:
    found = await search().chains("Which came out first, The Blue Kiln or The Red Kiln?")

    assert [titles(chains)[0] for chains in found] == [["The Blue Kiln"], ["The Red Kiln"]]


async def test_hops_are_bounded_and_no_memory_comes_twice() -> None:
    question = "On which river is the birthplace of the director of The Red Kiln?"

    (one,) = await search().chains(question, 1)
    (two,) = await search().chains(question, 2)
    (three,) = await search().chains(question, 3)

    assert titles(one) == [["The Red Kiln"]]
    assert max(len(chain.hops) for chain in two) == 2
    assert ["The Red Kiln", "Ada Marlbeck", "Torvald"] in titles(three)
    assert all(len(set(chain.memories)) == len(chain.memories) for chain in three)


async def test_a_question_that_names_nothing_known_has_no_chains() -> None:
    assert await search().chains("How often are seals replaced?") == []
    assert await search().chains("") == []
    assert await search().chains("Who is Zed Quux?") == []


async def test_a_name_that_many_memories_bear_is_worth_less() -> None:
    twins = [
        make_memory(f"Ada Marlbeck was a director of {n}.", title="Ada Marlbeck") for n in "xyz"
    ]
    question = "Where was the director of The Red Kiln born?"

    (alone,) = await search(FILM, twins[0]).chains(question)
    (among,) = await search(FILM, *twins).chains(question)

    assert among[1].score < alone[1].score


async def test_what_the_encoder_finds_far_still_is_a_chain() -> None:
    shelf = Shelf(ALL)
    deaf = ChainSearch(shelf, shelf, Deaf(), SearchFilter())

    (chains,) = await deaf.chains("Where was the director of The Red Kiln born?")

    assert ["The Red Kiln", "Ada Marlbeck"] in titles(chains)
    assert chains[1].score < 0.01


async def test_the_same_question_has_the_same_chains() -> None:
    question = "Where was the director of The Red Kiln born?"

    assert await search().chains(question) == await search(*reversed(ALL)).chains(question)
