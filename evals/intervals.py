"""How sure a figure is: 95 % intervals by bootstrap over the groups that rows come in."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 1_000
SEED = 3

Rows = NDArray[np.intp]
"""Positions of rows; a resample names some rows more than once."""


class Estimate(NamedTuple):
    """A figure, its 95 % interval, and how many rows it was taken on."""

    value: float
    low: float
    high: float
    n: int

    def in_percent(self) -> "Estimate":
        """The same of a hundred."""
        return Estimate(100 * self.value, 100 * self.low, 100 * self.high, self.n)


def bootstrap(
    statistic: Callable[..., Any], groups: Sequence[Hashable], *columns: ArrayLike
) -> Estimate:
    """The statistic of whole columns, and where it falls when groups of rows are drawn anew.

    ``groups`` names the group of every row, of which there is at least one; the statistic takes the
    columns and gives a number. The interval is cut at percentiles, then widened to hold the value:
    resampled calibration errors lie above that of the rows themselves.
    """
    arrays = [np.asarray(column) for column in columns]
    members = _members(groups)
    random = np.random.default_rng(SEED)
    resampled = []
    for _ in range(RESAMPLES):
        drawn = random.integers(len(members), size=len(members))
        rows = np.concatenate([members[group] for group in drawn])
        resampled.append(float(statistic(*(array[rows] for array in arrays))))
    low, high = np.percentile(resampled, [2.5, 97.5])
    value = float(statistic(*arrays))
    return Estimate(value, min(value, float(low)), max(value, float(high)), len(groups))


def _members(groups: Sequence[Hashable]) -> list[Rows]:
    """The rows of each group."""
    found: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        found.setdefault(group, []).append(row)
    return [np.array(rows, np.intp) for rows in found.values()]
