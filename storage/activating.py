"""One activation: a version's memories become the ones that are found.

What a memory says is kept once, however many versions hold it; each version keeps its places.
Vectors and postings are those of the active version alone, and a vector whose text is still there
is not written again.
"""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from storage.holding import FLAGS, IS_HELD
from storage.memory_rows import Rows, vector_columns, vectors_of
from storage.tables import documents, memories, memory_vectors, places, postings, versions
from storage.transitions import standing

# Whole columns at a time: one round trip, however many rows. Arrays of arrays must be rectangular,
# so postings and vectors travel as text.
_DROP_VECTORS = text("""
    delete from memory_vectors v using memories m
    where m.id = v.memory_id and m.version_id = any(cast(:versions as uuid[]))
      and not exists (
          select from unnest(cast(:memory_ids as uuid[]), cast(:layers as text[]),
                             cast(:texts as text[])) as w(memory_id, layer, text_sha256)
          where w.memory_id = v.memory_id and w.layer = v.layer
            and w.text_sha256 = v.text_sha256 and v.encoder = :encoder)
""")
_INSERT_VECTORS = text("""
    insert into memory_vectors
        (tenant_id, memory_id, layer, encoder, text_sha256, dimensions, embedding)
    select :tenant_id, r.memory_id, r.layer, :encoder, r.text_sha256, r.dimensions,
           r.embedding::halfvec
    from unnest(cast(:memory_ids as uuid[]), cast(:layers as text[]), cast(:texts as text[]),
                cast(:dimensions as integer[]), cast(:embeddings as text[]))
         as r(memory_id, layer, text_sha256, dimensions, embedding)
""")
_INSERT_POSTINGS = text("""
    insert into postings (tenant_id, version_id, collection, term, ordinals, frequencies)
    select :tenant_id, :version_id, r.collection, r.term,
           r.ordinals::integer[], r.frequencies::integer[]
    from unnest(cast(:collections as text[]), cast(:terms as text[]),
                cast(:ordinals as text[]), cast(:frequencies as text[]))
         as r(collection, term, ordinals, frequencies)
""")


async def version_to_build(connection: AsyncConnection, version_id: UUID) -> Any:
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


async def put_in_place(connection: AsyncConnection, rows: Rows, active_id: UUID | None) -> None:
    """Exchange the active version's memories for these, and the version with it."""
    if active_id is not None:
        await _retire(connection, active_id)
    if rows.memories:
        await _put_memories(connection, rows)
        await connection.execute(insert(places), rows.places)
        await connection.execute(_INSERT_POSTINGS, rows.postings)
    await _exchange_vectors(connection, rows, active_id)
    await _make_active(connection, rows.version_id)


async def keep_as_superseded(connection: AsyncConnection, rows: Rows) -> None:
    """Places of a version that comes too late; what only it holds was never in the indexes."""
    if rows.memories:
        late = [{**row, "status": "superseded"} for row in rows.memories]
        await connection.execute(insert(memories).on_conflict_do_nothing(), late)
        await connection.execute(insert(places), rows.places)
    await _set_version_status(connection, rows.version_id, "superseded")


async def _put_memories(connection: AsyncConnection, rows: Rows) -> None:
    """New ones, and new places for those that are there already."""
    decided = await _decided(connection, rows)
    settled = [{**row, **decided.get(row["id"], {})} for row in rows.memories]
    putting = insert(memories)
    moved = {
        name: putting.excluded[name]
        for name in ("version_id", "ordinal", "status", "decision", "content_type", "length")
    }
    await connection.execute(
        putting.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=moved), settled
    )


async def _decided(connection: AsyncConnection, rows: Rows) -> dict[UUID, dict[str, Any]]:
    """How those stand that are held or were once released. They are locked first, in a statement
    of its own: only then does the next one see who holds them."""
    built = {item.memory.id: item.memory for item in rows.indexed}
    document_id = rows.indexed[0].memory.document_id
    of_document = select(memories.c.id).where(memories.c.document_id == document_id)
    await connection.execute(of_document.order_by(memories.c.id).with_for_update())
    last = (places.c.version_id == memories.c.version_id) & (places.c.ordinal == memories.c.ordinal)
    query = (
        select(memories.c.id, memories.c.decision, places.c.body, IS_HELD.label("held"))
        .join_from(memories, places, last)
        .where(memories.c.document_id == document_id, memories.c.decision.is_not(None) | IS_HELD)
    )
    found: dict[UUID, dict[str, Any]] = {}
    for row in await connection.execute(query):
        if row.id in built:
            known = FLAGS.validate_python(row.body["flags"])
            stands = standing(built[row.id], row.decision, known, held=row.held)
            found[row.id] = stands._asdict()
    return found


async def _retire(connection: AsyncConnection, version_id: UUID) -> None:
    """Take a version's memories out of retrieval; they stay readable."""
    await connection.execute(delete(postings).where(postings.c.version_id == version_id))
    superseding = update(memories).where(memories.c.version_id == version_id)
    await connection.execute(superseding.values(status="superseded"))
    await _set_version_status(connection, version_id, "superseded")


async def _exchange_vectors(
    connection: AsyncConnection, rows: Rows, active_id: UUID | None
) -> None:
    """Drop what the new version does not hold, and write what is not there."""
    wanted = vectors_of(rows.indexed)
    names = {
        "memory_ids": [memory_id for memory_id, _ in wanted],
        "layers": [layer for _, layer in wanted],
        "texts": [sha256 for sha256, _ in wanted.values()],
        "encoder": rows.encoder,
    }
    versions_touched = [version_id for version_id in (active_id, rows.version_id) if version_id]
    await connection.execute(_DROP_VECTORS, {**names, "versions": versions_touched})
    query = (
        select(memory_vectors.c.memory_id, memory_vectors.c.layer)
        .join(memories, memories.c.id == memory_vectors.c.memory_id)
        .where(memories.c.version_id == rows.version_id)
    )
    present = {(row.memory_id, row.layer) for row in await connection.execute(query)}
    missing = {key: value for key, value in wanted.items() if key not in present}
    if missing:
        columns = await asyncio.to_thread(vector_columns, missing)
        known = {"tenant_id": rows.tenant_id, "encoder": rows.encoder}
        await connection.execute(_INSERT_VECTORS, {**known, **columns})


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
