"""Manage tenants and their API keys."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from cli.failures import CommandFailed
from cli.instance import Instance, load_settings
from cli.rendering import print_json
from core.settings import Settings
from storage.database import open_database
from storage.embedded import EmbeddedPostgres, usable_data_dir
from storage.tenants import create_key, create_tenant

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.callback()
def tenants() -> None:
    """Each tenant sees its own documents, memories, jobs and runs, and nothing else."""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Of the tenant; an existing one gets another key.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Create a tenant and an API key for it; the key is shown this once."""
    tenant_id, key = asyncio.run(_create(_database_url(load_settings()), name))
    if as_json:
        print_json({"tenant_id": tenant_id, "name": name, "key": key})
    else:
        typer.echo(f"tenant {tenant_id} ({name})\nkey    {key}")


async def _create(database_url: str, name: str) -> tuple[UUID, str]:
    async with open_database(database_url, pool_size=1) as database:
        tenant_id = await create_tenant(database, name)
        return tenant_id, await create_key(database, tenant_id, "cli")


def _database_url(settings: Settings) -> str:
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    server = EmbeddedPostgres(usable_data_dir(Instance(settings.data_dir).data_dir))
    if not server.is_ready():
        raise CommandFailed("the database is not running; start it with `quaestor up`")
    return server.app_url
