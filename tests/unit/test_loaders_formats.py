from collections.abc import Sequence
from email.message import EmailMessage
from importlib import import_module
from io import BytesIO
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from docx.document import Document as WordDocument
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from openpyxl.workbook import Workbook
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from core.schemas.document import LoadedDocument
from tools.loaders import LOADERS, LoadLimits, load

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(content: bytes | str, filename: str) -> LoadedDocument:
    data = content.encode() if isinstance(content, str) else content
    return load(data, filename, LoadLimits())


def texts(loaded: LoadedDocument, kind: str | None = None) -> list[str]:
    return [unit.text for unit in loaded.units if kind is None or unit.kind == kind]


def path_of(loaded: LoadedDocument, text: str) -> tuple[str, ...]:
    return next(unit.heading_path for unit in loaded.units if unit.text == text)


def word_bytes(document: WordDocument) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def workbook_bytes(workbook: Workbook) -> bytes:
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def pdf_bytes(pages: Sequence[Sequence[tuple[float, float, str, str, float]]]) -> bytes:
    """Pages of (x, y, text, font, size)."""
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for page in pages:
        for x, y, text, font, size in page:
            canvas.setFont(font, size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


@pytest.mark.parametrize("module", sorted(set(LOADERS.values())))
def test_every_registered_loader_can_read(module: str) -> None:
    assert callable(import_module(module).read)


# Plain text


def test_wrapped_lines_are_joined_and_short_lines_kept_apart() -> None:
    wrapped = "The pump must be vented before it is started for the\nfirst time. Then close it.\n"
    address = "QP Works\nMain Street 1\nHamburg\n"

    assert texts(read(wrapped, "a.txt"))[0].endswith("started for the first time.")
    assert texts(read(address, "a.txt")) == ["QP Works", "Main Street 1", "Hamburg"]


def test_underlined_headings_nest_in_the_order_of_their_styles() -> None:
    loaded = read(
        "Guide\n=====\n\nIntro.\n\nParts\n-----\n\nA seal.\n\nEnd\n===\n\nBye.\n", "a.rst"
    )

    assert texts(loaded, "heading") == ["Guide", "Parts", "End"]
    assert path_of(loaded, "A seal.") == ("Guide", "Parts")
    assert path_of(loaded, "Bye.") == ("End",)
    assert loaded.title == "Guide"


def test_fields_at_the_start_are_rows_and_give_the_title() -> None:
    loaded = read("PEP: 8\nTitle: Style\n  Guide\n\nAbstract\n========\n\nText.\n", "pep.rst")

    assert texts(loaded, "table_row") == ["PEP: 8", "Title: Style Guide"]
    assert loaded.title == "Style Guide"


def test_a_literal_block_is_code() -> None:
    loaded = read("Call it like this::\n\n    def f():\n        return 1\n\nDone now.\n", "a.rst")

    assert texts(loaded, "code") == ["def f():\n    return 1"]


def test_a_list_after_a_colon_is_a_list() -> None:
    loaded = read("You need:\n- a wrench\n- a seal that\n  fits\n\n1. Open.\n2. Close.\n", "a.txt")

    assert texts(loaded, "list_item") == ["a wrench", "a seal that fits", "1. Open.", "2. Close."]


def test_a_drawn_table_becomes_rows() -> None:
    loaded = read("====  =====\nPart  Price\n====  =====\nSeal  4 EUR\n====  =====\n", "a.rst")

    assert texts(loaded) == ["Part | Price", "Seal | 4 EUR"]


# Markdown and HTML


def test_markdown_loses_its_marks_but_keeps_its_structure() -> None:
    loaded = read(
        "---\ntitle: Pump care\n---\n# Care\n\nClean **weekly** with [soap](http://x.y).\n\n"
        "## Parts\n\n| Part | Price |\n|---|---|\n| Seal | 4 EUR |\n\n"
        "- one\n- two\n\n```\nx = 1\n```\n",
        "a.md",
    )

    assert loaded.title == "Pump care"
    assert texts(loaded) == [
        "Care",
        "Clean weekly with soap.",
        "Parts",
        "Part: Seal | Price: 4 EUR",
        "one",
        "two",
        "x = 1",
    ]
    assert path_of(loaded, "Part: Seal | Price: 4 EUR") == ("Care", "Parts")


def test_a_page_keeps_headings_lists_and_tables_and_drops_navigation() -> None:
    loaded = read(
        "<!doctype html><html lang=en><head><title>FAQ</title></head><body>"
        "<nav><a href=/>Home</a></nav><main><h1>FAQ</h1><h2>Seals</h2><p>How often must the seal be"
        " replaced? Every two years, or after 4,000 hours of operation.</p><ol><li>Stop</li>"
        "<li>Drain</li></ol><table><caption>Prices</caption><tr><th>Part</th><th>Price</th></tr>"
        "<tr><td>Seal</td><td>4 EUR</td></tr></table></main><footer>Imprint</footer></body></html>",
        "a.html",
    )

    assert loaded.title == "FAQ"
    assert texts(loaded, "heading") == ["FAQ", "Seals"]
    assert texts(loaded, "list_item") == ["1. Stop", "2. Drain"]
    assert texts(loaded, "table_row") == ["Part: Seal | Price: 4 EUR"]
    assert "Prices" in texts(loaded)
    assert "Home" not in loaded.text
    assert "Imprint" not in loaded.text
    assert loaded.metadata["left_out"] == "navigation and other page furniture"
    assert loaded.warnings == ()  # nothing of the page's own words is missing


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display: none">obey me</p>',
        '<p style="VISIBILITY:hidden;">obey me</p>',
        '<span style="font-size:0px">obey me</span>',
        '<div style="opacity: 0.0">obey me</div>',
        "<div hidden>obey me</div>",
        '<p style="position:absolute; left:-9999px">obey me</p>',
        "<!-- obey me -->",
        '<style>.ghost{display:none}</style><p class="ghost">obey me</p>',
    ],
)
@pytest.mark.parametrize("filename", ["a.html", "a.md"])
def test_hidden_text_is_reported_and_not_read(hidden: str, filename: str) -> None:
    start = "<html><body>" if filename == "a.html" else ""
    loaded = read(f"{start}<p>Visible words before.</p>\n\n{hidden}\n\n<p>And after.</p>", filename)

    assert texts(loaded) == ["Visible words before.", "And after."]
    assert loaded.hidden == ("obey me",)


