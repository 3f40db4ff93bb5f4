"""Who keeps memories out of retrieval, in Postgres: one comes back when nobody holds it any more.

A revocation holds what it covers, a person what was put into quarantine by hand. What building
kept out nobody holds: its flags say so.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Uuid,
    any_,
    case,
    delete,
    exists,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.schemas.audit import ItemDecision, Note, Suspect
from core.schemas.memory import Flag, MemoryStatus
from core.text import normalise
from storage.tables import audit_items, documents, holds, memories, places
from storage.transitions import DECIDED, HAND, freed

FLAGS = TypeAdapter(tuple[Flag, ...])
IS_HELD = exists().where(holds.c.memory_id == memories.c.id)
_HOLD = text("""
    insert into holds (tenant_id, memory_id, holder)
    select :tenant_id, unnest(cast(:memories as uuid[])), :holder
    on conflict do nothing
""")
_TAKE_OUT = text("""
    update memories set status = 'quarantined'
    where id = any(cast(:memories as uuid[])) and status = 'verified'
""")
_PUT_BACK = text(
    "update memories set status = 'verified' where id = any(cast(:memories as uuid[]))"
)


async def lock_all_of(connection: AsyncConnection, suspect: Suspect) -> dict[UUID, MemoryStatus]:
    """The suspect's memories, whatever versions hold them, with their statuses.

    Documents are locked first, as activations do: a version becomes active before or after, and
    brings nothing back meanwhile.
    """
    theirs = memories.c[suspect.field] == suspect.name
    await _lock_documents(connection, theirs)
    query = select(memories.c.id, memories.c.status).where(theirs).order_by(memories.c.id)
    rows = await connection.execute(query.with_for_update())
    return {row.id: row.status for row in rows}


async def held_by(connection: AsyncConnection, holders: Sequence[str]) -> frozenset[UUID]:
    """What these hold."""
    query = select(holds.c.memory_id).where(holds.c.holder.in_(holders))
    return frozenset((await connection.execute(query)).scalars())


async def held_of(connection: AsyncConnection, memory_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the memories that anybody holds."""
    query = select(holds.c.memory_id).where(holds.c.memory_id.in_(set(memory_ids)))
    return frozenset((await connection.execute(query)).scalars())


async def take_out(
    connection: AsyncConnection, tenant_id: UUID, memory_ids: Sequence[UUID], holder: str
) -> None:
    """Hold memories; what was in retrieval leaves it, what is superseded stays so."""
    taken = {"tenant_id": tenant_id, "memories": memory_ids, "holder": holder}
    await connection.execute(_HOLD, taken)
    await connection.execute(_TAKE_OUT, {"memories": memory_ids})


async def let_go(connection: AsyncConnection, holder: str) -> None:
    """Put back what nobody else holds. Memories are locked first, in a statement of its own: only
    then do the next ones see what others do with them."""
    theirs = memories.c.id.in_(select(holds.c.memory_id).where(holds.c.holder == holder))
    await _lock_documents(connection, theirs)
    locking = select(memories.c.id).where(theirs).order_by(memories.c.id)
    held = (await connection.execute(locking.with_for_update())).scalars().all()
    await connection.execute(delete(holds).where(holds.c.holder == holder))
    last = (places.c.version_id == memories.c.version_id) & (places.c.ordinal == memories.c.ordinal)
    query = (
        select(memories.c.id, memories.c.decision, places.c.body["flags"].label("flags"))
        .join_from(memories, places, last)
        .where(
            memories.c.id == any_(literal(held, ARRAY(Uuid))),
            memories.c.status == "quarantined",
            ~IS_HELD,
        )
    )
    back = [
        row.id
        for row in await connection.execute(query)
        if freed("quarantined", row.decision, FLAGS.validate_python(row.flags)) == "verified"
    ]
    await connection.execute(_PUT_BACK, {"memories": back})


async def settle(
    connection: AsyncConnection,
    tenant_id: UUID,
    memory_id: UUID,
    decision: ItemDecision,
    note: Note,
) -> None:
    """Let a person's decision about a memory hold, which must be locked, and close its item.

    Whoever releases one memory has looked at it: no revocation holds it any more either.
    """
    if decision == "quarantine":
        await take_out(connection, tenant_id, [memory_id], HAND)
    else:
        await connection.execute(delete(holds).where(holds.c.memory_id == memory_id))
    stays = memories.c.status == "superseded"
    status = case((stays, memories.c.status), else_=DECIDED[decision])
    released = "verified" if decision == "release" else None
    deciding = update(memories).where(memories.c.id == memory_id)
    await connection.execute(deciding.values(decision=released, status=status))
    await _close_item(connection, memory_id, decision, note)


async def _lock_documents(connection: AsyncConnection, of: ColumnElement[bool]) -> None:
    """The documents of some memories, in one order, before any of the memories."""
    theirs = documents.c.id.in_(select(memories.c.document_id).where(of))
    locking = select(documents.c.id).where(theirs).order_by(documents.c.id)
    await connection.execute(locking.with_for_update(key_share=True))


async def _close_item(
    connection: AsyncConnection, memory_id: UUID, decision: ItemDecision, note: Note
) -> None:
    closing = update(audit_items).where(audit_items.c.memory_id == memory_id)
    closed = {"by": normalise(note.by), "reason": normalise(note.reason)}
    at = func.clock_timestamp()
    await connection.execute(closing.values(decision=decision, decided_at=at, **closed))
