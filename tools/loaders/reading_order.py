"""The order in which a person reads lines that only have places: down each column, row by row.

Pure geometry. A run of rows that one blank strip cuts from top to bottom is two columns, if both
sides hold prose; the same strip through short cells is a table, which is read row by row.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from statistics import fmean, median
from typing import NamedTuple

from tools.loaders.pdf_lines import Line

_GUTTER = 0.9
"""Least width of the strip between two columns, in heights of a line."""
_LEAST_LINES = 3
"""A column has as many lines."""
_LEAST_FILLED = 0.6
"""Share of its column's width that a line of prose fills, on average."""
_LEAST_LETTERS = 14
"""Letters of a line of prose, on average; cells of tables have fewer."""

_Row = list[Line]


class _Strip(NamedTuple):
    left: float
    right: float


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """The same lines: columns one after the other, everything else by rows, left to right."""
    rows = _rows(lines)
    gutter = _GUTTER * median(line.size for line in lines) if lines else 0.0
    return list(_ordered(rows, gutter))


def _rows(lines: Sequence[Line]) -> list[_Row]:
    """Lines that stand side by side, from the top; each row from the left."""
    rows: list[_Row] = []
    for line in sorted(lines, key=lambda line: -_middle(line)):
        if rows and _middle(rows[-1][0]) - _middle(line) < 0.5 * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _middle(line: Line) -> float:
    return line.top - line.size / 2


def _ordered(rows: Sequence[_Row], gutter: float) -> Iterator[Line]:
    start = 0
    while start < len(rows):
        stop, strip = _columns(rows, start, gutter)
        if strip is None:
            yield from rows[start]
            start += 1
            continue
        for side in _sides(rows[start:stop], strip):
            yield from _ordered(_rows(side), gutter)
        start = stop


def _columns(rows: Sequence[_Row], start: int, gutter: float) -> tuple[int, _Strip | None]:
    """Where the columns that begin with row ``start`` end, and the strip between the first two."""
    strips = [_width(rows[start:])]
    best: tuple[int, _Strip | None] = (start, None)
    for stop in range(start, len(rows) + 1):
        left = _narrowed(strips, rows[stop], gutter) if stop < len(rows) else []
        ended = (strip for strip in strips if not any(_overlap(strip, other) for other in left))
        strip = next((strip for strip in ended if _are_columns(rows[start:stop], strip)), None)
        best = (stop, strip) if strip else best
        if not left:
            break
        strips = left
    return best


def _width(rows: Sequence[_Row]) -> _Strip:
    lines = [line for row in rows for line in row]
    return _Strip(min(line.left for line in lines), max(line.right for line in lines))


def _overlap(strip: _Strip, other: _Strip) -> bool:
    return strip.left < other.right and other.left < strip.right


def _narrowed(strips: Sequence[_Strip], row: _Row, gutter: float) -> list[_Strip]:
    """What the lines of ``row`` leave of the blank strips."""
    inner = (_Strip(line.right, following.left) for line, following in pairwise(row))
    blanks = [_Strip(-inf, row[0].left), *inner, _Strip(max(line.right for line in row), inf)]
    shared = (
        _Strip(max(strip.left, blank.left), min(strip.right, blank.right))
        for strip in strips
        for blank in blanks
    )
    return [strip for strip in shared if strip.right - strip.left >= gutter]


def _are_columns(rows: Sequence[_Row], strip: _Strip) -> bool:
    return all(_is_prose(side) for side in _sides(rows, strip))


def _sides(rows: Sequence[_Row], strip: _Strip) -> tuple[list[Line], list[Line]]:
    lines = [line for row in rows for line in row]
    left = [line for line in lines if line.right <= strip.left]
    return left, [line for line in lines if line.right > strip.left]


def _is_prose(lines: Sequence[Line]) -> bool:
    """Lines that mostly reach from margin to margin and say more than a cell does."""
    if len(lines) < _LEAST_LINES:
        return False
    width = max(line.right for line in lines) - min(line.left for line in lines)
    filled = fmean(_widths(lines)) / max(width, 1e-6)
    return filled >= _LEAST_FILLED and fmean(len(line.text) for line in lines) >= _LEAST_LETTERS


def _widths(lines: Sequence[Line]) -> list[float]:
    """Of each row of the column: pieces of one row count together."""
    return [row[-1].right - row[0].left for row in _rows(lines)]
