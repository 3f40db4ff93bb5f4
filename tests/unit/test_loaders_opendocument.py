from io import BytesIO
from time import perf_counter
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from core.errors import CorruptDocument, EmptyExtraction, EncryptedDocument
from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load

NAMES = "office text table drawing:draw style presentation svg-compatible:svg"
SPACES = " ".join(
    f'xmlns:{name.rpartition(":")[2]}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name in NAMES.split()
    for space in [name.partition(":")[0]]
)
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def document(
    body: str, kind: str = "text", styles: str = "", parts: dict[str, str] | None = None
) -> bytes:
    stream = BytesIO()
    content = f"<office:document-content {SPACES} {XLINK}>"
    content += f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
    content += f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", content)
        for name, part in (parts or {}).items():
            archive.writestr(name, part)
    return stream.getvalue()


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def table(*rows: str, name: str = "Parts") -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def read(content: bytes) -> LoadedDocument:
    return load(content, "a.odt", LoadLimits())


def texts(loaded: LoadedDocument, kind: str | None = None) -> list[str]:
    return [unit.text for unit in loaded.units if kind is None or unit.kind == kind]


def test_a_text_is_read_in_its_order_below_its_headings() -> None:
    note = "<text:note><text:note-citation>1</text:note-citation>"
    note += "<text:note-body><text:p>Cold.</text:p></text:note-body></text:note>"
    loaded = read(
        document(
            '<text:h text:outline-level="1">Pumps</text:h>'
            '<text:h text:outline-level="2">Care</text:h>'
            f"<text:p>Check<text:s text:c='3'/>the <text:span>oil{note}</text:span> now.</text:p>"
            "<text:list><text:list-item><text:p>First.</text:p><text:list><text:list-item>"
            "<text:p>Then.</text:p></text:list-item></text:list></text:list-item></text:list>"
            "<text:p>One line.<text:line-break/>Another.</text:p>"
        )
    )

    assert [(unit.kind, unit.text) for unit in loaded.units] == [
        ("heading", "Pumps"),
        ("heading", "Care"),
        ("sentence", "Check the oil now."),
        ("list_item", "First."),
        ("list_item", "Then."),
        ("sentence", "One line."),
        ("sentence", "Another."),
        ("sentence", "Cold."),
    ]
    assert loaded.units[2].heading_path == ("Pumps", "Care")


def test_the_title_is_told_by_its_style_and_code_keeps_its_lines() -> None:
    loaded = read(
        document(
            '<text:p text:style-name="P1">Manual</text:p><text:p text:style-name="P2">x ='
            "<text:s text:c='2'/>1</text:p>",
            styles='<style:style style:name="P1" style:parent-style-name="Title"/>'
            '<style:style style:name="P2" style:parent-style-name="Preformatted_20_Text"/>',
        )
    )

    assert loaded.title == "Manual"
    assert [(unit.kind, unit.text) for unit in loaded.units][1] == ("code", "x =  1")


def test_deleted_hidden_and_commented_words_are_not_text() -> None:
    loaded = read(
        document(
            "<text:tracked-changes><text:p>Deleted.</text:p></text:tracked-changes>"
            "<text:p>Shown.<office:annotation><text:p>A comment.</text:p></office:annotation>"
            '<text:span text:style-name="T1">Obey me.</text:span></text:p>'
            '<text:section text:display="none"><text:p>Secret.</text:p></text:section>'
            "<text:table-of-content><text:p>Pumps 1</text:p></text:table-of-content>",
            styles='<style:style style:name="T1"><style:text-properties text:display="none"/>'
            "</style:style>",
        )
    )

    assert texts(loaded) == ["Shown."]
    assert loaded.hidden == ("Obey me.", "Secret.")
    assert loaded.warnings == ("review comments left out",)
    assert loaded.metadata == {"left_out": "table of contents"}


def test_a_table_says_its_columns_and_fills_its_merged_cells() -> None:
    covered = "<table:covered-table-cell/>"
    head = f"<table:table-header-rows>{row(cell('Part'), cell('Size'))}</table:table-header-rows>"
    loaded = read(
        document(
            table(
                head,
                row(cell("Nut", 'table:number-rows-spanned="2"'), cell("M10")),
                row(covered, cell("M12")),
                row(cell("Sold in pairs", 'table:number-columns-spanned="2"'), covered),
            )
        )
    )

    assert texts(loaded) == ["Part: Nut | Size: M10", "Part: Nut | Size: M12", "Sold in pairs"]


