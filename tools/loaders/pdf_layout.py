"""What blocks of lines mean: paragraphs, headings, list items, code, tables, forms.

Pure rules over places and sizes; the PDF library stays outside.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, TypeGuard

from core.schemas.document import Box
from tools.loaders.forms import Field
from tools.loaders.lines import join, list_item
from tools.loaders.pdf_blocks import Block, FormBlock, TableBlock, blocks_of
from tools.loaders.pdf_edges import without_running_lines
from tools.loaders.pdf_lines import HYPHEN, Line, Page, box_of, least_sure, same_line_joined
from tools.loaders.units import DocumentBuilder, Place

_TINY = 1.5
_NUMBERED_HEADING = re.compile(
    r"(?:chapter |appendix |part |section )?(\d{1,2}(?:\.\d{1,2}){0,4}|[A-Z])\.?\s+[^\W\d_a-z]\S*",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HEADING_LENGTH = 150
_HEADING_RATIO = 1.12


def add_pages(builder: DocumentBuilder, pages: Sequence[Page]) -> dict[str, str]:
    """Append the pages' text as paragraphs, headings, list items, code, table rows and fields.

    Returns what is worth knowing about the whole: ``forms``, the signatures of the forms in it.
    """
    readable = (_without_tiny_lines(builder, page) for page in pages)
    joined = [
        page._replace(lines=tuple(same_line_joined(page.lines, page.lattices))) for page in readable
    ]
    kept = without_running_lines(joined)
    lines = [line for page in kept for line in page.lines]
    if not lines:
        return {}
    blocks = list(blocks_of(kept))
    body = _body_size(lines)
    headings = [block.size for block in blocks if _is_heading(block, body)]
    heights = {page.number: page.height for page in kept}
    writer = _Writer(builder, body, _vocabulary(lines), _levels(headings), heights)
    for block in blocks:
        writer.add(block)
    forms = (block.filled.form.signature for block in blocks if isinstance(block, FormBlock))
    return {"forms": " ".join(dict.fromkeys(forms))}


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

    def add(self, block: Block | TableBlock | FormBlock) -> None:
        if isinstance(block, FormBlock):
            self._add_form(block)
        elif isinstance(block, TableBlock):
            table, place = block.table, self._place(block.page, block.grid.lines)
            for caption in table.captions:
                self.builder.paragraph(caption, page=block.page, place=place)
            self.builder.table(table.sentences(), page=block.page, place=place)
        elif all(line.fixed for line in block.lines):
            self.builder.code(_set_out(block.lines), page=block.page)
        else:
            self._add_text(block, _joined(block.lines, self.words))

    def _add_text(self, block: Block, text: str) -> None:
        item = list_item(text)
        place = self._place(block.page, block.lines[: block.begun])
        if _is_heading(block, self.body):
            level = _heading_level(block, text, self.levels)
            self.builder.heading(text, level, page=block.page, place=place)
        elif item:
            self.builder.list_item(item.text, marker=item.marker, page=block.page, place=place)
        else:
            self.builder.paragraph(text, page=block.page, place=place)

    def _add_form(self, block: FormBlock) -> None:
        confidence = least_sure(block.filled.lines)
        height = self.heights[block.page]
        self.builder.end_block()
        for field in block.filled.form.fields:
            place = Place(_box(field, height), confidence) if field.words else None
            self.builder.table_row(field.text, page=block.page, place=place)
        self.builder.end_block()

    def _place(self, page: int, lines: Sequence[Line]) -> Place | None:
        """Of lines that OCR read; the text layer's own need no second look at the page."""
        confidence = least_sure(lines)
        if confidence is None:
            return None
        return Place(box_of(lines, self.heights[page]), round(confidence, 3))


def _box(field: Field, height: float) -> Box:
    return Box(
        round(min(word.left for word in field.words), 1),
        round(height - max(word.top for word in field.words), 1),
        round(max(word.right for word in field.words), 1),
        round(height - min(word.bottom for word in field.words), 1),
    )


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


def _is_heading(block: Block | TableBlock | FormBlock, body: float) -> TypeGuard[Block]:
    """Larger than the body, or bold or numbered on its own: short, and not a sentence."""
    if not isinstance(block, Block) or all(line.fixed for line in block.lines):
        return False
    text = " ".join(line.text for line in block.lines)
    if len(text) > _HEADING_LENGTH or len(block.lines) > 3 or not re.search(r"[^\W\d_]{2}", text):
        return False
    if text.rstrip().endswith((".", ",", ";", ":")) and not _NUMBERED_HEADING.match(text):
        return False
    if block.size >= body * _HEADING_RATIO:
        return True
    return _is_small_heading(block, text, body)


def _is_small_heading(block: Block, text: str, body: float) -> bool:
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


def _heading_level(block: Block, text: str, levels: dict[float, int]) -> int:
    match = _NUMBERED_HEADING.match(text)
    depth = match.group(1).count(".") if match else 0
    return levels[_rounded(block.size)] + depth
