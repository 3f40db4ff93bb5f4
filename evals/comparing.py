"""Several arms measured on the same rows: each arm's mean, and its difference from two of them."""

from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np

from evals.intervals import Estimate, bootstrap

Columns = Mapping[str, Sequence[float]]
"""One value a row for each arm, the default first; the rows are the same for all."""


def compared(
    name: str, columns: Columns, groups: Sequence[Hashable], baseline: str
) -> dict[str, Estimate]:
    """``name`` of the default, ``name_ARM`` of the others, and paired differences.

    ``…_vs_BASELINE`` is the arm's mean less the baseline's, ``…_vs_DEFAULT`` less the default's;
    the same groups are drawn for all, so a difference has its own interval.
    """
    default = next(iter(columns))
    figures: dict[str, Estimate] = {}
    for arm, column in columns.items():
        label = name if arm == default else f"{name}_{arm}"
        figures[label] = bootstrap(np.mean, groups, column)
        for other in _others(arm, default, baseline):
            gaps = np.subtract(column, columns[other])
            figures[f"{label}_vs_{other}"] = bootstrap(np.mean, groups, gaps)
    return figures


def _others(arm: str, default: str, baseline: str) -> Iterator[str]:
    if arm != baseline:
        yield baseline
    if arm not in (default, baseline):
        yield default
