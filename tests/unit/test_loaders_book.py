from collections.abc import Sequence
from io import BytesIO
from time import perf_counter
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from core.errors import CorruptDocument, EmptyExtraction, EncryptedDocument
from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'


def package(items: Sequence[str], spine: Sequence[str]) -> str:
    """Items are ``id`` or ``id media-type properties``; a file has its item's id for a name."""
    listed = ""
    for item in items:
        name, media, properties = (*item.split(), "application/xhtml+xml", "")[:3]
        listed += (
            f'<item id="{name}" href="{name}" media-type="{media}" properties="{properties}"/>'
        )
    references = "".join(f'<itemref idref="{name}"/>' for name in spine)
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>Pump book</dc:title><dc:creator>A. Smith</dc:creator></metadata>"
        f"<manifest>{listed}</manifest><spine>{references}</spine></package>"
    )


def book(items: Sequence[str], spine: Sequence[str], parts: dict[str, str]) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OPS/book.opf", package(items, spine))
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def page(body: str) -> str:
    space = 'xmlns="http://www.w3.org/1999/xhtml"'
    return f'<?xml version="1.0"?><html {space}><head><title/></head><body>{body}</body></html>'


def read(content: bytes) -> LoadedDocument:
    return load(content, "a.epub", LoadLimits())


def texts(loaded: LoadedDocument) -> list[str]:
    return [unit.text for unit in loaded.units]


def test_chapters_are_read_in_the_order_of_the_spine() -> None:
    loaded = read(
        book(
            ["b", "a"],
            ["a", "b"],
            {
                "OPS/b": page("<h1>Stopping</h1><ul><li>Close it.</li></ul>"),
                "OPS/a": page(
                    "<h1>Starting</h1><p>Open&#160;<a id='x'/>it.</p><aside>1. Slowly.</aside>"
                ),
            },
        )
    )

    assert texts(loaded) == ["Starting", "Open it.", "1. Slowly.", "Stopping", "Close it."]
    assert loaded.units[4].heading_path == ("Stopping",)
    assert loaded.title == "Pump book"
    assert loaded.metadata == {"author": "A. Smith"}


@pytest.mark.parametrize("kind", ["nav", "ncx"])
def test_the_table_of_contents_names_chapters_without_a_heading(kind: str) -> None:
    space = 'xmlns="http://www.daisy.org/z3986/2005/ncx/"'
    index = f"<ncx {space}><navMap><navPoint><navLabel><text>One</text></navLabel>"
    index += '<content src="a#top"/></navPoint></navMap></ncx>'
    contents = page('<nav><a href="a">One</a></nav>') if kind == "nav" else index
    item = "t application/xhtml+xml nav" if kind == "nav" else "t application/x-dtbncx+xml"
    spine = ["t", "a"] if kind == "nav" else ["a"]

    loaded = read(book(["a", item], spine, {"OPS/a": page("<p>Words.</p>"), "OPS/t": contents}))

    assert texts(loaded) == ["One", "Words."]
    assert loaded.units[1].heading_path == ("One",)


def test_what_cannot_be_read_is_told() -> None:
    loaded = read(
        book(
            ["a", "gone", "i image/png"],
            ["a", "gone", "i", "unknown"],
            {"OPS/a": page('<p>Words. <img src="x"/><img src="y" alt="A pump."/></p>')},
        )
    )

    assert texts(loaded) == ["Words.", "A pump."]
    assert loaded.warnings == (
        "the book lists a chapter that it does not name",
        "a chapter is missing from the file: OPS/gone",
        "pictures without a description left out: 2",
    )


@pytest.mark.parametrize(("target", "is_refused"), [("OPS/a", True), ("OPS/font", False)])
def test_protected_chapters_are_refused_and_protected_fonts_are_not(
    target: str, is_refused: bool
) -> None:
    content = book(
        ["a"],
        ["a"],
        {
            "OPS/a": page("<p>Words.</p>"),
            "META-INF/encryption.xml": f'<e><CipherReference URI="{target}"/></e>',
        },
    )

    if is_refused:
        with pytest.raises(EncryptedDocument):
            read(content)
    else:
        assert texts(read(content)) == ["Words."]


def test_a_book_without_its_package_is_corrupt() -> None:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")

    with pytest.raises(CorruptDocument):
        read(stream.getvalue())
    with pytest.raises(CorruptDocument, match="nested"):
        read(book(["a"], ["a"], {"OPS/a": page("<div>" * 5_000)}))


def test_a_book_without_words_is_an_empty_extraction() -> None:
    with pytest.raises(EmptyExtraction):
        read(book(["a"], ["a"], {"OPS/a": ""}))


def test_a_chapter_listed_a_thousand_times_is_read_once() -> None:
    loaded = read(book(["a"], ["a"] * 1_000, {"OPS/a": page("<p>Words.</p>")}))

    assert texts(loaded) == ["Words."]


@pytest.mark.parametrize("pattern", ["<a" + "x" * 1_000_000, "<a " * 300_000, "<i/>" * 200_000])
def test_endless_tags_are_read_in_seconds(pattern: str) -> None:
    started = perf_counter()

    read(book(["a"], ["a"], {"OPS/a": page(f"<p>Words.</p>{pattern}")}))

    assert perf_counter() - started < 10.0


def test_the_pages_of_a_book_share_what_merged_cells_may_repeat() -> None:
    table = f"<table><tr><td rowspan='999'>{'x' * 10_000}</td><td>y</td></tr>"
    chapter = page(table + "<tr><td>z</td></tr>" * 200 + "</table>")
    names = [f"c{number}" for number in range(30)]

    loaded = read(book(names, names, {f"OPS/{name}": chapter for name in names}))

    assert len(loaded.text) < 3_000_000
