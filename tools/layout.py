"""How units hang together before anyone cuts: sizes, sections, and runs that belong together.

Pure. Which cut is best is left to ``segmentation``.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from core.schemas.document import Unit

WEAK_START = re.compile(
    r"(?:it|this|these|they|such|he|she|his|her|its|their|however|therefore|moreover|thus|also"
    r"|but|and|then|that|those)\b",
    re.IGNORECASE,
)
"""A chunk that begins so leans on the one before."""

_CAPTION = re.compile(r"(?:table|figure|fig\.|listing|example)\s+\d", re.IGNORECASE)


class SizeBand(NamedTuple):
    """Sizes of chunks in characters, from the first unit's start to the last one's end."""

    target: int
    maximum: int

    @property
    def minimum(self) -> int:
        """Below it a section is joined with its next sibling, where that fits."""
        return min(self.target // 3, self.maximum // 3)


class Breaks(NamedTuple):
    """Where the outline says a chunk must, or had better, start."""

    hard: frozenset[int] = frozenset()
    soft: frozenset[int] = frozenset()


def size_of(units: Sequence[Unit], first: int, stop: int) -> int:
    """Characters from the start of ``first`` to the end of ``stop - 1``."""
    return units[stop - 1].end - units[first].start


def is_weak_start(units: Sequence[Unit], index: int) -> bool:
    """Whether a chunk that starts here leans on the unit before."""
    if index == 0 or units[index].kind == "heading":
        return False
    if units[index].kind == "list_item":
        return units[index - 1].kind == "list_item" and same_block(units, index)
    return bool(WEAK_START.match(units[index].text))


def sections(units: Sequence[Unit], hard: Collection[int], band: SizeBand) -> list[tuple[int, int]]:
    """Ranges between hard breaks; a range too small to stand alone joins its next sibling."""
    edges = sorted({0, *(i for i in hard if 0 < i < len(units)), len(units)})
    joined: list[tuple[int, int]] = []
    for first, stop in pairwise(edges):
        if joined and _joins(units, joined[-1], (first, stop), band):
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((first, stop))
    return joined


def atoms(
    units: Sequence[Unit], band: SizeBand, first: int = 0, stop: int | None = None
) -> list[int]:
    """First units of the runs that are not cut, within ``[first, stop)``."""
    stop = len(units) if stop is None else stop
    row_group = _row_group_size(units, band, first, stop)
    starts: list[int] = []
    for index in range(first, stop):
        if starts and _clings(units, starts[-1], index, band, row_group):
            continue
        starts.append(index)
    return starts


def _clings(
    units: Sequence[Unit], start: int, index: int, band: SizeBand, row_group: float
) -> bool:
    """Whether unit ``index`` must stay with the atom that began at ``start``."""
    size = size_of(units, start, index + 1)
    if size > band.maximum:
        return False
    before, here = units[index - 1], units[index]
    if before.kind == "heading":
        return True
    if here.kind == "heading":
        return False
    if before.kind == "table_row" and here.kind == "table_row":
        return same_block(units, index) and size <= row_group
    leads = before.text.rstrip().endswith((":", "：")) or bool(_CAPTION.match(before.text))
    return leads and (here.kind != "sentence" or same_block(units, index))


def _row_group_size(units: Sequence[Unit], band: SizeBand, first: int, stop: int) -> float:
    """Size of equal groups of rows near the target, so that no sliver remains at the end."""
    rows = [i for i in range(first, stop) if units[i].kind == "table_row"]
    if not rows:
        return band.target
    total = size_of(units, rows[0], rows[-1] + 1)
    return total / max(1, round(total / band.target))


def _joins(
    units: Sequence[Unit], left: tuple[int, int], right: tuple[int, int], band: SizeBand
) -> bool:
    if size_of(units, *left) >= band.minimum or size_of(units, left[0], right[1]) > band.maximum:
        return False
    path, following = units[left[0]].heading_path, units[right[0]].heading_path
    parent = path[:-1]
    return len(following) >= len(path) and following[: len(parent)] == parent


def same_block(units: Sequence[Unit], index: int) -> bool:
    """Whether a unit continues the paragraph, list or table of the one before."""
    return index > 0 and units[index].block == units[index - 1].block
