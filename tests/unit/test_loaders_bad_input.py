"""What the service promises about bad input: a typed error that names the cause, or a document."""

import struct
from io import BytesIO
from time import perf_counter
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import openpyxl
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from core.errors import (
    CorruptDocument,
    DocumentTooLarge,
    EmptyDocument,
    EmptyExtraction,
    EncryptedDocument,
    UnsupportedFormat,
)
from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load


def read(
    content: bytes, filename: str = "file", limits: LoadLimits | None = None
) -> LoadedDocument:
    return load(content, filename, limits or LoadLimits())


def texts(loaded: LoadedDocument) -> list[str]:
    return [unit.text for unit in loaded.units]


def word_bytes(text: str = "Hello there.") -> bytes:
    stream = BytesIO()
    document = docx.Document()
    document.add_paragraph(text)
    document.save(stream)
    return stream.getvalue()


def workbook_bytes(rows: int) -> bytes:
    stream = BytesIO()
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Parts")
    sheet.append(["Part", "Price"])
    for row in range(rows):
        sheet.append([f"QP-{row}", row])
    workbook.save(stream)
    return stream.getvalue()


def pdf_bytes(text: str | None, password: str | None = None) -> bytes:
    stream = BytesIO()
    encrypt = StandardEncryption(password) if password else None
    canvas = Canvas(stream, encrypt=encrypt)
    if text:
        canvas.drawString(72, 700, text)
    else:
        canvas.rect(72, 700, 100, 100, fill=1)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def bomb(size: int, member: str = "word/document.xml") -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, b"0" * size)
    return stream.getvalue()


def test_an_empty_file_says_so() -> None:
    with pytest.raises(EmptyDocument):
        read(b"")


@pytest.mark.parametrize("content", [b" \n\t ", b"\xef\xbb\xbf", b"... ---", b"\x00\x00\x00 \x00"])
@pytest.mark.parametrize("filename", ["a.txt", "a.md", "a.csv", "a.html"])
def test_a_file_without_words_is_never_a_document(content: bytes, filename: str) -> None:
    with pytest.raises((EmptyExtraction, UnsupportedFormat)):
        read(content, filename)


def test_a_page_without_words_is_an_empty_extraction() -> None:
    with pytest.raises(EmptyExtraction):
        read(b"<html><body><script>var a = 1</script><img src=x></body></html>", "a.html")


def test_a_pdf_without_words_is_an_empty_extraction() -> None:
    with pytest.raises(EmptyExtraction, match="1 of 1 pages have no text"):
        read(pdf_bytes(None), "scan.pdf")


def test_an_encrypted_pdf_says_so() -> None:
    with pytest.raises(EncryptedDocument):
        read(pdf_bytes("secret", password="pass"), "a.pdf")


def test_an_encrypted_office_file_says_so() -> None:
    package = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    package += "EncryptedPackage".encode("utf-16-le") + bytes(512)

    with pytest.raises(EncryptedDocument):
        read(package, "a.docx")


def test_an_encrypted_message_says_so() -> None:
    with pytest.raises(EncryptedDocument):
        read(b"From: a@b.c\nTo: d@e.f\nContent-Type: application/pkcs7-mime\n\nMIAGCSqG\n", "a.eml")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_truncated_package_is_corrupt(kind: str, share: float) -> None:
    content = word_bytes() if kind == "docx" else workbook_bytes(5)

    with pytest.raises(CorruptDocument):
        read(content[: int(len(content) * share)], f"a.{kind}")


def test_a_truncated_pdf_is_corrupt() -> None:
    with pytest.raises((CorruptDocument, EmptyExtraction)):
        read(pdf_bytes("Hello")[:200], "a.pdf")


def test_a_package_without_its_parts_is_corrupt() -> None:
    for part in ("word/other.xml", "xl/other.xml"):
        with pytest.raises(CorruptDocument):
            read(bomb(10, part), "a.docx")


