"""Asks the question of an earlier run again, as a job: of the same memories as they are now."""

from typing import Any

from pydantic import TypeAdapter

from core.errors import NotFound, Purged
from core.schemas.answer import Outcome
from core.schemas.evidence import Turn
from core.schemas.job import Lease
from core.schemas.run import Run
from graphs.answering.start import Asked, run_question
from graphs.running import RunControl, RunJournal, Watcher
from graphs.runtime import Runtime
from storage.protocols import Runs

_TURNS = TypeAdapter(tuple[Turn, ...])


class CancelWatcher(Watcher):
    """Stops the run at its next step when its job was cancelled."""

    def __init__(self, control: RunControl) -> None:
        self._control = control

    async def started(self, node: str) -> None:
        """Raises RunCancelled."""
        self._control.check()


async def ask_again(runtime: Runtime, lease: Lease, *, control: RunControl) -> Outcome:
    """Answer what the job's earlier run was asked, as a run of the job's own; how it came out.

    Another attempt begins anew: of one that was broken off, no step stays in the run.

    Raises NotFound for an unknown run, Purged when the conversation before the question is gone,
    Unavailable (retry), LeaseLost (stop quietly), RunCancelled.
    """
    if lease.asked_run_id is None:
        raise NotFound("the job names no run whose question to ask")
    kept = runtime.repositories(lease.tenant_id)
    asked = await asked_by(await kept.runs.get(lease.asked_run_id), kept.runs)
    await kept.runs.forget_steps(lease.run_id, lease)
    watcher = CancelWatcher(control)
    journal = RunJournal(
        kept.runs, lease.run_id, attempt=lease.attempt, lease=lease, watcher=watcher
    )
    return (await run_question(runtime, kept, asked, journal, lease)).outcome


async def asked_by(run: Run, runs: Runs) -> Asked:
    """What a run was asked. Raises Purged."""
    subject: dict[str, Any] = dict(run.subject)
    history = subject.get("history_sha256")
    return Asked(
        question=subject["question"],
        collection=subject["collection"],
        content_types=tuple(subject.get("content_types", ())),
        history=() if history is None else await _said(history, runs),
    )


async def _said(sha256: str, runs: Runs) -> tuple[Turn, ...]:
    try:
        return _TURNS.validate_json(await runs.blob(sha256))
    except NotFound as error:
        raise Purged("what was said before the question was deleted") from error
