"""What was typed into the fields of a PDF form: text that no text layer has.

Knows pdfium; a value becomes a line where its field stands, beside its label. Passwords are never
read. Fields that nobody sees give lines too small to be read, which are reported as hidden.
"""

from collections.abc import Iterator, Sequence
from ctypes import create_string_buffer

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from tools.loaders.pdf_lines import Cell, Line

_TEXT_FIELDS = (
    pdfium_c.FPDF_FORMFIELD_TEXTFIELD,
    pdfium_c.FPDF_FORMFIELD_COMBOBOX,
    pdfium_c.FPDF_FORMFIELD_LISTBOX,
)
_BOXES = (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON)
_PASSWORD = 1 << 13
_UNSEEN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW
_UNREADABLE = 1.0
_LARGEST = 12.0
"""A field may be higher than what stands in it."""
_MOST_FIELDS = 2_000
_LONGEST = 100_000


def with_fields(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, lines: Sequence[Line]
) -> list[Line]:
    """The lines, and the values of filled-in fields, each after the line to the left of it."""
    found = list(lines)
    if document.formenv is not None:
        for value in _values(document.formenv, page):
            found.insert(_after(value, found), value)
    return found


def _after(value: Line, lines: Sequence[Line]) -> int:
    """Behind the last line at its height, else behind the last one above it."""
    middle = value.top - value.size / 2
    beside = [
        index
        for index, line in enumerate(lines, 1)
        if line.top - line.size <= middle <= line.top and line.left <= value.left
    ]
    above = [index for index, line in enumerate(lines, 1) if line.top - line.size > middle]
    return (beside or above or [0])[-1]


def _values(formenv: pdfium.PdfFormEnv, page: pdfium.PdfPage) -> Iterator[Line]:
    count = min(int(pdfium_c.FPDFPage_GetAnnotCount(page)), _MOST_FIELDS)
    for index in range(count):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        try:
            text = _text(formenv, annotation)
            if text:
                yield from _lines(annotation, text)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)


def _text(formenv: pdfium.PdfFormEnv, annotation: object) -> str:
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(formenv, annotation)
    if kind in _BOXES:
        return "☒" if pdfium_c.FPDFAnnot_IsChecked(formenv, annotation) else ""
    if kind not in _TEXT_FIELDS:
        return ""
    if pdfium_c.FPDFAnnot_GetFormFieldFlags(formenv, annotation) & _PASSWORD:
        return ""
    size = int(pdfium_c.FPDFAnnot_GetFormFieldValue(formenv, annotation, None, 0))
    buffer = create_string_buffer(min(size, _LONGEST * 2))
    target = pdfium_c.cast(buffer, pdfium_c.POINTER(pdfium_c.FPDF_WCHAR))
    pdfium_c.FPDFAnnot_GetFormFieldValue(formenv, annotation, target, len(buffer))
    return buffer.raw.decode("utf-16-le", "replace").partition("\x00")[0].strip()


def _lines(annotation: object, text: str) -> Iterator[Line]:
    rectangle = pdfium_c.FS_RECTF()
    pdfium_c.FPDFAnnot_GetRect(annotation, rectangle)
    texts = [line.strip() for line in text.splitlines() if line.strip()]
    step = max(rectangle.top - rectangle.bottom, 1.0) / len(texts)
    hidden = int(pdfium_c.FPDFAnnot_GetFlags(annotation)) & _UNSEEN
    size = _UNREADABLE if hidden else min(step, _LARGEST)
    for number, line in enumerate(texts):
        middle = rectangle.top - step * (number + 0.5)
        yield Line((Cell(line, rectangle.left, rectangle.right),), middle + size / 2, size)
