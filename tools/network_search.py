"""The search that goes from memory to memory: names in a question, what they are about, what is
named there, and so on.

It asks storage for memories by the names of what they are about, and the encoder how near a memory
is to the question; nothing is read and nothing written. What a hop is worth: how much of the
question stands around the name that is followed, shared among all that bear the name, and how near
the memory that it leads to is to the question, without the name that the search started from.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

import numpy as np

from core.schemas.memory import Hit, Memory, SearchFilter
from core.schemas.network import Home, Mention
from tools.chains import BEAM, Chain, Hop, pruned
from tools.encoder import Encoder
from tools.lexical import content_terms, term_counts
from tools.naming import Name, known_names, may_be_same, names_in, phrases

HOPS = 2
"""Memories of a chain; on drawn two-hop questions a third brings nothing and pushes others down."""

STARTS = 4
"""Names of a question that are followed."""

NEAR_NAMES, NEAR_HITS = 12, 5
"""Names that no memory is about by that very name, looked up by their words; hits of each."""

LEADS = 80
"""Hops that are weighed by the encoder, for each name of the question and hop."""

_BEFORE, _AFTER = 70, 30
"""Characters around a name that tell why it stands there."""

_LEAST = 0.1
"""What a hop is worth that shares no word with the question."""


class Network(Protocol):
    """What is asked of the network."""

    async def homes(self, names: Collection[str], where: SearchFilter) -> tuple[Home, ...]:
        """The memories that are about what is called so."""
        ...

    async def named_in(self, memory_ids: Collection[UUID]) -> tuple[Mention, ...]:
        """What memories name."""
        ...


class Memories(Protocol):
    """What is asked of the memories."""

    async def get(self, memory_ids: Sequence[UUID]) -> tuple[Memory, ...]:
        """The memories in the order asked."""
        ...

    async def search_lexical(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """The memories that share words."""
        ...


class Lead(NamedTuple):
    """A name in a memory, and a memory that is about what it names."""

    name: Name
    home: Mention
    share: float
    """One of how many that the name may lead to."""


class ChainSearch(NamedTuple):
    """What one search needs; all of it belongs to one tenant."""

    network: Network
    memories: Memories
    encoder: Encoder
    where: SearchFilter

    async def chains(self, question: str, hops: int = HOPS) -> list[list[Chain]]:
        """The chains from each name in the question that memories are about, in its order.

        Best first, shorter ones too; empty where the question names nothing that is known.
        """
        known = _by_name(await self.network.homes(_keys(question), self.where))
        starts = known_names(question, known)[:STARTS]
        return [await self._from(question, start, known[start.key], hops) for start in starts]

    async def _from(
        self, question: str, start: Name, homes: Sequence[Mention], hops: int
    ) -> list[Chain]:
        rest = f"{question[: start.start]} {question[start.end :]}"
        beam = pruned(Chain((Hop(home.entity, home.memory_id, 1.0),)) for home in homes)
        found = list(beam)
        for _ in range(1, hops):
            beam = pruned(await self._longer(rest, beam), len(beam) * LEADS)
            found += beam
            beam = beam[:BEAM]
        return pruned(found, len(found))

    async def _longer(self, rest: str, beam: Sequence[Chain]) -> list[Chain]:
        """Every chain of the beam with every hop that leads on from its end."""
        ends = await self.memories.get([chain.end for chain in beam])
        leads = await self._leads(rest, ends)
        hops = [
            (chain, lead, _cue(rest, end, lead))
            for chain, end in zip(beam, ends, strict=True)
            for lead in leads[end.id]
            if lead.home.memory_id not in chain.memories
        ]
        best = sorted(hops, key=lambda hop: -hop[2])[:LEADS]
        nearness = await self._nearness(rest, [lead.home.memory_id for _, lead, _ in best])
        return [
            chain.followed_by(Hop(lead.home.entity, lead.home.memory_id, math.sqrt(cue * near)))
            for (chain, lead, cue), near in zip(best, nearness, strict=True)
        ]

    async def _leads(self, rest: str, ends: Sequence[Memory]) -> dict[UUID, list[Lead]]:
        """The names in each memory that lead to others: as they stand, as the document understands
        them, or nearly so."""
        short = await self.network.named_in([end.id for end in ends])
        asked = {key for end in ends for key in _keys(end.text_original)}
        asked.update(mention.entity for mention in short)
        known = _by_name(await self.network.homes(asked, self.where))
        leads = {end.id: list(_known_leads(end, known, short)) for end in ends}
        near = await self._near(rest, ends, leads)
        return {end.id: [*leads[end.id], *near[end.id]] for end in ends}

    async def _near(
        self, rest: str, ends: Sequence[Memory], leads: Mapping[UUID, Sequence[Lead]]
    ) -> dict[UUID, list[Lead]]:
        """Leads by names that are found by their words alone, if the rule says they may be same."""
        open_names = [
            (end, name)
            for end in ends
            for name in _unknown(end, [lead.name for lead in leads[end.id]])
        ]
        open_names.sort(key=lambda one: -_shared(rest, _around(one[0], one[1])))
        hits = {
            name.key: await self.memories.search_lexical(
                term_counts(name.key), NEAR_HITS, self.where
            )
            for _, name in open_names[:NEAR_NAMES]
        }
        subjects = await self._subjects(
            {hit.memory_id for of_name in hits.values() for hit in of_name}
        )
        found: dict[UUID, list[Lead]] = {end.id: [] for end in ends}
        for end, name in open_names[:NEAR_NAMES]:
            about = [home for hit in hits[name.key] for home in subjects.get(hit.memory_id, ())]
            homes = [home for home in about if may_be_same(name.key, home.entity)]
            found[end.id] += [Lead(name, home, 1 / len(homes)) for home in homes]
        return found

    async def _subjects(self, memory_ids: Collection[UUID]) -> dict[UUID, list[Mention]]:
        """What each memory is about."""
        found: dict[UUID, list[Mention]] = {}
        for mention in await self.network.named_in(sorted(memory_ids)):
            if mention.kind == "subject":
                found.setdefault(mention.memory_id, []).append(mention)
        return found

    async def _nearness(self, rest: str, memory_ids: Sequence[UUID]) -> list[float]:
        """How near each memory's core is to the question, 0 to 1."""
        if not memory_ids:
            return []
        cores = [memory.core for memory in await self.memories.get(memory_ids)]
        asked, *vectors = await self.encoder.encode([rest, *cores])
        return [max(0.0, float(np.dot(asked, vector))) for vector in vectors]