def test_small_and_translucent_text_is_not_hidden() -> None:
    page = '<html><p style="font-size:0.8em;opacity:0.7">Small print counts.</p></html>'

    assert texts(read(page, "a.html")) == ["Small print counts."]


def test_spans_repeat_their_value_in_every_row_and_column() -> None:
    loaded = read(
        "<html><table><tr><th>Year<th colspan=2>Sales</tr>"
        "<tr><td rowspan=2>2024<td>1<td>2</tr><tr><td>3<td>4</tr></table></html>",
        "a.html",
    )

    assert texts(loaded) == [
        "Year: 2024 | Sales: 1 | Sales: 2",
        "Year: 2024 | Sales: 3 | Sales: 4",
    ]


# Tables


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_record_says_its_column_names(delimiter: str) -> None:
    lines = ["Part number,Price,Note", 'QP-1,410 EUR,"large\nsize"', "QP-2,,small"]

    loaded = read("\n".join(lines).replace(",", delimiter), "parts.csv")

    assert texts(loaded) == [
        "Part number: QP-1 | Price: 410 EUR | Note: large size",
        "Part number: QP-2 | Note: small",
    ]
    assert loaded.title == "parts"


def test_records_without_a_header_are_just_their_values() -> None:
    assert texts(read("1,2\n3,4\n5,6\n", "a.csv")) == ["1 | 2", "3 | 4", "5 | 6"]


def test_cells_that_agree_are_not_merged_cells() -> None:
    assert texts(read("min,max\n10,10\n3,4\n", "a.csv")) == ["min: 10 | max: 10", "min: 3 | max: 4"]
    assert texts(read("7,7\n3,4\n", "a.csv")) == ["7 | 7", "3 | 4"]


def test_agreeing_cells_of_pages_and_documents_keep_their_columns() -> None:
    page = "<html><table><tr><th>min<th>max</tr><tr><td>10<td>10</tr></table></html>"
    workbook = openpyxl.Workbook()
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["min", "max", "10", "10"], strict=True):
        cell.text = text
    for row in (["min", "max"], [10, 10]):
        workbook.active.append(row)

    for content, filename in (
        (page, "a.html"),
        (workbook_bytes(workbook), "a.xlsx"),
        (word_bytes(document), "a.docx"),
    ):
        assert texts(read(content, filename), "table_row") == ["min: 10 | max: 10"]


