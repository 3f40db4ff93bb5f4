"""List jobs, or show one with its events."""

from typing import Annotated

import typer
from rich.table import Table

from cli.client import Client, open_client
from cli.rendering import counted, make_console, make_table, plain, print_json, state_text, when
from core.schemas.job import FINAL_STATES, Job, JobEvent

app = typer.Typer()


@app.command(help=__doc__)
def jobs(
    job_id: Annotated[str | None, typer.Argument(help="Id of one job.")] = None,
    state: Annotated[str | None, typer.Option(help="Only jobs in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    follow: Annotated[bool, typer.Option(help="Wait for the end of the job.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel the job.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """One row per job; with an id, the job's life."""
    with open_client() as client:
        if job_id is None:
            _list(list(client.items("/v1/jobs", limit, state=state)), as_json)
            return
        if cancel:
            client.post(f"/v1/jobs/{job_id}/cancel")
        _show(client, job_id, follow, as_json)


def _list(found: list[object], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    table = make_table("id", "state", "stage", "done", "tries", "created", "cause")
    for job in map(Job.model_validate, found):
        table.add_row(
            str(job.id),
            state_text(job.state),
            plain(job.stage or ""),
            "" if job.state in FINAL_STATES or not job.total else f"{job.done}/{job.total}",
            str(job.attempts),
            when(job.created_at),
            plain(job.error.code if job.error else ""),
        )
    make_console().print(table)


def _show(client: Client, job_id: str, follow: bool, as_json: bool) -> None:
    job = client.job(job_id)
    ends = follow or job.state in FINAL_STATES
    events = list(client.job_events(job.id)) if ends else []
    job = client.job(job_id)
    if as_json:
        print_json({"job": job, "events": events})
        return
    console = make_console()
    about = (
        f"document {job.document_id}" if job.document_id else f"question of run {job.asked_run_id}"
    )
    console.print(plain(f"job {job.id} · {about} · run {job.run_id}"))
    console.print(
        state_text(job.state), plain(f"after {counted(job.attempts, 'attempt', 'attempts')}")
    )
    if job.error:
        console.print(plain(f"{job.error.code}: {job.error.detail}", "red"))
    console.print(_events_table(events))


def _events_table(events: list[JobEvent]) -> Table:
    table = make_table("at", "event", "")
    for event in events:
        facts = ", ".join(f"{key} {value}" for key, value in event.data.items())
        table.add_row(when(event.at), state_text(event.type), plain(facts))
    return table
