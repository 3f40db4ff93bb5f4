"""Tables as sentences: each row says its column names, so that it can be understood alone.

Knows grids of cell texts; the loaders bring them. ``Part number: QP-1 | Price: 410 EUR``.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.text import collapse_spaces

Row = Sequence[str]

_NUMERIC = re.compile(r"[-+(]?[\s$€£¥%]*[\d][\d\s.,:/%()$€£¥-]*(?:[A-Za-z%€$£]{0,4})")
_YEAR = re.compile(r"(?:19|20)\d\d")
_HEADER_LIMIT = 80
_SEARCHED_ROWS = 10
_MAX_HEADER_ROWS = 3


class Covered(str):
    """A cell's text, repeated where that cell spreads over its right neighbours.

    Only a format that says which cells are merged can tell this from two cells that agree.
    """

    __slots__ = ()


class Table(NamedTuple):
    """What stands above the table, its column names, and its rows."""

    captions: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def sentences(self) -> Iterator[str]:
        """Each row in words; a table that is only a header is its own single row."""
        if not self.rows and self.columns:
            yield " | ".join(name for name in self.columns if name)
        for row in self.rows:
            sentence = row_sentence(self.columns, row)
            if sentence:
                yield sentence


def row_sentence(columns: Row, row: Row) -> str:
    """``Column: value`` for every filled cell; just the value where the column has no name.

    A cell merged across the row says its value once: it speaks about the rows below.
    """
    own = _own(row)
    if len(own) == 1 and _has_spans(row):
        return collapse_spaces(own[0])
    parts = []
    for index, cell in enumerate(row):
        value = collapse_spaces(cell)
        name = columns[index] if index < len(columns) else ""
        if value:
            parts.append(f"{name}: {value}" if name and name != value else value)
    return " | ".join(parts)


def as_table(rows: Sequence[Row], *, header_rows: int | None = None) -> Table:
    """Tell captions, header and body apart; ``header_rows`` where the format says it.

    Cells merged across columns come as their text followed by ``Covered`` ones.
    """
    grid = [tuple(_flat(cell) for cell in row) for row in rows]
    grid = [row for row in grid if any(row)]
    first = _first_wide_row(grid) if header_rows is None else 0
    captions = tuple(" ".join(_own(row)) for row in grid[:first])
    body = grid[first:]
    count = _header_rows(body) if header_rows is None else header_rows
    count = min(count, len(body))
    return Table(captions, _column_names(body[:count]), tuple(body[count:]))


def _first_wide_row(grid: Sequence[Row]) -> int:
    """Single-cell rows above a wider table are its captions."""
    for index, row in enumerate(grid[:_SEARCHED_ROWS]):
        if len(_own(row)) > 1:
            return index
    return 0


def _header_rows(body: Sequence[Row]) -> int:
    """A first row of distinct short labels names the columns; a row of spans may stand above it."""
    count = 0
    while count < min(_MAX_HEADER_ROWS, len(body) - 1):
        if not _names_columns(body[count], body[count + 1]):
            break
        count += 1
        if not _has_spans(body[count - 1]):
            break
    return count


def _names_columns(row: Row, following: Row) -> bool:
    """Words name columns; so do years, unless the next row has them in the same places."""
    filled = [cell for cell in row if cell]
    if len(_own(row)) < 2 or len(filled) * 2 < len(row):
        return False
    if any(len(cell) > _HEADER_LIMIT for cell in filled):
        return False
    numeric = [index for index, cell in enumerate(row) if cell and _NUMERIC.fullmatch(cell)]
    if len(numeric) == len(filled) or not all(_YEAR.fullmatch(row[index]) for index in numeric):
        return False
    below = [following[index] for index in numeric if index < len(following)]
    return not numeric or not all(_YEAR.fullmatch(cell) for cell in below)


def _has_spans(row: Row) -> bool:
    return any(cell and isinstance(cell, Covered) for cell in row)


def _column_names(rows: Sequence[Row]) -> tuple[str, ...]:
    width = max((len(row) for row in rows), default=0)
    return tuple(_column_name(rows, column) for column in range(width))


def _column_name(rows: Sequence[Row], column: int) -> str:
    labels = [row[column] for row in rows if column < len(row) and row[column]]
    return " / ".join(dict.fromkeys(labels))


def _flat(cell: str) -> str:
    text = collapse_spaces(cell)
    return Covered(text) if isinstance(cell, Covered) else text


def _own(row: Row) -> list[str]:
    """The filled cells, each merged one once."""
    return [cell for cell in row if cell and not isinstance(cell, Covered)]
