"""The ``quaestor`` command. It knows the names of its commands; each lives in a module of its own.

A command's module is imported when the command is called, so that help and completion stay quick
whatever the command needs.
"""

import importlib
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.failures import CommandFailed
from core.errors import QuaestorError

COMMANDS = {
    "up": "Start Postgres, the API and a worker; one Ctrl-C stops them all.",
    "add": "Add files or folders and watch them become memories.",
    "ask": "Ask a question; the answer comes with numbered, checked citations.",
    "documents": "List documents, purge their old versions, delete them.",
    "memories": "Show the memories made of a document.",
    "jobs": "List jobs, or show one with its events.",
    "runs": "List runs, or show one with its steps.",
    "audit": "Find who pushed an answer, take them out, and decide what runs suspected.",
    "migrate": "Bring the tables of a database up to date.",
    "tenants": "Manage tenants and their API keys.",
    "eval": "Measure quality on a data set.",
    "settings": "Print the settings in effect, without secrets.",
    "demo": "Show everything on a small corpus, and check every citation.",
}
"""Each is ``cli.commands.<name>``, whose docstring this is."""


class LazyGroup(TyperGroup):
    """Lists commands by name and summary, and imports the one that is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name=name, help=summary) for name, summary in COMMANDS.items()
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The real command in place of its entry in the list."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, None if name is None or listed is None else load(name), rest

    def invoke(self, ctx: Any) -> Any:
        """A failure is one line and its exit code."""
        try:
            return super().invoke(ctx)
        except CommandFailed as failure:
            typer.echo(f"quaestor: {failure}", err=True)
            raise typer.Exit(failure.exit_code) from failure
        except QuaestorError as error:
            typer.echo(f"quaestor: {error.code}: {error.detail}", err=True)
            raise typer.Exit(1) from error


def load(name: str) -> Any:
    """The command called ``name``, ready to run."""
    command = typer.main.get_command(importlib.import_module(f"cli.commands.{name}").app)
    command.name = name
    return command


app = typer.Typer(
    cls=LazyGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("quaestor"))
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version)
    ] = False,
) -> None:
    """Documents in, checked memories, cited answers out."""
