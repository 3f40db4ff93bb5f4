"""List documents."""

from typing import Annotated

import typer

from cli.client import open_client
from cli.rendering import make_console, make_table, plain, print_json, state_text
from core.schemas.document import Document

app = typer.Typer()


@app.command(help=__doc__)
def documents(
    limit: Annotated[int, typer.Option(min=1, help="How many; the last changed first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """One row each, with what its last build came to."""
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
