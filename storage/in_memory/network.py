"""The network in dictionaries, kept with the memories it comes from."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from core.schemas.job import Lease
from core.schemas.memory import Memory, SearchFilter
from core.schemas.network import Fact, Home, KnownFact, Mention
from core.validity import with_validity
from storage.in_memory.shelf import Shelf, find


class InMemoryNetwork:
    """The network of one tenant."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def replace(
        self, version_id: UUID, mentions: Sequence[Mention], facts: Sequence[Fact], lease: Lease
    ) -> None:
        """What was kept of the document gives way to this, if the version is the active one."""
        self._shelf.held(lease)
        document_id = find(self._shelf.versions, version_id, "version").document_id
        if self._shelf.documents[document_id].active_version_id != version_id:
            return
        for memory_id in [m.id for m in self._memories() if m.document_id == document_id]:
            self._shelf.mentions.pop(memory_id, None)
            self._shelf.facts.pop(memory_id, None)
        for mention in mentions:
            self._shelf.mentions.setdefault(mention.memory_id, []).append(mention)
        for fact in facts:
            self._shelf.facts.setdefault(fact.memory_id, []).append(fact)

    async def homes(self, names: Collection[str], where: SearchFilter) -> tuple[Home, ...]:
        """Memories about what is called so; by name, then by memory."""
        searched = list(self._searched(where))
        asked: dict[str, set[str]] = defaultdict(set)
        for mention in searched:
            if mention.name in names and mention.kind != "mention":
                asked[mention.entity].add(mention.name)
        found = [
            Home(asked=name, mention=mention)
            for mention in searched
            if mention.kind == "subject"
            for name in asked.get(mention.entity, ())
        ]
        return tuple(sorted(found, key=lambda home: (home.asked, home.mention.memory_id)))

    async def mentions(
        self, entities: Collection[str], limit: int, where: SearchFilter
    ) -> tuple[Mention, ...]:
        """Where entities are named; subjects first, then by memory."""
        aliases = {
            mention.name
            for kept in self._shelf.mentions.values()
            for mention in kept
            if mention.kind == "alias" and mention.entity in entities
        }
        wanted = aliases.union(entities)
        found = [mention for mention in self._searched(where) if mention.entity in wanted]
        ordered = sorted(found, key=lambda one: (one.kind != "subject", one.memory_id))
        return tuple(ordered[:limit])

    async def named_in(self, memory_ids: Collection[UUID]) -> tuple[Mention, ...]:
        """What memories name, each in its order."""
        known = self._shelf.memories.keys() & set(memory_ids)
        return tuple(
            mention
            for memory_id in sorted(known)
            for mention in self._shelf.mentions.get(memory_id, ())
        )

    async def facts(
        self, entities: Collection[str], limit: int, where: SearchFilter
    ) -> tuple[KnownFact, ...]:
        """What memories say of entities, surest first."""
        known = with_validity(
            [
                KnownFact(fact=fact, recorded_at=self._shelf.versions[memory.version_id].created_at)
                for memory in self._memories()
                if _is_searched(memory, where)
                for fact in self._shelf.facts.get(memory.id, ())
            ]
        )
        found = [one for one in known if {one.fact.entity, one.fact.answer_entity} & {*entities}]
        return tuple(sorted(found, key=lambda one: (-one.fact.chance, one.fact.id))[:limit])

    def _memories(self) -> Iterator[Memory]:
        return (kept.item.memory for kept in self._shelf.memories.values())

    def _searched(self, where: SearchFilter) -> Iterator[Mention]:
        for memory in self._memories():
            if _is_searched(memory, where):
                yield from self._shelf.mentions.get(memory.id, ())


def _is_searched(memory: Memory, where: SearchFilter) -> bool:
    return (
        memory.status == "verified"
        and memory.collection == where.collection
        and memory.source.weight >= where.minimum_trust
        and memory.id not in where.exclude_memories
        and memory.source.principal not in where.exclude_principals
        and memory.source.origin not in where.exclude_origins
        and (not where.content_types or memory.content_type in where.content_types)
    )
