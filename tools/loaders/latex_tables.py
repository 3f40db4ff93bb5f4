"""The cells of one LaTeX table as they come: rows, merged cells, and which rows are its header."""

from itertools import takewhile
from typing import Final

from core.text import collapse_spaces
from tools.loaders.repeats import Repeats
from tools.loaders.tables import Covered, Table, as_table

_MAX_COLUMNS: Final = 200
_MAX_HEADER_ROWS: Final = 3


class LatexTable:
    """One ``tabular``; tables inside its cells are words of the cell."""

    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats
        self._rows: list[list[str]] = []
        self._row: list[str] = []
        self._down: dict[int, tuple[str, int]] = {}
        self._headers: int | None = None
        self.columns = 1
        """How many columns the cell at hand covers, and how many rows."""
        self.lines = 1

    def end_cell(self, text: str) -> None:
        """The cell at hand is over."""
        column, words = len(self._row), collapse_spaces(text)
        above, left = self._down.pop(column, ("", 0))
        if not words and left:
            words = self._repeats.again(above)
            self._down[column] = (above, left - 1)
        if self.lines > 1:
            self._down[column] = (words, self.lines - 1)
        self._row.append(words)
        self._row.extend(self._covered(words, min(self.columns, _MAX_COLUMNS) - 1))
        self.columns = self.lines = 1

    def _covered(self, words: str, count: int) -> list[str]:
        if not words:
            return [""] * self._repeats.empty(count)
        again = (Covered(self._repeats.again(words)) for _ in range(count))
        return list(takewhile(bool, again))

    def end_row(self) -> None:
        """The row at hand is over; one without words only parts others."""
        if any(self._row):
            self._rows.append(self._row)
        self._row = []

    def rule(self) -> None:
        """The first line drawn below a row ends the header."""
        if self._rows and self._headers is None:
            self._headers = len(self._rows)

    def finished(self) -> Table:
        """The table, its header told apart."""
        headers = self._headers
        if headers is not None and not 0 < headers <= min(_MAX_HEADER_ROWS, len(self._rows) - 1):
            headers = None
        return as_table(self._rows, header_rows=headers)
