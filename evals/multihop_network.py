"""The network over memories at hand: what storage would answer, without a database."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import numpy as np

from core.schemas.memory import Hit, Memory, SearchFilter
from core.schemas.network import Home, Mention
from evals.retrieval_index import Index
from storage.protocols import Vector
from tools.encoder import Encoder, Vectors
from tools.network import link


class NetworkAtHand:
    """Links of all memories of an index; every one is verified, so no filter applies."""

    def __init__(self, memories: Sequence[Memory]) -> None:
        self._called: dict[str, set[str]] = defaultdict(set)
        self._about: dict[str, list[Mention]] = defaultdict(list)
        self._named: dict[UUID, list[Mention]] = defaultdict(list)
        for mention in _linked(memories):
            self._named[mention.memory_id].append(mention)
            if mention.kind != "mention":
                self._called[mention.name].add(mention.entity)
            if mention.kind == "subject":
                self._about[mention.entity].append(mention)

    async def homes(self, names: Collection[str], where: SearchFilter) -> tuple[Home, ...]:
        """The memories that are about what is called so."""
        return tuple(
            Home(asked=name, mention=mention)
            for name in sorted(names)
            for entity in sorted(self._called.get(name, ()))
            for mention in self._about.get(entity, ())
        )

    async def named_in(self, memory_ids: Collection[UUID]) -> tuple[Mention, ...]:
        """What memories name."""
        return tuple(mention for one in memory_ids for mention in self._named.get(one, ()))


class MemoriesAtHand:
    """The memories of an index, by id and by words."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._by_id = {one.memory.id: one.memory for one in index.placed}

    async def get(self, memory_ids: Sequence[UUID]) -> tuple[Memory, ...]:
        """In the order asked."""
        return tuple(self._by_id[memory_id] for memory_id in memory_ids)

    async def search_lexical(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """The lexical list of the index."""
        return tuple(self._index.by_words(terms, limit))


class NoWords(MemoriesAtHand):
    """The same, finding nothing by words: only names as they stand lead on."""

    async def search_lexical(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """Nothing."""
        return ()


class Remembering:
    """An encoder that keeps every vector: several ways ask for the same ones."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vector] = {}
        self.id = encoder.id
        self.dimensions = encoder.dimensions

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""
        fresh = list(dict.fromkeys(text for text in texts if text not in self._known))
        if fresh:
            self._known.update(zip(fresh, await self._encoder.encode(fresh), strict=True))
        rows = [self._known[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), np.float32)


class Even:
    """An encoder to which everything is equally near."""

    id = "even"
    dimensions = 1

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Ones."""
        return np.ones((len(texts), 1), np.float32)


def _linked(memories: Sequence[Memory]) -> list[Mention]:
    """Document by document, as building does it."""
    of_version: dict[UUID, list[Memory]] = defaultdict(list)
    for memory in memories:
        of_version[memory.version_id].append(memory)
    return [mention for group in of_version.values() for mention in link(group)]
