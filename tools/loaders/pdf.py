"""PDF: lines of the text layer with their place and size on the page, by pdfium.

Knows pdfium; what the lines mean (paragraphs, headings, running headers) is decided in
``pdf_layout``. Pages without a text layer are left to ``pdf_scans``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from ctypes import c_int, create_string_buffer
from threading import Lock
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from core.errors import CorruptDocument, EncryptedDocument
from core.schemas.document import LoadedDocument
from tools.loaders.lattices import Lattice, lattices
from tools.loaders.pdf_fields import with_fields
from tools.loaders.pdf_layout import add_pages
from tools.loaders.pdf_lines import COLUMN_GAP, Cell, Line, Page, is_parted
from tools.loaders.pdf_rules import rules_of
from tools.loaders.pdf_scans import with_scans
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_PDFIUM = Lock()
"""Pdfium may not be called from two threads at once; OCR of a page happens inside too."""

_BREAK = re.compile("\r\n|(?<=\ufffe)|[\r\n]")
"""Line ends; pdfium takes out the one after a hyphen and marks the place with U+FFFE."""

_WORD = re.compile(r"\S+")
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
    """The text of every page; pages without a text layer are read by OCR where there is one.

    Raises EmptyExtraction when no page says anything.
    """
    builder = DocumentBuilder()
    with _PDFIUM, _opened(raw.content) as document:
        pages = [_read_page(document, index) for index in range(len(document))]
        metadata = _metadata(document)
        pages = with_scans(document, pages, raw, builder)
    metadata |= add_pages(builder, pages)
    title = metadata.get("title", "")
    chosen = title if _is_title(title, raw.stem) else None
    return builder.build(raw.media_type, chosen, metadata=metadata, warnings=raw.warnings)


def _is_title(title: str, stem: str) -> bool:
    """Programs fill this field with file names and with their own."""
    plain = title.strip().lower()
    if plain.startswith(("microsoft", "untitled", "powerpoint")) or plain == stem.lower():
        return False
    return " " in plain and not plain.endswith((".doc", ".docx", ".tex", ".dvi", ".indd", ".pdf"))


@contextmanager
def _opened(content: bytes) -> Iterator[pdfium.PdfDocument]:
    """Raises EncryptedDocument or CorruptDocument, also for what is found damaged later."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise EncryptedDocument("the PDF is protected by a password") from error
        raise CorruptDocument("the PDF is damaged or cut off") from error
    try:
        if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
            document.init_forms()
        yield document
    except pdfium.PdfiumError as error:
        raise CorruptDocument("a page of the PDF is damaged") from error
    finally:
        document.close()


def _metadata(document: pdfium.PdfDocument) -> dict[str, str]:
    found = document.get_metadata_dict(skip_empty=True)
    names = {"Title": "title", "Author": "author", "Subject": "subject", "CreationDate": "date"}
    metadata = {name: found[key] for key, name in names.items() if key in found}
    date = _DATE.match(metadata.get("date", ""))
    if date:
        metadata["date"] = "-".join(filter(None, date.groups()))
    return metadata


def _read_page(document: pdfium.PdfDocument, index: int) -> Page:
    page = document[index]
    text_page = page.get_textpage()
    try:
        found = lattices(rules_of(page))
        lines = with_fields(document, page, list(_TextLines(text_page, found).lines()))
        return Page(index + 1, page.get_height(), tuple(lines), tuple(found))
    finally:
        text_page.close()
        page.close()


class _Font(NamedTuple):
    bold: bool
    fixed: bool


class _Word(NamedTuple):
    text: str
    place: int
    first: _Box
    last: _Box

    @property
    def height(self) -> float:
        """Of its first letter, never nothing."""
        return max(self.first.top - self.first.bottom, 0.1)


def _visual_lines(words: Iterable[_Word]) -> Iterator[list[_Word]]:
    """Words by the line they stand on: pdfium sometimes runs two short lines together."""
    line: list[_Word] = []
    for word in words:
        if line and _stands_below(line[-1], word):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _stands_below(word: _Word, following: _Word) -> bool:
    lower = following.first.top < word.first.top - 0.8 * word.height
    return lower and following.first.left <= word.last.right


def _cell(words: Sequence[_Word]) -> Cell:
    """From first to last letter, which stand the other way round in Arabic and Hebrew."""
    first, last = words[0].first, words[-1].last
    text = " ".join(word.text for word in words)
    return Cell(text, min(first.left, last.left), max(first.right, last.right))


class _TextLines:
    """Cuts a page's text into lines and asks pdfium where their first and last letters stand."""

    def __init__(self, text_page: pdfium.PdfTextPage, lattices: Sequence[Lattice] = ()) -> None:
        self._lattices = lattices
        self._page = text_page
        self._handle = text_page.raw
        self._text: str = text_page.get_text_range()
        self._aligned = text_page.count_chars() == len(self._text)

    def lines(self) -> Iterator[Line]:
        """Every line with words, in the order of the page's text."""
        start = 0
        for found in [*_BREAK.finditer(self._text), None]:
            end = found.start() if found else len(self._text)
            for words in _visual_lines(self._words(start, end)):
                yield self._line(words)
            start = found.end() if found else end

    def _words(self, start: int, end: int) -> Iterator[_Word]:
        for match in _WORD.finditer(self._text, start, end):
            first, last = self._box(match.start()), self._box(match.end() - 1)
            yield _Word(match.group(), match.start(), first, last)

    def _line(self, words: Sequence[_Word]) -> Line:
        top, height = words[0].first.top, words[0].height
        cells: list[Cell] = []
        begin = 0
        for index in range(1, len(words) + 1):
            if index == len(words) or self._parts(words[index - 1], words[index], height):
                cells.append(_cell(words[begin:index]))
                begin = index
        font = self._font(words[0].place)
        return Line(tuple(cells), top=top, size=height, bold=font.bold, fixed=font.fixed)

    def _parts(self, word: _Word, following: _Word, height: float) -> bool:
        """Whether two words of a line stand in different cells."""
        end, start = word.last.right, following.first.left
        middle = (word.first.top + word.first.bottom) / 2
        return start - end > COLUMN_GAP * height or is_parted(self._lattices, end, start, middle)

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
