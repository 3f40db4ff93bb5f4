"""Lines of a page with their places: what the PDF library tells, and all the layout rules see.

Coordinates are points from the page's lower left corner.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

from core.schemas.document import Box
from tools.loaders.lattices import Lattice
from tools.loaders.lines import is_marker

HYPHEN = "\ufffe"
"""Ends a line whose last word goes on in the next one."""


COLUMN_GAP = 1.2
"""Blank space inside a line, in heights of the line, from which it is the gap of a table."""


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
    confidence: float | None = None
    """How sure OCR was of the words, 0 to 1; None where the file itself has them."""

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
    lattices: tuple[Lattice, ...] = ()
    """What may be ruled tables."""


class Piece(Protocol):
    """Something that several lines are: a table, a form."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them."""


P = TypeVar("P", bound=Piece)


def in_stretches(lines: Sequence[Line], pieces: Sequence[P]) -> Iterator[list[Line] | P]:
    """The lines in order, in stretches, with each piece where its first line stood."""
    owners = {id(line): index for index, piece in enumerate(pieces) for line in piece.lines}
    stretch: list[Line] = []
    told: set[int] = set()
    for line in lines:
        index = owners.get(id(line))
        if index is None:
            stretch.append(line)
        elif index not in told:
            told.add(index)
            yield stretch
            yield pieces[index]
            stretch = []
    yield stretch


def same_line_joined(lines: Sequence[Line], lattices: Sequence[Lattice] = ()) -> Iterator[Line]:
    """Pieces that stand side by side at one height are one line: raised marks, cells of a row."""
    current: Line | None = None
    for line in lines:
        if current is not None and _beside(current, line):
            current = _beside_joined(current, line, lattices)
            continue
        if current is not None:
            yield _marker_joined(current)
        current = line
    if current is not None:
        yield _marker_joined(current)


def _marker_joined(line: Line) -> Line:
    """A bullet is no column, however far its item is set in."""
    if len(line.cells) < 2 or not is_marker(line.cells[0].text):
        return line
    marker, words, *others = line.cells
    item = Cell(f"{marker.text} {words.text}", marker.left, words.right)
    return line._replace(cells=(item, *others))


def _beside(line: Line, following: Line) -> bool:
    size = max(line.size, following.size)
    level = abs((line.top - line.size / 2) - (following.top - following.size / 2)) < 0.45 * size
    return level and following.left >= line.right - 0.3 * size and not line.text.endswith(HYPHEN)


def _beside_joined(line: Line, following: Line, lattices: Sequence[Lattice]) -> Line:
    last, first = line.cells[-1], following.cells[0]
    sure = least_sure((line, following))
    wide = first.left - last.right > COLUMN_GAP * line.size
    if wide or is_parted(lattices, last.right, first.left, line.top - line.size / 2):
        return line._replace(cells=line.cells + following.cells, confidence=sure)
    gap = "" if first.left - last.right < 0.1 * line.size else " "
    whole = Cell(last.text + gap + first.text, last.left, max(last.right, first.right))
    return line._replace(cells=(*line.cells[:-1], whole, *following.cells[1:]), confidence=sure)


def is_parted(lattices: Sequence[Lattice], left: float, right: float, height: float) -> bool:
    """Whether a rule of a table stands between two words that end and begin there."""
    return any(lattice.parts(left, right, height) for lattice in lattices)


def least_sure(lines: Iterable[Line]) -> float | None:
    """The lowest confidence among them; None where OCR read none of them."""
    return min((line.confidence for line in lines if line.confidence is not None), default=None)


def box_of(lines: Sequence[Line], height: float) -> Box:
    """The rectangle around them, from the upper left corner of a page of that height."""
    return Box(
        round(min(line.left for line in lines), 1),
        round(height - max(line.top for line in lines), 1),
        round(max(line.right for line in lines), 1),
        round(height - min(line.top - line.size for line in lines), 1),
    )
