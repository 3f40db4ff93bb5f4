"""PDF with a text layer: lines with their place and size on the page, by pdfium.

Knows pdfium; what the lines mean (paragraphs, headings, running headers) is decided in
``pdf_layout``. Pages are never rendered: a PDF of images has no text here, and says so.
"""

import re
from collections.abc import Iterator
from ctypes import c_int, create_string_buffer
from threading import Lock
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from core.errors import CorruptDocument, EmptyExtraction, EncryptedDocument
from core.schemas.document import LoadedDocument
from core.text import shorten
from tools.loaders.pdf_layout import Cell, Line, Page, add_pages
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_PDFIUM = Lock()
"""Pdfium may not be called from two threads at once."""

_COLUMN_GAP = 1.2
"""Blank space inside a line, in heights of the line, from which it is the gap of a table."""

_BREAK = re.compile("\r\n|(?<=\ufffe)|[\r\n]")
"""Line ends; pdfium takes out the one after a hyphen and marks the place with U+FFFE."""

_SPACES = re.compile(r"\s+")
_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi|cmbx|sfbx|-bd|medi(?!um)")
_FIXED_NAMES = (b"mono", b"courier", b"consolas", b"typewriter", b"cmtt")
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?")


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


def read(raw: RawDocument) -> LoadedDocument:
    """The text of every page. Raises EmptyExtraction when no page has a text layer."""
    with _PDFIUM:
        pages, metadata = _read_document(raw.content)
    builder = DocumentBuilder()
    silent = [number for number, page in enumerate(pages, 1) if not page.lines]
    if len(silent) == len(pages):
        raise EmptyExtraction(f"no text layer on any of {len(pages)} pages; it needs OCR")
    if silent:
        named = shorten(", ".join(map(str, silent)), 200)
        builder.warn(f"{len(silent)} of {len(pages)} pages have no text layer: {named}")
    add_pages(builder, pages)
    title = metadata.get("title", "")
    chosen = title if _is_title(title, raw.stem) else None
    return builder.build(raw.media_type, chosen, metadata=metadata, warnings=raw.warnings)


def _is_title(title: str, stem: str) -> bool:
    """Programs fill this field with file names and with their own."""
    plain = title.strip().lower()
    if plain.startswith(("microsoft", "untitled", "powerpoint")) or plain == stem.lower():
        return False
    return " " in plain and not plain.endswith((".doc", ".docx", ".tex", ".dvi", ".indd", ".pdf"))


def _read_document(content: bytes) -> tuple[list[Page], dict[str, str]]:
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise EncryptedDocument("the PDF is protected by a password") from error
        raise CorruptDocument("the PDF is damaged or cut off") from error
    try:
        pages = [_read_page(document, index) for index in range(len(document))]
        found = document.get_metadata_dict(skip_empty=True)
    except pdfium.PdfiumError as error:
        raise CorruptDocument("a page of the PDF is damaged") from error
    finally:
        document.close()
    names = {"Title": "title", "Author": "author", "Subject": "subject", "CreationDate": "date"}
    metadata = {name: found[key] for key, name in names.items() if key in found}
    date = _DATE.match(metadata.get("date", ""))
    if date:
        metadata["date"] = "-".join(filter(None, date.groups()))
    return pages, metadata


def _read_page(document: pdfium.PdfDocument, index: int) -> Page:
    page = document[index]
    text_page = page.get_textpage()
    try:
        lines = tuple(_TextLines(text_page).lines())
        return Page(number=index + 1, height=page.get_height(), lines=lines)
    finally:
        text_page.close()
        page.close()


class _Font(NamedTuple):
    bold: bool
    fixed: bool


def _cell(text: str, first: _Box, last: _Box) -> Cell:
    """From its first to its last letter, which stand the other way round in Arabic and Hebrew."""
    return Cell(text, min(first.left, last.left), max(first.right, last.right))


class _TextLines:
    """Cuts a page's text into lines and asks pdfium where their first and last letters stand."""

    def __init__(self, text_page: pdfium.PdfTextPage) -> None:
        self._page = text_page
        self._handle = text_page.raw
        self._text: str = text_page.get_text_range()
        self._aligned = text_page.count_chars() == len(self._text)

    def lines(self) -> Iterator[Line]:
        start = 0
        for found in [*_BREAK.finditer(self._text), None]:
            end = found.start() if found else len(self._text)
            line = self._line(start, end)
            if line is not None:
                yield line
            start = found.end() if found else end

    def _line(self, start: int, end: int) -> Line | None:
        """Offsets of the words between white space, cut where the blank between them is wide."""
        words = [match.span() for match in re.finditer(r"\S+", self._text[start:end])]
        if not words:
            return None
        boxes = [(self._box(start + a), self._box(start + b - 1)) for a, b in words]
        first = boxes[0][0]
        height = max(first.top - first.bottom, 0.1)
        cells: list[Cell] = []
        begin = 0
        for index in range(1, len(words) + 1):
            last = index == len(words)
            if last or boxes[index][0].left - boxes[index - 1][1].right > _COLUMN_GAP * height:
                text = self._words(start + words[begin][0], start + words[index - 1][1])
                cells.append(_cell(text, boxes[begin][0], boxes[index - 1][1]))
                begin = index
        font = self._font(start + words[0][0])
        return Line(tuple(cells), top=first.top, size=height, bold=font.bold, fixed=font.fixed)

    def _words(self, start: int, end: int) -> str:
        return _SPACES.sub(" ", self._text[start:end])

    def _box(self, index: int) -> _Box:
        rectangle = pdfium_c.FS_RECTF()
        pdfium_c.FPDFText_GetLooseCharBox(self._handle, self._character(index), rectangle)
        return _Box(rectangle.left, rectangle.top, rectangle.right, rectangle.bottom)

    def _font(self, index: int) -> _Font:
        character = self._character(index)
        buffer, flags = create_string_buffer(128), c_int()
        pdfium_c.FPDFText_GetFontInfo(self._handle, character, buffer, 128, flags)
        name = buffer.value.lower()
        heavy = pdfium_c.FPDFText_GetFontWeight(self._handle, character) >= _BOLD_WEIGHT
        return _Font(
            bold=heavy or bool(_BOLD_NAME.search(name)),
            fixed=bool(flags.value & 1) or any(word in name for word in _FIXED_NAMES),
        )

    def _character(self, index: int) -> int:
        """Pdfium counts characters of the page, which are not always those of its text."""
        if self._aligned:
            return index
        return int(pdfium_c.FPDFText_GetCharIndexFromTextIndex(self._handle, index))
