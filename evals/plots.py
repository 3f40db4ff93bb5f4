"""Pictures of results: cuts by their errors, recall by what is read, retrieval beside its aims.

Matplotlib is part of the optional extra ``evals``; everything else works without it.
"""

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evals.aims import AIMS, Aim
from evals.peers import PEERS
from evals.report_arms import Metric, by_arm
from evals.running import Report

_HATCHES = ("///", "...", "xxx", "---")
_MARKERS = ("s", "^", "D", "v")


class Plot(NamedTuple):
    """A picture that was written."""

    suite: str
    title: str
    path: Path


def can_draw() -> bool:
    """Whether matplotlib is here."""
    return importlib.util.find_spec("matplotlib") is not None


def draw(reports: Mapping[str, Report], folder: Path) -> list[Plot]:
    """Every picture that the results allow, as ``folder/SUITE-NAME.png``."""
    plots: list[Plot] = []
    for suite, report in reports.items():
        for name, title, figure in _figures(suite, report):
            path = folder / f"{suite}-{name}.png"
            figure.suptitle(title, fontsize=11)
            figure.savefig(path, dpi=130)
            plots.append(Plot(suite, title, path))
    return plots


def _figures(suite: str, report: Report) -> Iterator[tuple[str, str, Any]]:
    """Name, title and figure of each picture of a suite."""
    if suite == "segmentation":
        yield (
            "windowdiff",
            "WindowDiff by cut: less is better",
            _bars(report, "windowdiff_", aims={}),
        )
    if "curves" in report:
        yield "recall", "Recall by characters of context", _curves(report)
    if suite in ("retrieval", "multihop"):
        yield "figures", "What is found, % (dashed: the aim)", _bars(report, "", aims=AIMS[suite])
    if "reliability" in report:
        yield "reliability", "Chances and what came true", _reliability(report["reliability"])


def _axes(width: float, height: float = 4.8) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _bars(report: Report, prefix: str, aims: Mapping[str, Aim]) -> Any:
    """A group of bars for each metric, a bar for each arm, its interval, a line at its aim."""
    arms, groups = _groups(report, prefix, aims)
    figure, axes = _axes(max(7, 0.22 * len(arms) * len(groups) + 3))
    width = 0.8 / len(arms)
    for at, arm in enumerate(arms):
        shift = width * (at - (len(arms) - 1) / 2)
        bars = {place + shift: of[arm] for place, (_, of) in enumerate(groups) if arm in of}
        heights = [metric["value"] for metric in bars.values()]
        whiskers = _whiskers(list(bars.values()))
        axes.bar(list(bars), heights, width, label=arm, **_style(at, arm), yerr=whiskers,
                 error_kw={"elinewidth": 0.7, "ecolor": "0.35"})  # fmt: skip
    for place, (name, _) in enumerate(groups):
        if name in aims:
            axes.hlines(aims[name].value, place - 0.45, place + 0.45, "black", "dashed")
    axes.set_xticks(range(len(groups)), [_ticked(name.removeprefix(prefix)) for name, _ in groups])
    _legend(figure, axes)
    return figure


def _groups(
    report: Report, prefix: str, aims: Mapping[str, Aim]
) -> tuple[Sequence[str], list[tuple[str, dict[str, Metric]]]]:
    """Arms, and the metrics that have them; of a suite without arms, those that have an aim."""
    metrics = report["metrics"]
    if arms := report.get("arms"):
        return arms, [one for one in by_arm(metrics, arms).values if one[0].startswith(prefix)]
    return ["ours"], [(name, {"ours": metrics[name]}) for name in aims if name in metrics]


def _curves(report: Report) -> Any:
    """Recall of each arm, the context on a scale of powers."""
    figure, axes = _axes(8.5)
    for at, (arm, points) in enumerate(report["curves"].items()):
        budgets, values, *_ = zip(*points, strict=True)
        marker = _MARKERS[list(PEERS).index(arm)] if arm in PEERS else "o"
        dashes = "--" if arm in PEERS else "-"
        color = _style(at, arm)["color"]
        axes.plot(budgets, values, dashes, marker=marker, markersize=4, color=color, label=arm)
    axes.set_xscale("log", base=2)
    axes.set_xticks(budgets, [f"{budget:,}" for budget in budgets])
    axes.set_xlabel("characters of context")
    axes.set_ylabel("recall, % of the wanted characters")
    axes.minorticks_off()
    _legend(figure, axes)
    return figure


def _reliability(tables: Mapping[str, Sequence[Mapping[str, float]]]) -> Any:
    """What was predicted against what came true; the diagonal is where both agree."""
    figure, axes = _axes(6, 5)
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=0.8)
    for at, (name, bins) in enumerate(tables.items()):
        predicted = [one["predicted"] for one in bins]
        observed = [one["observed"] for one in bins]
        axes.plot(predicted, observed, marker="o", markersize=3.5, label=name, color=f"C{at}")
    axes.set_xlabel("predicted")
    axes.set_ylabel("came true")
    _legend(figure, axes)
    return figure


def _style(at: int, arm: str) -> dict[str, Any]:
    """The default in black, the rest of ours in colours, peers grey and hatched."""
    peers = list(PEERS)
    if arm in peers:
        grey = 0.35 + 0.4 * peers.index(arm) / (len(peers) - 1)
        return {"color": str(grey), "hatch": _HATCHES[peers.index(arm)], "edgecolor": "white"}
    if not at:
        return {"color": "black"}
    return {"color": f"C{(at - 1) % 10}", "hatch": ".." if at > 10 else "", "edgecolor": "white"}


def _whiskers(metrics: Sequence[Metric]) -> list[list[float]]:
    return [
        [metric["value"] - metric["low"] for metric in metrics],
        [metric["high"] - metric["value"] for metric in metrics],
    ]


def _ticked(name: str) -> str:
    return name.replace("_", "\n", 1)


def _legend(figure: Any, axes: Any) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