def test_a_cell_merged_across_the_row_says_its_value_once() -> None:
    page = (
        "<html><table><tr><th>Part<th>Price</tr><tr><td colspan=2>Seals</tr>"
        "<tr><td>QP-1<td>4</tr></table></html>"
    )
    workbook = openpyxl.Workbook()
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for cell, text in zip(table._cells, ["Part", "Price", "Seals", "", "QP-1", "4"], strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(1, 1))
    for row in (["Part", "Price"], ["Seals"], ["QP-1", 4]):
        workbook.active.append(row)
    workbook.active.merge_cells("A2:B2")

    for content, filename in (
        (page, "a.html"),
        (workbook_bytes(workbook), "a.xlsx"),
        (word_bytes(document), "a.docx"),
    ):
        assert texts(read(content, filename), "table_row") == ["Seals", "Part: QP-1 | Price: 4"]


def test_a_caption_above_the_header_is_a_paragraph() -> None:
    loaded = read("Price list,,\nPart,Price,Note\nQP-1,4,x\n", "a.csv")

    assert texts(loaded, "sentence") == ["Price list"]
    assert texts(loaded, "table_row") == ["Part: QP-1 | Price: 4 | Note: x"]


def test_prose_named_csv_is_read_as_prose() -> None:
    prose = "A long sentence, with commas. " * 20 + "\n\nAnother paragraph without any."

    assert read(prose, "a.csv").media_type == "text/plain"


def test_a_sheet_gives_rows_below_its_name() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Prices 2026"
    sheet.append(["Spare parts"])
    sheet.merge_cells("A1:C1")
    sheet.append(["Part number", "Price", "Discount"])
    sheet.append(["QP-1", 410, 0.125])
    sheet.append(["QP-2", 12.5, None])
    sheet["B3"].number_format = '#,##0.00 "EUR"'
    sheet["C3"].number_format = "0.0%"
    hidden = workbook.create_sheet("Secret")
    hidden.append(["margin", "80 percent"])
    hidden.sheet_state = "hidden"

    loaded = read(workbook_bytes(workbook), "prices.xlsx")

    assert texts(loaded) == [
        "Prices 2026",
        "Spare parts",
        "Part number: QP-1 | Price: 410 EUR | Discount: 12.5%",
        "Part number: QP-2 | Price: 12.5",
    ]
    assert loaded.units[2].heading_path == ("Prices 2026",)
    assert loaded.hidden == ("margin 80 percent",)
    assert loaded.warnings == ("hidden sheet left out: Secret",)


def test_merged_cells_speak_for_all_they_cover() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["Region", "2025", None])
    sheet.append([None, "Q1", "Q2"])
    sheet.append(["North", 1, 2])
    sheet.append([None, 3, 4])
    for merged in ("A1:A2", "B1:C1", "A3:A4"):
        sheet.merge_cells(merged)

    assert texts(read(workbook_bytes(workbook), "a.xlsx"), "table_row") == [
        "Region: North | 2025 / Q1: 1 | 2025 / Q2: 2",
        "Region: North | 2025 / Q1: 3 | 2025 / Q2: 4",
    ]


def test_formulas_without_a_stored_result_are_told() -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["Sum", "=1+2"])

    assert read(workbook_bytes(workbook), "a.xlsx").warnings == (
        "1 formulas without a stored result in sheet Sheet",
    )


# Word


