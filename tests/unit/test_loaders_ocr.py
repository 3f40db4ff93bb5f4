"""Pictures and scanned pages: what the OCR is asked, and what is made of its replies."""

from collections.abc import Callable, Sequence
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from core.errors import CorruptDocument, DocumentTooLarge, EmptyExtraction, UnsupportedFormat
from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load, ocr, pictures
from tools.loaders.ocr import Found, Reading
from tools.loaders.pdf_lines import Cell, Line
from tools.loaders.reading_order import in_reading_order
from tools.loaders.scans import as_page

WORDS = ("The red valve opens at 40 bar.", "Close it before you start.")


def read(content: bytes, filename: str = "scan", **limits: int) -> LoadedDocument:
    return load(content, filename, LoadLimits(**limits))


def texts(loaded: LoadedDocument) -> list[str]:
    return [unit.text for unit in loaded.units]


def drawing(lines: Sequence[str] = WORDS, *, mode: str = "L", paper: object = 255) -> Image.Image:
    picture = Image.new(mode, (520, 60 * len(lines) + 40), paper)  # type: ignore[arg-type]
    font = ImageFont.load_default(size=30)
    ink = (0, 0, 0, 255)[: len(picture.getbands())] if len(picture.getbands()) > 1 else 0
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((20, 20 + 60 * number), line, font=font, fill=ink)
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def pdf(*pages: str | Image.Image | None) -> bytes:
    """Pages that are text, a picture, or blank."""
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=(300, 200))
    for page in pages:
        if isinstance(page, str):
            canvas.drawString(20, 150, page)
        elif page is not None:
            canvas.drawImage(ImageReader(page), 20, 60, width=260, preserveAspectRatio=True)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def found(text: str, left: float, top: float, confidence: float = 0.99) -> Found:
    return Found(text, left, top, left + 9.0 * len(text), top + 20, confidence)


def reading(*lines: Found) -> Reading:
    return Reading(lines, 1000, 1400)


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> list[Image.Image]:
    """Pictures that would have been read; none of them says anything."""
    asked: list[Image.Image] = []

    def read_picture(picture: Image.Image) -> Reading:
        asked.append(picture)
        return Reading((), picture.width, picture.height)

    monkeypatch.setattr(ocr, "read_picture", read_picture)
    return asked


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP"])
def test_a_picture_of_any_kind_reaches_the_ocr(kind: str, unread: list[Image.Image]) -> None:
    with pytest.raises(EmptyExtraction):
        read(encoded(drawing(), kind), "a.bin")

    assert [picture.mode for picture in unread] == ["RGB"]


def test_a_picture_becomes_sentences_with_page_place_and_confidence() -> None:
    loaded = read(encoded(drawing()), "valve.png")

    assert texts(loaded) == list(WORDS)
    assert {unit.page for unit in loaded.units} == {1}
    for unit in loaded.units:
        assert unit.confidence is not None
        assert unit.confidence > 0.9
        assert unit.box is not None
        assert 0 <= unit.box.left < 40 < 300 < unit.box.right <= 520
    assert (loaded.media_type, loaded.title, loaded.warnings) == ("image/png", "valve", ())


@pytest.mark.parametrize("size", [(1, 1), (3_000, 1), (1, 3_000)])
def test_pictures_of_odd_shapes_are_read_and_say_nothing(size: tuple[int, int]) -> None:
    with pytest.raises(EmptyExtraction):
        read(encoded(Image.new("L", size, 128)))


def test_words_on_a_transparent_ground_are_read() -> None:
    content = encoded(drawing(WORDS[:1], mode="RGBA", paper=(0, 0, 0, 0)))

    assert texts(read(content)) == [WORDS[0]]


@pytest.mark.parametrize("angle", [90, 180])
def test_a_page_that_stands_wrong_is_turned(angle: int) -> None:
    picture = drawing().rotate(angle, expand=True, fillcolor=255)

    assert texts(read(encoded(picture))) == list(WORDS)


def test_every_page_of_a_tiff_is_read_up_to_the_limit(unread: list[Image.Image]) -> None:
    pages = [drawing(), drawing(), drawing()]
    content = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])

    with pytest.raises(EmptyExtraction, match="only the first 2 of 3 pictures"):
        read(content, max_ocr_pages=2)

    assert len(unread) == 2


def test_a_damaged_picture_is_corrupt() -> None:
    whole = encoded(drawing())

    for content in (whole[:60], whole[: len(whole) // 2], whole[:8] + b"....", b"\xff\xd8\xff."):
        with pytest.raises(CorruptDocument):
            read(content)


def test_a_picture_that_unpacks_to_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch, unread: list[Image.Image]
) -> None:
    monkeypatch.setattr(pictures, "_MOST_PIXELS", 10_000)

    with pytest.raises(DocumentTooLarge, match="pixels"):
        read(encoded(drawing()))

    assert unread == []


def test_a_line_of_pixels_is_refused_before_it_is_widened(unread: list[Image.Image]) -> None:
    with pytest.raises(DocumentTooLarge, match="60000 × 1 pixels"):
        read(encoded(Image.new("RGB", (60_000, 1))))

    assert unread == []


def test_without_the_extra_the_refusal_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)

    with pytest.raises(UnsupportedFormat, match="make ocr"):
        read(encoded(drawing()))
    with pytest.raises(EmptyExtraction, match=r"1 of 1 pages have no text layer: 1.*make ocr"):
        read(pdf(drawing()))
    (warning,) = read(pdf("Words.", drawing())).warnings
    assert warning.startswith("1 of 2 pages have no text layer: 2; OCR is not installed")


