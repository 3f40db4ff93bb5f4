"""Find who pushed an answer, take them out, and decide what runs suspected."""

import getpass
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from cli.auditing import (
    backing_view,
    follow_report,
    items_table,
    report_view,
    thresholds_table,
    touched_view,
)
from cli.client import open_client
from cli.failures import UsageFailed
from cli.rendering import counted, make_console, make_table, plain, print_json, when
from core.schemas.audit import (
    AuditItem,
    Backing,
    FittedThresholds,
    Revocation,
    RevocationReport,
    Touched,
)

app = typer.Typer(help=__doc__, no_args_is_help=True)

Principal = Annotated[str | None, typer.Option(help="Who wrote or uploaded the memories.")]
Origin = Annotated[str | None, typer.Option(help="The domain or system they came from.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it is recorded with your name.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask first.")]


class What(StrEnum):
    """What becomes of a suspected memory."""

    quarantine = "quarantine"
    release = "release"


@app.callback()
def audit() -> None:
    """Nothing here deletes: what is taken out of retrieval can be put back."""


@app.command()
def answer(
    run_id: Annotated[str, typer.Argument(help="Run of the answer.")], as_json: AsJson = False
) -> None:
    """Show who pushed an answer, the heaviest first."""
    with open_client() as client:
        found = client.get(f"/v1/audits/answers/{run_id}")
    _show(found, as_json, lambda: backing_view(Backing.model_validate(found)))


@app.command()
def touched(
    principal: Principal = None, origin: Origin = None, limit: Limit = 50, as_json: AsJson = False
) -> None:
    """List the memories of a principal or an origin, and the answers that found them."""
    with open_client() as client:
        found = client.get("/v1/audits/touched", limit=limit, **_suspect(principal, origin))
    _show(found, as_json, lambda: touched_view(Touched.model_validate(found)))


@app.command()
def revoke(
    principal: Principal = None,
    origin: Origin = None,
    reason: Why = "",
    most: Annotated[int, typer.Option(min=0, max=1_000, help="Questions to ask again.")] = 100,
    sure: Sure = False,
    as_json: AsJson = False,
) -> None:
    """Take all memories of a principal or an origin out of retrieval; ask again what they touched.

    Waits for the answers and sets old and new side by side.
    """
    suspect = _suspect(principal, origin)
    if not sure:
        typer.confirm(f"Take all memories of {principal or origin!r} out?", abort=True)
    with open_client() as client:
        made = client.post("/v1/audits/revocations", {**suspect, **_note(reason), "most": most})
        report = follow_report(client, make_console(stderr=True), made["id"])
    _show(report, as_json, lambda: report_view(RevocationReport.model_validate(report)))


@app.command()
def revocations(
    revocation_id: Annotated[str | None, typer.Argument(help="Id of one.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List revocations; with an id, the answers before and after it."""
    with open_client() as client:
        if revocation_id is None:
            found: Any = list(client.items("/v1/audits/revocations", limit))
        else:
            found = client.get(f"/v1/audits/revocations/{revocation_id}")
    if isinstance(found, list):
        _show(found, as_json, lambda: _revocations_table(found))
    else:
        _show(found, as_json, lambda: report_view(RevocationReport.model_validate(found)))


@app.command()
def undo(
    revocation_id: Annotated[str, typer.Argument(help="Id of the revocation.")],
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """Let go of what a revocation holds; what nobody else holds comes back."""
    with open_client() as client:
        found = client.post(f"/v1/audits/revocations/{revocation_id}/undo", _note(reason))
    _show(found, as_json, lambda: plain(f"revocation {revocation_id} is undone"))


@app.command()
def items(
    every: Annotated[bool, typer.Option("--all", help="Those decided too.")] = False,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List memories that a run kept out of sight and that wait for a person."""
    state = None if every else "open"
    with open_client() as client:
        found = list(client.items("/v1/audits/items", limit, state=state))
    _show(found, as_json, lambda: items_table(map(AuditItem.model_validate, found)))


@app.command()
def decide(
    item_id: Annotated[str, typer.Argument(help="Id of the audit item.")],
    decision: Annotated[What, typer.Argument(help="What becomes of its memory.")],
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """Quarantine the memory of an audit item, or release it."""
    body = {"decision": decision.value, **_note(reason)}
    with open_client() as client:
        found = client.post(f"/v1/audits/items/{item_id}/decision", body)
    _show(found, as_json, lambda: plain(f"memory {found['memory_id']}: {decision.value}"))


@app.command()
def thresholds(as_json: AsJson = False) -> None:
    """List the collections whose thresholds were fitted to what their runs saw."""
    with open_client() as client:
        found = client.get("/v1/audits/thresholds")
    _show(found, as_json, lambda: thresholds_table(map(FittedThresholds.model_validate, found)))


def _suspect(principal: str | None, origin: str | None) -> dict[str, str]:
    """Raises UsageFailed unless exactly one is named."""
    named = {"principal": principal, "origin": origin}
    given = {field: name for field, name in named.items() if name is not None}
    if len(given) != 1:
        raise UsageFailed("name one of --principal and --origin")
    return given


def _note(reason: str) -> dict[str, str]:
    return {"by": getpass.getuser(), "reason": reason}


def _show(found: Any, as_json: bool, view: Callable[[], RenderableType]) -> None:
    if as_json:
        print_json(found)
    else:
        make_console().print(view())


def _revocations_table(found: list[Any]) -> RenderableType:
    table = make_table("id", "of", "took out", "by", "at", "reason", "")
    for made in map(Revocation.model_validate, found):
        table.add_row(
            str(made.id),
            plain(f"{made.suspect.field} {made.suspect.name}"),
            counted(made.memories, "memory", "memories"),
            plain(made.by),
            when(made.at),
            plain(made.reason),
            "undone" if made.undone else "",
        )
    return table
