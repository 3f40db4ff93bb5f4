"""Runs and steps in dictionaries."""

from collections.abc import Mapping
from uuid import UUID

from core.errors import NotFound
from core.ids import sha256_of
from core.schemas.job import Lease
from core.schemas.run import Run, RunStatus, Step
from storage.in_memory.shelf import Shelf, find, now, page_of
from storage.protocols import Page
from storage.reads import reads_of


class InMemoryRuns:
    """The runs of one tenant."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def start(self, run: Run, lease: Lease | None = None) -> None:
        """Begin a run, or another attempt at it."""
        if lease is not None:
            self._shelf.held(lease)
        known = self._shelf.runs.get(run.id, run)
        again = {"attempts": run.attempts, "status": run.status, "error": None, "finished_at": None}
        self._shelf.runs[run.id] = known.model_copy(update=again)

    async def add_step(
        self, step: Step, blobs: Mapping[str, bytes], lease: Lease | None = None
    ) -> None:
        """Keep a step, its entries and the values they refer to."""
        if lease is not None:
            self._shelf.held(lease)
        run = find(self._shelf.runs, step.run_id, "run")
        payloads = {sha256_of(e.payload): e.payload for e in step.entries if e.payload is not None}
        if not run.purged:
            self._shelf.blobs.update({**blobs, **payloads})
            self._shelf.run_blobs[run.id].update({**blobs, **payloads})
        self._shelf.run_reads[run.id].update(reads_of(step))
        self._shelf.steps[step.run_id, step.sequence, step.node] = step

    async def forget_steps(self, run_id: UUID, lease: Lease) -> None:
        """Drop the steps of an attempt that was broken off."""
        self._shelf.held(lease)
        for key in [key for key in self._shelf.steps if key[0] == run_id]:
            del self._shelf.steps[key]

    async def finish(
        self,
        run_id: UUID,
        status: RunStatus,
        error: str | None = None,
        lease: Lease | None = None,
    ) -> None:
        """End a run. Raises NotFound."""
        if lease is not None:
            self._shelf.held(lease)
        run = find(self._shelf.runs, run_id, "run")
        ended = {"status": status, "error": error, "finished_at": now()}
        self._shelf.runs[run_id] = run.model_copy(update=ended)

    async def get(self, run_id: UUID) -> Run:
        """One run. Raises NotFound."""
        return find(self._shelf.runs, run_id, "run")

    async def list(self, limit: int = 50, cursor: str | None = None) -> Page[Run]:
        """Newest first."""
        rows = [((run.started_at, run.id), run) for run in self._shelf.runs.values()]
        return page_of(rows, limit, cursor)

    async def steps(self, run_id: UUID) -> tuple[Step, ...]:
        """In order, with their entries. Raises NotFound for an unknown run."""
        find(self._shelf.runs, run_id, "run")
        of_run = sorted(key for key in self._shelf.steps if key[0] == run_id)
        return tuple(_without_payloads(self._shelf.steps[key]) for key in of_run)

    async def blob(self, sha256: str) -> bytes:
        """A value a step refers to. Raises NotFound."""
        if sha256 not in self._shelf.blobs:
            raise NotFound(f"no stored value {sha256!r}")
        return self._shelf.blobs[sha256]

    async def output(self, run_id: UUID, key: str) -> bytes | None:
        """What the last step that wrote this key left there. Raises NotFound."""
        wrote = [step for step in await self.steps(run_id) if key in step.outputs]
        digests = [step.outputs[key] for step in wrote if step.status == "succeeded"]
        held = self._shelf.run_blobs[run_id].intersection(digests[-1:])
        return self._shelf.blobs[held.pop()] if held else None


def _without_payloads(step: Step) -> Step:
    plain = tuple(entry.model_copy(update={"payload": None}) for entry in step.entries)
    return step.model_copy(update={"entries": plain})
