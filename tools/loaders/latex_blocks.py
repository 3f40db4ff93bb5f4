"""The text of a LaTeX document as it comes, put together to paragraphs, lists, tables and notes."""

from typing import Final

from core.text import collapse_spaces
from tools.loaders.latex_tables import LatexTable
from tools.loaders.latex_words import LISTS, TITLED
from tools.loaders.repeats import TOO_MANY_REPEATS, Repeats
from tools.loaders.units import DocumentBuilder

_MOST: Final = 1_000
"""No cell covers more columns or rows."""


class LatexBlocks:
    """Collects text in ``parts`` until a block ends."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._repeats = Repeats()
        self._tables: list[LatexTable | None] = []
        self._lists: list[int | None] = []
        self._marker: str | None = None
        self._notes: list[str] = []
        self.parts: list[str] = []
        self.has_words = False

    @property
    def in_table(self) -> bool:
        """Whether text at hand belongs to a cell."""
        return bool(self._tables)

    def flush(self) -> None:
        """The paragraph at hand is over."""
        text = self._taken()
        if not text.strip():
            return
        marker, self._marker = self._marker, ""
        if not self._lists or marker is None:
            self._marker = marker
            self._paragraph(text)
        else:
            self._note_words(text)
            shown = f"{marker} {text}" if marker not in ("", "-") else text
            self._builder.list_item(shown, marker="- " if marker == "-" else "")

    def add(self, role: str, text: str, level: int) -> None:
        """Something with a meaning of its own, complete."""
        match role:
            case "heading":
                self.flush()
                self._note_words(text)
                self._builder.heading(text, level)
            case "caption":
                if not self.in_table:
                    self.flush()
                self._paragraph(text)
            case "code":
                self._note_words(text)
                self._builder.code(text)
            case "note":
                self._notes.append(text)
            case "picture":
                self._builder.picture("")
            case "key" | "label":
                self._marker = f"[{text}]" if role == "key" else text
            case "columns" | "rows":
                self._cover(role, text)

    def begin(self, name: str, *, is_inside: bool) -> None:
        """An environment with a printed title, or a list, perhaps inside another one."""
        if name in TITLED and not is_inside:
            self._builder.heading(TITLED[name], 2)
        if name in LISTS:
            self._lists.append(0 if name == "enumerate" else None)
            self._marker = None

    def begin_item(self) -> None:
        """The item at hand is over, another one begins."""
        self.flush()
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        self._marker = "-" if number is None else f"{number + 1}."

    def end(self, name: str) -> None:
        """An environment is over."""
        if name not in LISTS or not self._lists:
            return
        self._lists.pop()
        self._marker = "" if self._lists else None
        if not self._lists:
            self._builder.end_block()

    def begin_table(self, *, is_real: bool) -> None:
        """A table; one inside a cell or an argument is only words there."""
        if is_real:
            self.flush()
        self._tables.append(LatexTable(self._repeats) if is_real else None)

    def end_cell(self) -> bool:
        """The cell at hand is over; False where there is no real table."""
        table = self._tables[-1] if self._tables else None
        if table is not None:
            table.end_cell(self._taken())
        return table is not None

    def end_row(self) -> bool:
        """The row at hand is over; False where there is no real table."""
        table = self._tables[-1] if self._tables else None
        if table is not None:
            table.end_cell(self._taken())
            table.end_row()
        return table is not None

    def rule(self) -> None:
        """A line across the table."""
        table = self._tables[-1] if self._tables else None
        if table is not None:
            table.rule()

    def end_table(self) -> None:
        """The innermost table is over."""
        self.end_row()
        done = self._tables.pop() if self._tables else None
        if done is None:
            return
        table = done.finished()
        for caption in table.captions:
            self._paragraph(caption)
        rows = list(table.sentences())
        self._note_words("".join(rows))
        self._builder.table(rows)

    def finish(self) -> None:
        """What is still open, then the notes."""
        while self._tables:
            self.end_table()
        self.flush()
        self._builder.end_block()
        for note in self._notes:
            self._paragraph(note)
        if self._repeats.spent:
            self._builder.warn(TOO_MANY_REPEATS)

    def _cover(self, role: str, text: str) -> None:
        table = self._tables[-1] if self._tables else None
        if table is not None and text.isdecimal() and len(text) < 5:
            count = min(max(int(text), 1), _MOST)
            table.columns, table.lines = (
                (count, table.lines) if role == "columns" else (table.columns, count)
            )

    def _paragraph(self, text: str) -> None:
        self._note_words(text)
        self._builder.paragraph("\n".join(map(collapse_spaces, text.split("\n"))))

    def _note_words(self, text: str) -> None:
        self.has_words = self.has_words or any(map(str.isalnum, text))

    def _taken(self) -> str:
        text = "".join(self.parts)
        # The list itself is where groups put their text.
        self.parts.clear()
        return text
