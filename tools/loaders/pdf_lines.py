"""Lines of a page with their places: what the PDF library tells, and all the layout rules see.

Coordinates are points from the page's lower left corner.
"""

from typing import NamedTuple

HYPHEN = "\ufffe"
"""Ends a line whose last word goes on in the next one."""


class Cell(NamedTuple):
    """Words of one line that stand together."""

    text: str
    left: float
    right: float


class Line(NamedTuple):
    """One line; more than one cell when wide blanks cut it."""

    cells: tuple[Cell, ...]
    top: float
    size: float
    bold: bool = False
    fixed: bool = False
    """Set in a type whose letters are all equally wide."""

    @property
    def text(self) -> str:
        """The words of all cells."""
        return " ".join(cell.text for cell in self.cells)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.cells[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(cell.right for cell in self.cells)


class Page(NamedTuple):
    """The lines of a page in reading order."""

    number: int
    height: float
    lines: tuple[Line, ...]
