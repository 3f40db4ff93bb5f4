"""Excel workbooks (.xlsx): one unit per row, each value under its column's name, below its sheet.

Streams the sheets, so that ten thousand rows cost little and a sheet that claims to be huge costs
nothing. Stored results of formulas are read; formulas are not computed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from io import BytesIO
from itertools import groupby
from math import isfinite
from typing import Protocol, cast
from zipfile import ZipFile

import openpyxl
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils.cell import range_boundaries

from core.schemas.document import LoadedDocument
from tools.loaders.office import office_errors, package
from tools.loaders.raw import RawDocument
from tools.loaders.sheets import sheet_tables
from tools.loaders.tables import Covered
from tools.loaders.units import DocumentBuilder

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_UNCOMPUTED = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></|</(?:\w+:)?c>)")
_CURRENCY = re.compile(r"\[\$([^\]\-]{1,5})[^\]]*\]|\"\s?([A-Z]{3}|[€$£¥])\s?\"|([€$£¥])")
_MAX_COLUMNS = 500
_MAX_MERGED_CELLS = 20_000
_SCANNED_SHEET = 100_000_000
"""A larger sheet is read, but not searched for merged cells and missing results."""

Cells = tuple[ReadOnlyCell | EmptyCell, ...]
Merged = dict[tuple[int, int], tuple[int, int]]
"""Row and column of a covered cell, to those of the cell whose value it shows."""


class _StreamedSheet(Protocol):
    """A sheet of a workbook opened for streaming, which the library types as an ordinary one."""

    title: str
    sheet_state: str
    _worksheet_path: str

    def reset_dimensions(self) -> None: ...

    def iter_rows(self) -> Iterator[Cells]: ...


def read(raw: RawDocument) -> LoadedDocument:
    """Every visible sheet, in order."""
    builder = DocumentBuilder()
    with office_errors():
        source = package(raw)
        workbook = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in cast(Sequence[_StreamedSheet], workbook.worksheets):
                _add_sheet(builder, sheet, source)
            properties = workbook.properties
        finally:
            workbook.close()
    metadata = {
        "author": properties.creator or "",
        "date": properties.modified.isoformat() if properties.modified else "",
    }
    title = properties.title or raw.stem
    return builder.build(raw.media_type, title, metadata=metadata, warnings=raw.warnings)


def _add_sheet(builder: DocumentBuilder, sheet: _StreamedSheet, source: BytesIO) -> None:
    merged = _scan(builder, sheet, source)
    rows = _filled(_rows(builder, sheet), merged)
    blocks = [list(block) for filled, block in groupby(rows, key=any) if filled]
    if not blocks:
        return
    if sheet.sheet_state != "visible":
        builder.warn(f"hidden sheet left out: {sheet.title}")
        builder.hide(" ".join(cell for block in blocks[:5] for row in block for cell in row))
        return
    builder.heading(sheet.title, 1)
    for table in sheet_tables(blocks):
        for caption in table.captions:
            builder.paragraph(caption)
        builder.table(table.sentences())


def _rows(builder: DocumentBuilder, sheet: _StreamedSheet) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        cells = [_shown(cell) for cell in row[:_MAX_COLUMNS]]
        if any(cell.value is not None for cell in row[_MAX_COLUMNS:]):
            builder.warn(f"columns after the {_MAX_COLUMNS}th left out in sheet {sheet.title}")
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _filled(rows: Iterable[list[str]], merged: Merged) -> Iterator[list[str]]:
    """Rows in which every cell of a merged range shows the range's value."""
    anchors: dict[tuple[int, int], str] = {}
    wanted = set(merged.values())
    covered: dict[int, list[int]] = {}
    for row, column in merged:
        covered.setdefault(row, []).append(column)
    for number, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if (number, column) in wanted:
                anchors[number, column] = cell
        for column in covered.get(number, ()):
            anchor = merged[number, column]
            value = anchors.get(anchor, "")
            if value and column >= len(cells):
                cells.extend([""] * (column + 1 - len(cells)))
            if value:
                cells[column] = Covered(value) if column > anchor[1] else value
        yield cells


def _scan(builder: DocumentBuilder, sheet: _StreamedSheet, source: BytesIO) -> Merged:
    """What the streaming reader does not tell: merged ranges, and formulas without a result."""
    with ZipFile(source) as archive:
        member = archive.getinfo(sheet._worksheet_path)
        if member.file_size > _SCANNED_SHEET:
            builder.warn(f"merged cells not looked for in the very large sheet {sheet.title}")
            return {}
        xml = archive.read(member)
    missing = len(_UNCOMPUTED.findall(xml))
    if missing:
        builder.warn(f"{missing} formulas without a stored result in sheet {sheet.title}")
    merged: Merged = {}
    for reference in _MERGED.findall(xml):
        left, top, right, bottom = (
            int(edge or 1) - 1 for edge in range_boundaries(reference.decode())
        )
        if (right - left + 1) * (bottom - top + 1) + len(merged) > _MAX_MERGED_CELLS:
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                merged[row, column] = (top, left)
        del merged[top, left]
    return merged


def _shown(cell: ReadOnlyCell | EmptyCell) -> str:
    """The value as a reader sees it: dates in ISO form, percent and currency by their format."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if not _is_double(value):
            return str(value)
        return _number(value, str(getattr(cell, "number_format", "") or ""))
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        )
    return str(value).strip()


def _is_double(value: float) -> bool:
    """Whether Excel could hold the number; a hostile sheet writes ``1e999``, or 400 digits."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _number(value: float, number_format: str) -> str:
    if "%" in number_format:
        return f"{_plain(round(value * 100, 6))}%"
    match = _CURRENCY.search(number_format)
    unit = next(filter(None, match.groups()), "") if match else ""
    return f"{_plain(value)} {unit}".rstrip()


def _plain(value: float) -> str:
    whole = abs(value) < 1e15 and value == int(value)
    return str(int(value)) if whole else f"{value:.10g}"
