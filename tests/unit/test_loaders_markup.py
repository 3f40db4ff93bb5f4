from time import perf_counter

import pytest

from core.errors import CorruptDocument, EmptyExtraction
from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load


def read(body: str) -> LoadedDocument:
    return load(f'<?xml version="1.0"?>{body}'.encode(), "a.xml", LoadLimits())


def texts(loaded: LoadedDocument, kind: str | None = None) -> list[str]:
    return [unit.text for unit in loaded.units if kind is None or unit.kind == kind]


def test_an_article_is_read_below_its_headings_with_its_notes_at_the_end() -> None:
    loaded = read(
        '<article xmlns="urn:x"><front><article-title>Pumps</article-title>'
        "<kwd-group><title>Keywords</title><kwd>oil</kwd></kwd-group></front><body><sec>"
        "<title>Care</title><p>Check the <b>oil</b><fn><p>Cold.</p></fn> now.</p><sec>"
        "<title>Lists</title><p>Do this:<list><list-item><p>First.</p></list-item>"
        "<list-item>Then <i>this</i>.</list-item></list>and stop.</p></sec></sec></body></article>"
    )

    assert [(unit.kind, unit.text) for unit in loaded.units] == [
        ("heading", "Pumps"),
        ("sentence", "Keywords"),
        ("table_row", "kwd: oil"),
        ("heading", "Care"),
        ("sentence", "Check the oil now."),
        ("heading", "Lists"),
        ("sentence", "Do this:"),
        ("list_item", "First."),
        ("list_item", "Then this."),
        ("sentence", "and stop."),
        ("sentence", "Cold."),
    ]
    assert loaded.title == "Pumps"
    assert loaded.units[6].heading_path == ("Pumps", "Care", "Lists")


def test_titles_of_figures_and_of_cited_works_are_no_headings() -> None:
    loaded = read(
        "<doc><title>Pumps</title><fig><caption><title>A pump.</title></caption></fig><ref-list>"
        "<element-citation><name>Smith</name><article-title>On oil</article-title><year>1990</year>"
        "</element-citation></ref-list></doc>"
    )

    assert texts(loaded, "heading") == ["Pumps"]
    assert texts(loaded, "sentence") == ["A pump.", "Smith On oil 1990"]


@pytest.mark.parametrize(
    "rows",
    [
        "<table><thead><tr><th>Part</th><th>Size</th></tr></thead><tbody>"
        "<tr><td rowspan='2'>Nut</td><td>M10</td></tr><tr><td>M12</td></tr></tbody></table>",
        "<table><tgroup><thead><row><entry>Part</entry><entry>Size</entry></row></thead><tbody>"
        "<row><entry>Nut</entry><entry>M10</entry></row>"
        "<row><entry>Nut</entry><entry>M12</entry></row></tbody></tgroup></table>",
    ],
)
def test_tables_say_their_columns(rows: str) -> None:
    assert texts(read(f"<doc><p>Sizes:{rows}</p></doc>")) == [
        "Sizes:",
        "Part: Nut | Size: M10",
        "Part: Nut | Size: M12",
    ]


def test_parts_that_stand_side_by_side_are_set_apart() -> None:
    loaded = read("<p>By <name><a>Ann</a><b>Smith</b></name> of H<sub>2</sub>O.</p>")

    assert texts(loaded) == ["By Ann Smith of H2O."]


def test_a_file_of_attributes_only_says_so() -> None:
    with pytest.raises(EmptyExtraction, match="attributes"):
        read('<links><link from="a" to="b"/></links>')


def test_a_file_nested_beyond_reason_is_corrupt() -> None:
    with pytest.raises(CorruptDocument, match="nested"):
        read("<p>" * 5_000 + "x" + "</p>" * 5_000)


@pytest.mark.parametrize("name", ["p", "sec", "list-item", "x", "table"])
def test_nesting_that_the_parser_allows_is_read(name: str) -> None:
    assert texts(read(f"<{name}>" * 250 + "Deep." + f"</{name}>" * 250))[-1].endswith("Deep.")


@pytest.mark.parametrize(
    "pattern",
    [
        "<p>x</p>", "<fn>x</fn>", "<list><item>x</item></list>", "<title>x</title>", "x<b>y</b>",
        "<table><tr><td rowspan='1000'>x</td><td>y</td></tr></table>", "<row><a>x</a></row>",
    ],
)  # fmt: skip
def test_endless_repetition_is_read_in_seconds(pattern: str) -> None:
    started = perf_counter()

    read(f"<doc><p>Words.</p>{pattern * (300_000 // len(pattern))}</doc>")

    assert perf_counter() - started < 10.0
