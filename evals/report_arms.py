"""Metrics sorted by what their names say: ``NAME``, ``NAME_ARM``, ``NAME_ARM_vs_OTHER``. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Metric = Mapping[str, Any]

_BESIDE = re.compile(r"(.+)_(?:vs|over)_(.+)")


class Sides(NamedTuple):
    """One suite's metrics."""

    values: list[tuple[str, dict[str, Metric]]]
    """Name, and the figure of each arm that has one."""
    differences: list[tuple[str, str, str, Metric]]
    """Name, arm, the other arm, and the first less the second."""
    rest: dict[str, Metric]
    """What has no arms."""


def by_arm(metrics: Mapping[str, Metric], arms: Sequence[str]) -> Sides:
    """The default arm comes first and has no suffix."""
    default, *others = arms or ("",)
    labels = {
        _label(name, arm, default): (name, arm)
        for name in metrics
        if any(f"{name}_{other}" in metrics for other in others)
        for arm in arms
    }
    values: dict[str, dict[str, Metric]] = {}
    for label, (name, arm) in labels.items():
        if label in metrics:
            values.setdefault(name, {})[arm] = metrics[label]
    found = {label: _difference(label, labels) for label in metrics}
    differences = [(*sides, metrics[label]) for label, sides in found.items() if sides]
    rest = {
        label: metric
        for label, metric in metrics.items()
        if label not in labels and not found[label]
    }
    return Sides(list(values.items()), differences, rest)


def _label(name: str, arm: str, default: str) -> str:
    return name if arm == default else f"{name}_{arm}"


def _difference(label: str, labels: Mapping[str, tuple[str, str]]) -> tuple[str, str, str] | None:
    match = _BESIDE.fullmatch(label)
    return (*labels[match[1]], match[2]) if match and match[1] in labels else None