def test_a_word_document_is_read_in_its_order() -> None:
    document = docx.Document()
    document.add_heading("Service", 0)
    document.add_heading("Oil", 1)
    document.add_paragraph("Change it yearly. Use type B.")
    document.add_paragraph("Drain", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Part", "Price", "Oil", "9 EUR"], strict=True):
        cell.text = text
    paragraph = document.add_paragraph("Seen. ")
    paragraph.add_run("obey me").font.hidden = True
    document.core_properties.author = "A. Writer"

    loaded = read(word_bytes(document), "a.docx")

    assert texts(loaded) == [
        "Service",
        "Oil",
        "Change it yearly.",
        "Use type B.",
        "Drain",
        "Part: Oil | Price: 9 EUR",
        "Seen.",
    ]
    assert path_of(loaded, "Drain") == ("Oil",)
    assert loaded.hidden == ("obey me",)
    assert loaded.metadata["author"] == "A. Writer"
    assert loaded.title == "Service"


def test_a_package_with_another_name_is_told_by_its_content() -> None:
    document = docx.Document()
    document.add_paragraph("Hello there.")

    assert texts(read(word_bytes(document), "notes.txt")) == ["Hello there."]


def test_notes_follow_the_text_of_a_word_document() -> None:
    document = docx.Document()
    document.add_paragraph("Change it yearly.")
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    for kind in ("endnote", "footnote"):
        xml = (
            f'<w:{kind}s xmlns:w="{space}"><w:{kind} w:type="separator" w:id="0"><w:p><w:r>'
            f"<w:t>line</w:t></w:r></w:p></w:{kind}><w:{kind} w:id='1'><w:p><w:r>"
            f"<w:t>Said in a {kind}.</w:t></w:r></w:p></w:{kind}></w:{kind}s>"
        )
        part = Part(PackURI(f"/word/{kind}s.xml"), "application/xml", xml.encode())
        document.part.relate_to(part, f"{RELATIONS}/{kind}s")

    assert texts(read(word_bytes(document), "a.docx")) == [
        "Change it yearly.",
        "Said in a footnote.",
        "Said in a endnote.",
    ]


# PDF


def page_of(number: int, lines: Sequence[str]) -> list[tuple[float, float, str, str, float]]:
    header = (60.0, 810.0, "QP-200 Manual", "Helvetica", 8.0)
    footer = (280.0, 30.0, f"Page {number} of 4", "Helvetica", 8.0)
    body = [(60.0, 740.0 - 14 * i, line, "Helvetica", 11.0) for i, line in enumerate(lines)]
    return [header, *body, footer]


def test_running_headers_and_page_numbers_are_dropped() -> None:
    bodies = ["The pump runs.", "The fan stands.", "A seal leaks.", "Nobody saw it."]
    pages = [page_of(number, [body]) for number, body in enumerate(bodies, 1)]

    loaded = read(pdf_bytes(pages), "a.pdf")

    assert [(unit.text, unit.page) for unit in loaded.units] == [
        (body, number) for number, body in enumerate(bodies, 1)
    ]


def test_numbers_at_the_top_of_pages_that_do_not_count_them_are_kept() -> None:
    tops = ["Figure 7 shows a seal.", "Figure 3 shows a fan.", "Figure 9 shows a rotor."]
    pages = [page_of(number, [top]) for number, top in enumerate(tops, 1)]

    assert len(read(pdf_bytes(pages), "a.pdf").units) == 3


def test_lines_become_paragraphs_and_hyphens_are_healed() -> None:
    lines = [
        "The impeller must be cleaned with warm water after every sea-",
        "son because salt would otherwise attack its surface. Never use",
        "solvents.",
    ]

    assert texts(read(pdf_bytes([page_of(1, lines)]), "a.pdf"))[1:-1] == [
        "The impeller must be cleaned with warm water after every season because salt would "
        "otherwise attack its surface.",
        "Never use solvents.",
    ]


def test_large_and_bold_lines_are_headings() -> None:
    page = [
        (60.0, 780.0, "Pump Manual", "Helvetica-Bold", 20.0),
        (60.0, 740.0, "1 Safety", "Helvetica-Bold", 14.0),
        (60.0, 715.0, "Wear gloves whenever the housing is open.", "Helvetica", 11.0),
        (60.0, 690.0, "1.1 Electricity", "Helvetica-Bold", 12.0),
        (60.0, 665.0, "Pull the plug before any work is begun.", "Helvetica", 11.0),
    ]

    loaded = read(pdf_bytes([page]), "a.pdf")

    assert texts(loaded, "heading") == ["Pump Manual", "1 Safety", "1.1 Electricity"]
    assert loaded.units[-1].heading_path == ("Pump Manual", "1 Safety", "1.1 Electricity")
    assert loaded.title == "Pump Manual"


def test_aligned_columns_become_rows_with_names() -> None:
    rows = [("Part", "Price", "Weeks"), ("QP-1", "410 EUR", "3"), ("QP-2", "12 EUR", "1")]
    page = [
        (60.0 + 150 * column, 700.0 - 15 * row, cell, "Helvetica", 10.0)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ]

    assert texts(read(pdf_bytes([page]), "a.pdf"), "table_row") == [
        "Part: QP-1 | Price: 410 EUR | Weeks: 3",
        "Part: QP-2 | Price: 12 EUR | Weeks: 1",
    ]


def test_cells_of_several_lines_stay_in_their_row() -> None:
    cells = [
        (60, 700, "Model"),
        (160, 700, "Rated"),
        (160, 690, "flow"),
        (260, 700, "Remark"),
        (60, 670, "QP-1"),
        (160, 670, "25"),
        (260, 670, "for cold"),
        (260, 660, "water"),
        (60, 640, "QP-2"),
        (160, 640, "60"),
        (260, 640, "for oil"),
    ]
    page = [(float(x), float(y), text, "Helvetica", 8.0) for x, y, text in cells]
    below = (60.0, 615.0, "All values hold for the full impeller diameter.", "Helvetica", 10.0)

    loaded = read(pdf_bytes([[*page, below]]), "a.pdf")

    assert texts(loaded) == [
        "Model: QP-1 | Rated flow: 25 | Remark: for cold water",
        "Model: QP-2 | Rated flow: 60 | Remark: for oil",
        "All values hold for the full impeller diameter.",
    ]


def test_bullets_set_far_out_are_items_and_not_columns() -> None:
    page = [
        (x, 700.0 - 14 * row, text, "Helvetica", 10.0)
        for row, item in enumerate(["open the vent", "close the valve"])
        for x, text in ((60.0, "•"), (90.0, item))
    ]

    loaded = read(pdf_bytes([page]), "a.pdf")

    assert [(unit.kind, unit.text) for unit in loaded.units] == [
        ("list_item", "open the vent"),
        ("list_item", "close the valve"),
    ]


def test_code_keeps_its_lines_and_indents() -> None:
    page = [
        (60.0, 740.0, "Set it like this, and then start the pump once more:", "Helvetica", 10.0),
        (60.0, 712.0, "if ready:", "Courier", 10.0),
        (84.0, 700.0, "start()", "Courier", 10.0),
    ]

    assert texts(read(pdf_bytes([page]), "a.pdf"), "code") == ["if ready:\n    start()"]


def test_text_too_small_to_read_is_reported_and_not_read() -> None:
    page = [
        (60.0, 740.0, "The pump may run at 120 degrees.", "Helvetica", 10.0),
        (60.0, 700.0, "obey me", "Helvetica", 0.5),
    ]

    loaded = read(pdf_bytes([page]), "a.pdf")

    assert texts(loaded) == ["The pump may run at 120 degrees."]
    assert loaded.hidden == ("obey me",)


# Mail


def test_a_message_is_read_with_its_quotes_and_names_its_attachments() -> None:
    message = EmailMessage()
    message["Subject"] = "Seal för pump"
    message["From"] = "Ada Lind <ada@example.org>"
    message["To"] = "bob@example.org"
    message.set_content(
        "It leaks again.\n\nOn Mon, 2 Feb 2026, Bob Weber <bob@example.org> wrote:\n> Is it dry?\n"
    )
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")

    loaded = read(message.as_bytes(), "a.eml")

    assert loaded.title == "Seal för pump"
    assert loaded.metadata["from"] == "Ada Lind <ada@example.org>"
    assert [(unit.text, unit.speaker) for unit in loaded.units[1:2]] == [
        ("It leaks again.", "Ada Lind")
    ]
    assert (loaded.units[-1].text, loaded.units[-1].speaker) == ("Is it dry?", "Bob Weber")
    assert loaded.warnings == ("attachment not read: plan.pdf (application/pdf, 4 bytes)",)


def test_an_html_message_is_read_without_its_tags() -> None:
    message = EmailMessage()
    message["Subject"] = "Hello"
    message["From"] = "ada@example.org"
    message.set_content("<p>It <b>leaks</b> again.</p>", subtype="html")

    assert texts(read(message.as_bytes(), "a")) == ["Hello", "It leaks again."]


def test_every_text_part_of_a_message_is_read_and_a_forwarded_one_named() -> None:
    forwarded = EmailMessage()
    forwarded["Subject"] = "Old quote"
    forwarded.set_content("Not to be read.")
    forwarded.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="in.pdf")
    versions = EmailMessage()
    versions.set_content("The plain version.")
    versions.add_alternative("<p>The rich version.</p>", subtype="html")
    message = EmailMessage()
    message["Subject"] = "Seal"
    message["From"] = "ada@example.org"
    message.make_mixed()
    message.attach(versions)
    for text, kind in (("Second part.", "plain"), ("<p>Third part.</p>", "html")):
        part = EmailMessage()
        part.set_content(text, subtype=kind)
        message.attach(part)
    message.add_attachment(forwarded)
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", disposition="inline")

    loaded = read(message.as_bytes(), "a.eml")

    assert texts(loaded) == ["Seal", "The plain version.", "Second part.", "Third part."]
    assert [warning.partition(" (")[0] for warning in loaded.warnings] == [
        "forwarded message not read: Old quote",
        "attachment not read: without a name",
    ]


