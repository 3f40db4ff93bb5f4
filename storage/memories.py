"""Memories in Postgres: written all at once when a version becomes active, then only searched.

A memory that is superseded stays readable, because it may have been cited, but leaves the
indexes; so whatever is verified belongs to an active version.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.schemas.job import Lease
from core.schemas.memory import Hit, Layer, Memory, MemoryStatus, SearchFilter
from storage.database import Database
from storage.leases import hold
from storage.protocols import IndexedMemory, Vector
from storage.searching import search_terms, search_vectors, vector_text
from storage.tables import documents, memories, memory_vectors, postings, versions
from storage.transitions import check_change

# Whole columns at a time: one round trip, however many rows. Arrays of arrays must be rectangular,
# so postings and vectors travel as text.
_INSERT_VECTORS = text("""
    insert into memory_vectors (tenant_id, memory_id, layer, encoder, dimensions, embedding)
    select :tenant_id, r.memory_id, r.layer, :encoder, r.dimensions, r.embedding::halfvec
    from unnest(cast(:memory_ids as uuid[]), cast(:layers as text[]),
                cast(:dimensions as integer[]), cast(:embeddings as text[]))
         as r(memory_id, layer, dimensions, embedding)
""")
_INSERT_POSTINGS = text("""
    insert into postings (tenant_id, version_id, collection, term, ordinals, frequencies)
    select :tenant_id, :version_id, r.collection, r.term,
           r.ordinals::integer[], r.frequencies::integer[]
    from unnest(cast(:collections as text[]), cast(:terms as text[]),
                cast(:ordinals as text[]), cast(:frequencies as text[]))
         as r(collection, term, ordinals, frequencies)
