"""How figures are written: fractions with three digits, what is of a hundred with one. Pure."""

from collections.abc import Mapping

FRACTIONS = ("windowdiff", "pk_", "calibration_error", "ratio")
"""Parts of the names of metrics that are not of a hundred."""


def shown(name: str, value: float, *, signed: bool = False) -> str:
    """A figure of the metric; counts stay whole."""
    sign = "+" if signed else ""
    if isinstance(value, int):
        return f"{value:{sign}d}"
    digits = 3 if any(part in name for part in FRACTIONS) else 1
    return f"{value:{sign}.{digits}f}".replace("-", "−")


def interval(name: str, metric: Mapping[str, float]) -> str:
    """From its low to its high end."""
    return f"{shown(name, metric['low'])} – {shown(name, metric['high'])}"