def test_the_rich_version_is_read_where_the_plain_one_is_empty() -> None:
    message = EmailMessage()
    message["Subject"] = "Seal"
    message["From"] = "ada@example.org"
    message.set_content(" \n")
    message.add_alternative("<p>It leaks.</p>", subtype="html")

    assert texts(read(message.as_bytes(), "a.eml")) == ["Seal", "It leaks."]


# Transcripts


def test_cues_of_one_speaker_are_put_together() -> None:
    loaded = read(
        "WEBVTT\n\nNOTE not said\n\n1\n00:00:01.000 --> 00:00:02.000\n<v Ada>The seal must be\n\n"
        "2\n00:00:02.000 --> 00:00:03.000\n<v Ada>replaced.</v>\n\n"
        "3\n00:00:04.000 --> 00:00:05.000\n<v Bob>When &amp; why?\n",
        "a.txt",
    )

    assert [(unit.text, unit.speaker) for unit in loaded.units] == [
        ("The seal must be replaced.", "Ada"),
        ("When & why?", "Bob"),
    ]
    assert loaded.metadata["speakers"] == "Ada, Bob"
    assert loaded.metadata["paragraph_starts"] == "00:00:01 00:00:04"


def test_subrip_names_are_speakers() -> None:
    loaded = read(
        "1\n00:00:01,000 --> 00:00:02,000\nADA: Is it dry?\n\n"
        "2\n00:00:02,000 --> 00:00:03,000\nBOB: It is\n\n3\n00:00:03,000 --> 00:00:04,000\ndry.\n",
        "a.srt",
    )

    assert [(unit.text, unit.speaker) for unit in loaded.units] == [
        ("Is it dry?", "ADA"),
        ("It is dry.", "BOB"),
    ]


