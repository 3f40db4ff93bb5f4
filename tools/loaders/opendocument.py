"""OpenDocument files (.odt, .odp, .ods): text, slides and sheets in their order.

One pass over the tree, no recursion but for frames in frames, which the parser bounds. Notes follow
at the end; deletions, comments and hidden text are not part of the text.
"""

from typing import Final

from lxml import etree

from core.errors import CorruptDocument, EncryptedDocument
from core.schemas.document import LoadedDocument
from tools.loaders.archives import check_archive, opened_archive
from tools.loaders.html_tree import Element
from tools.loaders.opendocument_styles import (
    DRAW,
    OFFICE,
    PRESENTATION,
    SVG,
    TABLE,
    TEXT,
    XLINK,
    Styles,
)
from tools.loaders.opendocument_tables import OpenTable, sheet_rows
from tools.loaders.opendocument_text import Inline
from tools.loaders.packages import Parts, resolve
from tools.loaders.raw import RawDocument
from tools.loaders.repeats import TOO_MANY_REPEATS, Repeats
from tools.loaders.sheets import sheet_tables
from tools.loaders.styles import is_code
from tools.loaders.tables import as_table
from tools.loaders.units import DocumentBuilder

_SKIPPED: Final = (f"{TEXT}tracked-changes", f"{OFFICE}forms", f"{DRAW}page-thumbnail")
_FURNITURE: Final = ("header", "footer", "date-time", "page-number")
_DUBLIN: Final = "{http://purl.org/dc/elements/1.1/}"
_META: Final = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_METADATA: Final = {
    "title": f"{_DUBLIN}title",
    "author": f"{_DUBLIN}creator",
    "date": f"{_DUBLIN}date",
    "subject": f"{_DUBLIN}subject",
    "keywords": f"{_META}keyword",
    "language": f"{_DUBLIN}language",
}


def read(raw: RawDocument) -> LoadedDocument:
    """The body, then its notes."""
    check_archive(raw.content, raw.limits)
    builder = DocumentBuilder()
    with opened_archive(raw.content) as archive:
        parts = Parts(archive)
        _refuse_encrypted(parts)
        reader = _Reader(parts, builder)
        reader.read()
        metadata = _metadata(parts) | {"left_out": reader.left_out}
    title = metadata.pop("title", "")
    return builder.build(
        raw.media_type, reader.title or title, metadata=metadata, warnings=raw.warnings
    )


