"""Logistic regression by Newton's method, in numpy: the same rows always give the same mix."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.matching import Measures, Mix

RIDGE = 1.0
"""Penalty on squared weights, the bias aside."""


class Row(NamedTuple):
    """What was seen, and whether it was the answer."""

    seen: Measures
    label: bool


def fit_mix(rows: Sequence[Row], used: Collection[str]) -> Mix:
    """A mix of the measures named in ``used``; the others get no weight."""
    names = [name for name in Measures._fields if name in used]
    inputs = np.array([[1.0, *(getattr(row.seen, name) for name in names)] for row in rows])
    bias, *weights = newton(inputs, np.array([row.label for row in rows], float))
    by_name = dict(zip(names, weights, strict=True))
    rounded = (round(float(by_name.get(name, 0.0)), 3) for name in Measures._fields)
    return Mix(round(float(bias), 3), Measures(*rounded))


def newton(inputs: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights of the columns; the first, of ones, is the bias and is not penalised."""
    weights = np.zeros(inputs.shape[1])
    penalty = RIDGE * np.eye(inputs.shape[1])
    penalty[0, 0] = 1e-6
    for _ in range(50):
        chances = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (labels - chances) - penalty @ weights
        curve = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + penalty
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return weights
