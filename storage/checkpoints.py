"""Where graphs keep their state between steps: LangGraph's tables, bound to a tenant.

A checkpoint is data somebody else may have written, so it is read through an allow-list: our own
schemas and nothing else. Their module paths are therefore part of what is stored.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules
from typing import Any
from uuid import UUID

from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg import AsyncConnection, Connection
from psycopg.rows import DictRow

import core.schemas
from core.schemas.base import Frozen
from storage.database import Database

CHECKPOINT_TABLES = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")

_ISOLATE = """
alter table {table} add column if not exists tenant_id uuid;
alter table {table} alter column tenant_id set default current_setting('quaestor.tenant')::uuid;
alter table {table} alter column tenant_id set not null;
alter table {table} enable row level security;
create policy tenant on {table}
    using (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('quaestor.tenant', true), '')::uuid))
"""

_FORGET = """
create or replace function forget_finished_threads(most integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    thread record;
    forgotten integer := 0;
begin
    for thread in
        select kept.tenant_id, kept.thread_id
        from (select tenant_id, thread_id from checkpoints
              union select tenant_id, thread_id from checkpoint_blobs
              union select tenant_id, thread_id from checkpoint_writes) kept
        left join jobs j on j.run_id::text = kept.thread_id and j.tenant_id = kept.tenant_id
        left join runs r
            on r.id::text = kept.thread_id and r.tenant_id = kept.tenant_id and r.purged
        where j.state not in ('queued', 'running', 'retrying') or r.id is not null
        limit most
    loop
        delete from checkpoint_writes c
        where c.thread_id = thread.thread_id and c.tenant_id = thread.tenant_id;
        delete from checkpoint_blobs c
        where c.thread_id = thread.thread_id and c.tenant_id = thread.tenant_id;
        delete from checkpoints c
        where c.thread_id = thread.thread_id and c.tenant_id = thread.tenant_id;
        forgotten := forgotten + 1;
    end loop;
    return forgotten;
end
$$;
revoke all on function forget_finished_threads from public
"""


def stored_schemas() -> tuple[type[Frozen], ...]:
    """Every schema class: all that may come back out of a checkpoint as more than plain data."""
    names = (f"core.schemas.{module.name}" for module in iter_modules(core.schemas.__path__))
    members = (member for name in names for member in vars(import_module(name)).values())
    found = {m for m in members if isclass(m) and issubclass(m, Frozen) and m is not Frozen}
    return tuple(sorted(found, key=lambda schema: (schema.__module__, schema.__name__)))


def checkpoint_serializer() -> JsonPlusSerializer:
    """Strict msgpack: an object of any other class stays the inert data it was made of."""
    allowed = [(schema.__module__, schema.__name__) for schema in stored_schemas()]
    return JsonPlusSerializer(allowed_msgpack_modules=allowed)


@asynccontextmanager
async def open_checkpointer(
    database: Database, tenant_id: UUID
) -> AsyncIterator[AsyncPostgresSaver]:
    """A saver for one run; it keeps one pooled connection to itself until the block ends.

    Thread ids must be unique among all tenants, as run ids are: LangGraph's keys do not hold the
    tenant, and a row that another tenant hides makes its insert do nothing.
    """
    async with database.session(tenant_id) as connection:
        yield _saver(connection)


async def delete_thread(database: Database, tenant_id: UUID, thread_id: str) -> None:
    """Forget the checkpoints of a run that is over."""
    async with database.session(tenant_id) as connection:
        await _saver(connection).adelete_thread(thread_id)


def create_checkpoint_tables(connection: Connection[DictRow]) -> None:
    """Make or upgrade LangGraph's own tables and bind them to tenants; in autocommit mode."""
    PostgresSaver(connection).setup()
    for table in CHECKPOINT_TABLES:
        policies = "select 1 from pg_policies where schemaname = 'public' and tablename = %s"
        if connection.execute(policies, (table,)).fetchone() is None:
            with connection.transaction():
                connection.execute(_ISOLATE.format(table=table).encode())
    with connection.transaction():
        connection.execute(_FORGET.encode())


def _saver(connection: AsyncConnection[Any]) -> AsyncPostgresSaver:
    return AsyncPostgresSaver(connection, serde=checkpoint_serializer())
