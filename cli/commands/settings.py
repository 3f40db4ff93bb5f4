"""Print the settings in effect, without secrets."""

from typing import Annotated

import typer

from cli.instance import load_settings, server_url
from cli.rendering import make_console, make_table, plain, print_json

app = typer.Typer()


@app.command(help=__doc__)
def settings(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Each under the name of its environment variable."""
    loaded = load_settings()
    named = {
        f"QUAESTOR_{name.upper()}": value for name, value in loaded.model_dump(mode="json").items()
    }
    named["QUAESTOR_API_URL"] = server_url(loaded)
    if as_json:
        print_json(named)
        return
    table = make_table("setting", "value")
    for name, value in named.items():
        table.add_row(name, plain("" if value is None else value))
    make_console().print(table)
