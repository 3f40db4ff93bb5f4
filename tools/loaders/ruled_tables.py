"""Words put into the cells of ruled tables: the box they stand in decides, not their neighbours."""

from collections.abc import Iterator, Sequence
from itertools import chain

from tools.loaders.lattices import Lattice, Place
from tools.loaders.lines import join
from tools.loaders.pdf_lines import HYPHEN, Cell, Line, in_stretches
from tools.loaders.pdf_tables import Grid, is_table
from tools.loaders.tables import Covered

_LONGEST_CELL = 600
"""A page laid out in boxes of prose is no table."""
_FEWEST_LINES = 3

_Cells = dict[Place, list[tuple[Line, Cell]]]


def with_ruled(lines: Sequence[Line], lattices: Sequence[Lattice]) -> Iterator[list[Line] | Grid]:
    """The lines in order, in stretches, with each ruled table where its first line stood."""
    grids = [grid for lattice in lattices if (grid := _grid(lines, lattice))]
    yield from in_stretches(lines, grids)


def _grid(lines: Sequence[Line], lattice: Lattice) -> Grid | None:
    rows = _table_rows(lattice)
    inside = [line for line in lines if _is_inside(line, lattice, rows)]
    cells = _cells(inside, lattice)
    if len(cells) * 2 < len({owner for row in rows for owner in lattice.owners[row]}):
        return None
    if not cells or _has_unruled_rows(cells):
        return None
    texts = {place: _text(cell) for place, cell in cells.items()}
    laid_out = (_row(texts, lattice, row) for row in rows)
    grid = Grid(tuple(row for row in laid_out if any(row)), tuple(inside))
    longest = max(map(len, texts.values()))
    return grid if longest <= _LONGEST_CELL and is_table(grid) else None


def _table_rows(lattice: Lattice) -> range:
    """Without boxes of the full width above and below: those are text that happens to touch."""
    wide = [len(set(owners)) == 1 for owners in lattice.owners]
    first = next((row for row, is_wide in enumerate(wide) if not is_wide), 0)
    last = next((row for row, is_wide in reversed([*enumerate(wide)]) if not is_wide), -1)
    return range(first, last + 1)


def _is_inside(line: Line, lattice: Lattice, rows: range) -> bool:
    places = [_place(line, cell, lattice) for cell in line.cells]
    return all(place is not None and place.row in rows for place in places)


def _place(line: Line, cell: Cell, lattice: Lattice) -> Place | None:
    return lattice.place((cell.left + cell.right) / 2, line.top - line.size / 2)


def _cells(lines: Sequence[Line], lattice: Lattice) -> _Cells:
    """What stands in each cell, from the top and from the left."""
    cells: _Cells = {}
    for line in sorted(lines, key=lambda line: (-line.top, line.left)):
        for cell in line.cells:
            place = _place(line, cell, lattice)
            if place is not None:
                cells.setdefault(place, []).append((line, cell))
    return cells


def _has_unruled_rows(cells: _Cells) -> bool:
    """Whether columns are ruled and rows are not: every cell of a row has the same many lines."""
    rows: dict[int, list[int]] = {}
    for place, inside in cells.items():
        rows.setdefault(place.row, []).append(len({round(line.top) for line, _ in inside}))
    counts = (heights for heights in rows.values() if len(heights) > 1)
    return any(len(set(heights)) == 1 and heights[0] >= _FEWEST_LINES for heights in counts)


def _text(inside: Sequence[tuple[Line, Cell]]) -> str:
    text = ""
    for _, cell in inside:
        text = join(text.removesuffix(HYPHEN), cell.text) if text else cell.text
    return text.replace(HYPHEN, "-")


def _row(texts: dict[Place, str], lattice: Lattice, row: int) -> tuple[str, ...]:
    owners = lattice.owners[row]
    before = chain([None], owners)
    return tuple(
        Covered(texts.get(owner, "")) if owner == left else texts.get(owner, "")
        for left, owner in zip(before, owners, strict=False)
    )
