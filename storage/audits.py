"""Audits in Postgres: whose memories touched which answers, revocations, and items to decide.

A revocation is one transaction: memories, the record of who said so, and the jobs that ask again.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, NotFound
from core.ids import new_id
from core.schemas.audit import (
    AuditItem,
    ItemDecision,
    Note,
    Revocation,
    Suspect,
    Suspicion,
    Touched,
    TouchedMemory,
    TouchedRun,
    Undoing,
)
from core.schemas.job import Job
from core.text import normalise
from storage.audit_protocols import Revoked
from storage.audit_rows import (
    FOUND_MEMORIES,
    FOUND_RUNS,
    ITEM,
    LAST_ASKED,
    REVOCATION,
    STANDING,
    fields_of,
    item_id_of,
    item_of,
    read_item,
    read_revocation,
    revocation_of,
)
from storage.database import Database
from storage.holding import IS_HELD, held_by, held_of, let_go, lock_all_of, settle, take_out
from storage.jobs import JOB_COLUMNS, add_event, job_of
from storage.page import Page
from storage.paging import cut_page, one_page
from storage.tables import audit_items, jobs, memories, revocations, revoked_memories, runs


class PostgresAudits:
    """The audits of one tenant; ``max_attempts`` is given to the jobs that ask again."""

    def __init__(self, database: Database, tenant_id: UUID, *, max_attempts: int = 5) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._max_attempts = max_attempts

    async def touched(self, suspect: Suspect, limit: int = 200) -> Touched:
        """The suspect's memories and the runs that found them."""
        asked = {"name": suspect.name, "limit": limit}
        async with self._database.transaction(self._tenant_id) as connection:
            found = (await connection.execute(FOUND_MEMORIES[suspect.field], asked)).all()
            finders = (await connection.execute(FOUND_RUNS[suspect.field], asked)).all()
        return Touched(
            suspect=suspect,
            memories=tuple(TouchedMemory.model_validate(fields_of(row)) for row in found),
            memories_total=found[0].total if found else 0,
            runs=tuple(TouchedRun.model_validate(fields_of(row)) for row in finders),
            runs_total=finders[0].total if finders else 0,
        )

    async def revoke(self, suspect: Suspect, note: Note, most: int = 100) -> Revoked:
        """Take the suspect's memories out, and queue what must be asked again."""
        async with self._database.transaction(self._tenant_id) as connection:
            covered = await lock_all_of(connection, suspect)
            if covered.keys() <= await self._revoked_before(connection, suspect):
                raise NotFound(f"nothing is left to take out of {suspect.field} {suspect.name!r}")
            revocation = await self._record(connection, suspect, note, list(covered))
            await take_out(connection, self._tenant_id, list(covered), str(revocation.id))
            read = [key for key, status in covered.items() if status != "quarantined"]
            asked = {"memories": read, "most": most}
            last_asked = (await connection.execute(LAST_ASKED, asked)).scalars().all()
            queued = [await self._ask_again(connection, revocation.id, run) for run in last_asked]
        return Revoked(revocation, tuple(queued))

    async def undo(self, revocation_id: UUID, note: Note) -> Revocation:
        """Put back what the revocation took out."""
        async with self._database.transaction(self._tenant_id) as connection:
            locked = await read_revocation(connection, revocation_id, lock=True)
            if locked.undone is not None:
                raise Conflict("the revocation is undone already")
            await let_go(connection, str(revocation_id))
            at = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
            undoing = Undoing(by=normalise(note.by), reason=normalise(note.reason), at=at)
            changing = update(revocations).where(revocations.c.id == revocation_id)
            await connection.execute(changing.values(undone=undoing.model_dump(mode="json")))
        return locked.model_copy(update={"undone": undoing})

    async def revocation(self, revocation_id: UUID) -> Revocation:
        """One revocation. Raises NotFound."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await read_revocation(connection, revocation_id)

    async def revocations(self, limit: int = 50, cursor: str | None = None) -> Page[Revocation]:
        """Newest first."""
        query = select(*REVOCATION)
        key = (revocations.c.at, revocations.c.id)
        query = one_page(query, key, limit=limit, cursor=cursor)
        async with self._database.transaction(self._tenant_id) as connection:
            rows = (await connection.execute(query)).all()
        return cut_page([revocation_of(row) for row in rows], limit, lambda r: (r.at, r.id))

    async def revoked(self, revocation_id: UUID) -> frozenset[UUID]:
        """The memories that a revocation took out. Raises NotFound."""
        query = select(revoked_memories.c.memory_id).where(
            revoked_memories.c.revocation_id == revocation_id
        )
        async with self._database.transaction(self._tenant_id) as connection:
            await read_revocation(connection, revocation_id)
            return frozenset((await connection.execute(query)).scalars())

    async def held(self, memory_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those that a person keeps out of retrieval."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await held_of(connection, memory_ids)

    async def jobs_of(self, revocation_id: UUID) -> tuple[Job, ...]:
        """The jobs that ask its questions again. Raises NotFound."""
        query = (
            select(*JOB_COLUMNS)
            .join_from(jobs, runs, runs.c.id == jobs.c.asked_run_id)
            .where(jobs.c.revocation_id == revocation_id)
            .order_by(runs.c.started_at.desc(), runs.c.id.desc())
        )
        async with self._database.transaction(self._tenant_id) as connection:
            await read_revocation(connection, revocation_id)
            return tuple(job_of(row) for row in await connection.execute(query))

    async def suspect(self, suspicions: Sequence[Suspicion]) -> int:
        """Open items for memories that nobody has decided about."""
        by_memory = {suspicion.memory_id: suspicion for suspicion in reversed(suspicions)}
        async with self._database.transaction(self._tenant_id) as connection:
            undecided = select(memories.c.id).where(
                memories.c.id.in_(by_memory), memories.c.decision.is_(None), ~IS_HELD
            )
            known = (await connection.execute(undecided.order_by(memories.c.id))).scalars().all()
            rows = [self._item_row(by_memory[memory_id]) for memory_id in known]
            if not rows:
                return 0
            opening = upsert(audit_items).values(rows).on_conflict_do_nothing()
            opened = await connection.execute(opening.returning(audit_items.c.id))
            return len(opened.all())

    async def items(
        self, limit: int = 50, cursor: str | None = None, *, is_open: bool | None = None
    ) -> Page[AuditItem]:
        """Newest first."""
        query = ITEM
        if is_open is not None:
            undecided = audit_items.c.decision.is_(None) & ~IS_HELD
            query = query.where(undecided if is_open else ~undecided)
        key = (audit_items.c.opened_at, audit_items.c.id)
        async with self._database.transaction(self._tenant_id) as connection:
            rows = await connection.execute(one_page(query, key, limit=limit, cursor=cursor))
            found = [item_of(row) for row in rows]
        return cut_page(found, limit, lambda item: (item.opened_at, item.id))

    async def decide(self, item_id: UUID, decision: ItemDecision, note: Note) -> AuditItem:
        """Close the item, and let the decision hold for its memory."""
        async with self._database.transaction(self._tenant_id) as connection:
            memory_id = (await read_item(connection, item_id)).memory_id
            locking = select(memories.c.id).where(memories.c.id == memory_id)
            await connection.execute(locking.with_for_update())
            await settle(connection, self._tenant_id, memory_id, decision, note)
            return await read_item(connection, item_id)

    async def _revoked_before(
        self, connection: AsyncConnection, suspect: Suspect
    ) -> frozenset[UUID]:
        """What revocations of the very same suspect hold."""
        named = (revocations.c.field == suspect.field) & (revocations.c.name == suspect.name)
        made = (await connection.execute(STANDING.where(named))).scalars()
        return await held_by(connection, [str(revocation_id) for revocation_id in made])

    async def _record(
        self,
        connection: AsyncConnection,
        suspect: Suspect,
        note: Note,
        covered: Sequence[UUID],
    ) -> Revocation:
        new = {
            "tenant_id": self._tenant_id,
            "id": new_id(),
            **suspect.model_dump(),
            "by": normalise(note.by),
            "reason": normalise(note.reason),
            "memories": len(covered),
        }
        adding = insert(revocations).values(new).returning(*REVOCATION)
        revocation = revocation_of((await connection.execute(adding)).one())
        known = {"tenant_id": self._tenant_id, "revocation_id": revocation.id}
        rows = [{**known, "memory_id": memory_id} for memory_id in covered]
        await connection.execute(insert(revoked_memories), rows)
        return revocation

    async def _ask_again(
        self, connection: AsyncConnection, revocation_id: UUID, run_id: UUID
    ) -> Job:
        new = {
            "tenant_id": self._tenant_id,
            "id": new_id(),
            "kind": "answers.ask_again",
            "asked_run_id": run_id,
            "revocation_id": revocation_id,
            "max_attempts": self._max_attempts,
        }
        row = (await connection.execute(insert(jobs).values(new).returning(*JOB_COLUMNS))).one()
        await add_event(connection, self._tenant_id, row.id, "queued", {})
        return job_of(row)

    def _item_row(self, suspicion: Suspicion) -> dict[str, Any]:
        return {
            "tenant_id": self._tenant_id,
            "id": item_id_of(suspicion.memory_id),
            "memory_id": suspicion.memory_id,
            "run_id": suspicion.run_id,
            "risk": suspicion.risk,
            "signals": [signal.model_dump(mode="json") for signal in suspicion.signals],
        }
