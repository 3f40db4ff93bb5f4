"""Add files or folders and watch them become memories."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import TaskID

from cli.adding import Added, FileToAdd, add_files, find_files
from cli.client import open_client
from cli.failures import UsageFailed
from cli.rendering import (
    build_progress,
    duration,
    make_console,
    make_table,
    plain,
    print_json,
    state_text,
)
from core.schemas.document import TrustClass
from core.schemas.job import JobEvent
from core.text import shorten

app = typer.Typer()


@app.command(help=__doc__)
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files; folders are searched below.")],
    source: Annotated[
        str | None, typer.Option(help="Who wrote them; default: your user name.")
    ] = None,
    origin: Annotated[str, typer.Option(help="Domain or system they came from.")] = "files",
    trust: Annotated[TrustClass, typer.Option(help="How far their source is trusted.")] = "upload",
    collection: Annotated[str, typer.Option(help="Where to keep them.")] = "default",
    external_id: Annotated[
        str | None, typer.Option(help="Name of a single file; default: its file name.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of a single file.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until all are built.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Exit code 1 if any file failed."""
    said = {
        "principal": source or getpass.getuser(),
        "origin": origin,
        "channel": "cli",
        "trust": trust,
        "collection": collection,
        "title": title,
    }
    files = _name(find_files(paths, said), external_id, title)
    with open_client() as client:
        client.check()
        with ProgressBars(make_console(stderr=True), len(files)) as bars:
            added = add_files(client, files, wait=wait, watcher=bars)
    if as_json:
        print_json([item._asdict() for item in added])
    else:
        print_summary(make_console(), added)
    if not all(item.ok for item in added):
        raise typer.Exit(1)


def _name(files: list[FileToAdd], external_id: str | None, title: str | None) -> list[FileToAdd]:
    if (external_id or title) and len(files) != 1:
        raise UsageFailed(f"--external-id and --title name one file, not {len(files)}")
    return files if external_id is None else [files[0]._replace(external_id=external_id)]


class ProgressBars:
    """One bar for all files and one for each that is being worked on."""

    def __init__(self, console: Console, files: int) -> None:
        self._progress = build_progress(console)
        self._all = self._progress.add_task("all", total=files, stage="")
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> "ProgressBars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def started(self, file: FileToAdd) -> None:
        """Show a bar."""
        name = shorten(file.external_id, 40)
        bar = self._progress.add_task(name, total=None, stage="upload")
        self._bars[file.external_id] = bar

    def progressed(self, file: FileToAdd, event: JobEvent) -> None:
        """Show the stage, and how much of it is done."""
        stage = str(event.data.get("stage") or event.type)
        done, total = event.data.get("done"), event.data.get("total")
        self._progress.update(
            self._bars[file.external_id],
            stage=stage,
            completed=done if isinstance(done, int) else 0,
            total=total if isinstance(total, int) and total else None,
        )

    def ended(self, file: FileToAdd, added: Added) -> None:
        """Take the bar away."""
        self._progress.remove_task(self._bars.pop(file.external_id))
        self._progress.advance(self._all)


def print_summary(console: Console, added: list[Added]) -> None:
    """A row per file, with the cause where it failed."""
    table = make_table("document", "state", "took", "cause")
    for item in added:
        cause = f"{item.error.code}: {item.error.detail}" if item.error else ""
        cause = cause or "; ".join(item.warnings)
        table.add_row(
            plain(shorten(item.external_id, 48)),
            state_text(item.state),
            duration(item.seconds),
            plain(cause),
        )
    console.print(table)
    failed = sum(not item.ok for item in added)
    console.print(f"{len(added) - failed} added, {failed} failed")
