"""Ways to cut a document's units into chunks. Pure; every way returns the chunks' first units.

All ways work on *atoms*, runs of units that belong together (a heading and what follows, a lead-in
and its list, a few rows of a table), and keep every chunk within the size band; only a single
longer unit exceeds it. Which way is best is judged in ``partitions``.
"""

from collections.abc import Sequence

import numpy as np

from core.schemas.document import Unit
from tools.cohesion import Gains, best_cut, piece_norms
from tools.layout import (
    Breaks,
    SizeBand,
    atoms,
    is_weak_start,
    same_block,
    sections,
    size_of,
)
from tools.tfidf import SparseRows

LONGEST = 64
"""Atoms in one chunk at most."""

_WEAK_START_COST = 0.25
_PART_START_GAIN = 0.25
_PARAGRAPH_GAIN = 0.1
_TOO_SHORT_COST = 1_000.0


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
    vectors: SparseRows,
    band: SizeBand,
    breaks: Breaks = Breaks(),  # noqa: B008 - an immutable value
) -> tuple[int, ...]:
    """The cut that keeps like units together, section by section; ``vectors`` holds a row each."""
    starts: list[int] = []
    for first, stop in sections(units, breaks.hard, band):
        starts.extend(_cut_section(units, vectors, band, breaks, first, stop))
    return tuple(starts)


def _cut_section(
    units: Sequence[Unit],
    vectors: SparseRows,
    band: SizeBand,
    breaks: Breaks,
    first: int,
    stop: int,
) -> list[int]:
    size = size_of(units, first, stop)
    count = max(1, round(size / band.target))
    if count == 1 and size <= band.maximum:
        return [first]
    runs = atoms(units, band, first, stop)
    offsets = [run - first for run in runs]
    rows = vectors.slice(first, stop).grouped(offsets)
    gains = _gains(units, rows, runs, stop, band, breaks)
    return [runs[piece] for piece in best_cut(gains, count)]


def _gains(
    units: Sequence[Unit],
    rows: SparseRows,
    runs: Sequence[int],
    stop: int,
    band: SizeBand,
    breaks: Breaks,
) -> Gains:
    """Norms less the cost of the start; too long is forbidden, too short is a last resort."""
    gains = piece_norms(rows, min(LONGEST, len(runs)))
    gains -= np.array([0.0, *(_start_cost(units, run, breaks) for run in runs[1:])])[:, None]
    begins = np.array([units[run].start for run in runs])
    ends = np.array([units[run - 1].end for run in (*runs[1:], stop)])
    for pieces in range(1, gains.shape[1]):
        size = ends[pieces - 1 :] - begins[: len(runs) - pieces + 1]
        column = gains[: len(size), pieces]
        column[size < band.minimum] -= _TOO_SHORT_COST
        if pieces > 1:
            column[size > band.maximum] = -np.inf
    return gains


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
    """Whole paragraphs while they fit, a paragraph over the target by its atoms."""
    ends = {unit.block: unit.end for unit in units}
    begins = {unit.block: unit.start for unit in reversed(units)}
    runs = [
        run
        for run in atoms(units, band)
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
