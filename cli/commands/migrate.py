"""Bring the tables of a database up to date."""

from typing import Annotated

import typer

from cli.failures import UsageFailed
from cli.instance import load_settings
from cli.migrating import migrate_as_set
from cli.rendering import print_json

app = typer.Typer()


@app.command(help=__doc__)
def migrate(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """For a Postgres of your own; `quaestor up` does it by itself for the embedded one."""
    settings = load_settings()
    if settings.database_owner_url is None:
        raise UsageFailed("set QUAESTOR_DATABASE_OWNER_URL to the role that owns the tables")
    migrate_as_set(settings, settings.database_owner_url.get_secret_value())
    if as_json:
        print_json({"migrated": True})
    else:
        typer.echo("the tables are up to date")
