"""How audits look in a terminal, and waiting for the questions that a revocation asks again."""

import time
from collections.abc import Iterable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table

from cli.client import Client
from cli.rendering import (
    counted,
    make_panel,
    make_table,
    plain,
    state_text,
    waiting,
    when,
)
from core.schemas.audit import (
    AskedAgain,
    AuditItem,
    Backing,
    FittedThresholds,
    OutcomeSeen,
    Revocation,
    RevocationReport,
    Touched,
)
from core.schemas.job import FINAL_STATES
from core.text import shorten

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 600.0
"""How long answers are waited for; what is late shows in the report later."""


def follow_report(client: Client, console: Console, revocation_id: str) -> Any:
    """The report once every question was asked again, or what it is when patience ends.

    Only jobs are waited for, one after another: a report reads every answer, before and after.
    """
    path = f"/v1/audits/revocations/{revocation_id}"
    report = client.get(path)
    open_jobs = [one["job_id"] for one in report["questions"] if one["state"] not in FINAL_STATES]
    if not open_jobs:
        return report
    deadline = time.monotonic() + PATIENCE_SECONDS
    with waiting(console, "asking again") as status:
        for done, job_id in enumerate(open_jobs):
            status.update(f"asking again: {len(open_jobs) - done} of {len(open_jobs)} left")
            _await_job(client, job_id, deadline)
    return client.get(path)


def _await_job(client: Client, job_id: str, deadline: float) -> None:
    while client.job(job_id).state not in FINAL_STATES and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def backing_view(backing: Backing) -> RenderableType:
    """What was told, and who was behind it."""
    told = make_panel(plain(backing.told or "Nothing."), title=state_text(backing.outcome))
    table = make_table("weight", "principal", "origins", "trust", "memories", "claims")
    for backer in backing.backers:
        claims = sorted({memory.value for memory in backer.memories if memory.value})
        cited = sum(memory.cited for memory in backer.memories)
        table.add_row(
            f"{backer.weight:.2f}",
            plain(backer.principal),
            plain(", ".join(backer.origins)),
            backer.trust,
            f"{len(backer.memories)}, {cited} quoted",
            plain(shorten(", ".join(claims), 60)),
        )
    return Group(plain(backing.question, "bold"), told, table)


def touched_view(touched: Touched) -> RenderableType:
    """Memories and answers, with how many there are of each."""
    memories = make_table("memory", "status", "answers", title=f"{touched.memories_total} memories")
    for memory in touched.memories:
        memories.add_row(str(memory.memory_id), state_text(memory.status), str(memory.runs))
    runs = make_table("run", "asked", "found", "question", title=f"{touched.runs_total} answers")
    for run in touched.runs:
        question = plain(shorten(run.question, 60))
        runs.add_row(str(run.run_id), when(run.started_at), str(run.memories), question)
    return Group(memories, runs)


def report_view(report: RevocationReport) -> RenderableType:
    """The revocation, then each question with both of its answers."""
    parts: list[RenderableType] = [plain(_headline(report.revocation), "bold")]
    parts += [_asked_again(asked) for asked in report.questions]
    changed = sum(asked.changed for asked in report.questions)
    last = f"{counted(len(report.questions), 'question', 'questions')} asked again"
    parts.append(plain(f"{last}: {changed} answered otherwise, {report.waiting} waiting", "dim"))
    return Group(*parts)


def items_table(found: Iterable[AuditItem]) -> Table:
    """One row for each suspected memory."""
    table = make_table("id", "memory", "status", "risk", "signals", "opened", "decision")
    for item in found:
        table.add_row(
            str(item.id),
            str(item.memory_id),
            state_text(item.status),
            f"{item.risk:.2f}",
            plain(", ".join(sorted({signal.code for signal in item.signals}))),
            when(item.opened_at),
            plain(f"{item.decision} by {item.by}" if item.decision else "none"),
        )
    return table


def thresholds_table(found: Iterable[FittedThresholds]) -> Table:
    """One row for each collection."""
    table = make_table("collection", "kept out from", "clean kept out", "bad kept out", "fitted")
    for collection, at, fitted in ((one.collection, one.made_at, one.thresholds) for one in found):
        table.add_row(
            plain(collection),
            f"{fitted.exclude:.3f}",
            f"{100 * fitted.clean_removed:.1f} % of {fitted.clean}",
            f"{100 * fitted.poison_removed:.1f} % of {fitted.poison}",
            when(at),
        )
    return table


def _headline(made: Revocation) -> str:
    took = counted(made.memories, "memory", "memories")
    undone = f"; undone by {made.undone.by}" if made.undone else ""
    return f"{made.by} took out {took} of {made.suspect.field} {made.suspect.name}{undone}"


def _asked_again(asked: AskedAgain) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for name, seen in (("before", asked.before), ("after", asked.after)):
        table.add_row(plain(name, "dim"), *_told(asked, seen))
    title = plain(asked.question, "bold" if asked.changed else "")
    return make_panel(table, title=title)


def _told(asked: AskedAgain, seen: OutcomeSeen | None) -> tuple[RenderableType, RenderableType]:
    if seen is None:
        return state_text(asked.state), plain("")
    quoted = " (quotes what was revoked)" if seen.cites_revoked else ""
    return state_text(seen.outcome), plain(f"{shorten(seen.text, 300)}{quoted}")
