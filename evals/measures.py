"""Pure scores of results against gold. Reading data and printing figures is left to the suites."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

BINS = 15


class Bin(NamedTuple):
    """Rows of similar chances: what was predicted, on average, and what share came true."""

    predicted: float
    observed: float
    n: int


def window_diff(
    gold: Sequence[int], found: Sequence[int], count: int, *, width: int | None = None
) -> float:
    """Share of windows whose numbers of boundaries differ (Pevzner & Hearst 2002); 0 is best.

    Boundaries are the first units of new segments, ``count`` the number of units; ``width``
    defaults to half the mean length of a gold segment, at least two.
    """
    windows = list(_windows(gold, found, count, width))
    return sum(one != other for one, other in windows) / len(windows) if windows else 0.0


def pk(gold: Sequence[int], found: Sequence[int], count: int, *, width: int | None = None) -> float:
    """Share of windows that only one side cuts (Beeferman et al. 1999); 0 is best."""
    windows = list(_windows(gold, found, count, width))
    wrong = sum((one > 0) != (other > 0) for one, other in windows)
    return wrong / len(windows) if windows else 0.0


def _windows(
    gold: Sequence[int], found: Sequence[int], count: int, width: int | None
) -> Iterator[tuple[int, int]]:
    """Boundaries of both sides between unit ``i`` and ``i + width``, for every ``i``."""
    width = width or max(2, round(count / (len(gold) + 1) / 2))
    one, other = _segment_of_each(gold, count), _segment_of_each(found, count)
    for first in range(count - width):
        yield one[first + width] - one[first], other[first + width] - other[first]


def _segment_of_each(boundaries: Sequence[int], count: int) -> list[int]:
    starts = set(boundaries)
    segments: list[int] = []
    current = 0
    for unit in range(count):
        current += unit in starts
        segments.append(current)
    return segments


def average_precision(relevant: Sequence[int]) -> float:
    """Mean of the precision at each relevant place of a ranking, best first; 0 without any."""
    hits = [place for place, is_relevant in enumerate(relevant, 1) if is_relevant]
    return sum(found / place for found, place in enumerate(hits, 1)) / len(hits) if hits else 0.0


def reciprocal_rank(relevant: Sequence[int]) -> float:
    """1 over the first relevant place of a ranking; 0 without any."""
    return next((1 / place for place, hit in enumerate(relevant, 1) if hit), 0.0)


def macro_f1(gold: ArrayLike, found: ArrayLike) -> float:
    """Mean F1 of the labels (small integers from 0) that occur on either side; 1 is best."""
    wanted, given = np.asarray(gold, np.intp), np.asarray(found, np.intp)
    count = int(max(wanted.max(), given.max())) + 1
    right = np.bincount(wanted[wanted == given], minlength=count)
    both = np.bincount(wanted, minlength=count) + np.bincount(given, minlength=count)
    occurs = both > 0
    return float(np.mean(2 * right[occurs] / both[occurs]))


def roc_auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """Chance that a positive outscores a negative, a tie counting half; ½ where one side is empty.

    Computed from mean ranks (Mann-Whitney).
    """
    is_positive = np.asarray(positive, bool)
    positives = int(is_positive.sum())
    negatives = len(is_positive) - positives
    if not positives or not negatives:
        return 0.5
    _, place, counts = np.unique(np.asarray(scores), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    below = ranks[is_positive].sum() - positives * (positives + 1) / 2
    return float(below / (positives * negatives))


def reliability(chances: ArrayLike, outcomes: ArrayLike, *, bins: int = BINS) -> list[Bin]:
    """Chances in order, cut into bins of equal size, beside the share of outcomes that came true.

    Rows with the same chance share their mean outcome, so their order decides nothing.
    """
    predicted = np.asarray(chances, np.float64)
    values, place, counts = np.unique(predicted, return_inverse=True, return_counts=True)
    shared = np.bincount(place, weights=np.asarray(outcomes, np.float64)) / counts
    pieces = np.array_split(np.sort(place), min(bins, len(predicted)))
    return [
        Bin(float(values[piece].mean()), float(shared[piece].mean()), len(piece))
        for piece in pieces
    ]


def expected_calibration_error(
    chances: ArrayLike, outcomes: ArrayLike, *, bins: int = BINS
) -> float:
    """Mean distance of predicted and observed over bins of equal size, by rows; 0 is best."""
    table = reliability(chances, outcomes, bins=bins)
    return sum(abs(row.predicted - row.observed) * row.n for row in table) / sum(
        row.n for row in table
    )
