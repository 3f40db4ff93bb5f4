"""What the lines of pages mean: paragraphs, headings, list items, code, tables.

Pure rules over places and sizes; the PDF library stays outside.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeGuard

from tools.loaders.lines import join, list_item
from tools.loaders.pdf_edges import without_running_lines
from tools.loaders.pdf_lines import HYPHEN, Line, Page, box_of, least_sure, same_line_joined
from tools.loaders.pdf_tables import Grid, with_tables
from tools.loaders.ruled_tables import with_ruled
from tools.loaders.tables import Table, as_table
from tools.loaders.units import DocumentBuilder, Place

_TINY = 1.5
_NUMBERED_HEADING = re.compile(
    r"(?:chapter |appendix |part |section )?(\d{1,2}(?:\.\d{1,2}){0,4}|[A-Z])\.?\s+[^\W\d_a-z]\S*",
    re.I,
)
_SENTENCE_END = (".", "!", "?", ":", ";", "。", "！", "？", ".”", '."', ".)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HEADING_LENGTH = 150
_HEADING_RATIO = 1.12


class _Block(NamedTuple):
    """Lines that belong together, and the page on which they begin."""

    page: int
    lines: tuple[Line, ...]
    begun: int
    """How many of the lines stand on that page."""

    @property
    def size(self) -> float:
        return self.lines[0].size


class _Table(NamedTuple):
    """A table, and the page on which it stands."""

    page: int
    grid: Grid
    table: Table


def add_pages(builder: DocumentBuilder, pages: Sequence[Page]) -> None:
    """Append the pages' text as paragraphs, headings, list items, code and table rows."""
    joined = [
        page._replace(lines=tuple(same_line_joined(page.lines, page.lattices))) for page in pages
    ]
    kept = [_without_tiny_lines(builder, page) for page in without_running_lines(joined)]
    lines = [line for page in kept for line in page.lines]
    if not lines:
        return
    blocks = list(_blocks(kept))
    body = _body_size(lines)
    headings = [block.size for block in blocks if _is_heading(block, body)]
    heights = {page.number: page.height for page in kept}
    writer = _Writer(builder, body, _vocabulary(lines), _levels(headings), heights)
    for block in blocks:
        writer.add(block)


def _without_tiny_lines(builder: DocumentBuilder, page: Page) -> Page:
    """Text too small to be read is there for somebody else."""
    for line in page.lines:
        if line.size < _TINY:
            builder.hide(line.text)
    return page._replace(lines=tuple(line for line in page.lines if line.size >= _TINY))


class _Writer(NamedTuple):
    """Hands blocks to the builder; knows the sizes and words of the whole document."""

    builder: DocumentBuilder
    body: float
    words: Counter[str]
    levels: dict[float, int]
    heights: dict[int, float]

    def add(self, block: _Block | _Table) -> None:
        if isinstance(block, _Table):
            table, place = block.table, self._place(block.page, block.grid.lines)
            for caption in table.captions:
                self.builder.paragraph(caption, page=block.page, place=place)
            self.builder.table(table.sentences(), page=block.page, place=place)
        elif all(line.fixed for line in block.lines):
            self.builder.code(_set_out(block.lines), page=block.page)
        else:
            self._add_text(block, _joined(block.lines, self.words))

    def _add_text(self, block: _Block, text: str) -> None:
        item = list_item(text)
        place = self._place(block.page, block.lines[: block.begun])
        if _is_heading(block, self.body):
            level = _heading_level(block, text, self.levels)
            self.builder.heading(text, level, page=block.page, place=place)
        elif item:
            self.builder.list_item(item.text, marker=item.marker, page=block.page, place=place)
        else:
            self.builder.paragraph(text, page=block.page, place=place)

    def _place(self, page: int, lines: Sequence[Line]) -> Place | None:
        """Of lines that OCR read; the text layer's own need no second look at the page."""
        confidence = least_sure(lines)
        if confidence is None:
            return None
        return Place(box_of(lines, self.heights[page]), round(confidence, 3))


def _blocks(pages: Sequence[Page]) -> Iterator[_Block | _Table]:
    """Paragraphs and tables in order; a paragraph may go on over the end of a page."""
    page, open_lines, begun, last_page = 0, list[Line](), 0, 0
    ended: _Table | None = None
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
            yield _Block(page, tuple(open_lines), begun)
            open_lines = []
        if isinstance(piece, Grid):
            ended = _Table(number, piece, _read_table(piece, above))
            yield ended
        else:
            page, open_lines, begun = number, [piece], 1
    if open_lines:
        yield _Block(page, tuple(open_lines), begun)


