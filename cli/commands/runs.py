"""List runs, or show one with its steps."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.table import Table

from cli.client import open_client
from cli.rendering import duration, make_console, make_table, plain, print_json, state_text, when
from core.schemas.run import Run, Step
from core.text import shorten

app = typer.Typer()


@app.command(help=__doc__)
def runs(
    run_id: Annotated[str | None, typer.Argument(help="Id of one run.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """One row per run; with an id, one row per step with what it took from outside."""
    with open_client() as client:
        if run_id is None:
            found = list(client.items("/v1/runs", limit))
        else:
            found = client.get(f"/v1/runs/{run_id}")
    if as_json:
        print_json(found)
    elif isinstance(found, list):
        make_console().print(_runs_table(map(Run.model_validate, found)))
    else:
        _show(Run.model_validate(found["run"]), map(Step.model_validate, found["steps"]))


def _runs_table(found: Iterable[Run]) -> Table:
    table = make_table("id", "graph", "status", "took", "about")
    for run in found:
        table.add_row(
            str(run.id), run.graph, state_text(run.status), _took(run), plain(_subject(run, 60))
        )
    return table


def _show(run: Run, steps: Iterable[Step]) -> None:
    console = make_console()
    console.print(plain(f"{run.graph} run {run.id}", "bold"), state_text(run.status), _took(run))
    console.print(plain(_subject(run, 500)))
    console.print(plain(f"started {when(run.started_at)}, attempts {run.attempts}", "dim"))
    if run.error:
        console.print(plain(run.error, "red"))
    table = make_table("#", "step", "status", "took", "took from outside")
    for step in steps:
        table.add_row(
            str(step.sequence),
            step.node,
            state_text(step.status),
            duration(step.seconds),
            plain(_entries(step)),
        )
    console.print(table)


def _entries(step: Step) -> str:
    names = [f"{entry.kind} {entry.name} ({duration(entry.seconds)})" for entry in step.entries]
    return ", ".join(names) if len(names) <= 4 else f"{len(names)} inputs: {', '.join(names[:3])} …"


def _subject(run: Run, limit: int) -> str:
    about = run.subject.get("question") or f"document {run.subject.get('document_id')}"
    return shorten(str(about), limit)


def _took(run: Run) -> str:
    return duration((run.finished_at - run.started_at).total_seconds()) if run.finished_at else ""