def test_a_package_with_broken_xml_is_corrupt() -> None:
    stream = BytesIO()
    with ZipFile(BytesIO(word_bytes())) as source, ZipFile(stream, "w") as target:
        for member in source.infolist():
            data = source.read(member)
            cut = member.filename == "word/document.xml"
            target.writestr(member.filename, data[: len(data) // 2] if cut else data)

    with pytest.raises(CorruptDocument):
        read(stream.getvalue(), "a.docx")


def test_a_file_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(DocumentTooLarge, match="limit is 10"):
        read(b"x" * 11, limits=LoadLimits(max_bytes=10))


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(DocumentTooLarge, match="unpacks to"):
        read(bomb(2_000_000), limits=LoadLimits(max_unpacked_bytes=1_000_000))


def test_an_archive_that_is_mostly_nothing_is_refused() -> None:
    with pytest.raises(DocumentTooLarge, match="times its size"):
        read(bomb(30_000_000))


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(bomb(3_000_000))
    honest = struct.pack("<I", 3_000_000)
    while (place := content.find(honest)) >= 0:
        content[place : place + 4] = struct.pack("<I", 1_000)

    with pytest.raises((CorruptDocument, DocumentTooLarge)):
        read(bytes(content))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x1f\x8b\x08" + bytes(20), "gzip"),
        (bomb(10, "readme.txt"), "zip"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") + bytes(8),
            "Word",
        ),
        (bytes(range(256)) * 20, "binary"),
    ],
)
@pytest.mark.parametrize("filename", ["a.txt", "a.pdf"])
def test_an_unread_format_is_named_whatever_the_file_is_called(
    content: bytes, name: str, filename: str
) -> None:
    with pytest.raises(UnsupportedFormat, match=name):
        read(content, filename)


@pytest.mark.parametrize(
    "filename", ["a.pdf", "a.docx", "a.png", "a.xlsx", "a", ".txt", "ä\ud800.txt"]
)
def test_the_name_does_not_decide(filename: str) -> None:
    assert texts(read(b"Plain words only.", filename)) == ["Plain words only."]
    assert texts(read(pdf_bytes("Hello from a page."), filename)) == ["Hello from a page."]
    assert texts(read(b"<!doctype html><p>Hello, page.", filename)) == ["Hello, page."]


def test_nul_bytes_are_dropped() -> None:
    assert texts(read(b"The p\x00ump\x00 runs.\x00", "a.txt")) == ["The pump runs."]


def test_lone_surrogates_become_replacement_characters() -> None:
    assert texts(read(b"A \xed\xa0\x80 half. And \xed\xa0\xbd\xed\xb8\x80 whole.", "a.txt")) == [
        "A \ufffd half.",
        "And \U0001f600 whole.",
    ]


def test_one_odd_character_in_a_short_text_does_not_make_it_binary() -> None:
    assert texts(read(b"Hello \xed\xa0\x80 world text", "a.txt")) == ["Hello \ufffd world text"]
    with pytest.raises(UnsupportedFormat):
        read(b"Hello \x01\x02\x03\x04 world text", "a.txt")


def test_mixed_encodings_are_mended_and_told() -> None:
    loaded = read("Die Prüfung ist für alle. ".encode() + "Die Prüfung.".encode("cp1252"), "a.txt")

    assert texts(loaded) == ["Die Prüfung ist für alle.", "Die Prüfung."]
    assert loaded.warnings == ("mixed encodings: 1 bytes that are not UTF-8",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_encodings_are_recognised(encoding: str) -> None:
    text = "The pump runs – quietly. So does the fan."

    assert texts(read(text.encode(encoding), "a.txt")) == [
        "The pump runs – quietly.",
        "So does the fan.",
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Die Größe der Öffnung beträgt zwölf Millimeter, das genügt für die Übergänge."),
        ("cp1251", "Насос следует очищать каждую неделю тёплой водой без растворителей."),
        ("shift_jis", "ポンプは毎週、温水で洗浄してください。溶剤は使用しないでください。"),
        ("gb18030", "水泵应每周用温水清洗一次。请勿使用任何溶剂，否则会损坏密封件。"),
    ],
)
def test_legacy_encodings_are_detected_and_told(encoding: str, text: str) -> None:
    loaded = read(text.encode(encoding), "a.txt")

    assert "".join(texts(loaded)) == text
    assert loaded.warnings


def test_a_declared_encoding_is_believed() -> None:
    page = '<html><head><meta charset="iso-8859-2"></head><body><p>Zażółć gęślą.</p></body></html>'

    assert texts(read(page.encode("iso-8859-2"), "a.html")) == ["Zażółć gęślą."]


def test_right_to_left_text_is_kept() -> None:
    assert texts(read("المضخة تعمل. هل هي نظيفة؟ نعم.".encode(), "a.txt")) == [
        "المضخة تعمل.",
        "هل هي نظيفة؟",
        "نعم.",
    ]


def test_cjk_text_is_cut_at_its_own_marks() -> None:
    assert texts(read("泵在运行。它干净吗？是的！".encode(), "a.txt")) == [
        "泵在运行。",
        "它干净吗？",
        "是的！",
    ]


