"""Word documents (.docx): the body in document order, with its headings, lists and tables.

Reads the XML below python-docx's paragraphs where that library looks away: content controls, text
boxes, inserted text. Deleted and hidden text is not part of the text. Footnotes and endnotes
follow at the end.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from core.schemas.document import LoadedDocument
from tools.loaders.html_tree import Element
from tools.loaders.office import office_errors, package
from tools.loaders.raw import RawDocument
from tools.loaders.styles import heading_level, is_code
from tools.loaders.tables import Covered, as_table
from tools.loaders.units import DocumentBuilder

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_TEXT, _TAB, _RUN, _BOX = qn("w:t"), qn("w:tab"), qn("w:r"), qn("w:txbxContent")
_BREAKS: Final = (qn("w:br"), qn("w:cr"))
_DELETED: Final = (qn("w:del"), qn("w:moveFrom"))
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_VALUE = qn("w:val")
_CONTAINERS: Final = (
    qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins"), qn("w:moveTo"),
    qn("w:smartTag"), qn("w:body"),
)  # fmt: skip
_NOTES: Final = (("/footnotes", qn("w:footnote")), ("/endnotes", qn("w:endnote")))
"""How the relation to a part with notes ends, and what a note in it is called."""


def read(raw: RawDocument) -> LoadedDocument:
    """The document; its title from its properties or its title paragraph."""
    builder = DocumentBuilder()
    with office_errors():
        document: WordDocument = Document(package(raw))
        reader = _BodyReader(document, builder)
        reader.read()
        properties = document.core_properties
        metadata = {
            "author": properties.author or "",
            "date": properties.modified.isoformat() if properties.modified else "",
            "subject": properties.subject or "",
            "keywords": properties.keywords or "",
        }
        title = reader.title or properties.title
    return builder.build(raw.media_type, title, metadata=metadata, warnings=raw.warnings)


class _BodyReader:
    """Walks the body; knows the styles and which numbering definitions count."""

    def __init__(self, document: WordDocument, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._body = document.element.body
        self._notes = list(_notes(document))
        self._styles = {style.style_id: (style.name or "").lower() for style in document.styles}
        self._outline = dict(_outline_levels(document.styles.element))
        self.title: str | None = None

    def read(self) -> None:
        self._add_blocks(self._body)
        self._builder.end_block()
        for note in self._notes:
            self._add_blocks(note)

    def _add_blocks(self, parent: Element) -> None:
        for block in _blocks(parent):
            if block.tag == _TABLE:
                self._add_table(block)
            else:
                self._add_paragraph(block)

    def _add_paragraph(self, paragraph: Element) -> None:
        text = self._text(paragraph)
        style = self._style(paragraph)
        if text.strip():
            self._add_text(paragraph, text, style)
        for box in _text_boxes(paragraph):
            self._add_blocks(box)

    def _add_text(self, paragraph: Element, text: str, style: str) -> None:
        level = self._level(paragraph, style)
        if style == "title":
            self.title = self.title or text
            self._builder.heading(text, 1)
        elif level:
            self._builder.heading(text, level)
        elif is_code(style):
            self._builder.code(text)
        elif paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None or "list" in style:
            self._builder.list_item(text, marker="- ")
        else:
            self._builder.paragraph(text)

    def _level(self, paragraph: Element, style: str) -> int | None:
        own = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if own is not None and own.get(_VALUE, "9") < "9":
            return int(own.get(_VALUE, "0")) + 1
        return heading_level(style) or self._outline.get(self._style_id(paragraph))

    def _style(self, paragraph: Element) -> str:
        return self._styles.get(self._style_id(paragraph), "")

    def _style_id(self, paragraph: Element) -> str:
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return style.get(_VALUE, "") if style is not None else ""

    def _text(self, paragraph: Element) -> str:
        parts: list[str] = []
        for element in _visible(paragraph):
            if element.tag == _RUN and _is_vanished(element):
                self._builder.hide("".join(text.text or "" for text in element.iter(_TEXT)))
            elif element.tag in (_TEXT, _MATH):
                parts.append("" if _in_vanished_run(element) else element.text or "")
            elif element.tag == _TAB:
                parts.append("\t")
            elif element.tag in _BREAKS:
                parts.append("\n")
        return "".join(parts)

    def _add_table(self, table: Element) -> None:
        rows = [self._row(row) for row in _children(table, _ROW)]
        marked = sum(
            row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            for row in _children(table, _ROW)
        )
        if max(map(len, rows), default=0) < 2:
            for row in rows:
                self._builder.paragraph("\n".join(cell for cell in row if cell))
            return
        _carry_merged(rows)
        grid = as_table([[cell or "" for cell in row] for row in rows], header_rows=marked or None)
        for caption in grid.captions:
            self._builder.paragraph(caption)
        self._builder.table(grid.sentences())

    def _row(self, row: Element) -> list[str | None]:
        """Cell texts by grid column; None where a cell continues the one above."""
        cells: list[str | None] = []
        for cell in _children(row, _CELL):
            span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
            merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            continues = merge is not None and merge.get(_VALUE, "continue") == "continue"
            text = None if continues else " ".join(self._cell_texts(cell))
            width = int(span.get(_VALUE, "1")) if span is not None else 1
            covered = None if text is None else Covered(text)
            cells.append(text)
            cells.extend([covered] * (min(width, 100) - 1))
        return cells

    def _cell_texts(self, cell: Element) -> Iterator[str]:
        for block in _blocks(cell):
            if block.tag == _PARAGRAPH:
                text = self._text(block).strip()
                if text:
                    yield text
            else:
                for row in _children(block, _ROW):
                    texts = (text for text in self._row(row) if not isinstance(text, Covered))
                    yield " ".join(filter(None, texts))


def _notes(document: WordDocument) -> Iterator[Element]:
    """Footnotes, then endnotes; the lines that part them from the text are kept among them."""
    for ending, tag in _NOTES:
        for relation in document.part.rels.values():
            if relation.reltype.endswith(ending) and not relation.is_external:
                for note in parse_xml(relation.target_part.blob).iter(tag):
                    if note.get(qn("w:type"), "normal") == "normal":
                        yield note


def _blocks(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables in order, also those wrapped in content controls and insertions."""
    for child in parent:
        if child.tag in (_PARAGRAPH, _TABLE):
            yield child
        elif child.tag in _CONTAINERS:
            yield from _blocks(child)


