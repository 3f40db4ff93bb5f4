"""Ways to rank memories for a question that no single one answers, side by side.

The first is the chain search as it is offered, filled up by one search. The others take something
away from it, or find the second memory in another manner.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.schemas.memory import SearchFilter
from evals.multihop_network import Even, MemoriesAtHand, NetworkAtHand, NoWords
from evals.retrieval_index import LIMIT, Index, WordIndex
from evals.retrieval_memories import Piece
from tools.chains import Chain, in_turns
from tools.encoder import Encoder
from tools.network_search import ChainSearch

CHAINS = ""
WAYS = {
    CHAINS: "chains of memories, then one search",
    "search": "one search: the product's memories and fusion",
    "bm25": "BM25 over plain pieces",
    "words": "the product's memories, words alone",
    "encoder": "the product's memories, chunk vectors alone",
    "starts": "memories about names in the question, then one search",
    "exact": "chains without names that are only nearly the same",
    "cues": "chains without the encoder",
    "three": "chains of up to three memories",
    "turns": "chains and one search taking turns",
    "pagerank": "personalised PageRank over the links of the chains, then one search",
    "expanded": "one search, and one more with the core of each of its first three hits",
}
BASELINE = "search"
DAMPING, ROUNDS = 0.5, 20
"""Of PageRank: half of the weight starts anew from the question's names."""
EXPANDED = 3


class Arms(NamedTuple):
    """One collection, ready to be asked in every way."""

    memories: Index
    plain: WordIndex
    encoder: Encoder
    chains: ChainSearch
    exact: ChainSearch
    cues: ChainSearch

    async def ranked(self, question: str, vector: NDArray[np.float32]) -> dict[str, list[Piece]]:
        """The ranking of each way, best first."""
        lists = self.memories.search(question, vector)
        search = [one.memory.id for one in self.memories.ranked(lists)]
        chains = await self.chains.chains(question)
        found = in_turns(chains, LIMIT)
        ids = {
            CHAINS: [*found, *search],
            BASELINE: search,
            "starts": [*in_turns(await self.chains.chains(question, 1), LIMIT), *search],
            "exact": [*in_turns(await self.exact.chains(question), LIMIT), *search],
            "cues": [*in_turns(await self.cues.chains(question), LIMIT), *search],
            "three": [*in_turns(await self.chains.chains(question, 3), LIMIT), *search],
            "turns": _alternating([found, search]),
            "pagerank": [*pagerank(chains), *search],
            "expanded": _alternating([search, *await self._expanded(question, search)]),
        }
        placed = {one.memory.id: one.piece for one in self.memories.placed}
        rankings = {way: [placed[i] for i in dict.fromkeys(of_way)] for way, of_way in ids.items()}
        return {
            **rankings,
            "bm25": self.plain.listed(question),
            "words": self.memories.listed(lists["lexical"]),
            "encoder": self.memories.listed(lists["vector_chunk"]),
        }

    async def chained(self, question: str, vector: NDArray[np.float32]) -> list[Piece]:
        """The ranking of the first way alone."""
        search = [
            one.memory.id for one in self.memories.ranked(self.memories.search(question, vector))
        ]
        found = in_turns(await self.chains.chains(question), LIMIT)
        placed = {one.memory.id: one.piece for one in self.memories.placed}
        return [placed[each] for each in dict.fromkeys([*found, *search])]

    async def _expanded(self, question: str, search: Sequence[UUID]) -> list[list[UUID]]:
        memories = await self.chains.memories.get(search[:EXPANDED])
        asked = [f"{question} {memory.core}" for memory in memories]
        vectors = await self.encoder.encode(asked)
        return [
            [one.memory.id for one in self.memories.ranked(self.memories.search(text, vector))]
            for text, vector in zip(asked, vectors, strict=True)
        ]


def arms(index: Index, plain: WordIndex, encoder: Encoder) -> Arms:
    """The ways over one collection."""
    memories = MemoriesAtHand(index)
    network = NetworkAtHand([one.memory for one in index.placed])
    search = ChainSearch(network, memories, encoder, SearchFilter())
    return Arms(
        index,
        plain,
        encoder,
        chains=search,
        exact=search._replace(memories=NoWords(index)),
        cues=search._replace(encoder=Even()),
    )


def pagerank(starts: Sequence[Sequence[Chain]]) -> list[UUID]:
    """Memories by PageRank from where the chains start, along their hops in both directions."""
    weights: dict[UUID, float] = defaultdict(float)
    links: dict[UUID, set[UUID]] = defaultdict(set)
    for chains in starts:
        firsts = {chain.memories[0] for chain in chains}
        for first in firsts:
            weights[first] += 1 / len(firsts) / len(starts)
        for chain in chains:
            for left, right in zip(chain.memories, chain.memories[1:], strict=False):
                links[left].add(right)
                links[right].add(left)
    rank = dict(weights)
    for _ in range(ROUNDS):
        spread: dict[UUID, float] = defaultdict(float)
        for memory, share in rank.items():
            for other in sorted(links[memory]):
                spread[other] += (1 - DAMPING) * share / len(links[memory])
        rank = {one: DAMPING * weights[one] + spread[one] for one in {*spread, *weights}}
    return sorted(rank, key=lambda one: (-rank[one], one))


def _alternating(lists: Sequence[Sequence[UUID]]) -> list[UUID]:
    rows: Iterable[tuple[UUID | None, ...]] = zip_longest(*lists)
    return [one for row in rows for one in row if one is not None]
