"""Start Postgres, the API and a worker; one Ctrl-C stops them all."""

import signal
from typing import Annotated

import typer

from cli.instance import load_settings
from cli.rendering import make_console, plain, print_json
from cli.supervisor import Stopped, Supervisor

app = typer.Typer()


@app.command(help=__doc__)
def up(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="0 takes any free port.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object once all is ready.")
    ] = False,
) -> None:
    """Without QUAESTOR_DATABASE_URL, the database is one of its own in the data directory."""
    settings = load_settings()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    console = make_console(stderr=as_json)

    def report(line: str, seconds: float) -> None:
        console.print(plain(f"{seconds:6.1f} s  {line}"))

    def on_ready(state: dict[str, object]) -> None:
        if as_json:
            print_json(state)
        console.print(plain(f"Quaestor is ready at {state['url']}", "bold green"))
        database = state["database_dir"] or "QUAESTOR_DATABASE_URL"
        console.print(plain(f"data and logs in {state['data_dir']}, database in {database}", "dim"))
        console.print(plain("Ctrl-C stops it", "dim"))

    supervisor = Supervisor(settings, report)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stop())
    try:
        supervisor.run(on_ready)
    except Stopped as stopped:
        raise typer.Exit(0) from stopped
