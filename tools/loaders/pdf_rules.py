"""Straight lines drawn on a PDF page, along its edges: what tables are ruled with.

Knows pdfium; what the lines enclose is decided in ``lattices``. A page with very many strokes is a
drawing and has none.
"""

from collections.abc import Iterator
from ctypes import byref, c_float

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from tools.loaders.lattices import Rule

_MOST_STROKES = 4_000
_SHORTEST = 6.0
_SLANT = 1.0
"""Points by which a stroke may be off the horizontal or vertical."""

_Point = tuple[float, float]


def rules_of(page: pdfium.PdfPage) -> list[Rule]:
    """The horizontal and vertical strokes and edges of filled boxes, in points."""
    rules: list[Rule] = []
    strokes = 0
    for path in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_PATH], max_depth=1):
        strokes += int(pdfium_c.FPDFPath_CountSegments(path))
        if strokes > _MOST_STROKES:
            return []
        rules.extend(rule for begin, end in _strokes(path) if (rule := _rule(begin, end)))
    return rules


def _rule(begin: _Point, end: _Point) -> Rule | None:
    (left, right), (low, high) = sorted((begin[0], end[0])), sorted((begin[1], end[1]))
    if high - low <= _SLANT and right - left >= _SHORTEST:
        return Rule(True, (low + high) / 2, left, right)
    if right - left <= _SLANT and high - low >= _SHORTEST:
        return Rule(False, (left + right) / 2, low, high)
    return None


def _strokes(path: pdfium.PdfObject) -> Iterator[tuple[_Point, _Point]]:
    """Straight pieces of a path, in points of the page; the piece that closes it included."""
    matrix = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFPageObj_GetMatrix(path, byref(matrix))
    begin = last = (0.0, 0.0)
    for index in range(pdfium_c.FPDFPath_CountSegments(path)):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, index)
        point = _placed(segment, matrix)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if kind == pdfium_c.FPDF_SEGMENT_MOVETO:
            begin = point
        elif kind == pdfium_c.FPDF_SEGMENT_LINETO:
            yield last, point
        last = point
        if pdfium_c.FPDFPathSegment_GetClose(segment):
            yield last, begin


def _placed(segment: object, matrix: pdfium_c.FS_MATRIX) -> _Point:
    x, y = c_float(), c_float()
    pdfium_c.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
    return (
        matrix.a * x.value + matrix.c * y.value + matrix.e,
        matrix.b * x.value + matrix.d * y.value + matrix.f,
    )
