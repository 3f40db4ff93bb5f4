"""The queries of audits, and what their rows become.

A suspect's memories are reached by an index over principals or origins, and the runs that found
them by the index over what runs read; no query here goes through all memories or all runs.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.ids import content_id
from core.schemas.audit import AuditItem, Revocation, Suspect, SuspectField
from storage.tables import audit_items, memories, revocations

_FOUND_MEMORIES = """
    select m.id as memory_id, m.document_id, m.status, count(r.id)::integer as runs,
           count(*) over ()::integer as total
    from memories m
    left join run_reads read on read.tenant_id = m.tenant_id and read.named = m.id
    left join runs r on r.tenant_id = m.tenant_id and r.id = read.run_id and r.graph = 'answering'
    where m.{field} = :name
    group by m.id, m.document_id, m.status
    order by runs desc, m.id limit :limit
"""
_FOUND_RUNS = """
    select r.id as run_id, coalesce(r.subject ->> 'question', '') as question,
           coalesce(r.subject ->> 'collection', 'default') as collection, r.started_at,
           found.memories, count(*) over ()::integer as total
    from (select read.tenant_id, read.run_id, count(*)::integer as memories
          from memories m
          join run_reads read on read.tenant_id = m.tenant_id and read.named = m.id
          where m.{field} = :name
          group by read.tenant_id, read.run_id) found
    join runs r on r.tenant_id = found.tenant_id and r.id = found.run_id and r.graph = 'answering'
    order by r.started_at desc, r.id desc limit :limit
"""
_FIELDS: tuple[SuspectField, ...] = ("principal", "origin")
FOUND_MEMORIES: Mapping[SuspectField, TextClause] = {
    field: text(_FOUND_MEMORIES.format(field=field)) for field in _FIELDS
}
FOUND_RUNS: Mapping[SuspectField, TextClause] = {
    field: text(_FOUND_RUNS.format(field=field)) for field in _FIELDS
}
LAST_ASKED = text("""
    select id from (
        select distinct on (r.subject::text) r.id, r.started_at
        from run_reads read
        join runs r on r.tenant_id = read.tenant_id and r.id = read.run_id
        where read.named = any(cast(:memories as uuid[]))
          and r.graph = 'answering' and r.status = 'succeeded'
        order by r.subject::text, r.started_at desc, r.id desc) asked
    order by started_at desc, id desc limit :most
""")
REVOCATION = [
    revocations.c[name]
    for name in ("id", "field", "name", "by", "reason", "at", "memories", "undone")
]
ITEM: Select[Any] = select(
    *(audit_items.c[name] for name in AuditItem.model_fields if name in audit_items.c),
    memories.c.document_id,
    memories.c.collection,
    memories.c.status,
).join_from(audit_items, memories, memories.c.id == audit_items.c.memory_id)
STANDING: Select[Any] = select(revocations.c.id).where(revocations.c.undone.is_(None))


def item_id_of(memory_id: UUID) -> UUID:
    """The id of a memory's only item."""
    return content_id("audit item", memory_id)


async def read_revocation(
    connection: AsyncConnection, revocation_id: UUID, *, lock: bool = False
) -> Revocation:
    """One revocation. Raises NotFound."""
    query = select(*REVOCATION).where(revocations.c.id == revocation_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFound(f"no revocation {str(revocation_id)!r}")
    return revocation_of(row)


def revocation_of(row: Row[Any]) -> Revocation:
    """A revocation from a row of its columns."""
    known = fields_of(row)
    suspect = Suspect(field=known.pop("field"), name=known.pop("name"))
    return Revocation.model_validate({**known, "suspect": suspect})


async def read_item(connection: AsyncConnection, item_id: UUID) -> AuditItem:
    """One item. Raises NotFound."""
    row = (await connection.execute(ITEM.where(audit_items.c.id == item_id))).one_or_none()
    if row is None:
        raise NotFound(f"no audit item {str(item_id)!r}")
    return item_of(row)


def item_of(row: Row[Any]) -> AuditItem:
    """An item from a row of ``ITEM``."""
    return AuditItem.model_validate(fields_of(row))


def fields_of(row: Row[Any]) -> dict[str, Any]:
    """A row of a query without its total."""
    return {name: value for name, value in row._mapping.items() if name != "total"}