class _Reader:
    """Walks the body and hands each thing on as what it is."""

    def __init__(self, parts: Parts, builder: DocumentBuilder) -> None:
        self._parts = parts
        self._builder = builder
        self._content = parts.tree("content.xml")
        self._styles = Styles(parts, self._content)
        self._inline = Inline(builder, self._styles)
        self._repeats = Repeats()
        self._lists = 0
        self._page: int | None = None
        self.title = ""
        self.left_out = ""

    def read(self) -> None:
        body = self._content.find(f"{OFFICE}body")
        if body is None:
            raise CorruptDocument("the file has no body")
        self._walk(body)
        self._builder.end_block()
        for note in self._inline.notes:
            self._walk(note)
        if self._repeats.spent:
            self._builder.warn(TOO_MANY_REPEATS)

    def _walk(self, root: Element) -> None:
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            if event == "end" and element.tag == f"{TEXT}list":
                self._lists -= 1
                if not self._lists:
                    self._builder.end_block()
            elif event == "start" and self._start(element):
                walker.skip_subtree()

    def _start(self, element: Element) -> bool:
        """Take an element in; True when nothing below it is left to do."""
        match element.tag:
            case str() as tag if tag in (f"{TEXT}p", f"{TEXT}h"):
                self._add_text(element)
            case str() as tag if tag == f"{TABLE}table":
                self._add_table(element)
            case str() as tag if tag == f"{DRAW}frame":
                self._add_frame(element)
            case str() as tag if tag == f"{DRAW}page":
                return not self._start_page(element)
            case str() as tag if tag == f"{TEXT}list":
                self._lists += 1
                return False
            case _:
                return self._is_left_out(element)
        return True

    def _is_left_out(self, element: Element) -> bool:
        if element.tag == f"{TEXT}table-of-content":
            self.left_out = "table of contents"
        elif element.tag == f"{OFFICE}annotation":
            self._builder.warn("review comments left out")
        elif element.get(f"{TEXT}display") == "none":
            self._builder.hide(" ".join(map(str, element.itertext())))
        else:
            return element.tag in _SKIPPED or not isinstance(element.tag, str)
        return True

    def _add_text(self, element: Element) -> None:
        frames, text = self._inline.read(element)
        style = self._styles.name(element).lower()
        if element.tag == f"{TEXT}h":
            self._builder.heading(text, _number(element, f"{TEXT}outline-level"), page=self._page)
        elif self._lists:
            self._builder.list_item(text, marker="- ", page=self._page)
        elif style == "title" and text.strip():
            self.title = self.title or text
            self._builder.heading(text, 1)
        elif is_code(style):
            self._builder.code(text)
        else:
            self._builder.paragraph(text, page=self._page)
        for frame in frames:
            self._add_frame(frame)

    def _add_frame(self, frame: Element) -> None:
        if frame.get(f"{PRESENTATION}class") in _FURNITURE or _is_slide_title(frame):
            return
        box = frame.find(f"{DRAW}text-box")
        table = frame.find(f"{TABLE}table")
        embedded = frame.find(f"{DRAW}object")
        for part in (box, table):
            if part is not None:
                self._walk(part)
        if embedded is not None:
            self._add_object(embedded)
        elif box is None and table is None:
            self._builder.picture(_description(frame), page=self._page)

    def _add_object(self, embedded: Element) -> None:
        """An embedded chart brings its title and its numbers; other objects are pictures."""
        name = resolve(embedded.get(f"{XLINK}href", ""), "") + "/content.xml"
        content = self._parts.take(name)
        chart = None if content is None else content.find(f"{OFFICE}body/{OFFICE}chart")
        if chart is None:
            self._builder.picture("", page=self._page)
        else:
            self._walk(chart)

    def _start_page(self, page: Element) -> bool:
        """Begin a slide with its title; False for a hidden one."""
        self._page = (self._page or 0) + 1
        if self._styles.is_hidden(page):
            self._builder.warn(f"hidden slide left out: {self._page}")
            self._builder.hide(" ".join(map(str, page.itertext())))
            return False
        self._builder.leave_headings()
        for frame in page.iterfind(f"{DRAW}frame"):
            if _is_slide_title(frame):
                texts = (self._inline.read(line)[1] for line in frame.iter(f"{TEXT}p"))
                self._builder.heading(" ".join(texts), 1, page=self._page)
        return True

    def _add_table(self, element: Element) -> None:
        parent = element.getparent()
        table = OpenTable(element, self._inline, self._repeats)
        rows = list(table.rows())
        if parent is not None and parent.tag == f"{OFFICE}spreadsheet":
            self._add_sheet(element, rows)
        elif max(map(len, rows), default=0) < 2:
            for row in rows:
                self._builder.paragraph("\n".join(row), page=self._page)
        else:
            grid = as_table(rows, header_rows=table.header_rows or None)
            for caption in grid.captions:
                self._builder.paragraph(caption, page=self._page)
            self._builder.table(grid.sentences(), page=self._page)
        for frame in table.frames:
            self._add_frame(frame)

    def _add_sheet(self, sheet: Element, rows: list[list[str]]) -> None:
        name = sheet.get(f"{TABLE}name", "")
        blocks = sheet_rows(rows)
        if not blocks:
            return
        if self._styles.is_hidden(sheet):
            self._builder.warn(f"hidden sheet left out: {name}")
            self._builder.hide(" ".join(cell for row in blocks[0] for cell in row))
            return
        self._builder.heading(name, 1)
        for table in sheet_tables(blocks):
            for caption in table.captions:
                self._builder.paragraph(caption)
            self._builder.table(table.sentences())


def _is_slide_title(frame: Element) -> bool:
    """Titles were taken when their slide began."""
    slide = frame.getparent()
    on_slide = slide is not None and slide.tag == f"{DRAW}page"
    return on_slide and frame.get(f"{PRESENTATION}class") == "title"


def _description(frame: Element) -> str:
    return frame.findtext(f"{SVG}desc") or frame.findtext(f"{SVG}title") or ""


def _number(element: Element, name: str) -> int:
    value = element.get(name, "1")
    return max(int(value), 1) if value.isdecimal() and len(value) < 3 else 1


def _refuse_encrypted(parts: Parts) -> None:
    """Raise EncryptedDocument when the file says that its members are encrypted."""
    manifest = "META-INF/manifest.xml"
    if manifest not in parts:
        return
    for _ in parts.tree(manifest).iter("{*}encryption-data"):
        raise EncryptedDocument("the OpenDocument file is protected by a password")


def _metadata(parts: Parts) -> dict[str, str]:
    if "meta.xml" not in parts:
        return {}
    tree = parts.tree("meta.xml")
    return {
        name: ", ".join(filter(None, (found.text for found in tree.iter(tag))))
        for name, tag in _METADATA.items()
    }