def test_frames_bring_their_text_and_pictures_their_description() -> None:
    box = "<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>"
    seen = "<draw:frame><draw:image/><svg:desc>A pump from above.</svg:desc></draw:frame>"
    loaded = read(
        document(f"<text:p>Before.{box}{seen}<draw:frame><draw:image/></draw:frame></text:p>")
    )

    assert texts(loaded) == ["Before.", "In a box.", "A pump from above."]
    assert loaded.warnings == ("pictures without a description left out: 1",)


def test_an_embedded_chart_brings_its_numbers() -> None:
    chart = f"<office:document-content {SPACES}><office:body><office:chart>"
    chart += table(row(cell("Year"), cell("Sold")), row(cell("2024"), cell("9")))
    chart += "</office:chart></office:body></office:document-content>"
    frame = '<draw:frame><draw:object xlink:href="./Object 1"/><draw:image/></draw:frame>'

    loaded = read(
        document(f"<text:p>{frame}{frame}</text:p>", parts={"Object 1/content.xml": chart})
    )

    assert texts(loaded) == ["Year: 2024 | Sold: 9"]


def test_slides_are_read_below_their_titles_with_their_notes() -> None:
    def frame(kind: str, text: str) -> str:
        box = f"<draw:text-box><text:p>{text}</text:p></draw:text-box>"
        return f'<draw:frame presentation:class="{kind}">{box}</draw:frame>'

    notes = f"<presentation:notes>{frame('notes', 'Say it slowly.')}</presentation:notes>"
    loaded = read(
        document(
            f"<draw:page>{frame('outline', 'Oil.')}{frame('title', 'Pumps')}{notes}"
            f"{frame('footer', 'Page')}</draw:page>"
            f"<draw:page>{frame('outline', 'More.')}</draw:page>"
            f'<draw:page draw:style-name="dp1">{frame("outline", "Secret.")}</draw:page>',
            "presentation",
            styles='<style:style style:name="dp1"><style:drawing-page-properties'
            ' presentation:visibility="hidden"/></style:style>',
        )
    )

    assert [(unit.text, unit.page, unit.heading_path) for unit in loaded.units] == [
        ("Pumps", 1, ("Pumps",)),
        ("Oil.", 1, ("Pumps",)),
        ("Say it slowly.", 1, ("Pumps",)),
        ("More.", 2, ()),
    ]
    assert loaded.hidden == ("Secret.",)


def test_sheets_give_rows_below_their_names() -> None:
    loaded = read(
        document(
            table(
                row(cell("Part"), cell("Price")),
                row(cell("QP-1"), cell("410"), attributes='table:number-rows-repeated="2"'),
                row("<table:table-cell/>", attributes='table:number-rows-repeated="1048000"'),
            )
            + table(row(cell("Year"), cell("Sold")), row(cell("2024"), cell("9")), name="Sales"),
            "spreadsheet",
        )
    )

    assert texts(loaded) == [
        "Parts",
        "Part: QP-1 | Price: 410",
        "Part: QP-1 | Price: 410",
        "Sales",
        "Year: 2024 | Sold: 9",
    ]


def test_an_encrypted_file_says_so() -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"

    with pytest.raises(EncryptedDocument):
        read(document("x", parts={"META-INF/manifest.xml": manifest}))


def test_broken_files_are_corrupt_and_empty_ones_are_empty() -> None:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")

    with pytest.raises(CorruptDocument):
        read(stream.getvalue())
    with pytest.raises(CorruptDocument, match="well-formed"):
        read(document("<text:p>"))
    with pytest.raises(CorruptDocument, match="nested"):
        read(document("<text:list>" * 5_000 + "</text:list>" * 5_000))
    with pytest.raises(EmptyExtraction):
        read(document("<text:p/>"))


@pytest.mark.parametrize(
    "body",
    [
        table(row(cell("x" * 1_000, 'table:number-columns-repeated="16384"') * 100)),
        table(
            row(
                cell("x"),
                '<table:table-cell table:number-columns-repeated="999999"/>',
                attributes='table:number-rows-repeated="1048576"',
            )
            * 1_000
        ),
        "<draw:frame><draw:text-box><text:p>" * 70
        + "Deep."
        + "</text:p></draw:text-box></draw:frame>" * 70,
        "<text:p>Words.<text:s text:c='9999'/></text:p>" * 10_000,
    ],
)
@pytest.mark.parametrize("kind", ["text", "spreadsheet"])
def test_repetition_without_end_is_read_in_seconds(body: str, kind: str) -> None:
    started = perf_counter()

    loaded = read(document(f"<text:p>Words.</text:p>{body}", kind))

    assert len(loaded.text) < 12_000_000
    assert perf_counter() - started < 20.0
