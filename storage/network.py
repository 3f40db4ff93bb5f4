"""The network in Postgres: rows that belong to a memory and go with it.

Only verified memories are answered from; what a superseded or quarantined one says stays out by a
join, whatever has been cleared up by then.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    any_,
    delete,
    insert,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.schemas.document import Span
from core.schemas.job import Lease
from core.schemas.memory import SearchFilter
from core.schemas.network import Fact, Home, KnownFact, Mention
from core.validity import with_validity
from storage.database import Database
from storage.leases import hold
from storage.tables import documents, entity_facts, entity_mentions, memories, versions

_WRITE_SECONDS = 120.0
"""For one statement: a long book has many names."""

# Whole columns at a time: one round trip, however many names a book has.
_INSERT_MENTIONS = text("""
    insert into entity_mentions
        (tenant_id, memory_id, ordinal, name, entity, surface, kind, role, start, stop)
    select :tenant_id, r.memory_id, r.ordinal, r.name, r.entity, r.surface, r.kind, r.role,
           r.start, r.stop
    from unnest(cast(:memory_ids as uuid[]), cast(:ordinals as integer[]), cast(:names as text[]),
                cast(:entities as text[]), cast(:surfaces as text[]), cast(:kinds as text[]),
                cast(:roles as text[]), cast(:starts as integer[]), cast(:stops as integer[]))
         as r(memory_id, ordinal, name, entity, surface, kind, role, start, stop)
""")
_MOST_FACTS = 1_000
"""Read to tell which hold; those asked for first."""

_MENTION = [column for column in entity_mentions.c if column.name != "tenant_id"]
_FACT = [column for column in entity_facts.c if column.name != "tenant_id"]


class PostgresNetwork:
    """The network of one tenant."""

    def __init__(self, database: Database, tenant_id: UUID) -> None:
        self._database = database
        self._tenant_id = tenant_id

    async def replace(
        self,
        version_id: UUID,
        mentions: Sequence[Mention],
        facts: Sequence[Fact],
        lease: Lease,
    ) -> None:
        """What was kept of the document gives way to this, if the version is the active one."""
        writing = self._database.transaction(self._tenant_id, statement_seconds=_WRITE_SECONDS)
        async with writing as connection:
            await hold(connection, lease)
            document_id = await _document_of_active(connection, version_id)
            if document_id is None:
                return
            own = select(memories.c.id).where(memories.c.document_id == document_id)
            for table in (entity_mentions, entity_facts):
                await connection.execute(delete(table).where(table.c.memory_id.in_(own)))
            if mentions:
                columns = {"tenant_id": self._tenant_id, **_mention_columns(mentions)}
                await connection.execute(_INSERT_MENTIONS, columns)
            if facts:
                said = [_fact_row(self._tenant_id, one) for one in facts]
                await connection.execute(insert(entity_facts), said)

    async def homes(self, names: Collection[str], where: SearchFilter) -> tuple[Home, ...]:
        """Memories about what is called so; by name, then by memory."""
        called = entity_mentions.alias("called")
        holder = memories.alias("holder")
        query = (
            select(called.c.name.label("asked"), *_MENTION)
            .distinct()
            .join_from(called, holder, holder.c.id == called.c.memory_id)
            .join(entity_mentions, entity_mentions.c.entity == called.c.entity)
            .join(memories, memories.c.id == entity_mentions.c.memory_id)
            .where(
                called.c.name == _any(names),
                called.c.kind.in_(("subject", "alias")),
                _is_searched(holder, where),
                entity_mentions.c.kind == "subject",
                _is_searched(memories, where),
            )
            .order_by(entity_mentions.c.memory_id, entity_mentions.c.ordinal)
        )
        found = [Home(asked=r.asked, mention=_mention(r)) for r in await self._rows(query)]
        return tuple(sorted(found, key=lambda home: home.asked))  # whatever the collation

    async def mentions(
        self, entities: Collection[str], limit: int, where: SearchFilter
    ) -> tuple[Mention, ...]:
        """Where entities are named; subjects first, then by memory."""
        other = entity_mentions.alias("other")
        aliases = select(other.c.name).where(
            other.c.entity == _any(entities), other.c.kind == "alias"
        )
        query = (
            select(*_MENTION)
            .join_from(entity_mentions, memories, memories.c.id == entity_mentions.c.memory_id)
            .where(
                or_(
                    entity_mentions.c.entity == _any(entities),
                    entity_mentions.c.entity.in_(aliases),
                ),
                _is_searched(memories, where),
            )
            .order_by(
                entity_mentions.c.kind != "subject",
                entity_mentions.c.memory_id,
                entity_mentions.c.ordinal,
            )
            .limit(limit)
        )
        return tuple(map(_mention, await self._rows(query)))

    async def named_in(self, memory_ids: Collection[UUID]) -> tuple[Mention, ...]:
        """What memories name, each in its order."""
        query = (
            select(*_MENTION)
            .where(entity_mentions.c.memory_id.in_(memory_ids))
            .order_by(entity_mentions.c.memory_id, entity_mentions.c.ordinal)
        )
        return tuple(map(_mention, await self._rows(query)))

    async def facts(
        self, entities: Collection[str], limit: int, where: SearchFilter
    ) -> tuple[KnownFact, ...]:
        """What memories say of entities, surest first."""
        asked = or_(
            entity_facts.c.entity == _any(entities), entity_facts.c.answer_entity == _any(entities)
        )
        same = select(entity_facts.c.entity).where(asked)
        query = (
            select(versions.c.created_at.label("recorded_at"), asked.label("asked"), *_FACT)
            .join_from(entity_facts, memories, memories.c.id == entity_facts.c.memory_id)
            .join(versions, versions.c.id == memories.c.version_id)
            .where(
                or_(asked, entity_facts.c.valid_from.is_not(None)),
                entity_facts.c.entity.in_(same),
                _is_searched(memories, where),
            )
            .order_by(asked.desc(), entity_facts.c.chance.desc(), entity_facts.c.id)
            .limit(_MOST_FACTS)
        )
        rows = await self._rows(query)
        known = [KnownFact(fact=_fact(row), recorded_at=row.recorded_at) for row in rows]
        wanted = [one for one, row in zip(with_validity(known), rows, strict=True) if row.asked]
        return tuple(wanted[:limit])

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        async with self._database.transaction(self._tenant_id) as connection:
            rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
        return rows


async def _document_of_active(connection: AsyncConnection, version_id: UUID) -> UUID | None:
    """The document, locked, if this is its active version; None if another one is.

    Raises NotFound.
    """
    known = select(versions.c.document_id).where(versions.c.id == version_id)
    document_id = (await connection.execute(known)).scalar_one_or_none()
    if document_id is None:
        raise NotFound(f"no version {str(version_id)!r}")
    active = select(documents.c.active_version_id).where(documents.c.id == document_id)
    found = (await connection.execute(active.with_for_update())).scalar_one_or_none()
    return document_id if found == version_id else None


def _any(keys: Collection[str]) -> Any:
    """One parameter, however many keys: a memory's text has hundreds of stretches to ask for."""
    return any_(literal(sorted(keys), ARRAY(Text)))


