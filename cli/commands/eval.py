"""Measure quality on a data set."""

import importlib
import importlib.util
import inspect
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from cli.failures import CommandFailed, UsageFailed
from cli.rendering import make_console, make_table, plain, print_json

app = typer.Typer()

Part = Literal["public", "heldout"]
TERMINATED = 128 + signal.SIGTERM
"""Exit code of a measurement told to end; it leaves as an error does, so its services stop."""


@app.command(name="eval", help=__doc__)
def evaluate(
    suite: Annotated[
        str, typer.Argument(help="Name of a module of evals, or of a group such as all-building.")
    ],
    data: Annotated[Path, typer.Option(help="Folder with NAME.PART files.", exists=True)],
    part: Annotated[Part, typer.Option(help="Which half.")] = "public",
    engine: Annotated[Literal["local"], typer.Option(help="Which engine.")] = "local",
    model: Annotated[
        str | None, typer.Option(help="Folder of another model than the configured one.")
    ] = None,
    to_file: Annotated[
        Path | None, typer.Option("--json", help="Write the result here; - for standard output.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for results, tables and plots of a group.")
    ] = None,
) -> None:
    """Metrics with 95 % intervals."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    if report is not None:
        _measure_group(suite, data, part, report)
        return
    started = time.perf_counter()
    measured = _evaluation(suite, model)(data, part)
    result = {
        "suite": suite,
        "part": part,
        "engine": engine,
        "commit": _commit(),
        "seconds": round(time.perf_counter() - started, 3),
        **measured,
    }
    if to_file == Path("-"):
        print_json(result)
        return
    if to_file is not None:
        to_file.write_text(json.dumps(result, indent=2) + "\n")
    console = make_console()
    if rows := measured.get("table"):
        console.print(_rows(rows))
    console.print(_table(measured["metrics"]))
    for note in measured.get("notes", ()):
        console.print(plain(note))


def _measure_group(name: str, data: Path, part: Part, folder: Path) -> None:
    """Every suite of the group; failures are in the report, and the exit code says so."""
    groups = importlib.import_module("evals.groups")
    if name not in groups.GROUPS:
        raise UsageFailed(f"there is no group {name!r}: {', '.join(groups.GROUPS)}")
    failed = groups.measure(name, data, part, folder)
    make_console().print(plain(f"{folder / 'report.md'} is written"))
    if failed:
        raise CommandFailed(f"failed: {', '.join(failed)}")


def _rows(rows: Sequence[Mapping[str, object]]) -> Table:
    """A suite's own table: the keys of its first row are the columns."""
    table = make_table(*rows[0])
    for row in rows:
        table.add_row(*(plain(str(value)) for value in row.values()))
    return table


def _evaluation(suite: str, model: str | None) -> Callable[[Path, Part], Any]:
    """How the suite measures, with the model asked for."""
    evaluation: Callable[..., Any] = _suite(suite).evaluate
    if model is None:
        return evaluation
    if "model" not in inspect.signature(evaluation).parameters:
        raise UsageFailed(f"the suite {suite!r} measures no model")
    return partial(evaluation, model=model)


def _suite(name: str) -> Any:
    """The module of a suite, found by name: nothing here depends on evals."""
    if name in importlib.import_module("evals.groups").GROUPS:
        raise UsageFailed(f"{name!r} is a group: it writes into a folder, --report DIR")
    module = f"evals.{name}"
    if not name.isidentifier() or importlib.util.find_spec(module) is None:
        raise UsageFailed(f"there is no suite {name!r}")
    suite = importlib.import_module(module)
    if not hasattr(suite, "evaluate"):
        raise UsageFailed(f"there is no suite {name!r}")
    return suite


def _commit() -> str | None:
    """Of the code that was measured; None outside a repository."""
    here = Path(__file__).parent
    command = ["git", "-C", str(here), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _table(metrics: Mapping[str, Mapping[str, float]]) -> Table:
    """A metric on data that shaped what is measured says so beside its name."""
    table = make_table("metric", "value", "95 % interval", "n")
    for name, metric in metrics.items():
        shown = f"{name} (seen)" if metric.get("seen") else name
        interval = f"{metric['low']:.3g} – {metric['high']:.3g}"
        table.add_row(plain(shown), f"{metric['value']:.4g}", interval, str(metric["n"]))
    return table
