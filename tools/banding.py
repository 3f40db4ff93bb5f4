"""Cuts that others made, brought into the size band of ours. Pure."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from core.schemas.document import Unit
from tools.layout import SizeBand, atoms, size_of


def tidied(starts: Iterable[int], count: int) -> tuple[int, ...]:
    """First units in order, each once, those that do not exist left out; the first unit is one."""
    return tuple(sorted({0, *(start for start in starts if 0 < start < count)})) if count else ()


def joined_up_to(units: Sequence[Unit], starts: Sequence[int], size: int) -> tuple[int, ...]:
    """Neighbouring chunks joined greedily, left to right, while they fit ``size`` characters: the
    dynamic merge of Meta-Chunking (arXiv 2410.12788)."""
    kept: list[int] = []
    for start, stop in pairwise([*starts, len(units)]):
        if not kept or size_of(units, kept[-1], stop) > size:
            kept.append(start)
    return tuple(kept)


def into_band(units: Sequence[Unit], starts: Iterable[int], band: SizeBand) -> tuple[int, ...]:
    """The cut with its chunks over the maximum divided near the target, and those under the
    minimum joined with the next, or else the previous one, where both fit the maximum."""
    whole = tidied(starts, len(units))
    divided = [
        piece
        for first, stop in pairwise([*whole, len(units)])
        for piece in _divided(units, first, stop, band)
    ]
    return _without_small(units, divided, band)


def _divided(units: Sequence[Unit], first: int, stop: int, band: SizeBand) -> list[int]:
    if size_of(units, first, stop) <= band.maximum:
        return [first]
    runs = atoms(units, band, first, stop)
    kept = [first]
    for run, following in pairwise([*runs, stop]):
        if run > first and size_of(units, kept[-1], following) > band.target:
            kept.append(run)
    return kept


def _without_small(units: Sequence[Unit], starts: Sequence[int], band: SizeBand) -> tuple[int, ...]:
    kept: list[int] = []
    for start, stop in pairwise([*starts, len(units)]):
        if kept:
            small = min(size_of(units, kept[-1], start), size_of(units, start, stop))
            if small < band.minimum and size_of(units, kept[-1], stop) <= band.maximum:
                continue
        kept.append(start)
    return tuple(kept)
