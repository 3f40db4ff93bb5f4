"""Print the settings in effect, without secrets."""

from typing import Annotated

import typer

from cli.instance import load_settings, server_url
from cli.rendering import make_console, make_table, plain, print_json
from core.settings import example_env

app = typer.Typer()


@app.command(help=__doc__)
def settings(
    example: Annotated[
        bool, typer.Option("--example", help="Print .env.example: every setting and its default.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Each under the name of its environment variable."""
    if example:
        typer.echo(example_env(), nl=False)
        return
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