def _keys(text: str) -> set[str]:
    return {name.key for name in phrases(text)}


def _by_name(homes: Sequence[Home]) -> dict[str, list[Mention]]:
    """One mention per memory, by the name asked."""
    found: dict[str, dict[UUID, Mention]] = {}
    for home in homes:
        found.setdefault(home.asked, {}).setdefault(home.mention.memory_id, home.mention)
    return {name: list(of_name.values()) for name, of_name in found.items()}


def _known_leads(
    memory: Memory, known: Mapping[str, Sequence[Mention]], mentions: Sequence[Mention]
) -> Iterator[Lead]:
    for name in known_names(memory.text_original, known):
        yield from _to_each(name, known[name.key], memory)
    for mention in mentions:
        if mention.span is None or mention.memory_id != memory.id:
            continue
        if mention.entity != mention.name and mention.entity in known:
            name = Name(mention.name, mention.span.start, mention.span.end)
            yield from _to_each(name, known[mention.entity], memory)


def _to_each(name: Name, homes: Sequence[Mention], memory: Memory) -> Iterator[Lead]:
    others = [home for home in homes if home.memory_id != memory.id]
    return (Lead(name, home, 1 / len(others)) for home in others)


def _unknown(memory: Memory, known: Sequence[Name]) -> Iterator[Name]:
    """Names of several words that overlap none of those."""
    for name in names_in(memory.text_original):
        if " " in name.key and all(name.end <= one.start or one.end <= name.start for one in known):
            yield name


def _cue(rest: str, memory: Memory, lead: Lead) -> float:
    shared = _shared(rest, _around(memory, lead.name))
    return (_LEAST + (1 - _LEAST) * shared) * lead.share


def _around(memory: Memory, name: Name) -> str:
    return memory.text_original[max(0, name.start - _BEFORE) : name.end + _AFTER]


def _shared(question: str, text: str) -> float:
    """The share of the question's terms that the text has."""
    asked = set(content_terms(question))
    return len(asked & set(content_terms(text))) / len(asked) if asked else 0.0
