"""Pure scores of results against gold. Reading data and printing figures is left to the suites."""

from collections.abc import Iterator, Sequence


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
