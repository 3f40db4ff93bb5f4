"""How raw logits become chances: a line for two classes, a temperature for more. Plain numpy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[Any]
TEMPERATURES = np.geomspace(0.3, 5, 60)


def fit_line(logits: NDArray[Any], labels: Labels) -> tuple[float, float]:
    """Platt's scale and shift: Newton steps on the log loss, halved until each one improves it."""
    centre, spread = float(logits.mean()), float(logits.std()) or 1.0
    rows = np.stack([(logits - centre) / spread, np.ones_like(logits)], 1).astype(np.float64)
    line = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ line))
        slope = rows.T @ (chance - labels) + 1e-3 * line
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + 1e-3 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        while (
            _loss(rows, labels, line - step) > _loss(rows, labels, line) and abs(step).max() > 1e-9
        ):
            step = step / 2
        line = line - step
    return round(float(line[0] / spread), 5), round(float(line[1] - line[0] * centre / spread), 5)


def _loss(rows: NDArray[Any], labels: Labels, line: NDArray[Any]) -> float:
    logits = rows @ line
    return float((np.logaddexp(0, logits) - labels * logits).sum() + 5e-4 * line @ line)


def temperature(logits: NDArray[Any], truth: Labels) -> float:
    """What logits (rows, classes) are divided by, so that the softmax fits the classes best."""
    return round(float(min(TEMPERATURES, key=lambda t: _surprise(logits / t, truth))), 4)


def _surprise(logits: NDArray[Any], truth: Labels) -> float:
    highest = logits.max(axis=1, keepdims=True)
    whole = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    return float((whole - logits[np.arange(len(truth)), truth]).mean())


def worth_from(f1: float) -> float:
    """The chance of an answer from which giving it earns more than silence does.

    Silence earns the chance of no answer; a given answer its chance times the F1 that it has when
    there is one.
    """
    return round(1 / (1 + f1), 4)
