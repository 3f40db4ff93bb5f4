"""Groups of suites: run all, write what came out as JSON, tables and plots."""

from collections.abc import Mapping
from pathlib import Path

from evals import plots
from evals.report import render
from evals.running import eval_command, run_all

GROUPS: Mapping[str, tuple[str, ...]] = {
    "all-building": (
        "loaders",
        "segmentation",
        "chunking",
        "retrieval",
        "multihop",
        "completion",
        "predicting",
        "summaries",
        "building_speed",
    ),
    "all-answering": (
        "answers",
        "poison",
        "injection",
        "adaptive",
        "conflict",
        "multihop_answers",
        "popqa",
    ),
}
"""Suites by the name of their group."""


def measure(group: str, data: Path, part: str, folder: Path) -> list[str]:
    """Writes ``SUITE.json`` of each suite, plots and ``report.md``; the suites that failed.

    Raises KeyError for a group that is not there.
    """
    outcomes = run_all(GROUPS[group], eval_command(data, part), folder)
    reports = {one.suite: one.report for one in outcomes if one.report is not None}
    drawn = plots.draw(reports, folder) if plots.can_draw() else None
    (folder / "report.md").write_text(render(group, part, outcomes, drawn), encoding="utf-8")
    return [one.suite for one in outcomes if one.report is None]
