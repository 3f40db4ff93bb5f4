"""Memories in dictionaries, searched by going through all of them."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import numpy as np

from core.errors import NotFound
from core.schemas.document import Version, VersionStatus
from core.schemas.job import Lease
from core.schemas.memory import Hit, Layer, Memory, MemoryStatus, SearchFilter
from storage.in_memory.holding import set_status, settle
from storage.in_memory.shelf import Kept, Shelf, find, now
from storage.protocols import IndexedMemory, Place, Vector
from storage.searching import K1, B
from storage.submitting import described
from storage.transitions import BY_HAND, check_change, standing


class InMemoryMemories:
    """The memories of one tenant."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def activate(
        self, version_id: UUID, memories: Sequence[IndexedMemory], encoder: str, lease: Lease
    ) -> None:
        """Make a version's memories the ones that are found, unless a later version already is."""
        self._shelf.held(lease)
        version = find(self._shelf.versions, version_id, "version")
        if version.status in ("active", "superseded"):
            return
        for item in memories:
            self._shelf.places[Place(version_id, item.memory.id)] = item.memory
        document = self._shelf.documents[version.document_id]
        active = self._shelf.versions.get(document.active_version_id or version_id, version)
        if active.number > version.number:
            self._keep_as_superseded(version, memories, encoder)
            return
        if active is not version:
            self._supersede(active.id)
        for item in memories:
            self._shelf.memories[item.memory.id] = self._settled(item, encoder)
        self._shelf.versions[version_id] = version.model_copy(update={"status": "active"})
        activated = {"active_version_id": version_id, "updated_at": now(), **described(version)}
        self._shelf.documents[document.id] = document.model_copy(update=activated)

    async def known_vectors(
        self, document_id: UUID, encoder: str, texts: Sequence[str]
    ) -> Mapping[str, Vector]:
        """What the encoder made of these texts of the document before, by SHA-256."""
        return {
            kept.item.texts[layer]: vector
            for kept in self._shelf.memories.values()
            if kept.item.memory.document_id == document_id
            and kept.item.memory.status != "superseded"
            and kept.encoder == encoder
            for layer, vector in kept.item.vectors.items()
            if kept.item.texts.get(layer) in texts
        }

    async def get(self, memory_ids: Sequence[UUID]) -> tuple[Memory, ...]:
        """The memories in the order asked. Raises NotFound if one is missing."""
        return tuple(find(self._shelf.memories, i, "memory").item.memory for i in memory_ids)

    async def at(self, places: Sequence[Place]) -> tuple[Memory, ...]:
        """The memories in the order asked, as each version holds them. Raises NotFound."""
        return tuple(self._at(place) for place in places)

    async def of_version(self, version_id: UUID) -> tuple[Memory, ...]:
        """In document order, whatever their status. Raises NotFound for an unknown version."""
        find(self._shelf.versions, version_id, "version")
        places = [place for place in self._shelf.places if place.version_id == version_id]
        return tuple(sorted(map(self._at, places), key=lambda memory: memory.ordinal))

    async def set_status(self, memory_id: UUID, status: MemoryStatus) -> Memory:
        """Quarantine a memory or release it. Raises Conflict for any other change."""
        kept = find(self._shelf.memories, memory_id, "memory")
        decision = check_change(kept.item.memory.status, status)
        return settle(self._shelf, memory_id, decision, BY_HAND)

    async def search_lexical(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """BM25 over verified memories."""
        return self._search_terms(terms, limit, where, "verified")

    async def search_vector(
        self, layer: Layer, vector: Vector, encoder: str, limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """Cosine similarity over one layer of verified memories."""
        return _best(
            (
                Hit(memory_id=item.memory.id, score=_cosine(vector, item.vectors[layer]))
                for item, made_by in self._in(where.collection, "verified")
                if made_by == encoder and layer in item.vectors and _allowed(item.memory, where)
            ),
            limit,
        )

    async def search_quarantined(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """BM25 over quarantined memories, with statistics of their own."""
        return self._search_terms(terms, limit, where, "quarantined")

    def _search_terms(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter, status: MemoryStatus
    ) -> tuple[Hit, ...]:
        corpus = [item for item, _ in self._in(where.collection, status)]
        weights = _weights(terms, corpus)
        mean = sum(sum(item.terms.values()) for item in corpus) / max(len(corpus), 1)
        return _best(
            (
                Hit(memory_id=item.memory.id, score=_bm25(item.terms, weights, mean))
                for item in corpus
                if _allowed(item.memory, where) and item.terms.keys() & weights.keys()
            ),
            limit,
        )

    def _in(self, collection: str, status: MemoryStatus) -> list[tuple[IndexedMemory, str]]:
        return [
            (kept.item, kept.encoder)
            for kept in self._shelf.memories.values()
            if kept.item.memory.collection == collection and kept.item.memory.status == status
        ]

    def _at(self, place: Place) -> Memory:
        if place not in self._shelf.places:
            raise NotFound(f"no memory {str(place.memory_id)!r}")
        last = self._shelf.memories[place.memory_id].item.memory
        status = last.status if last.version_id == place.version_id else "superseded"
        return self._shelf.places[place].model_copy(update={"status": status})

    def _settled(self, item: IndexedMemory, encoder: str) -> Kept:
        """The memory with what a person decided about it before."""
        before = self._shelf.memories.get(item.memory.id)
        if before is None:
            return Kept(item, encoder)
        known, held = before.item.memory.flags, bool(before.holders)
        status, decision = standing(item.memory, before.decision, known, held=held)
        kept = Kept(item, encoder, decision, before.holders)
        set_status(kept, status)
        return kept

    def _keep_as_superseded(
        self, version: Version, memories: Sequence[IndexedMemory], encoder: str
    ) -> None:
        for item in memories:
            if item.memory.id not in self._shelf.memories:
                kept = self._shelf.memories[item.memory.id] = Kept(item, encoder)
                set_status(kept, "superseded")
        self._set_version(version.id, "superseded")

    def _supersede(self, version_id: UUID) -> None:
        for kept in self._shelf.memories.values():
            if kept.item.memory.version_id == version_id:
                set_status(kept, "superseded")
        self._set_version(version_id, "superseded")

    def _set_version(self, version_id: UUID, status: VersionStatus) -> None:
        version = self._shelf.versions[version_id]
        self._shelf.versions[version_id] = version.model_copy(update={"status": status})


def _allowed(memory: Memory, where: SearchFilter) -> bool:
    return (
        memory.source.weight >= where.minimum_trust
        and memory.id not in where.exclude_memories
        and memory.source.principal not in where.exclude_principals
        and memory.source.origin not in where.exclude_origins
        and (not where.content_types or memory.content_type in where.content_types)
    )


def _weights(terms: Mapping[str, int], corpus: Sequence[IndexedMemory]) -> dict[str, float]:
    """Inverse document frequency times how often the query says the term."""
    held = Counter(term for item in corpus for term in item.terms.keys() & terms.keys())
    size = len(corpus)
    return {t: terms[t] * math.log(1 + (size - n + 0.5) / (n + 0.5)) for t, n in held.items()}


def _bm25(document: Mapping[str, int], weights: Mapping[str, float], mean_length: float) -> float:
    norm = K1 * (1 - B + B * sum(document.values()) / mean_length)
    shared = sorted(document.keys() & weights.keys())
    return math.fsum(weights[t] * document[t] * (K1 + 1) / (document[t] + norm) for t in shared)


def _cosine(left: Vector, right: Vector) -> float:
    lengths = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / lengths


def _best(hits: Iterable[Hit], limit: int) -> tuple[Hit, ...]:
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.memory_id))[:limit])
