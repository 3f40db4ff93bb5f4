"""Audits in dictionaries, with the promises of the Postgres ones."""

from collections.abc import Collection, Sequence
from uuid import UUID

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
from core.schemas.memory import Memory
from core.schemas.run import Run
from storage.audit_protocols import Revoked
from storage.audit_rows import item_id_of
from storage.in_memory.holding import let_go, settle, take_out
from storage.in_memory.shelf import Shelf, Work, find, now, page_of
from storage.page import Page


class InMemoryAudits:
    """The audits of one tenant."""

    def __init__(self, shelf: Shelf, *, max_attempts: int = 5) -> None:
        self._shelf = shelf
        self._max_attempts = max_attempts

    async def touched(self, suspect: Suspect, limit: int = 200) -> Touched:
        """The suspect's memories and the runs that found them."""
        own = self._of(suspect)
        runs = [(run, own.keys() & self._shelf.run_reads[run.id]) for run in self._answering()]
        finders = [(run, found) for run, found in runs if found]
        memories = [
            TouchedMemory(
                memory_id=memory.id,
                document_id=memory.document_id,
                status=memory.status,
                runs=sum(memory.id in found for _, found in finders),
            )
            for memory in own.values()
        ]
        memories.sort(key=lambda memory: (-memory.runs, memory.memory_id))
        told = [_touched_run(run, len(found)) for run, found in finders]
        return Touched(
            suspect=suspect,
            memories=tuple(memories[:limit]),
            memories_total=len(memories),
            runs=tuple(told[:limit]),
            runs_total=len(told),
        )

    async def revoke(self, suspect: Suspect, note: Note, most: int = 100) -> Revoked:
        """Take the suspect's memories out, and queue what must be asked again."""
        covered = self._of(suspect)
        if covered.keys() <= self._revoked_before(suspect):
            raise NotFound(f"nothing is left to take out of {suspect.field} {suspect.name!r}")
        revocation = Revocation(
            id=new_id(),
            suspect=suspect,
            by=note.by,
            reason=note.reason,
            at=now(),
            memories=len(covered),
        )
        self._shelf.revocations[revocation.id] = revocation
        self._shelf.revoked[revocation.id] = set(covered)
        read = {key for key, memory in covered.items() if memory.status != "quarantined"}
        take_out(self._shelf, covered, str(revocation.id))
        asked = self._last_asked(read)[:most]
        return Revoked(revocation, tuple(self._ask_again(revocation.id, run) for run in asked))

    async def undo(self, revocation_id: UUID, note: Note) -> Revocation:
        """Put back what nobody else holds."""
        revocation = find(self._shelf.revocations, revocation_id, "revocation")
        if revocation.undone is not None:
            raise Conflict("the revocation is undone already")
        let_go(self._shelf, str(revocation_id))
        undoing = Undoing(by=note.by, reason=note.reason, at=now())
        undone = revocation.model_copy(update={"undone": undoing})
        self._shelf.revocations[revocation_id] = undone
        return undone

    async def revocation(self, revocation_id: UUID) -> Revocation:
        """One revocation. Raises NotFound."""
        return find(self._shelf.revocations, revocation_id, "revocation")

    async def revocations(self, limit: int = 50, cursor: str | None = None) -> Page[Revocation]:
        """Newest first."""
        rows = [((made.at, made.id), made) for made in self._shelf.revocations.values()]
        return page_of(rows, limit, cursor)

    async def revoked(self, revocation_id: UUID) -> frozenset[UUID]:
        """The memories that a revocation took out. Raises NotFound."""
        taken = find(self._shelf.revoked, revocation_id, "revocation")
        return frozenset(taken)

    async def held(self, memory_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those that a person keeps out of retrieval."""
        known = self._shelf.memories
        return frozenset(key for key in memory_ids if key in known and known[key].holders)

    async def jobs_of(self, revocation_id: UUID) -> tuple[Job, ...]:
        """The jobs that ask its questions again. Raises NotFound."""
        await self.revocation(revocation_id)
        of_it = {
            work.job.asked_run_id: work.job
            for work in self._shelf.jobs.values()
            if work.job.revocation_id == revocation_id
        }
        return tuple(of_it[run.id] for run in self._answering() if run.id in of_it)

    async def suspect(self, suspicions: Sequence[Suspicion]) -> int:
        """Open items for memories that nobody has decided about."""
        before = len(self._shelf.items)
        for suspicion in suspicions:
            kept = self._shelf.memories.get(suspicion.memory_id)
            if kept is not None and kept.decision is None and not kept.holders:
                item = _item(suspicion, kept.item.memory)
                self._shelf.items.setdefault(item.id, item)
        return len(self._shelf.items) - before

    async def items(
        self, limit: int = 50, cursor: str | None = None, *, is_open: bool | None = None
    ) -> Page[AuditItem]:
        """Newest first."""
        found = [
            self._as_it_stands(item)
            for item in self._shelf.items.values()
            if is_open is None or is_open == self._is_open(item)
        ]
        return page_of([((item.opened_at, item.id), item) for item in found], limit, cursor)

    async def decide(self, item_id: UUID, decision: ItemDecision, note: Note) -> AuditItem:
        """Close the item, and let the decision hold for its memory."""
        item = find(self._shelf.items, item_id, "audit item")
        settle(self._shelf, item.memory_id, decision, note)
        return self._as_it_stands(self._shelf.items[item_id])

    def _is_open(self, item: AuditItem) -> bool:
        return item.decision is None and not self._shelf.memories[item.memory_id].holders

    def _as_it_stands(self, item: AuditItem) -> AuditItem:
        status = self._shelf.memories[item.memory_id].item.memory.status
        return item.model_copy(update={"status": status})

    def _of(self, suspect: Suspect) -> dict[UUID, Memory]:
        found = (kept.item.memory for kept in self._shelf.memories.values())
        return {m.id: m for m in found if getattr(m.source, suspect.field) == suspect.name}

    def _answering(self) -> list[Run]:
        """Newest first."""
        runs = [run for run in self._shelf.runs.values() if run.graph == "answering"]
        return sorted(runs, key=lambda run: (run.started_at, run.id), reverse=True)

    def _last_asked(self, taken: set[UUID]) -> list[Run]:
        last: dict[str, Run] = {}
        for run in self._answering():
            if run.status == "succeeded" and not taken.isdisjoint(self._shelf.run_reads[run.id]):
                last.setdefault(repr(run.subject), run)
        return list(last.values())

    def _ask_again(self, revocation_id: UUID, run: Run) -> Job:
        job = Job(
            id=new_id(),
            tenant_id=self._shelf.tenant_id,
            kind="answers.ask_again",
            asked_run_id=run.id,
            revocation_id=revocation_id,
            state="queued",
            max_attempts=self._max_attempts,
            created_at=now(),
        )
        work = self._shelf.jobs[job.id] = Work(job)
        self._shelf.change(work, "queued")
        return job

    def _revoked_before(self, suspect: Suspect) -> set[UUID]:
        """What revocations of the very same suspect hold."""
        revocations = self._shelf.revocations.values()
        made = {str(r.id) for r in revocations if r.suspect == suspect and r.undone is None}
        return {key for key, kept in self._shelf.memories.items() if made & kept.holders}


def _touched_run(run: Run, memories: int) -> TouchedRun:
    return TouchedRun(
        run_id=run.id,
        question=str(run.subject.get("question") or ""),
        collection=str(run.subject.get("collection") or "default"),
        started_at=run.started_at,
        memories=memories,
    )


def _item(suspicion: Suspicion, memory: Memory) -> AuditItem:
    return AuditItem(
        id=item_id_of(suspicion.memory_id),
        document_id=memory.document_id,
        collection=memory.collection,
        status=memory.status,
        opened_at=now(),
        **suspicion.model_dump(),
    )
