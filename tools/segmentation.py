"""Ways to cut a document's units into chunks. Pure; every way returns the chunks' first units.

All ways work on *atoms*, runs of units that belong together (a heading and what follows, a lead-in
and its list, a few rows of a table), and keep every chunk within the size band; only a single
longer unit exceeds it. Which way is best is judged in ``partitions``.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.schemas.document import Unit
from tools.cohesion import Gains, piece_norms, piece_pairs
from tools.layout import Breaks, SizeBand, atoms, is_weak_start, same_block, size_of
from tools.piecewise import Atoms, cut_pieces
from tools.rows import DenseRows, Rows

_WEAK_START_COST = 0.25
_PART_START_GAIN = 0.25
_PARAGRAPH_GAIN = 0.1

Merits = NDArray[np.float64]
"""One for each unit of a document."""


def fixed(units: Sequence[Unit], band: SizeBand) -> tuple[int, ...]:
    """Windows of about the target size, whatever the text says: the baseline."""
    return _packed(units, atoms(units, band), band.target)


def recursive(units: Sequence[Unit], band: SizeBand) -> tuple[int, ...]:
    """At the highest heading, then paragraph, then unit, until every piece is small enough."""
    starts: list[int] = []
    pending = [(0, len(units), 1)] if units else []
    deepest = max((len(unit.heading_path) for unit in units), default=0) + 1
    while pending:
        first, stop, level = pending.pop()
        if size_of(units, first, stop) <= band.target:
            starts.append(first)
        elif level > deepest:
            starts.extend(first + start for start in _packed_paragraphs(units[first:stop], band))
        else:
            pieces = _split_at_level(units, first, stop, level)
            pending.extend((a, b, level + 1) for a, b in reversed(pieces))
    return _join_small(units, starts, band)


def cohesion(
    units: Sequence[Unit],
    vectors: Rows,
    band: SizeBand,
    breaks: Breaks = Breaks(),  # noqa: B008 - an immutable value
    merits: Merits | None = None,
) -> tuple[int, ...]:
    """The cut that keeps like units together, section by section; ``vectors`` holds a row each.

    A piece is worth the length of the sum of its rows, less the cost of its start; ``merits``
    says, unit by unit, what else speaks for a start there.
    """

    def worth(of: Atoms) -> Gains:
        gains = piece_norms(of.rows, of.longest)
        gains -= start_costs(units, of.runs, breaks, merits)[:, None]
        return gains

    return cut_pieces(units, vectors, band, breaks, worth)


def cluster(
    units: Sequence[Unit],
    vectors: DenseRows,
    band: SizeBand,
    breaks: Breaks = Breaks(),  # noqa: B008 - an immutable value
) -> tuple[int, ...]:
    """The cut whose chunks hold the pairs more alike than pairs are on average.

    As Chroma's cluster chunker, with a price per piece in place of its size cap alone, and without
    its defect: a piece beyond the size bound is forbidden wherever it stands, the first one too.
    """

    def worth(of: Atoms) -> Gains:
        return piece_pairs(of.rows, of.longest)

    return cut_pieces(units, vectors.of_length_one(), band, breaks, worth)


def start_costs(
    units: Sequence[Unit], runs: Sequence[int], breaks: Breaks, merits: Merits | None = None
) -> NDArray[np.float64]:
    """What a piece is fined that starts with each of ``runs``, the very units and not the ones
    before or after; the first piece has to start where it does, so it pays nothing."""
    costs = np.array([0.0, *(_start_cost(units, run, breaks) for run in runs[1:])])
    if merits is not None:
        costs[1:] -= merits[list(runs[1:])]
    return costs


def _start_cost(units: Sequence[Unit], index: int, breaks: Breaks) -> float:
    cost = _WEAK_START_COST if is_weak_start(units, index) else 0.0
    if index in breaks.soft or units[index].kind == "heading":
        cost -= _PART_START_GAIN
    if not same_block(units, index):
        cost -= _PARAGRAPH_GAIN
    return cost


def _packed(units: Sequence[Unit], runs: Sequence[int], size: int) -> tuple[int, ...]:
    """Runs put together greedily while they fit."""
    starts: list[int] = []
    for run, following in zip(runs, [*runs[1:], len(units)], strict=True):
        if not starts or size_of(units, starts[-1], following) > size:
            starts.append(run)
    return tuple(starts)


def _packed_paragraphs(units: Sequence[Unit], band: SizeBand) -> tuple[int, ...]:
    """Whole paragraphs while they fit, a paragraph over the target by its atoms.

    A paragraph is as long as what its first atom brings along: a heading, or a lead-in.
    """
    found = atoms(units, band)
    ends = {unit.block: unit.end for unit in units}
    begins: dict[int, int] = {}
    for run, following in zip(found, [*found[1:], len(units)], strict=True):
        for unit in units[run:following]:
            begins.setdefault(unit.block, units[run].start)
    runs = [
        run
        for run in found
        if not same_block(units, run)
        or ends[units[run].block] - begins[units[run].block] > band.target
    ]
    return _packed(units, runs, band.target)


def _split_at_level(
    units: Sequence[Unit], first: int, stop: int, level: int
) -> list[tuple[int, int]]:
    edges = [first]
    for index in range(first + 1, stop):
        heads = units[index].kind == "heading" and len(units[index].heading_path) <= level
        if heads and units[index - 1].kind != "heading":
            edges.append(index)
    return list(zip(edges, [*edges[1:], stop], strict=True))


def _join_small(units: Sequence[Unit], starts: Sequence[int], band: SizeBand) -> tuple[int, ...]:
    """Pieces under the minimum join the next one while both fit the target."""
    kept: list[int] = []
    for start, following in zip(starts, [*starts[1:], len(units)], strict=True):
        small = bool(kept) and size_of(units, kept[-1], start) < band.minimum
        if not (small and size_of(units, kept[-1], following) <= band.target):
            kept.append(start)
    return tuple(kept)
