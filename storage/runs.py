"""Runs, steps and the entries of their journal in Postgres; large values are blobs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.ids import sha256_of
from core.schemas.job import Lease
from core.schemas.run import Entry, Run, RunStatus, Step
from core.text import normalise
from storage.blobs import get_blob, pack_blobs, put_blobs
from storage.database import Database
from storage.leases import hold
from storage.paging import cut_page, one_page
from storage.protocols import Page
from storage.reads import reads_of
from storage.tables import entries, runs, steps

_HOLD = text("""
    insert into run_blobs (tenant_id, run_id, sha256)
    select :tenant_id, :run_id, unnest(cast(:keys as text[]))
    on conflict do nothing
""")
_READ = text("""
    insert into run_reads (tenant_id, run_id, named)
    select :tenant_id, :run_id, unnest(cast(:named as uuid[]))
    on conflict do nothing
""")
_LAST_OUTPUT = text("""
    select held.sha256
    from (select s.outputs ->> :key as sha256 from steps s
          where s.run_id = :run_id and s.status = 'succeeded' and s.outputs ->> :key is not null
          order by s.sequence desc limit 1) last
    join run_blobs held on held.run_id = :run_id and held.sha256 = last.sha256
""")
"""A purged run holds nothing, even where another run keeps the same value."""
_RUN = [runs.c[name] for name in Run.model_fields]
_STEP = [steps.c[name] for name in Step.model_fields if name != "entries"]
_ENTRY = [entries.c[name] for name in Entry.model_fields if name != "payload"]


class PostgresRuns:
    """The runs of one tenant."""

    def __init__(self, database: Database, tenant_id: UUID) -> None:
        self._database = database
        self._tenant_id = tenant_id

    async def start(self, run: Run, lease: Lease | None = None) -> None:
        """Begin a run, or another attempt at it."""
        new = insert(runs).values(tenant_id=self._tenant_id, **run.model_dump())
        again = {"attempts": run.attempts, "status": run.status, "error": None, "finished_at": None}
        resuming = new.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=again)
        async with self._database.transaction(self._tenant_id) as connection:
            if lease is not None:
                await hold(connection, lease)
            await connection.execute(resuming)

    async def add_step(
        self, step: Step, blobs: Mapping[str, bytes], lease: Lease | None = None
    ) -> None:
        """Keep a step, its entries and the values they refer to."""
        payloads = {sha256_of(e.payload): e.payload for e in step.entries if e.payload is not None}
        packed = await pack_blobs({**blobs, **payloads})
        async with self._database.transaction(self._tenant_id) as connection:
            if lease is not None:
                await hold(connection, lease)
            run = await _run(connection, step.run_id, lock=True)
            if not run.purged:
                await put_blobs(connection, self._tenant_id, packed)
                await self._hold_blobs(connection, run.id, packed)
            await self._keep_reads(connection, step)
            await self._replace(connection, step)

    async def forget_steps(self, run_id: UUID, lease: Lease) -> None:
        """Drop the steps of an attempt that was broken off, with their entries."""
        async with self._database.transaction(self._tenant_id) as connection:
            await hold(connection, lease)
            await connection.execute(delete(steps).where(steps.c.run_id == run_id))

    async def finish(
        self,
        run_id: UUID,
        status: RunStatus,
        error: str | None = None,
        lease: Lease | None = None,
    ) -> None:
        """End a run. Raises NotFound."""
        ending = update(runs).where(runs.c.id == run_id)
        async with self._database.transaction(self._tenant_id) as connection:
            if lease is not None:
                await hold(connection, lease)
            await _run(connection, run_id)
            await connection.execute(
                ending.values(
                    status=status, error=_plain(error), finished_at=func.clock_timestamp()
                )
            )

    async def get(self, run_id: UUID) -> Run:
        """One run. Raises NotFound."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await _run(connection, run_id)

    async def list(self, limit: int = 50, cursor: str | None = None) -> Page[Run]:
        """Newest first."""
        key = (runs.c.started_at, runs.c.id)
        query = one_page(select(*_RUN), key, limit=limit, cursor=cursor)
        async with self._database.transaction(self._tenant_id) as connection:
            rows = (await connection.execute(query)).all()
        return cut_page([_run_of(row) for row in rows], limit, lambda run: (run.started_at, run.id))

    async def steps(self, run_id: UUID) -> tuple[Step, ...]:
        """In order, with their entries. Raises NotFound for an unknown run."""
        of_run = select(*_STEP).where(steps.c.run_id == run_id)
        journal = select(entries.c.sequence, entries.c.node, *_ENTRY).where(
            entries.c.run_id == run_id
        )
        async with self._database.transaction(self._tenant_id) as connection:
            await _run(connection, run_id)
            rows = (await connection.execute(of_run.order_by(steps.c.sequence, steps.c.node))).all()
            taken = (await connection.execute(journal.order_by(entries.c.ordinal))).all()
        by_step: dict[tuple[int, str], list[Entry]] = defaultdict(list)
        for row in taken:
            by_step[row.sequence, row.node].append(_entry_of(row))
        return tuple(_step_of(row, by_step[row.sequence, row.node]) for row in rows)

    async def blob(self, sha256: str) -> bytes:
        """A value a step refers to. Raises NotFound."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await get_blob(connection, sha256)

    async def output(self, run_id: UUID, key: str) -> bytes | None:
        """What the last step that wrote this key left there. Raises NotFound."""
        async with self._database.transaction(self._tenant_id) as connection:
            await _run(connection, run_id)
            asked = {"run_id": run_id, "key": key}
            digest = (await connection.execute(_LAST_OUTPUT, asked)).scalar_one_or_none()
            return None if digest is None else await get_blob(connection, digest)

    async def _hold_blobs(
        self, connection: AsyncConnection, run_id: UUID, digests: Iterable[str]
    ) -> None:
        held = {"tenant_id": self._tenant_id, "run_id": run_id, "keys": sorted(digests)}
        await connection.execute(_HOLD, held)

    async def _keep_reads(self, connection: AsyncConnection, step: Step) -> None:
        """Also what a step read that is done again now: its values are still held. In one order,
        so that steps of one run that are done side by side never deadlock."""
        if named := sorted(reads_of(step)):
            read = {"tenant_id": self._tenant_id, "run_id": step.run_id, "named": named}
            await connection.execute(_READ, read)

    async def _replace(self, connection: AsyncConnection, step: Step) -> None:
        key = {"tenant_id": self._tenant_id, **step.model_dump(include=_STEP_KEY)}
        await connection.execute(delete(steps).filter_by(**key))
        new = {**step.model_dump(exclude={"entries"}), "error": _plain(step.error)}
        await connection.execute(insert(steps).values(tenant_id=self._tenant_id, **new))
        if step.entries:
            rows = [{**key, **_entry_row(entry)} for entry in step.entries]
            await connection.execute(insert(entries), rows)


_STEP_KEY = {"run_id", "sequence", "node"}


def _entry_row(entry: Entry) -> dict[str, Any]:
    return {
        **entry.model_dump(exclude={"payload"}),
        "payload_sha256": None if entry.payload is None else sha256_of(entry.payload),
    }


def _plain(message: str | None) -> str | None:
    """An error message Postgres can store: parsers quote NUL bytes in theirs."""
    return None if message is None else normalise(message)


async def _run(connection: AsyncConnection, run_id: UUID, *, lock: bool = False) -> Run:
    query = select(*_RUN).where(runs.c.id == run_id)
    locked = query.with_for_update(read=True) if lock else query
    row = (await connection.execute(locked)).one_or_none()
    if row is None:
        raise NotFound(f"no run {str(run_id)!r}")
    return _run_of(row)


def _run_of(row: Row[Any]) -> Run:
    return Run.model_validate(dict(row._mapping))


def _entry_of(row: Row[Any]) -> Entry:
    values = row._mapping
    return Entry.model_validate({column.name: values[column.name] for column in _ENTRY})


def _step_of(row: Row[Any], journal: list[Entry]) -> Step:
    return Step.model_validate({**row._mapping, "entries": tuple(journal)})