def _read_table(grid: Grid, above: _Table | None) -> Table:
    """A table that ended the page before goes on under its column names."""
    own = as_table(grid.rows)
    columns = above.table.columns if above else ()
    goes_on = above is not None and len(above.grid.rows[0]) == len(grid.rows[0])
    if not columns or not goes_on or own.columns == columns:
        return own
    return Table((), columns, grid.rows)


def _pieces(page: Page) -> Iterator[Line | Grid]:
    """Lines and tables: the ruled ones first, then those that only line up."""
    for stretch in with_ruled(page.lines, page.lattices):
        if isinstance(stretch, Grid):
            yield stretch
        else:
            yield from with_tables(stretch)


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
        return line.text[:1].islower() and not last.text.endswith(_SENTENCE_END)
    if last.text.endswith(_SENTENCE_END):
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
        or block[-1].text.endswith(_SENTENCE_END)
    )


def _is_near(last: Line, line: Line) -> bool:
    """Set one line further down, not after a gap and not in another column."""
    return -0.5 * line.size < last.top - line.top < 1.75 * max(last.size, line.size)


def _is_inline_change(block: Sequence[Line], line: Line) -> bool:
    """Bold or raised words can begin a line in the middle of a sentence."""
    last = block[-1]
    similar = abs(last.size - line.size) < 0.25 * last.size
    unfinished = not last.text.endswith(_SENTENCE_END) and line.text[:1].islower()
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


def _joined(lines: Sequence[Line], words: Counter[str]) -> str:
    text = lines[0].text
    for line in lines[1:]:
        if text.endswith((HYPHEN, "-")) and line.text[:1].isalpha():
            text = _heal(text.rstrip(HYPHEN + "-"), line.text, words)
        else:
            text = join(text, line.text)
    return text.replace(HYPHEN, "-")


def _set_out(lines: Sequence[Line]) -> str:
    """Lines of code with the indents that their places on the page show."""
    margin = min(line.left for line in lines)
    widest = max(lines, key=lambda line: len(line.text))
    letter = max((widest.right - widest.left) / len(widest.text), 0.1)
    indented = (" " * round((line.left - margin) / letter) + line.text for line in lines)
    return "\n".join(indented).replace(HYPHEN, "-")


def _heal(left: str, right: str, words: Counter[str]) -> str:
    """Join a word cut at a line end the way the rest of the document writes it."""
    head, tail = left.rpartition(" ")[2].lower(), right.partition(" ")[0].lower()
    tail = re.split(r"[^\w-]", tail)[0]
    hyphenated = words[f"{head}-{tail}"] > words[head + tail] or not tail[:1].islower()
    return f"{left}-{right}" if hyphenated or right[:1].isupper() else left + right


def _vocabulary(lines: Sequence[Line]) -> Counter[str]:
    return Counter(word for line in lines for word in _WORD.findall(line.text.lower()))


def _body_size(lines: Sequence[Line]) -> float:
    weights: Counter[float] = Counter()
    for line in lines:
        weights[_rounded(line.size)] += len(line.text)
    return weights.most_common(1)[0][0]


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _is_heading(block: _Block | _Table, body: float) -> TypeGuard[_Block]:
    """Larger than the body, or bold or numbered on its own: short, and not a sentence."""
    if isinstance(block, _Table) or all(line.fixed for line in block.lines):
        return False
    text = " ".join(line.text for line in block.lines)
    if len(text) > _HEADING_LENGTH or len(block.lines) > 3 or not re.search(r"[^\W\d_]{2}", text):
        return False
    if text.rstrip().endswith((".", ",", ";", ":")) and not _NUMBERED_HEADING.match(text):
        return False
    if block.size >= body * _HEADING_RATIO:
        return True
    return _is_small_heading(block, text, body)


def _is_small_heading(block: _Block, text: str, body: float) -> bool:
    if len(block.lines) > 1 or block.size < body * 0.95:
        return False
    if block.lines[0].bold:
        return True
    numbered = _NUMBERED_HEADING.match(text) and not list_item(text)
    return bool(numbered) and len(text) < 80 and not text.rstrip().endswith((".", ",", ";"))


def _levels(sizes: Sequence[float]) -> dict[float, int]:
    """Larger headings stand above smaller ones."""
    distinct = sorted({_rounded(size) for size in sizes}, reverse=True)
    return {size: min(rank, 5) for rank, size in enumerate(distinct, 1)}


def _heading_level(block: _Block, text: str, levels: dict[float, int]) -> int:
    match = _NUMBERED_HEADING.match(text)
    depth = match.group(1).count(".") if match else 0
    return levels[_rounded(block.size)] + depth
