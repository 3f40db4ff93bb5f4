"""Regenerate the binary files and the transcript of the demo corpus from demo/sources.

Run `python demo/make_corpus.py` from anywhere. Dates, identifiers and archive time stamps are
fixed, so a second run writes the same bytes (with the same library versions). Markdown, HTML, CSV
and e-mail files are kept in demo/corpus as they are and are not touched.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
CORPUS = HERE / "corpus"

COMPANY = "Harrow & Pike Pumps"
FIXED_DATE = datetime(2024, 6, 3, 9, 0, 0)  # noqa: DTZ001 - document metadata, zone does not matter
ZIP_DATE = (2024, 6, 3, 9, 0, 0)
WORDS_PER_SECOND = 2.6
PAUSE_SECONDS = 0.7

Kind = Literal["heading", "paragraph", "notice", "bullets", "numbers", "table"]


@dataclass(frozen=True)
class Block:
    """One block of a source file: its text, or its items, or its rows."""

    kind: Kind
    text: str = ""
    level: int = 0
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


# --- reading the sources -----------------------------------------------------------------------


def read_blocks(path: Path) -> list[Block]:
    """Parse the Markdown subset of the sources; blocks are separated by blank lines."""
    chunks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip())
    return [_block(chunk.splitlines()) for chunk in chunks]


def _block(lines: list[str]) -> Block:
    first = lines[0]
    if heading := re.match(r"(#+) (.*)", first):
        return Block("heading", text=heading[2], level=len(heading[1]))
    if first.startswith("> "):
        return Block("notice", text=" ".join(line.removeprefix("> ") for line in lines))
    if first.startswith("- "):
        return Block("bullets", items=tuple(line.removeprefix("- ") for line in lines))
    if re.match(r"\d+\. ", first):
        return Block("numbers", items=tuple(re.sub(r"^\d+\. ", "", line) for line in lines))
    if first.startswith("|"):
        rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
        return Block("table", rows=(rows[0], *rows[2:]))
    return Block("paragraph", text=" ".join(lines))


# --- PDF ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PdfSpec:
    """What stands on the cover and in the running lines of a PDF."""

    source: str
    target: str
    title: str
    subtitle: str
    header: str
    footer: str


PDFS = (
    PdfSpec(
        source="hp200_manual.md",
        target="hp200_manual.pdf",
        title="HP-200 Series Centrifugal Pumps",
        subtitle="Operation and Maintenance Manual. Document HP200-OM-EN, edition 6, January 2024.",
        header=f"{COMPANY}    HP-200 Operation and Maintenance Manual",
        footer="HP200-OM-EN, edition 6",
    ),
    PdfSpec(
        source="installation_guide.md",
        target="installation_guide.pdf",
        title="HP-200 Series Installation and Safety Guide",
        subtitle="Document HP200-IS-EN, edition 4, August 2023.",
        header=f"{COMPANY}    HP-200 Installation and Safety Guide",
        footer="HP200-IS-EN, edition 4",
    ),
)

_BODY = ParagraphStyle(
    "body", fontName="Helvetica", fontSize=10, leading=14, spaceAfter=6, alignment=TA_LEFT
)
_CELL = ParagraphStyle("cell", parent=_BODY, fontSize=8, leading=10, spaceAfter=0)
_HEAD_CELL = ParagraphStyle("head-cell", parent=_CELL, fontName="Helvetica-Bold")
_TITLE = ParagraphStyle("title", parent=_BODY, fontName="Helvetica-Bold", fontSize=20, leading=26)
_NOTICE = ParagraphStyle(
    "notice",
    parent=_BODY,
    borderWidth=0.7,
    borderColor=colors.black,
    borderPadding=5,
    leftIndent=8,
    rightIndent=8,
    spaceBefore=8,
    spaceAfter=12,
)
_HEADINGS = {
    1: ParagraphStyle(
        "h1",
        parent=_TITLE,
        fontSize=15,
        leading=20,
        spaceBefore=14,
        spaceAfter=6,
        keepWithNext=True,
    ),
    2: ParagraphStyle(
        "h2", parent=_TITLE, fontSize=12, leading=16, spaceBefore=8, spaceAfter=4, keepWithNext=True
    ),
}


def write_pdf(spec: PdfSpec) -> None:
    """Typeset one source with a running header and a page number on each page."""

    def running_lines(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 8)
        canvas.drawString(22 * mm, A4[1] - 13 * mm, spec.header)
        canvas.drawString(22 * mm, 12 * mm, spec.footer)
        canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, f"Page {document.page}")
        canvas.restoreState()

    story: list[Any] = [
        Paragraph(escape(spec.title), _TITLE),
        Paragraph(escape(spec.subtitle), _BODY),
        Paragraph(escape(f"{COMPANY} Ltd, Kestrel Road 11, Marlbeck"), _BODY),
        Spacer(1, 10 * mm),
    ]
    for block in read_blocks(SOURCES / spec.source):
        story.extend(_flowables(block))
    document = SimpleDocTemplate(
        str(CORPUS / spec.target),
        pagesize=A4,
        title=spec.title,
        author=COMPANY,
        invariant=1,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=22 * mm,
        bottomMargin=22 * mm,
    )
    document.build(story, onFirstPage=running_lines, onLaterPages=running_lines)


def _flowables(block: Block) -> Iterator[Any]:
    match block.kind:
        case "heading":
            yield Paragraph(escape(block.text), _HEADINGS[block.level])
        case "paragraph":
            yield Paragraph(escape(block.text), _BODY)
        case "notice":
            yield Paragraph(escape(block.text), _NOTICE)
        case "bullets" | "numbers":
            marker, suffix = ("bullet", None) if block.kind == "bullets" else ("1", "%s.")
            items = [Paragraph(escape(item), _BODY) for item in block.items]
            yield ListFlowable(items, bulletType=marker, bulletFormat=suffix, bulletFontSize=10)
        case "table":
            yield _pdf_table(block.rows)
            yield Spacer(1, 4 * mm)


def _pdf_table(rows: tuple[tuple[str, ...], ...]) -> Table:
    cells = [
        [Paragraph(escape(cell), _CELL if number else _HEAD_CELL) for cell in row]
        for number, row in enumerate(rows)
    ]
    table = Table(cells, repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return table


# --- DOCX --------------------------------------------------------------------------------------


def write_docx(source: str, target: str) -> None:
    """Write one source as a Word document; the first heading becomes its title."""
    document = Document()
    blocks = read_blocks(SOURCES / source)
    properties = document.core_properties
    properties.title, properties.author = blocks[0].text, COMPANY
    properties.created = properties.modified = FIXED_DATE
    for block in blocks:
        _add_to_document(document, block)
    buffer = BytesIO()
    document.save(buffer)
    (CORPUS / target).write_bytes(with_fixed_dates(buffer.getvalue()))


def _add_to_document(document: Any, block: Block) -> None:
    match block.kind:
        case "heading":
            document.add_heading(block.text, level=block.level - 1)
        case "paragraph":
            document.add_paragraph(block.text)
        case "notice":
            document.add_paragraph(block.text, style="Intense Quote")
        case "bullets":
            for item in block.items:
                document.add_paragraph(item, style="List Bullet")
        case "numbers":
            _add_numbered_list(document, block.items)
        case "table":
            table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text


def _add_numbered_list(document: Any, items: tuple[str, ...]) -> None:
    """Add a numbered list that starts at 1; Word would go on counting from the list before."""
    numbering = document.part.numbering_part.numbering_definitions._numbering
    style = document.styles["List Number"].element
    style_num_id = style.pPr.numPr.numId.val
    abstract_id = numbering.num_having_numId(style_num_id).abstractNumId.val
    number = numbering.add_num(abstract_id)
    override = OxmlElement("w:lvlOverride")
    override.set(qn("w:ilvl"), "0")
    start = OxmlElement("w:startOverride")
    start.set(qn("w:val"), "1")
    override.append(start)
    number.append(override)
    for item in items:
        paragraph = document.add_paragraph(item, style="List Number")
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = number.numId


# --- XLSX --------------------------------------------------------------------------------------

SHEETS = (("Spare parts", "spare_parts.csv"), ("Exchange and service", "exchange_and_service.csv"))


def write_xlsx(target: str) -> None:
    """Write the price list; one CSV source per sheet."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, source in SHEETS:
        with (SOURCES / source).open(encoding="utf-8", newline="") as lines:
            _add_sheet(workbook, name, list(csv.reader(lines)))
    workbook.properties.title = "Price and spare part list HP-200, valid from 1 February 2024"
    workbook.properties.creator = COMPANY
    workbook.properties.created = FIXED_DATE
    buffer = BytesIO()
    workbook.save(buffer)
    (CORPUS / target).write_bytes(with_fixed_dates(buffer.getvalue()))


