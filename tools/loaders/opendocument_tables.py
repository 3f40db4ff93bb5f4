"""OpenDocument tables and sheets as rows of texts: repeated, merged and covered cells laid out."""

from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import Final, NamedTuple

from lxml import etree

from tools.loaders.html_tree import Element
from tools.loaders.opendocument_styles import OFFICE, TABLE, TEXT
from tools.loaders.opendocument_text import Inline
from tools.loaders.repeats import Repeats
from tools.loaders.tables import Covered

_CELL, _COVERED = f"{TABLE}table-cell", f"{TABLE}covered-table-cell"
_ROW, _HEADER = f"{TABLE}table-row", f"{TABLE}table-header-rows"
_LINES: Final = (f"{TEXT}p", f"{TEXT}h")
_APART: Final = (f"{OFFICE}annotation", f"{TABLE}shapes", f"{TABLE}desc", f"{TABLE}title")
_VALUES: Final = ("value", "date-value", "time-value", "boolean-value", "string-value")
_MAX_COLUMNS: Final = 500


class _Span(NamedTuple):
    """A cell that spreads: its text, its column, and the last column and row it covers."""

    text: str
    column: int
    right: int
    bottom: int


class OpenTable:
    """Rows of one table. What its cells hold besides text is kept in ``frames``."""

    def __init__(self, table: Element, inline: Inline, repeats: Repeats) -> None:
        self._table = table
        self._inline = inline
        self._repeats = repeats
        self._spans: dict[int, _Span] = {}
        self.header_rows = 0
        self.frames: list[Element] = []

    def rows(self) -> Iterator[list[str]]:
        """Row by row, empty ends cut off."""
        walker = etree.iterwalk(self._table, events=("start",), tag=(_ROW, *_APART))
        for number, (_, row) in enumerate(walker):
            walker.skip_subtree()
            if row.tag != _ROW:
                continue
            cells = self._cells(row, number)
            while cells and not cells[-1]:
                cells.pop()
            parent = row.getparent()
            self.header_rows += parent is not None and parent.tag == _HEADER
            yield cells
            yield from self._repeated_rows(row, cells)

    def _repeated_rows(self, row: Element, cells: list[str]) -> Iterator[list[str]]:
        """A row that stands for many; an empty one says nothing more by being so."""
        for _ in range(_count(row, f"{TABLE}number-rows-repeated") - 1 if cells else 0):
            again = [self._repeats.again(cell) for cell in cells]
            if not any(again):
                return
            yield again

    def _cells(self, row: Element, number: int) -> list[str]:
        cells: list[str] = []
        span: _Span | None = None
        for cell in row.iterchildren(_CELL, _COVERED):
            wanted = _count(cell, f"{TABLE}number-columns-repeated")
            count = min(wanted, _MAX_COLUMNS - len(cells))
            if cell.tag == _COVERED:
                for _ in range(self._repeats.empty(count)):
                    cells.append(self._covered(len(cells), number, span))
                continue
            text = self._text(cell)
            if count == 0:
                self._repeats.spent = self._repeats.spent or bool(text)
                continue
            span = self._spans[len(cells)] = _span(cell, text, len(cells), number)
            cells.append(text)
            cells.extend(self._repeated(text, count - 1))
        return cells

    def _repeated(self, text: str, count: int) -> list[str]:
        if not text:
            return [""] * self._repeats.empty(count)
        return list(takewhile(bool, (self._repeats.again(text) for _ in range(count))))

    def _covered(self, column: int, number: int, left: _Span | None) -> str:
        """What shows in a covered cell: the cell to its left or above that spreads over it."""
        span = left if left is not None and column <= left.right else self._spans.get(column)
        if span is None or number > span.bottom or column > span.right:
            return ""
        self._spans[column] = span
        text = self._repeats.again(span.text)
        return Covered(text) if column > span.column else text

    def _text(self, cell: Element) -> str:
        texts: list[str] = []
        walker = etree.iterwalk(cell, events=("start",), tag=(*_LINES, *_APART))
        for _, line in walker:
            walker.skip_subtree()
            if line.tag in _LINES:
                frames, text = self._inline.read(line)
                self.frames.extend(frames)
                texts.append(text.strip())
        found = " ".join(filter(None, texts))
        return found or next(filter(None, (cell.get(f"{OFFICE}{name}") for name in _VALUES)), "")


def sheet_rows(rows: Sequence[list[str]]) -> list[list[list[str]]]:
    """Blocks of rows with empty rows between them."""
    return [list(block) for filled, block in groupby(rows, key=any) if filled]


def _span(cell: Element, text: str, column: int, row: int) -> _Span:
    right = column + _count(cell, f"{TABLE}number-columns-spanned") - 1
    return _Span(text, column, right, row + _count(cell, f"{TABLE}number-rows-spanned") - 1)


def _count(element: Element, name: str) -> int:
    value = element.get(name, "1")
    return int(value) if value.isdecimal() and len(value) < 10 else 1
