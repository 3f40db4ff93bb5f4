"""Cuts by the worth of pieces: what is common to every way of judging them. Pure.

Sections between hard breaks are cut one by one into as many chunks as the target size asks for.
A way to judge says what a piece is worth; too long is forbidden, too short is a last resort.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

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


class Atoms(NamedTuple):
    """What one section is put together from."""

    rows: Rows
    """A row for each atom."""
    runs: Sequence[int]
    """First unit of each."""
    begins: NDArray[np.int64]
    """Where each begins, in characters; ``ends`` likewise."""
    ends: NDArray[np.int64]
    stop: int
    """The unit after the last atom."""
    longest: int
    """Atoms in the longest piece that is considered."""

    def grouped(self, vectors: Rows) -> Rows:
        """Other rows, one for each unit of the document, as one for each atom."""
        first = self.runs[0]
        return vectors.slice(first, self.stop).grouped([run - first for run in self.runs])


Worth = Callable[[Atoms], Gains]
"""Gains of the pieces of one section."""
Solve = Callable[[Gains, int], tuple[int, ...]]
"""First atoms of the pieces, given what pieces are worth and how many are wanted."""


def cut_pieces(
    units: Sequence[Unit],
    vectors: Rows,
    band: SizeBand,
    breaks: Breaks,
    worth: Worth,
    solve: Solve = best_cut,
) -> tuple[int, ...]:
    """First units of the chunks; ``vectors`` holds a row for each unit."""
    starts: list[int] = []
    for first, stop in sections(units, breaks.hard, band):
        size = size_of(units, first, stop)
        count = max(1, round(size / band.target))
        if count == 1 and size <= band.maximum:
            starts.append(first)
            continue
        section = _atoms_of(units, vectors, band, first, stop)
        gains = worth(section)
        _keep_in_band(gains, section.begins, section.ends, band)
        starts.extend(section.runs[piece] for piece in solve(gains, count))
    return tuple(starts)


def _atoms_of(units: Sequence[Unit], vectors: Rows, band: SizeBand, first: int, stop: int) -> Atoms:
    runs = atoms(units, band, first, stop)
    begins = np.array([units[run].start for run in runs])
    ends = np.array([units[run - 1].end for run in (*runs[1:], stop)])
    rows = vectors.slice(first, stop).grouped([run - first for run in runs])
    return Atoms(rows, runs, begins, ends, stop, _longest(begins, ends, band.maximum))


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