def _is_searched(table: Any, where: SearchFilter) -> ColumnElement[bool]:
    wanted = table.c.content_type.in_(where.content_types) if where.content_types else true()
    return and_(
        table.c.status == "verified",
        table.c.collection == where.collection,
        table.c.trust >= where.minimum_trust,
        table.c.id.not_in(where.exclude_memories),
        table.c.principal.not_in(where.exclude_principals),
        table.c.origin.not_in(where.exclude_origins),
        wanted,
    )


def _mention_columns(mentions: Sequence[Mention]) -> dict[str, list[Any]]:
    return {
        "memory_ids": [one.memory_id for one in mentions],
        "ordinals": list(range(len(mentions))),
        "names": [one.name for one in mentions],
        "entities": [one.entity for one in mentions],
        "surfaces": [one.surface for one in mentions],
        "kinds": [one.kind for one in mentions],
        "roles": [one.role for one in mentions],
        "starts": [one.span.start if one.span else None for one in mentions],
        "stops": [one.span.end if one.span else None for one in mentions],
    }


def _mention(row: Row[Any]) -> Mention:
    fields = {name: row._mapping[name] for name in Mention.model_fields if name != "span"}
    span = None if row.start is None else Span(start=row.start, end=row.stop)
    return Mention(**fields, span=span)


def _fact_row(tenant_id: UUID, fact: Fact) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        **fact.model_dump(exclude={"span", "answer_span"}),
        "start": fact.span.start,
        "stop": fact.span.end,
        "answer_start": fact.answer_span.start,
        "answer_stop": fact.answer_span.end,
    }


def _fact(row: Row[Any]) -> Fact:
    spans = {
        "span": Span(start=row.start, end=row.stop),
        "answer_span": Span(start=row.answer_start, end=row.answer_stop),
    }
    plain = {name: row._mapping[name] for name in Fact.model_fields if name not in spans}
    return Fact(**plain, **spans)
