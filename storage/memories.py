"""Memories in Postgres: written all at once when a version becomes active, then only searched.

A row of ``memories`` is what a memory says and how it stands; a row of ``places`` is how one
version holds it. A memory that is superseded stays readable, because it may have been cited, but
leaves the indexes; so whatever is verified belongs to an active version.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Row, Select, and_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.schemas.job import Lease
from core.schemas.memory import Hit, Layer, Memory, MemoryStatus, SearchFilter
from storage.activating import keep_as_superseded, put_in_place, version_to_build
from storage.database import Database
from storage.holding import settle
from storage.leases import hold
from storage.memory_rows import rows_of
from storage.protocols import IndexedMemory, Place, Vector
from storage.searching import search_terms, search_vectors
from storage.tables import memories, places, versions
from storage.transitions import BY_HAND, check_change

_WRITE_SECONDS = 600.0
"""For one statement of an activation: indexing the vectors of a long book takes a while."""

# As the type's own binary form: two lengths of two bytes, then big-endian halves.
_KNOWN_VECTORS = text("""
    select distinct on (v.text_sha256) v.text_sha256, halfvec_send(v.embedding) as embedding
    from memory_vectors v join memories m on m.id = v.memory_id
    where m.document_id = :document_id and v.encoder = :encoder
      and v.text_sha256 = any(cast(:texts as text[]))
    order by v.text_sha256, v.memory_id, v.layer
""")
_VECTOR_HEADER = 4

_IN_PLACE = and_(
    places.c.version_id == memories.c.version_id, places.c.ordinal == memories.c.ordinal
)
_MEMORY: Select[Any] = select(
    memories.c.id,
    memories.c.status,
    memories.c.version_id.label("at_version"),
    memories.c.body.label("content"),
    places.c.version_id,
    places.c.body.label("place"),
)


class PostgresMemories:
    """The memories of one tenant."""

    def __init__(self, database: Database, tenant_id: UUID) -> None:
        self._database = database
        self._tenant_id = tenant_id

    async def activate(
        self, version_id: UUID, memories: Sequence[IndexedMemory], encoder: str, lease: Lease
    ) -> None:
        """Make a version's memories the ones that are found. A version older than the active one
        comes too late: it is kept as superseded."""
        rows = await asyncio.to_thread(rows_of, self._tenant_id, version_id, memories, encoder)
        writing = self._database.transaction(self._tenant_id, statement_seconds=_WRITE_SECONDS)
        async with writing as connection:
            await hold(connection, lease)
            version = await version_to_build(connection, version_id)
            if version.status in ("active", "superseded"):
                return
            if version.active_number is not None and version.active_number > version.number:
                await keep_as_superseded(connection, rows)
            else:
                await put_in_place(connection, rows, version.active_id)

    async def known_vectors(
        self, document_id: UUID, encoder: str, texts: Sequence[str]
    ) -> Mapping[str, Vector]:
        """What the encoder made of these texts of the document before, by SHA-256."""
        asked = {"document_id": document_id, "encoder": encoder, "texts": list(texts)}
        async with self._database.transaction(self._tenant_id) as connection:
            rows = (await connection.execute(_KNOWN_VECTORS, asked)).all()
        return {row.text_sha256: _vector_of(row.embedding) for row in rows}

    async def get(self, memory_ids: Sequence[UUID]) -> tuple[Memory, ...]:
        """The memories in the order asked. Raises NotFound if one is missing."""
        query = _MEMORY.join_from(memories, places, _IN_PLACE)
        async with self._database.transaction(self._tenant_id) as connection:
            rows = await connection.execute(query.where(memories.c.id.in_(set(memory_ids))))
            found = {row.id: _memory_of(row) for row in rows}
        return tuple(_one(found, memory_id, memory_id) for memory_id in memory_ids)

    async def at(self, places: Sequence[Place]) -> tuple[Memory, ...]:
        """The memories in the order asked, as each version holds them. Raises NotFound."""
        query = _PLACED.where(_PLACE.in_(list(set(places))))
        async with self._database.transaction(self._tenant_id) as connection:
            rows = await connection.execute(query)
            found = {Place(row.version_id, row.id): _memory_of(row) for row in rows}
        return tuple(_one(found, place, place.memory_id) for place in places)

    async def of_version(self, version_id: UUID) -> tuple[Memory, ...]:
        """In document order, whatever their status. Raises NotFound for an unknown version."""
        query = _PLACED.where(places.c.version_id == version_id).order_by(places.c.ordinal)
        async with self._database.transaction(self._tenant_id) as connection:
            rows = (await connection.execute(query)).all()
            known = select(versions.c.id).where(versions.c.id == version_id)
            if not rows and (await connection.execute(known)).one_or_none() is None:
                raise NotFound(f"no version {str(version_id)!r}")
        return tuple(_memory_of(row) for row in rows)

    async def set_status(self, memory_id: UUID, status: MemoryStatus) -> Memory:
        """Quarantine a memory or release it. Raises Conflict for any other change."""
        async with self._database.transaction(self._tenant_id) as connection:
            row = await _locked(connection, memory_id)
            decision = check_change(row.status, status)
            await settle(connection, self._tenant_id, memory_id, decision, BY_HAND)
        return _memory_of(row).model_copy(update={"status": status})

    async def search_lexical(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """BM25 over verified memories."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await search_terms(connection, terms, limit, where, "verified")

    async def search_vector(
        self, layer: Layer, vector: Vector, encoder: str, limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """Cosine similarity over one layer of verified memories."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await search_vectors(connection, layer, vector, encoder, limit, where)

    async def search_quarantined(
        self, terms: Mapping[str, int], limit: int, where: SearchFilter
    ) -> tuple[Hit, ...]:
        """BM25 over quarantined memories, with statistics of their own."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await search_terms(connection, terms, limit, where, "quarantined")


_PLACED = _MEMORY.join_from(places, memories, memories.c.id == places.c.memory_id)
_PLACE = tuple_(places.c.version_id, places.c.memory_id)


async def _locked(connection: AsyncConnection, memory_id: UUID) -> Row[Any]:
    """The memory in its place. It is locked first, in a statement of its own: only then does the
    next one see where an activation that was waited for has put it. Raises NotFound."""
    locking = select(memories.c.id).where(memories.c.id == memory_id).with_for_update()
    if (await connection.execute(locking)).one_or_none() is None:
        raise NotFound(f"no memory {str(memory_id)!r}")
    query = _MEMORY.join_from(memories, places, _IN_PLACE).where(memories.c.id == memory_id)
    row: Row[Any] = (await connection.execute(query)).one()
    return row


def _memory_of(row: Row[Any]) -> Memory:
    """The memory as a version holds it; what is not in its active place is superseded there."""
    status = row.status if row.version_id == row.at_version else "superseded"
    return Memory.model_validate({**row.content, **row.place, "status": status})


def _one(found: Mapping[Any, Memory], key: Any, memory_id: UUID) -> Memory:
    if key not in found:
        raise NotFound(f"no memory {str(memory_id)!r}")
    return found[key]


def _vector_of(sent: bytes) -> Vector:
    return np.frombuffer(sent, dtype=">f2", offset=_VECTOR_HEADER).astype(np.float32)
