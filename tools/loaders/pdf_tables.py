"""Tables on a page, found by how their cells line up: rows, columns, and cells of several lines.

A PDF knows no tables, only words at places. Programs write a table either line by line, with wide
blanks, or cell by cell, jumping up again for the next cell; both are put together here.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from tools.loaders.lines import join
from tools.loaders.pdf_lines import HYPHEN, Cell, Line

_ALIGNED = 4.0
"""Points by which cells of one column may be out of line."""
_JUMP = 6.0
"""Lines by which a cell may be higher than the end of the cell before it."""
_ROW_GAP = 2.3
_UNEVEN = 1.3
"""Rows are set apart from the lines inside them when the gaps differ by this factor."""


class Grid(NamedTuple):
    """The cells of a table, row by row, every row as long as the others."""

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[Line, ...] = ()
    """The lines it was made of."""


class _Placed(NamedTuple):
    text: str
    left: float
    right: float
    top: float


def with_tables(lines: Sequence[Line]) -> Iterator[Line | Grid]:
    """The lines in order, those of each table replaced by the table."""
    start = 0
    while start < len(lines):
        stop = _table_end(lines, start)
        grid = _grid(lines[start:stop]) if stop - start > 1 else None
        if grid is not None:
            yield grid
            start = stop
        else:
            yield _flattened(lines[start])
            start += 1


def _flattened(line: Line) -> Line:
    """A wide blank outside a table is only generous setting."""
    return line._replace(cells=(Cell(line.text, line.left, line.right),))


def _table_end(lines: Sequence[Line], start: int) -> int:
    """Where the table that begins at ``start`` ends; ``start`` itself when none does."""
    first = lines[start]
    following = lines[start + 1] if start + 1 < len(lines) else None
    if following is None or first.fixed:
        return start
    if len(first.cells) < 2 and not _is_next_cell(first, following):
        return start
    stop = start + 1
    lowest = first.top
    lefts = [cell.left for cell in first.cells]
    while stop < len(lines) and _belongs(lines[stop - 1], lines[stop], lowest, lefts):
        lowest = min(lowest, lines[stop].top)
        lefts += [cell.left for cell in lines[stop].cells]
        stop += 1
    return stop


def _belongs(last: Line, line: Line, lowest: float, lefts: Sequence[float]) -> bool:
    size = max(last.size, line.size)
    if abs(last.size - line.size) > 0.15 * size or line.top < lowest - _ROW_GAP * size:
        return False
    if line.top > lowest + _JUMP * size:
        return False
    if len(line.cells) > 1 or _is_next_cell(last, line):
        return True
    # A line that reaches into the next column is text below the table.
    next_column = min((left for left in lefts if left > line.left + _ALIGNED), default=None)
    in_column = any(abs(line.left - left) <= _ALIGNED for left in lefts)
    return in_column and (next_column is None or line.right < next_column)


def _is_next_cell(last: Line, line: Line) -> bool:
    """To the right of what came before, and not below it."""
    size = max(last.size, line.size)
    higher = line.top - last.top
    return line.left > last.left + size and -0.4 * size < higher < _JUMP * size


def _grid(lines: Sequence[Line]) -> Grid | None:
    cells = [
        _Placed(cell.text, cell.left, cell.right, line.top) for line in lines for cell in line.cells
    ]
    size = lines[0].size
    rows = _rows(cells, size)
    columns = _columns(rows)
    grid = Grid(tuple(_laid_out(row, columns) for row in rows), tuple(lines))
    return grid if is_table(grid) else None


def is_table(grid: Grid) -> bool:
    """Several rows that fill several columns; words scattered over a drawing do not."""
    filled = [sum(bool(text) for text in row) for row in grid.rows]
    full_rows = sum(count > 1 for count in filled)
    return full_rows > 1 and sum(filled) * 2 >= len(grid.rows) * len(grid.rows[0])


def _rows(cells: Sequence[_Placed], size: float) -> list[list[_Placed]]:
    """Cells by row, from the top; a wrapped cell's lines stay in their row."""
    levels = _levels(cells, size)
    margin = min(cell.left for cell in cells)
    gaps = [above[0].top - below[0].top for above, below in pairwise(levels)]
    uneven = bool(gaps) and max(gaps) > _UNEVEN * min(gaps)
    limit = min(gaps, default=0.0) * _UNEVEN
    rows = [list(levels[0])]
    for gap, level in zip(gaps, levels[1:], strict=True):
        begins = any(cell.left <= margin + _ALIGNED for cell in level)
        if gap > limit if uneven else begins:
            rows.append(list(level))
        else:
            rows[-1].extend(level)
    return rows


def _levels(cells: Sequence[_Placed], size: float) -> list[list[_Placed]]:
    levels: list[list[_Placed]] = []
    for cell in sorted(cells, key=lambda cell: -cell.top):
        if levels and levels[-1][0].top - cell.top < 0.4 * size:
            levels[-1].append(cell)
        else:
            levels.append([cell])
    return levels


def _columns(rows: Sequence[Sequence[_Placed]]) -> list[tuple[float, float]]:
    """Stretches of the page's width, told by the rows that fill most of them."""
    widest = max(len({round(cell.left / _ALIGNED) for cell in row}) for row in rows)
    full = [row for row in rows if len({round(cell.left / _ALIGNED) for cell in row}) == widest]
    columns: list[tuple[float, float]] = []
    for cell in sorted((cell for row in full for cell in row), key=lambda cell: cell.left):
        if columns and cell.left < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], cell.right))
        else:
            columns.append((cell.left, cell.right))
    return columns


def _laid_out(row: Sequence[_Placed], columns: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    texts = [""] * len(columns)
    for cell in row:
        column = max(range(len(columns)), key=lambda index: _overlap(cell, columns[index]))
        texts[column] = join(texts[column].removesuffix(HYPHEN), cell.text)
    return tuple(text.replace(HYPHEN, "-") for text in texts)


def _overlap(cell: _Placed, column: tuple[float, float]) -> float:
    """Shared width; negative, the distance, when there is none."""
    return min(cell.right, column[1]) - max(cell.left, column[0])
