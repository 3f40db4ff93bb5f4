"""Pages that OCR read: which lines are sure enough to keep, and what they look like as lines.

Pure rules; the OCR itself stays in ``ocr``. A page is kept, kept without its doubtful lines, or
left out as a whole, and each loss is said in a warning.
"""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from tools.loaders.ocr import Found, Reading
from tools.loaders.pdf_lines import Cell, Line, Page
from tools.loaders.reading_order import in_reading_order

DOUBTFUL = 0.8
"""A line less sure than this is left out; so is a page whose letters are on average.

Of blurred, noisy and small pages such lines had a third of their letters wrong (docs/evals.md)."""
UNSURE = 0.9
"""A page less sure than this is kept with a warning."""

_MIXED_SIZES = 1.3
"""Boxes of one type size differ by the letters in them; beyond this factor the type differs."""


class Scan(NamedTuple):
    """A page as lines in reading order, and what there is to say about it."""

    page: Page
    warning: str = ""


def as_page(reading: Reading, number: int, scale: float = 1.0) -> Scan:
    """The page in points, ``scale`` pixels each; without lines if too little of it is sure."""
    if reading.found and reading.confidence < DOUBTFUL:
        return Scan(_page((), reading, number, scale), _left_out(reading, number))
    kept = [found for found in reading.found if found.confidence >= DOUBTFUL]
    warning = _warning(reading, len(reading.found) - len(kept), number)
    return Scan(_page(kept, reading, number, scale), warning)


def _left_out(reading: Reading, number: int) -> str:
    return f"page {number} left out: OCR is only {reading.confidence:.0%} sure of its letters"


def _warning(reading: Reading, doubtful: int, number: int) -> str:
    said = []
    if reading.found and reading.confidence < UNSURE:
        said.append(f"OCR is only {reading.confidence:.0%} sure of its letters")
    if doubtful:
        said.append(f"doubtful lines left out: {doubtful}")
    return f"page {number}: {'; '.join(said)}" if said else ""


def _page(found: Sequence[Found], reading: Reading, number: int, scale: float) -> Page:
    height = reading.height / scale
    lines = [_line(line, height, scale) for line in found]
    return Page(number, height, tuple(in_reading_order(_one_size(lines))))


def _line(found: Found, height: float, scale: float) -> Line:
    cell = Cell(found.text, found.left / scale, found.right / scale)
    size = max(found.bottom - found.top, 1.0) / scale
    return Line((cell,), height - found.top / scale, size, confidence=found.confidence)


def _one_size(lines: Sequence[Line]) -> list[Line]:
    """Lines of about the usual height are set in the usual type."""
    if not lines:
        return []
    usual = median(line.size for line in lines for _ in line.text)
    return [
        line._replace(size=usual, top=line.top - (line.size - usual) / 2)
        if usual / _MIXED_SIZES < line.size < usual * _MIXED_SIZES
        else line
        for line in lines
    ]
