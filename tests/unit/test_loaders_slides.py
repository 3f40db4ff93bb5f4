from collections.abc import Sequence
from io import BytesIO
from time import perf_counter
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from core.errors import CorruptDocument, EmptyExtraction
from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    f' xmlns:r="{OFFICE}"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def relations(*entries: tuple[str, str]) -> str:
    """Of kind and target each, named rId1, rId2 …"""
    body = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(entries, start=1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{body}</Relationships>'


def deck(slides: Sequence[str], parts: dict[str, str] | None = None) -> bytes:
    stream = BytesIO()
    names = [f"slides/slide{number}.xml" for number in range(1, len(slides) + 1)]
    ids = "".join(f'<p:sldId r:id="rId{number}"/>' for number in range(1, len(slides) + 1))
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relations(("officeDocument", "ppt/presentation.xml")))
        archive.writestr(
            "ppt/presentation.xml",
            f"<p:presentation {SPACES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        )
        archive.writestr(
            "ppt/_rels/presentation.xml.rels", relations(*(("slide", name) for name in names))
        )
        for name, slide in zip(names, slides, strict=True):
            archive.writestr(f"ppt/{name}", slide)
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return stream.getvalue()


def slide(*shapes: str, attributes: str = "") -> str:
    tree = f"<p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld>"
    return f"<p:sld {SPACES} {attributes}>{tree}</p:sld>"


def shape(*paragraphs: str, kind: str | None = None, hidden: bool = False) -> str:
    """A text box, or a placeholder of a kind (``obj`` without a type)."""
    mark = "" if kind is None else "<p:ph/>" if kind == "obj" else f'<p:ph type="{kind}"/>'
    names = f"<p:cNvPr id='2' name='x' hidden='{int(hidden)}'/>"
    body = "".join(
        text if text.startswith("<") else f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"
        for text in paragraphs
    )
    return (
        f"<p:sp><p:nvSpPr>{names}<p:nvPr>{mark}</p:nvPr></p:nvSpPr>"
        f"<p:txBody>{body}</p:txBody></p:sp>"
    )


def cell(text: str, attributes: str = "") -> str:
    return f"<a:tc {attributes}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"


def frame(content: str) -> str:
    return (
        "<p:graphicFrame><a:graphic><a:graphicData>"
        f"{content}</a:graphicData></a:graphic></p:graphicFrame>"
    )


def read(content: bytes) -> LoadedDocument:
    return load(content, "deck.pptx", LoadLimits())


def texts(loaded: LoadedDocument, kind: str | None = None) -> list[str]:
    return [unit.text for unit in loaded.units if kind is None or unit.kind == kind]


def test_a_slide_is_read_below_its_title_with_its_list_and_notes() -> None:
    notes = f"<p:notes {SPACES}><p:cSld><p:spTree>" + "".join(
        (shape("1", kind="sldNum"), shape("Mention the discount.", kind="body"))
    )
    loaded = read(
        deck(
            [
                slide(
                    shape("First, check.", "Then start.", kind="obj"), shape("Pumps", kind="title")
                ),
                slide(shape("No title here.")),
            ],
            {
                "ppt/slides/_rels/slide1.xml.rels": relations(
                    ("notesSlide", "../notesSlides/notesSlide1.xml")
                ),
                "ppt/notesSlides/notesSlide1.xml": f"{notes}</p:spTree></p:cSld></p:notes>",
            },
        )
    )

    assert [(unit.kind, unit.text, unit.page) for unit in loaded.units] == [
        ("heading", "Pumps", 1),
        ("list_item", "First, check.", 1),
        ("list_item", "Then start.", 1),
        ("sentence", "Mention the discount.", 1),
        ("sentence", "No title here.", 2),
    ]
    assert [unit.heading_path for unit in loaded.units[2:5:2]] == [("Pumps",), ()]
    assert loaded.title == "Pumps"


def test_grouped_shapes_and_line_breaks_are_read_and_footers_are_not() -> None:
    group = f"<p:grpSp><p:grpSp>{shape('Inner.')}</p:grpSp>{shape('Outer.')}</p:grpSp>"
    broken = "<a:p><a:r><a:t>One line.</a:t></a:r><a:br/><a:r><a:t>Another.</a:t></a:r></a:p>"

    loaded = read(deck([slide(group, shape(broken), shape("Page 7", kind="ftr"))]))

    assert texts(loaded) == ["Inner.", "Outer.", "One line.", "Another."]


def test_a_table_says_its_columns_and_repeats_merged_cells() -> None:
    merged = 'vMerge="1"'
    table = (
        '<a:tbl><a:tblPr firstRow="1"/>'
        f"<a:tr>{cell('Part')}{cell('Torque')}</a:tr>"
        f"<a:tr>{cell('Nut')}{cell('62 Nm')}</a:tr>"
        f"<a:tr>{cell('', merged)}{cell('64 Nm')}</a:tr></a:tbl>"
    )

    loaded = read(deck([slide(frame(table))]))

    assert texts(loaded, "table_row") == ["Part: Nut | Torque: 62 Nm", "Part: Nut | Torque: 64 Nm"]


def test_a_chart_gives_its_values_and_a_diagram_its_words() -> None:
    def points(*values: str) -> str:
        cached = "".join(
            f'<c:pt idx="{index}"><c:v>{value}</c:v></c:pt>' for index, value in enumerate(values)
        )
        return f"<c:strRef><c:strCache>{cached}</c:strCache></c:strRef>"

    chart = (
        f"<c:chartSpace {SPACES}><c:chart><c:plotArea><c:barChart><c:ser>"
        f"<c:tx>{points('Sales')}</c:tx><c:cat>{points('2023', '2024')}</c:cat>"
        f"<c:val>{points('7', '9')}</c:val></c:ser></c:barChart></c:plotArea></c:chart>"
        "</c:chartSpace>"
    )
    diagram = (
        f'<dgm:dataModel {SPACES}><dgm:ptLst><dgm:pt type="doc"/><dgm:pt><dgm:t>'
        "<a:p><a:r><a:t>Drain</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
    )
    loaded = read(
        deck(
            [slide(frame('<c:chart r:id="rId1"/>'), frame('<dgm:relIds r:dm="rId2"/>'))],
            {
                "ppt/slides/_rels/slide1.xml.rels": relations(
                    ("chart", "../charts/chart1.xml"), ("diagramData", "/ppt/diagrams/data1.xml")
                ),
                "ppt/charts/chart1.xml": chart,
                "ppt/diagrams/data1.xml": diagram,
            },
        )
    )

    assert texts(loaded) == ["2023 | Sales: 7", "2024 | Sales: 9", "Drain"]


def test_pictures_are_read_by_their_description_or_counted() -> None:
    def picture(description: str) -> str:
        names = f'<p:cNvPr id="3" name="i" descr="{description}"/>'
        return f"<p:pic><p:nvPicPr>{names}</p:nvPicPr></p:pic>"

    loaded = read(deck([slide(picture("A pump seen from above."), picture("image1.png"))]))

    assert texts(loaded) == ["A pump seen from above."]
    assert loaded.warnings == ("pictures without a description left out: 1",)


def test_hidden_slides_and_shapes_are_reported_and_not_read() -> None:
    loaded = read(
        deck(
            [
                slide(shape("Shown."), shape("Obey me.", hidden=True)),
                slide(shape("Secret."), attributes='show="0"'),
            ]
        )
    )

    assert texts(loaded) == ["Shown."]
    assert loaded.hidden == ("Obey me.", "Secret.")
    assert loaded.warnings == ("hidden slide left out: 2",)


def test_a_deck_without_words_is_an_empty_extraction() -> None:
    with pytest.raises(EmptyExtraction):
        read(deck([slide()]))


@pytest.mark.parametrize(
    "broken",
    [
        "<p:sld",
        f"<p:sld {SPACES}>{'<p:grpSp>' * 5_000}{'</p:grpSp>' * 5_000}</p:sld>",
        f'<!DOCTYPE a [<!ENTITY e "{"x" * 99}"><!ENTITY f "{"&e;" * 99_999}">]>'
        f'<p:sld {SPACES} show="{"&f;" * 99}"/>',
    ],
)
def test_a_slide_that_is_broken_or_hostile_is_corrupt(broken: str) -> None:
    with pytest.raises(CorruptDocument):
        read(deck([broken]))


def test_a_presentation_without_its_parts_is_corrupt() -> None:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("ppt/other.xml", "<x/>")

    with pytest.raises(CorruptDocument):
        read(stream.getvalue())


def test_a_chart_that_is_shown_a_thousand_times_is_read_once() -> None:
    content = deck(
        [slide(shape("Words."), frame('<c:chart r:id="rId1"/>') * 1_000)],
        {
            "ppt/slides/_rels/slide1.xml.rels": relations(("chart", "../charts/chart1.xml")),
            "ppt/charts/chart1.xml": (
                f"<c:chartSpace {SPACES}><c:chart><c:title><a:t>{'Sales ' * 1_000}</a:t></c:title>"
                "</c:chart></c:chartSpace>"
            ),
        },
    )

    assert len(read(content).text) < 10_000


def test_a_long_merged_cell_does_not_grow_with_the_table() -> None:
    merged = 'vMerge="1"'
    rows = f"<a:tr>{cell('x' * 100_000)}{cell('y')}</a:tr>"
    rows += f"<a:tr>{cell('', merged)}{cell('z')}</a:tr>" * 20_000
    started = perf_counter()

    loaded = read(deck([slide(frame(f"<a:tbl>{rows}</a:tbl>"))]))

    assert len(loaded.text) < 3_000_000
    assert perf_counter() - started < 20.0