def _children(parent: Element, tag: str) -> Iterator[Element]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _CONTAINERS:
            yield from _children(child, tag)


def _visible(paragraph: Element) -> Iterator[Element]:
    """Everything in the paragraph but deletions, text boxes and their fallbacks."""
    for child in paragraph:
        if child.tag in _DELETED or child.tag in (_BOX, _FALLBACK):
            continue
        yield child
        yield from _visible(child)


def _text_boxes(paragraph: Element) -> Iterator[Element]:
    for box in paragraph.iter(_BOX):
        if not any(parent.tag in (_FALLBACK, _BOX) for parent in _between(box, paragraph)):
            yield box


def _between(inner: Element, outer: Element) -> Iterator[Element]:
    parent = inner.getparent()
    while parent is not None and parent is not outer:
        yield parent
        parent = parent.getparent()


def _is_vanished(run: Element) -> bool:
    mark = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and mark.get(_VALUE, "true") not in ("0", "false", "off")


def _in_vanished_run(text: Element) -> bool:
    parent = text.getparent()
    return parent is not None and parent.tag == _RUN and _is_vanished(parent)


def _outline_levels(styles: Element) -> Iterator[tuple[str, int]]:
    """Styles that are headings by their outline level, whatever their name."""
    for style in styles.iter(qn("w:style")):
        level = style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        value = level.get(_VALUE, "9") if level is not None else "9"
        if value.isdecimal() and int(value) < 9:
            yield style.get(qn("w:styleId"), ""), int(value) + 1


def _carry_merged(rows: list[list[str | None]]) -> None:
    for above, row in pairwise(rows):
        for column, cell in enumerate(row):
            if cell is None and column < len(above):
                row[column] = above[column]