def test_cues_without_blank_lines_between_them_are_told_by_their_times() -> None:
    loaded = read(
        "1\n00:00:01,000 --> 00:00:02,000\nADA: Is it 12\n"
        "2\n00:00:02,000 --> 00:00:03,000\nor 13?\n"
        "3\n00:00:03,000 --> 00:00:04,000\nBOB: It is\n13\n",
        "a.srt",
    )

    assert [(unit.text, unit.speaker) for unit in loaded.units] == [
        ("Is it 12 or 13?", "ADA"),
        ("It is 13", "BOB"),
    ]
    assert loaded.metadata["paragraph_starts"] == "00:00:01 00:00:03"


# Structured text


def test_objects_are_rows_below_their_keys() -> None:
    loaded = read('{"parts": [{"name": "QP-1", "price": 410}, {"name": "QP-2"}]}', "a.json")

    assert texts(loaded, "table_row") == ["name: QP-1 | price: 410", "name: QP-2"]
    assert loaded.units[-1].heading_path == ("parts",)


def test_xml_gives_prose_and_records() -> None:
    loaded = read(
        "<?xml version='1.0' encoding='utf-16'?><doc><title>Parts</title><!-- obey me -->"
        "<p>Use <b>only</b> ours.</p><part><id>QP-1</id><price>410</price></part></doc>",
        "a.xml",
    )

    assert texts(loaded) == ["Parts", "Use only ours.", "id: QP-1 | price: 410"]
    assert loaded.hidden == ("obey me",)


def test_a_strict_package_is_read_like_a_transitional_one() -> None:
    document = docx.Document()
    document.add_paragraph("Hello there.")
    strict = BytesIO()
    with ZipFile(BytesIO(word_bytes(document))) as source, ZipFile(strict, "w") as target:
        for member in source.infolist():
            data = source.read(member)
            for part in (b"officeDocument", b"wordprocessingml"):
                data = data.replace(
                    b"http://schemas.openxmlformats.org/" + part + b"/2006/",
                    b"http://purl.oclc.org/ooxml/" + part + b"/",
                )
            target.writestr(member.filename, data)

    assert texts(read(strict.getvalue(), "a.docx")) == ["Hello there."]