def test_ocr_can_be_turned_off(unread: list[Image.Image]) -> None:
    with pytest.raises(UnsupportedFormat, match="turned off"):
        read(encoded(drawing()), max_ocr_pages=0)
    with pytest.raises(EmptyExtraction, match="turned off"):
        read(pdf(drawing()), max_ocr_pages=0)

    assert unread == []


def test_a_scanned_page_among_others_is_read_in_its_place() -> None:
    loaded = read(pdf("Before it.", drawing(WORDS[:1]), "After it."), "a.pdf")

    assert [(unit.page, unit.text) for unit in loaded.units] == [
        (1, "Before it."),
        (2, WORDS[0]),
        (3, "After it."),
    ]
    assert [unit.confidence is None for unit in loaded.units] == [True, False, True]
    assert loaded.warnings == ()


def test_blank_pages_are_named_and_not_read(unread: list[Image.Image]) -> None:
    loaded = read(pdf(None, "Words.", None), "a.pdf")

    assert loaded.warnings == ("2 of 3 pages have no text: 1, 3",)
    assert unread == []


def test_scanned_pages_over_the_limit_are_told(unread: list[Image.Image]) -> None:
    content = pdf("Words.", drawing(), drawing(), drawing())
    ticks: list[int] = []

    loaded = load(content, "a.pdf", LoadLimits(max_ocr_pages=2), tick=lambda: ticks.append(1))

    assert loaded.warnings == (
        "only the first 2 of 3 scanned pages read",
        "3 of 4 pages have no text: 2, 3, 4",
    )
    assert len(unread) == len(ticks) == 2


def test_doubtful_lines_are_left_out_and_counted() -> None:
    sure = found("A line whose letters are sure.", 0, 0)
    scan = as_page(reading(sure, found("l1k3", 0, 30, 0.3)), 7)

    assert [line.text for line in scan.page.lines] == [sure.text]
    assert scan.warning == "page 7: doubtful lines left out: 1"


def test_a_page_that_is_mostly_doubtful_is_left_out_as_a_whole() -> None:
    scan = as_page(reading(found("Sure.", 0, 0), found("x" * 80, 0, 30, 0.4)), 7)

    assert scan.page.lines == ()
    assert scan.warning == "page 7 left out: OCR is only 43% sure of its letters"


def test_a_page_that_is_a_little_unsure_is_kept_with_a_warning() -> None:
    scan = as_page(reading(found("Perhaps these words.", 0, 0, 0.84)), 7)

    assert len(scan.page.lines) == 1
    assert scan.warning == "page 7: OCR is only 84% sure of its letters"


def test_boxes_of_one_type_have_one_size() -> None:
    tall, flat, title = found("gypsy", 0, 0), found("seen", 0, 40), found("TITLE", 0, 90)
    lines = (tall, flat._replace(top=43.0), title._replace(bottom=150.0))

    sizes = [line.size for line in as_page(reading(*lines), 1, scale=2.0).page.lines]

    assert sizes[0] == sizes[1] < sizes[2] == 30.0


def test_a_scanned_form_gives_its_fields_with_place_and_confidence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    labels = (("Name:", "Ada"), ("Born:", "1815"), ("Town:", "London"), ("Trade:", "Numbers"))
    lines = [
        found(text, left, 40.0 * row, 0.9)
        for row, pair in enumerate(labels)
        for text, left in zip(pair, (20.0, 300.0), strict=True)
    ]
    monkeypatch.setattr(ocr, "read_picture", lambda picture: reading(*lines))

    loaded = read(encoded(drawing()))

    assert texts(loaded) == [" ".join(pair) for pair in labels]
    assert [unit.kind for unit in loaded.units] == ["table_row"] * 4
    first = loaded.units[0]
    assert (first.page, first.confidence) == (1, 0.9)
    assert first.box == (300.0, 0.0, 327.0, 20.0)
    assert len(loaded.metadata["forms"]) == 16


def line(text: str, left: float, top: float, width: float | None = None) -> Line:
    return Line((Cell(text, left, left + (width or 6.0 * len(text))),), top, 10.0)


def column(name: str, left: float, lines: int) -> list[Line]:
    return [line(f"{name}{number} of many letters", left, 700 - 14 * number, 200)
            for number in range(lines)]  # fmt: skip


def test_columns_are_read_one_after_the_other_below_a_title_across_them() -> None:
    left, right = column("left", 50, 5), column("right", 300, 4)
    title, foot = line("A title across both columns", 120, 740, 300), line("12", 270, 50)

    order = in_reading_order([*right, foot, *left, title])

    assert order == [title, *left, *right, foot]


def test_three_columns_are_read_from_the_left() -> None:
    columns = [column(name, left, 4) for name, left in (("a", 50), ("b", 300), ("c", 550))]

    assert in_reading_order([*columns[2], *columns[0], *columns[1]]) == [
        line for lines in columns for line in lines
    ]


def test_rows_of_short_cells_are_read_across() -> None:
    cells = [
        line(text, left, 700 - 20 * row)
        for row in range(4)
        for text, left in ((f"QP-{row}", 50.0), (f"{row} bar", 200.0))
    ]

    assert in_reading_order(cells[::-1]) == cells


places = st.floats(0, 1000)


@given(st.lists(st.builds(line, st.text("ab ", min_size=1, max_size=40), places, places)))
def test_no_line_is_lost_or_doubled_whatever_the_places(lines: list[Line]) -> None:
    key: Callable[[Line], tuple[float, float, str]] = lambda line: (line.top, line.left, line.text)  # noqa: E731

    assert sorted(in_reading_order(lines), key=key) == sorted(lines, key=key)
