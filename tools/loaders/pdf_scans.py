"""PDF pages without a text layer: drawn and read by OCR where that is installed.

Knows pdfium and the OCR; a page on which nothing is drawn is left alone.
"""

from collections.abc import Iterator, Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from core.text import shorten
from tools.loaders import ocr
from tools.loaders.pdf_lines import Page
from tools.loaders.raw import RawDocument
from tools.loaders.scans import Scan, as_page
from tools.loaders.units import DocumentBuilder

_LARGEST_SCALE = 4.0


def with_scans(
    document: pdfium.PdfDocument, pages: Sequence[Page], raw: RawDocument, builder: DocumentBuilder
) -> list[Page]:
    """The pages, those without a text layer as OCR reads them; what stays unread is told."""
    silent = [page.number for page in pages if not page.lines]
    if not silent:
        return list(pages)
    why = _why_unread(raw)
    if why:
        builder.warn(f"{_count(silent, pages)} have no text layer: {_named(silent)}; {why}")
        return list(pages)
    read = {page.number: page for page in _read(document, silent, raw, builder)}
    merged = [read.get(page.number, page) for page in pages]
    empty = [page.number for page in merged if not page.lines]
    if empty:
        builder.warn(f"{_count(empty, pages)} have no text: {_named(empty)}")
    return merged


def _why_unread(raw: RawDocument) -> str:
    if not raw.limits.max_ocr_pages:
        return ocr.TURNED_OFF
    return "" if ocr.is_installed() else ocr.HOW_TO_ENABLE


def _count(some: Sequence[int], pages: Sequence[Page]) -> str:
    return f"{len(some)} of {len(pages)} pages"


def _named(numbers: Sequence[int]) -> str:
    return shorten(", ".join(map(str, numbers)), 200)


def _read(
    document: pdfium.PdfDocument,
    silent: Sequence[int],
    raw: RawDocument,
    builder: DocumentBuilder,
) -> Iterator[Page]:
    drawn = [number for number in silent if _is_drawn(document, number)]
    limit = raw.limits.max_ocr_pages
    if len(drawn) > limit:
        builder.warn(f"only the first {limit} of {len(drawn)} scanned pages read")
    for number in drawn[:limit]:
        raw.tick()
        scan = _scan(document, number)
        if scan.warning:
            builder.warn(scan.warning)
        yield scan.page


def _is_drawn(document: pdfium.PdfDocument, number: int) -> bool:
    page = document[number - 1]
    try:
        return int(pdfium_c.FPDFPage_CountObjects(page)) > 0
    finally:
        page.close()


def _scan(document: pdfium.PdfDocument, number: int) -> Scan:
    page = document[number - 1]
    try:
        scale = min(ocr.LONGEST_SIDE / max(*page.get_size(), 1.0), _LARGEST_SCALE)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    finally:
        page.close()
    return as_page(ocr.read_picture(picture), number, scale)
