"""Which lines of pages belong together: paragraphs, tables and forms, in order.

Pure rules over places and sizes; the PDF library stays outside.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.loaders.form_lines import FilledForm, with_forms
from tools.loaders.lines import list_item
from tools.loaders.pdf_lines import HYPHEN, Line, Page
from tools.loaders.pdf_tables import Grid, with_tables
from tools.loaders.ruled_tables import with_ruled
from tools.loaders.tables import Table, as_table

SENTENCE_END = (".", "!", "?", ":", ";", "。", "！", "？", ".”", '."', ".)")


class Block(NamedTuple):
    """Lines that belong together, and the page on which they begin."""

    page: int
    lines: tuple[Line, ...]
    begun: int
    """How many of the lines stand on that page."""

    @property
    def size(self) -> float:
        return self.lines[0].size


class TableBlock(NamedTuple):
    """A table, and the page on which it stands."""

    page: int
    grid: Grid
    table: Table


class FormBlock(NamedTuple):
    """A form, and the page on which it stands."""

    page: int
    filled: FilledForm


def blocks_of(pages: Sequence[Page]) -> Iterator[Block | TableBlock | FormBlock]:
    """Paragraphs, forms and tables in order; a paragraph may go on over the end of a page."""
    page, open_lines, begun, last_page = 0, list[Line](), 0, 0
    ended: TableBlock | None = None
    for number, piece in ((page.number, piece) for page in pages for piece in _pieces(page)):
        new_page, last_page = number != last_page, number
        above, ended = ended if new_page else None, None
        if (
            open_lines
            and isinstance(piece, Line)
            and _goes_on(open_lines, piece, new_page=new_page)
        ):
            open_lines.append(piece)
            begun += number == page
            continue
        if open_lines:
            yield Block(page, tuple(open_lines), begun)
            open_lines = []
        if isinstance(piece, FilledForm):
            yield FormBlock(number, piece)
        elif isinstance(piece, Grid):
            ended = TableBlock(number, piece, _read_table(piece, above))
            yield ended
        else:
            page, open_lines, begun = number, [piece], 1
    if open_lines:
        yield Block(page, tuple(open_lines), begun)


def _read_table(grid: Grid, above: TableBlock | None) -> Table:
    """A table that ended the page before goes on under its column names."""
    own = as_table(grid.rows)
    columns = above.table.columns if above else ()
    goes_on = above is not None and len(above.grid.rows[0]) == len(grid.rows[0])
    if not columns or not goes_on or own.columns == columns:
        return own
    return Table((), columns, grid.rows)


def _pieces(page: Page) -> Iterator[Line | Grid | FilledForm]:
    """Lines, forms and tables: of tables the ruled ones first, then those that only line up."""
    for stretch in with_forms(page.lines):
        if isinstance(stretch, FilledForm):
            yield stretch
            continue
        for part in with_ruled(stretch, page.lattices):
            if isinstance(part, Grid):
                yield part
            else:
                yield from with_tables(part)


def _goes_on(block: Sequence[Line], line: Line, *, new_page: bool) -> bool:
    """Whether ``line`` belongs to the same paragraph or table as the lines before it."""
    last = block[-1]
    if last.text.endswith(HYPHEN):
        return True
    if last.fixed or line.fixed:
        return last.fixed and line.fixed and last.top > line.top
    if abs(last.size - line.size) > 0.08 * last.size or last.bold != line.bold:
        return _is_near(last, line) and _is_inline_change(block, line)
    if _starts_item(block, line):
        return False
    if new_page or not _is_near(last, line):
        return line.text[:1].islower() and not last.text.endswith(SENTENCE_END)
    if last.text.endswith(SENTENCE_END):
        return not _ends_short(block, line) and line.left < last.left + 0.8 * line.size
    return not (_ends_short(block, line) and _looks_new(line))


def _starts_item(block: Sequence[Line], line: Line) -> bool:
    """A bullet always does; a number may also have been wrapped to the line's start."""
    item = list_item(line.text)
    if item is None:
        return False
    after_item = list_item(block[0].text) is not None
    return (
        bool(item.marker)
        or after_item
        or _ends_short(block, line)
        or block[-1].text.endswith(SENTENCE_END)
    )


def _is_near(last: Line, line: Line) -> bool:
    """Set one line further down, not after a gap and not in another column."""
    return -0.5 * line.size < last.top - line.top < 1.75 * max(last.size, line.size)


def _is_inline_change(block: Sequence[Line], line: Line) -> bool:
    """Bold or raised words can begin a line in the middle of a sentence."""
    last = block[-1]
    similar = abs(last.size - line.size) < 0.25 * last.size
    unfinished = not last.text.endswith(SENTENCE_END) and line.text[:1].islower()
    return similar and unfinished and not _ends_short(block, line)


def _ends_short(block: Sequence[Line], line: Line) -> bool:
    """Whether the last line stopped before the margin although the next word would have fit."""
    last = block[-1]
    margin = max(*(other.right for other in block), line.right)
    first_word = line.text.split(maxsplit=1)[0]
    share = len(first_word) / max(len(line.text), 1)
    return last.right + (line.right - line.left) * share + 0.5 * last.size < margin


def _looks_new(line: Line) -> bool:
    return not line.text[:1].islower()
