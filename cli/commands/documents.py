"""List documents, purge their old versions, delete them."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.client import open_client
from cli.failures import CommandFailed
from cli.rendering import counted, make_console, make_table, plain, print_json, state_text, when
from core.schemas.document import Document

app = typer.Typer(help=__doc__)

Name = Annotated[str, typer.Argument(help="Id or external id of the document.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask first.")]


@app.callback(invoke_without_command=True)
def documents(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many; the last changed first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Without a command: one row each, with what its last build came to."""
    if context.invoked_subcommand is not None:
        return
    with open_client() as client:
        found = list(client.items("/v1/documents", limit))
    if as_json:
        print_json(found)
        return
    table = make_table("id", "external id", "title", "trust", "state")
    for document in map(Document.model_validate, found):
        table.add_row(
            str(document.id),
            plain(document.external_id),
            plain(document.title),
            document.source.trust,
            state_text("active" if document.active_version_id else "not built"),
        )
    make_console().print(table)


@app.command()
def versions(name: Name, as_json: AsJson = False) -> None:
    """List the versions of a document, oldest first."""
    with open_client() as client:
        found = client.versions(client.document(name).id)
    if as_json:
        print_json(found)
        return
    table = make_table("number", "id", "state", "file", "handed in")
    for version in found:
        table.add_row(
            str(version.number),
            str(version.id),
            state_text(version.status),
            plain(version.filename),
            when(version.created_at),
        )
    make_console().print(table)


@app.command()
def purge(
    name: Name,
    number: Annotated[int, typer.Argument(help="Of an old version.")],
    sure: Sure = False,
    as_json: AsJson = False,
) -> None:
    """Take the text of an old version away for good; what cites it can no longer be looked up."""
    with open_client() as client:
        document = client.document(name)
        chosen = [v for v in client.versions(document.id) if v.number == number]
        if not chosen:
            raise CommandFailed(f"{document.external_id!r} has no version {number}")
        _ask(f"Purge version {number} of {document.external_id!r} for good?", sure)
        _tell(client.delete(f"/v1/versions/{chosen[0].id}"), as_json)


@app.command()
def delete(name: Name, sure: Sure = False, as_json: AsJson = False) -> None:
    """Take a document away for good, with everything that was derived from it."""
    with open_client() as client:
        document = client.document(name)
        _ask(f"Delete {document.external_id!r} and all that was made of it for good?", sure)
        _tell(client.delete(f"/v1/documents/{document.id}"), as_json)


def _ask(question: str, sure: bool) -> None:
    if not sure:
        typer.confirm(question, abort=True)


def _tell(removed: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(removed)
        return
    parts = (
        counted(removed["versions"], "version", "versions"),
        counted(removed["memories"], "memory", "memories"),
        counted(removed["values"], "stored value", "stored values"),
    )
    runs = counted(removed["runs"], "run", "runs")
    make_console().print(plain(f"gone: {', '.join(parts)}; the texts of {runs}"))