""")
_WRITE_SECONDS = 600.0
"""For one statement of an activation: indexing the vectors of a long book takes a while."""

_MEMORY: Select[Any] = select(memories.c.id, memories.c.status, memories.c.body)


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
        rows = await asyncio.to_thread(_rows, self._tenant_id, version_id, memories, encoder)
        writing = self._database.transaction(self._tenant_id, statement_seconds=_WRITE_SECONDS)
        async with writing as connection:
            await hold(connection, lease)
            version = await _version_to_build(connection, version_id)
            if version.status in ("active", "superseded"):
                return
            if version.active_number is not None and version.active_number > version.number:
                await _keep_as_superseded(connection, version_id, rows)
            else:
                await _retire(connection, version.active_id)
                await _insert(connection, rows)
                await _make_active(connection, version_id)

    async def get(self, memory_ids: Sequence[UUID]) -> tuple[Memory, ...]:
        """The memories in the order asked. Raises NotFound if one is missing."""
        query = _MEMORY.where(memories.c.id.in_(set(memory_ids)))
        async with self._database.transaction(self._tenant_id) as connection:
            found = {row.id: _memory_of(row) for row in await connection.execute(query)}
        missing = [str(memory_id) for memory_id in memory_ids if memory_id not in found]
        if missing:
            raise NotFound(f"no memory {missing[0]!r}")
        return tuple(found[memory_id] for memory_id in memory_ids)

    async def of_version(self, version_id: UUID) -> tuple[Memory, ...]:
        """In document order, whatever their status. Raises NotFound for an unknown version."""
        query = _MEMORY.where(memories.c.version_id == version_id).order_by(memories.c.ordinal)
        async with self._database.transaction(self._tenant_id) as connection:
            rows = (await connection.execute(query)).all()
            known = select(versions.c.id).where(versions.c.id == version_id)
            if not rows and (await connection.execute(known)).one_or_none() is None:
                raise NotFound(f"no version {str(version_id)!r}")
        return tuple(_memory_of(row) for row in rows)

    async def set_status(self, memory_id: UUID, status: MemoryStatus) -> Memory:
        """Quarantine a memory or release it. Raises Conflict for any other change."""
        changing = update(memories).where(memories.c.id == memory_id)
        async with self._database.transaction(self._tenant_id) as connection:
            query = _MEMORY.where(memories.c.id == memory_id).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                raise NotFound(f"no memory {str(memory_id)!r}")
            check_change(row.status, status)
            await connection.execute(changing.values(status=status))
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


def _memory_of(row: Row[Any]) -> Memory:
    return Memory.model_validate({**row.body, "status": row.status})


class _Rows(NamedTuple):
    """Everything one activation inserts: rows of memories, columns of the rest."""

    memories: list[dict[str, Any]]
    vectors: dict[str, Any]
    postings: dict[str, Any]


def _rows(
    tenant_id: UUID, version_id: UUID, indexed: Sequence[IndexedMemory], encoder: str
) -> _Rows:
    return _Rows(
        [_memory_row(tenant_id, item) for item in indexed],
        {"tenant_id": tenant_id, "encoder": encoder, **_vector_columns(indexed)},
        {"tenant_id": tenant_id, "version_id": version_id, **_posting_columns(indexed)},
    )


def _memory_row(tenant_id: UUID, item: IndexedMemory) -> dict[str, Any]:
    memory = item.memory
    return {
        "tenant_id": tenant_id,
        **memory.model_dump(
            include={"id", "document_id", "version_id", "ordinal", "status", "collection"}
        ),
        "principal": memory.source.principal,
        "origin": memory.source.origin,
        "trust": memory.source.weight,
        "length": sum(item.terms.values()),
        "body": memory.model_dump(mode="json", exclude={"status"}),
    }


def _vector_columns(indexed: Sequence[IndexedMemory]) -> dict[str, list[Any]]:
    rows = [(item.memory.id, layer, v) for item in indexed for layer, v in item.vectors.items()]
    return {
        "memory_ids": [memory_id for memory_id, _, _ in rows],
        "layers": [layer for _, layer, _ in rows],
        "dimensions": [len(vector) for _, _, vector in rows],
        "embeddings": [vector_text(vector) for _, _, vector in rows],
    }


def _posting_columns(indexed: Sequence[IndexedMemory]) -> dict[str, list[Any]]:
    """One row per term of the version: where it occurs, and how often."""
    lists: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for item in indexed:
        for term, frequency in item.terms.items():
            lists[item.memory.collection, term].append((item.memory.ordinal, frequency))
    return {
        "collections": [collection for collection, _ in lists],
        "terms": [term for _, term in lists],
        "ordinals": [_array(ordinal for ordinal, _ in entries) for entries in lists.values()],
        "frequencies": [_array(count for _, count in entries) for entries in lists.values()],
    }


def _array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


async def _version_to_build(connection: AsyncConnection, version_id: UUID) -> Any:
    """The version, with the number of its document's active one. The document is locked first,
    in a statement of its own: only then does the next one see what another activation did."""
    document_id = select(versions.c.document_id).where(versions.c.id == version_id)
    locking = select(documents.c.id).where(documents.c.id == document_id.scalar_subquery())
    if (await connection.execute(locking.with_for_update())).one_or_none() is None:
        raise NotFound(f"no version {str(version_id)!r}")
    active = versions.alias("active")
    query = (
        select(
            versions.c.number,
            versions.c.status,
            active.c.id.label("active_id"),
            active.c.number.label("active_number"),
        )
        .join_from(versions, documents, documents.c.id == versions.c.document_id)
        .outerjoin(active, active.c.id == documents.c.active_version_id)
        .where(versions.c.id == version_id)
    )
    return (await connection.execute(query)).one()


async def _insert(connection: AsyncConnection, rows: _Rows) -> None:
    if rows.memories:
        await connection.execute(insert(memories), rows.memories)
        await connection.execute(_INSERT_VECTORS, rows.vectors)
        await connection.execute(_INSERT_POSTINGS, rows.postings)


async def _keep_as_superseded(connection: AsyncConnection, version_id: UUID, rows: _Rows) -> None:
    if rows.memories:
        late = [{**row, "status": "superseded"} for row in rows.memories]
        await connection.execute(insert(memories), late)
    await _set_version_status(connection, version_id, "superseded")


async def _retire(connection: AsyncConnection, version_id: UUID | None) -> None:
    """Take a version's memories out of the indexes; they stay readable."""
    if version_id is None:
        return
    of_version = select(memories.c.id).where(memories.c.version_id == version_id)
    await connection.execute(
        delete(memory_vectors).where(memory_vectors.c.memory_id.in_(of_version))
    )
    await connection.execute(delete(postings).where(postings.c.version_id == version_id))
    superseding = update(memories).where(memories.c.version_id == version_id)
    await connection.execute(superseding.values(status="superseded"))
    await _set_version_status(connection, version_id, "superseded")


async def _make_active(connection: AsyncConnection, version_id: UUID) -> None:
    """The document bears what its active version was uploaded with."""
    await _set_version_status(connection, version_id, "active")
    activating = (
        update(documents)
        .where(documents.c.id == versions.c.document_id, versions.c.id == version_id)
        .values(
            active_version_id=versions.c.id,
            title=func.coalesce(versions.c.title, versions.c.filename),
            collection=versions.c.collection,
            source=versions.c.source,
            updated_at=func.clock_timestamp(),
        )
    )
    await connection.execute(activating)


async def _set_version_status(connection: AsyncConnection, version_id: UUID, status: str) -> None:
    await connection.execute(
        update(versions).where(versions.c.id == version_id).values(status=status)
    )
