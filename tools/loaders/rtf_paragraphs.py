"""The text of a Rich Text file as it comes, put together to paragraphs, lists, tables and notes."""

from dataclasses import dataclass
from itertools import pairwise

from tools.loaders.repeats import TOO_MANY_REPEATS, Repeats
from tools.loaders.styles import heading_level, is_code
from tools.loaders.tables import Covered, as_table
from tools.loaders.units import DocumentBuilder


@dataclass(slots=True)
class ParagraphLook:
    """What decides how a paragraph is read; a group inherits it from the one around."""

    style: int = 0
    outline: int | None = None
    listed: bool = False
    in_table: bool = False


class Paragraphs:
    """Collects text; a table is handed on when something else follows it."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._repeats = Repeats()
        self._parts: list[str] = []
        self._outer: list[list[str]] = []
        self._marker: str | None = None
        self._cells: list[str] = []
        self._rows: list[list[str | None]] = []
        self._merges: list[str] = []
        self._merge = ""
        self._headers = 0
        self._boxes: list[str] = []
        self._notes: list[str] = []
        self.style_names: dict[int, str] = {}
        self.outlines: dict[int, int] = {}
        self.title = ""

    def add(self, text: str) -> None:
        """Some text of the paragraph at hand."""
        self._parts.append(text)

    def mark(self, marker: str) -> None:
        """The bullet or number that stands before this paragraph."""
        self._marker = marker.strip()

    def begin_aside(self) -> None:
        """A note or a text box begins inside the paragraph."""
        self._outer.append(self._parts)
        self._parts = []

    def end_aside(self, *, is_note: bool) -> None:
        """It ends: a note is kept for the end, a box for the end of the paragraph."""
        text = self._taken()
        self._parts = self._outer.pop()
        (self._notes if is_note else self._boxes).append(text)

    def end_paragraph(self, look: ParagraphLook) -> None:
        """A line break inside a cell, a note or a box; else a block of its own."""
        if self._outer or look.in_table:
            self._parts.append("\n")
            return
        self._end_table()
        text, marker = self._taken(), self._marker
        self._marker = None
        if text.strip():
            self._add_block(text, marker, look)
        for box in self._take_boxes():
            self._builder.paragraph(box)

    def begin_row(self) -> None:
        """The cells of a row are about to be described."""
        self._merges, self._merge = [], ""

    def merge(self, direction: str) -> None:
        """The next cell goes on the one to its left (``h``) or above (``v``)."""
        self._merge = direction

    def describe_cell(self) -> None:
        """One cell of the row is described."""
        self._merges.append(self._merge)
        self._merge = ""

    def mark_header(self) -> None:
        """The row at hand repeats on every page: it names the columns."""
        if self._headers == len(self._rows):
            self._headers += 1

    def end_cell(self) -> None:
        """The text so far is a cell's; in a note or box there is no table."""
        if self._outer:
            self._parts.append(" ")
        else:
            self._cells.append(" ".join(self._taken().split()))

    def end_row(self) -> None:
        """The cells so far are a row."""
        if self._outer or not self._cells:
            return
        row: list[str | None] = []
        for place, cell in enumerate(self._cells):
            merge = self._merges[place] if place < len(self._merges) else ""
            if merge == "h" and row and not cell:
                row.append(Covered(self._repeats.again(row[-1] or "")))
            else:
                row.append(None if merge == "v" and not cell else cell)
        self._rows.append(row)
        self._cells = []

    def finish(self, look: ParagraphLook) -> None:
        """What is still open, then the notes."""
        while self._outer:
            self.end_aside(is_note=False)
        look.in_table = False
        self.end_row()
        self.end_paragraph(look)
        self._builder.end_block()
        for note in self._notes:
            self._builder.paragraph(note)
        if self._repeats.spent:
            self._builder.warn(TOO_MANY_REPEATS)

    def _add_block(self, text: str, marker: str | None, look: ParagraphLook) -> None:
        style = self.style_names.get(look.style, "").lower()
        level = heading_level(style) or _level(look.outline, self.outlines.get(look.style))
        if style == "title":
            self.title = self.title or text
            self._builder.heading(text, 1)
        elif level:
            self._builder.heading(f"{marker or ''} {text}", level)
        elif is_code(style):
            self._builder.code(text)
        elif marker is not None or look.listed:
            words = any(map(str.isalnum, marker or ""))
            self._builder.list_item(
                f"{marker} {text}" if words else text, marker="" if words else "- "
            )
        else:
            self._builder.paragraph(text)

    def _end_table(self) -> None:
        rows, headers = self._rows, self._headers
        self._rows, self._headers = [], 0
        for above, row in pairwise(rows):
            for column, cell in enumerate(row):
                if cell is None and column < len(above):
                    row[column] = self._repeats.again(above[column] or "")
        filled = [[cell or "" for cell in row] for row in rows]
        if max(map(len, filled), default=0) < 2:
            for cells in filled:
                self._builder.paragraph("\n".join(cells))
        else:
            table = as_table(filled, header_rows=headers or None)
            for caption in table.captions:
                self._builder.paragraph(caption)
            self._builder.table(table.sentences())

    def _taken(self) -> str:
        text = "".join(self._parts)
        self._parts = []
        if text.isascii():
            return text
        # Characters beyond the first plane come as two halves.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _take_boxes(self) -> list[str]:
        boxes, self._boxes = self._boxes, []
        return boxes


def _level(own: int | None, of_style: int | None) -> int | None:
    """Outline levels count from 0; 9 is running text."""
    outline = of_style if own is None else own
    return outline + 1 if outline is not None and 0 <= outline < 9 else None