@pytest.mark.parametrize("filename", ["a.txt", "a.md", "a.html"])
def test_a_line_of_a_megabyte_is_cut_into_units(filename: str) -> None:
    line = "The pump runs and runs without any full stop " * 23_000
    content = f"<html><p>{line}</p></html>" if filename == "a.html" else line

    loaded = read(content.encode(), filename)

    assert max(len(unit.text) for unit in loaded.units) <= 1_000
    assert " ".join(texts(loaded)).split() == line.split()


def test_a_sheet_of_ten_thousand_rows_gives_ten_thousand_units() -> None:
    loaded = read(workbook_bytes(10_000), "a.xlsx")

    assert len(loaded.units) == 10_001
    assert loaded.units[-1].text == "Part: QP-9999 | Price: 9999"


def test_entities_of_a_hostile_xml_are_not_resolved() -> None:
    loaded = read(
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname">'
        b'<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><d>Words &f; &b; stay.</d>',
        "a.xml",
    )

    assert texts(loaded) == ["Words stay."]
    assert loaded.warnings == ("entities defined by the document were left out",)


def test_a_page_nested_beyond_reason_is_refused_rather_than_cut() -> None:
    with pytest.raises(CorruptDocument, match="nested"):
        read(b"<html><body>" + b"<div>" * 5_000 + b"lost words", "a.html")


def test_a_table_of_absurd_spans_stays_small() -> None:
    row = b"<tr><td rowspan=100 colspan=100>x</td><td>y</td></tr>"

    loaded = read(b"<html><table>" + row * 100 + b"</table></html>", "a.html")

    assert len(loaded.text) < 200_000


def test_numbers_that_no_sheet_can_hold_are_read_as_they_stand() -> None:
    stream = BytesIO()
    with ZipFile(BytesIO(workbook_bytes(4))) as source, ZipFile(stream, "w") as target:
        for member in source.infolist():
            data = source.read(member)
            for row, number in enumerate((b"1e999", b"-1e999", b"1" * 400, b"7")):
                data = data.replace(b"<v>%d</v>" % row, b"<v>%s</v>" % number)
            target.writestr(member.filename, data)

    assert texts(read(stream.getvalue(), "a.xlsx"))[1:] == [
        "Part: QP-0 | Price: inf",
        "Part: QP-1 | Price: -inf",
        "Part: QP-2 | Price: " + "1" * 400,
        "Part: QP-3 | Price: 7",
    ]


_LONG = {"txt": 1_000_000, "html": 300_000}
"""Bytes at which an algorithm that is quadratic takes several times the limit."""
_LIMIT = {"txt": 20.0, "html": 10.0}
"""Seconds; several times what a linear one takes on a busy machine."""


@pytest.mark.parametrize(
    ("pattern", "filename"),
    [
        ("====\n", "rules.txt"),
        ("Title\n=====\n", "headings.txt"),
        ("- x\n  y\n", "items.txt"),
        ("  more\n", "item.txt"),
        ("a narrow line of words that is wrapped at its margin and goes on\n", "wrapped.txt"),
        ("short\n", "lines.txt"),
        ("e\u0301\u0323" + "\u0301\u0323" * 200, "marks.txt"),
        ("<tr><td rowspan=1000>x</td></tr>", "rowspan.html"),
        ("<tr><td rowspan=1000 colspan=200>x</td><td>y</td></tr>", "spans.html"),
        ("<p>word</p>", "cell.html"),
    ],
)
def test_endless_repetition_is_read_in_seconds(pattern: str, filename: str) -> None:
    kind = filename.partition(".")[2]
    body = pattern * (_LONG[kind] // len(pattern.encode()))
    if filename == "item.txt":
        body = f"- first\n{body}"
    if filename == "cell.html":
        body = f"<tr><td>a</td><td>{body}</td></tr>"
    if kind == "html":
        body = f"<html><table><tr><td>a<td>b</tr>{body}</table></html>"
    started = perf_counter()

    read(f"Words first.\n\n{body}".encode() if kind == "txt" else body.encode(), filename)

    assert perf_counter() - started < _LIMIT[kind]


def test_a_field_of_a_megabyte_is_read_in_seconds() -> None:
    started = perf_counter()

    loaded = read(("Title: Pump\nNote: long\n" + " more\n" * 150_000).encode(), "a.txt")

    assert perf_counter() - started < 5.0
    assert loaded.title == "Pump"
