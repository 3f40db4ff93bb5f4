"""A group's results as one page of Markdown: aims first, then every suite. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from evals.aims import aims_of
from evals.plots import Plot
from evals.report_arms import by_arm
from evals.report_numbers import interval, shown
from evals.running import Outcome, Report

NO_PLOTS = "No plots: matplotlib is not installed (it is part of the extra `evals`)."


def render(group: str, part: str, outcomes: Sequence[Outcome], plots: Sequence[Plot] | None) -> str:
    """The page; ``plots`` are None where none could be drawn. Images stand beside it."""
    blocks = [
        f"# {group}, {part} part",
        table(("suite", "seconds", "result"), map(_result, outcomes)),
        "## Aims",
        table(("suite", "metric", "value", "95 % interval", "n", "aim", ""), _aims(outcomes)),
    ]
    if plots is None:
        blocks.append(NO_PLOTS)
    for outcome in outcomes:
        blocks += _suite(outcome, [plot for plot in plots or () if plot.suite == outcome.suite])
    return "\n\n".join(blocks) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of Markdown; None is shown as a dash."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    return "–" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def _result(outcome: Outcome) -> Sequence[object]:
    return outcome.suite, outcome.seconds, "**failed**" if outcome.report is None else "measured"


def _aims(outcomes: Iterable[Outcome]) -> Iterator[Sequence[object]]:
    """An aim whose suite failed or did not measure it is listed as such."""
    for suite, _, report, _ in outcomes:
        for name, aim in aims_of(suite, report).items():
            metric = (report or {}).get("metrics", {}).get(name)
            if metric is None:
                yield suite, name, None, None, None, aim, "**not measured**"
                continue
            verdict = "reached" if aim.reached(metric["value"]) else "missed"
            figures = shown(name, metric["value"]), interval(name, metric), metric["n"]
            yield suite, name, *figures, aim, verdict


def _suite(outcome: Outcome, plots: Sequence[Plot]) -> Iterator[str]:
    yield f"## {outcome.suite}"
    if outcome.report is None:
        yield "It failed. Its last words:"
        yield "\n".join(["```text", *outcome.said, "```"])
        return
    yield from (f"![{plot.title}]({plot.path.name})" for plot in plots)
    yield from _metrics(outcome.report)
    yield from _own_table(outcome.report.get("by_question", ()))
    yield from _own_table(outcome.report.get("table", ()))
    notes = [f"- {note}" for note in outcome.report.get("notes", ())]
    if notes:
        yield "\n".join(notes)
    yield f"Commit {outcome.report.get('commit')}, {outcome.report.get('seconds')} seconds."


def _metrics(report: Report) -> Iterator[str]:
    """What every arm has side by side, paired differences below, the rest in a list."""
    arms: Sequence[str] = report.get("arms", ())
    sides = by_arm(report["metrics"], arms)
    if sides.values:
        rows = (
            (name, *(_both(name, of[arm]) if arm in of else None for arm in arms))
            for name, of in sides.values
        )
        yield table(("metric", *arms), rows)
    if sides.differences:
        rows = (
            (name, arm, other, shown(name, metric["value"], signed=True), interval(name, metric))
            for name, arm, other, metric in sides.differences
        )
        yield table(("metric", "of", "less", "difference", "95 % interval, paired"), rows)
    if sides.rest:
        yield table(("metric", "value", "95 % interval", "n"), _list(sides.rest))


def _both(name: str, metric: Mapping[str, Any]) -> str:
    return f"{shown(name, metric['value'])} ({interval(name, metric)})"


def _list(metrics: Mapping[str, Mapping[str, Any]]) -> Iterator[Sequence[object]]:
    for name, metric in metrics.items():
        seen = " (seen)" if metric.get("seen") else ""
        yield name + seen, shown(name, metric["value"]), interval(name, metric), metric["n"]


def _own_table(rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """A suite's own rows; those with fewer keys leave cells empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if columns:
        yield table(columns, ([row.get(column) for column in columns] for row in rows))