def _add_sheet(workbook: Workbook, name: str, rows: list[list[str]]) -> None:
    sheet = workbook.create_sheet(name)
    header, *body = rows
    sheet.append(header)
    for row in body:
        sheet.append([_typed(cell, column) for cell, column in zip(row, header, strict=True)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE6EE")
    for (price,) in sheet.iter_rows(min_row=2, min_col=4, max_col=4):
        price.number_format = "0.00"
    for letter, width in zip("ABCDEF", (14, 56, 18, 12, 16, 8), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def _typed(cell: str, column: str) -> str | int | float | None:
    if cell == "":
        return None
    if column == "price EUR":
        return float(cell)
    return int(cell) if column in {"lead time weeks", "stock"} else cell


def with_fixed_dates(archive: bytes) -> bytes:
    """Pack an Office archive again with fixed time stamps, outside and in its core properties."""
    stamp = FIXED_DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    result = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return result.getvalue()


# --- transcript --------------------------------------------------------------------------------


def write_vtt(source: str, target: str) -> None:
    """Turn "Speaker: words" lines into WebVTT cues of one to three sentences each."""
    cues = ["WEBVTT - Service and reliability review, 21 March 2024\n"]
    clock = 4.0
    for line in (SOURCES / source).read_text(encoding="utf-8").splitlines():
        speaker, words = line.split(": ", 1)
        for passage in _passages(words):
            end = clock + len(passage.split()) / WORDS_PER_SECOND
            cues.append(
                f"{len(cues)}\n{_clock(clock)} --> {_clock(end)}\n<v {speaker}>{passage}</v>\n"
            )
            clock = end
        clock += PAUSE_SECONDS
    (CORPUS / target).write_text("\n".join(cues), encoding="utf-8")


def _passages(words: str, limit: int = 30) -> Iterator[str]:
    """Join whole sentences until a passage would pass `limit` words."""
    passage = ""
    for sentence in re.split(r"(?<=[.?!]) ", words):
        if passage and len(f"{passage} {sentence}".split()) > limit:
            yield passage
            passage = sentence
        else:
            passage = f"{passage} {sentence}".strip()
    yield passage


def _clock(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milliseconds:03}"


def main() -> None:
    """Write every generated file of the corpus and print what was written."""
    for spec in PDFS:
        write_pdf(spec)
    write_docx("fsp14_seal_change.md", "fsp14_seal_change.docx")
    write_xlsx("spare_parts.xlsx")
    write_vtt("service_review_2024_03_21.txt", "service_review_2024_03_21.vtt")
    for path in sorted(CORPUS.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:>8}  {path.relative_to(CORPUS)}")


if __name__ == "__main__":
    main()
