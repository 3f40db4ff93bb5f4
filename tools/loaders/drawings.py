"""DrawingML, the language of slides: the paragraphs, tables, charts and diagrams in a shape."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from lxml import etree

from core.text import collapse_spaces, shorten
from tools.loaders.html_tree import Element
from tools.loaders.repeats import Repeats
from tools.loaders.tables import Covered, Table, as_table

A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DIAGRAM: Final = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_BULLETS: Final = (f"{A}buChar", f"{A}buAutoNum", f"{A}buBlip")
_STRUCTURAL: Final = ("pres", "parTrans", "sibTrans", "doc")
"""Points of a diagram that lay it out; the others hold its words."""
_NAME_LIMIT: Final = 100


class Paragraph(NamedTuple):
    """The words of a paragraph, and whether its own marks make it a list item."""

    text: str
    bullet: bool | None
    """None where the layout decides."""


def paragraphs(body: Element) -> Iterator[Paragraph]:
    """Those that hold words, in order."""
    for paragraph in body.iterfind(f"{A}p"):
        text = text_of(paragraph)
        if text.strip():
            yield Paragraph(text, _is_bullet(paragraph.find(f"{A}pPr")))


def text_of(element: Element) -> str:
    """All words below ``element``; what older programs would show in their place is skipped."""
    parts: list[str] = []
    walker = etree.iterwalk(element, events=("start",))
    for _, inner in walker:
        if inner.tag == FALLBACK or _is_slide_number(inner):
            walker.skip_subtree()
        elif inner.tag in (f"{A}t", _MATH):
            parts.append(inner.text or "")
        elif inner.tag == f"{A}br":
            parts.append("\n")
    return "".join(parts)


def table_of(table: Element, repeats: Repeats) -> Table:
    """A table with its merged cells filled; its first row names the columns where it says so."""
    rows = [_row(row, repeats) for row in table.iterfind(f"{A}tr")]
    for above, row in pairwise(rows):
        for column, cell in enumerate(row):
            if cell is None and column < len(above):
                row[column] = repeats.again(above[column] or "")
    look = table.find(f"{A}tblPr")
    headed = 1 if look is not None and look.get("firstRow") in ("1", "true") else None
    return as_table(
        [[cell or "" for cell in row] for row in rows], header_rows=1 if headed else None
    )


def chart_rows(chart: Element) -> Iterator[str]:
    """One row per category with the value of every series; the chart's title first."""
    title = chart.find(f"{CHART}chart/{CHART}title")
    if title is not None:
        yield " ".join(text_of(title).split())
    labels: dict[int, str] = {}
    values: dict[int, list[str]] = {}
    for series in chart.iterfind(f"{CHART}chart/{CHART}plotArea/*/{CHART}ser"):
        name = shorten(_series_name(series), _NAME_LIMIT)
        for index, label in _points(series, ("cat", "xVal")).items():
            labels.setdefault(index, label)
        for index, value in _points(series, ("val", "yVal")).items():
            values.setdefault(index, []).append(f"{name}: {value}" if name else value)
    for index, cells in sorted(values.items()):
        yield " | ".join(filter(None, (labels.get(index, ""), *cells)))


def diagram_texts(data: Element) -> Iterator[str]:
    """The words of a diagram's points, in the order in which they were written."""
    for point in data.iterfind(f"{DIAGRAM}ptLst/{DIAGRAM}pt"):
        if point.get("type") not in _STRUCTURAL:
            text = " ".join(text_of(point).split())
            if text:
                yield text


def _is_bullet(properties: Element | None) -> bool | None:
    if properties is None:
        return None
    if any(properties.find(mark) is not None for mark in _BULLETS):
        return True
    if properties.find(f"{A}buNone") is not None:
        return False
    return True if properties.get("lvl", "0") != "0" else None


def _is_slide_number(element: Element) -> bool:
    return element.tag == f"{A}fld" and element.get("type") == "slidenum"


def _row(row: Element, repeats: Repeats) -> list[str | None]:
    """Cell texts; None where a cell continues the one above."""
    cells: list[str | None] = []
    for cell in row.iterfind(f"{A}tc"):
        if cell.get("vMerge") in ("1", "true"):
            cells.append(None)
        elif cell.get("hMerge") in ("1", "true") and cells:
            cells.append(Covered(repeats.again(cells[-1] or "")))
        else:
            body = cell.find(f"{A}txBody")
            found = () if body is None else paragraphs(body)
            cells.append(" ".join(paragraph.text.strip() for paragraph in found))
    return cells


def _series_name(series: Element) -> str:
    name = series.find(f"{CHART}tx")
    if name is None:
        return ""
    return collapse_spaces(" ".join(value.text or "" for value in name.iter(f"{CHART}v")))


def _points(series: Element, names: tuple[str, ...]) -> dict[int, str]:
    """Cached values by their place; a category of several levels has them all, outermost first."""
    found: dict[int, list[str]] = {}
    for name in names:
        for point in series.iterfind(f"{CHART}{name}//{CHART}pt"):
            index = point.get("idx", "")
            value = collapse_spaces(point.findtext(f"{CHART}v") or "")
            if index.isdecimal() and len(index) < 10 and value:
                found.setdefault(int(index), []).append(value)
    return {index: " / ".join(reversed(values)) for index, values in found.items()}
