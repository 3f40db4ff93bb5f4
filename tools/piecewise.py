"""Cuts by the worth of pieces: what is common to every way of judging them. Pure.

Sections between hard breaks are cut one by one into as many chunks as the target size asks for.
A way to judge says what a piece is worth; too long is forbidden, too short is a last resort.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.schemas.document import Unit
from tools.cohesion import Gains, best_cut
from tools.layout import Breaks, SizeBand, atoms, sections, size_of
from tools.rows import Rows

LONGEST = 64
"""Atoms in one chunk at most, in a document too large for ``CELLS``."""
CELLS = 2_000_000
"""Gains kept for one section: its atoms times the longest piece."""

_TOO_SHORT_COST = 1_000.0

Worth = Callable[[Rows, Sequence[int], int], Gains]
"""Gains of pieces of one section: its atoms' rows, their first units, the longest piece."""


def cut_pieces(
    units: Sequence[Unit], vectors: Rows, band: SizeBand, breaks: Breaks, worth: Worth
) -> tuple[int, ...]:
    """First units of the chunks; ``vectors`` holds a row for each unit."""
    starts: list[int] = []
    for first, stop in sections(units, breaks.hard, band):
        starts.extend(_cut_section(units, vectors, band, worth, first, stop))
    return tuple(starts)


def _cut_section(
    units: Sequence[Unit], vectors: Rows, band: SizeBand, worth: Worth, first: int, stop: int
) -> list[int]:
    size = size_of(units, first, stop)
    count = max(1, round(size / band.target))
    if count == 1 and size <= band.maximum:
        return [first]
    runs = atoms(units, band, first, stop)
    begins = np.array([units[run].start for run in runs])
    ends = np.array([units[run - 1].end for run in (*runs[1:], stop)])
    rows = vectors.slice(first, stop).grouped([run - first for run in runs])
    gains = worth(rows, runs, _longest(begins, ends, band.maximum))
    _keep_in_band(gains, begins, ends, band)
    return [runs[piece] for piece in best_cut(gains, count)]


def _longest(begins: NDArray[np.int64], ends: NDArray[np.int64], maximum: int) -> int:
    """Atoms in the longest piece that may be considered; at least one."""
    fitting = np.searchsorted(ends, begins + maximum, side="right") - np.arange(len(begins))
    return max(1, min(int(fitting.max()), max(LONGEST, CELLS // len(begins))))


def _keep_in_band(
    gains: Gains, begins: NDArray[np.int64], ends: NDArray[np.int64], band: SizeBand
) -> None:
    for pieces in range(1, gains.shape[1]):
        size = ends[pieces - 1 :] - begins[: len(begins) - pieces + 1]
        column = gains[: len(size), pieces]
        column[size < band.minimum] -= _TOO_SHORT_COST
        if pieces > 1:
            column[size > band.maximum] = -np.inf
