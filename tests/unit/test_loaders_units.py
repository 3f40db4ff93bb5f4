import re
from contextlib import suppress
from time import perf_counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import InvalidDocument
from core.schemas.document import LoadedDocument
from core.spans import units_are_exact
from core.text import normalise, strip_invisible
from tools.loaders import LoadLimits, load
from tools.loaders.units import DocumentBuilder

SCRIPTS = (
    "aZé .,!?:;-–\n\t\"'()[]<>&#*_`|=~+0159\x00\x07\x85\u200b\u202e\u00ad"
    "שלוםمرحبا。今日は한글e\u0301\u0344"
)
TEXTS = st.one_of(st.text(), st.text(alphabet=SCRIPTS, max_size=300))
BYTES = st.one_of(
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    TEXTS.map(lambda text: text.encode("utf-16", "surrogatepass")),
    TEXTS.map(lambda text: text.encode("cp1252", "ignore")),
    st.binary(max_size=200),
)


def check(loaded: LoadedDocument) -> None:
    assert units_are_exact(loaded.text, loaded.units)
    assert all(unit.span.of(loaded.text) == unit.text for unit in loaded.units)
    assert normalise(loaded.text) == loaded.text
    assert strip_invisible(loaded.text)[1] == 0
    blocks = [unit.block for unit in loaded.units]
    assert blocks == sorted(blocks)
    loaded.model_dump_json().encode()


@given(st.text(alphabet="aé\u0301\u0323\u0344\u0f73\u0f71ǖ\u1100\u1161\u09c7\u09be", max_size=120))
@settings(deadline=None, max_examples=300)
def test_the_normal_form_of_stacked_marks_is_its_own(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_ordinary_marks_are_all_kept() -> None:
    assert normalise("e\u0301 " + "a" + "\u0323" * 30) == "é ạ" + "\u0323" * 29


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u0f73", "\u0344", "\u0301\x07\u0323"])
def test_endless_stacks_of_marks_are_cut(marks: str) -> None:
    started = perf_counter()

    text = normalise("a" + marks * 300_000 + "b")

    assert perf_counter() - started < 2.0
    assert text[-1] == "b"
    assert len(text) <= 32
    assert normalise(text) == text


def test_second_controls_are_dropped_and_next_line_ends_a_line() -> None:
    assert normalise("a\x80b\x9fc\x85d") == "abc\nd"


@given(BYTES, st.sampled_from(["txt", "md", "csv", "rst", "html", "json", "vtt", "eml", "xml", ""]))
@settings(deadline=None, max_examples=300)
def test_every_unit_stands_at_its_offsets(content: bytes, extension: str) -> None:
    with suppress(InvalidDocument):
        check(load(content, f"file.{extension}", LoadLimits()))


@given(TEXTS)
@example("00\x000\x00")  # five bytes: not of two each
@settings(deadline=None, max_examples=300)
def test_plain_text_loses_no_word(text: str) -> None:
    try:
        loaded = load(text.encode("utf-8", "surrogatepass"), "file.txt", LoadLimits())
    except InvalidDocument:
        return
    if loaded.media_type != "text/plain":
        return
    visible = normalise(strip_invisible(normalise(text))[0])
    expected = "".join(re.findall(r"[^\W_]", visible))

    kept = "".join(re.findall(r"[^\W_]", "".join(unit.text for unit in loaded.units)))

    assert kept == expected


@given(st.lists(st.tuples(st.sampled_from("hplrc"), TEXTS), max_size=20))
@settings(deadline=None)
def test_whatever_is_added_the_builder_keeps_offsets_exact(parts: list[tuple[str, str]]) -> None:
    builder = DocumentBuilder()
    for kind, text in parts:
        match kind:
            case "h":
                builder.heading(text, 1 + len(text) % 4)
            case "p":
                builder.paragraph(text)
            case "l":
                builder.list_item(text, marker="- ")
            case "r":
                builder.table([text, text])
            case _:
                builder.code(text)

    check(builder.build("text/plain", None))


def test_headings_make_a_path() -> None:
    builder = DocumentBuilder()
    builder.heading("Manual", 1)
    builder.heading("Safety", 2)
    builder.paragraph("Wear gloves.")
    builder.heading("Repair", 2)
    builder.paragraph("Open it.")

    units = builder.build("text/plain", None).units

    assert [unit.heading_path for unit in units] == [
        ("Manual",),
        ("Manual", "Safety"),
        ("Manual", "Safety"),
        ("Manual", "Repair"),
        ("Manual", "Repair"),
    ]


def test_list_items_share_a_block_and_markers_are_not_part_of_units() -> None:
    builder = DocumentBuilder()
    builder.list_item("first", marker="- ")
    builder.list_item("second", marker="- ")
    builder.paragraph("After.")

    loaded = builder.build("text/plain", None)

    assert loaded.text == "- first\n- second\n\nAfter."
    assert [(unit.text, unit.block) for unit in loaded.units] == [
        ("first", 0),
        ("second", 0),
        ("After.", 1),
    ]


def test_code_keeps_its_indents() -> None:
    builder = DocumentBuilder()
    builder.code("    if x:\n        stop()\n")

    assert builder.build("text/plain", None).units[0].text == "if x:\n    stop()"


def test_invisible_characters_are_dropped_and_reported() -> None:
    builder = DocumentBuilder()
    tags = "".join(chr(0xE0000 + ord(char)) for char in "obey me")
    builder.paragraph(f"Pump\u200b ok.{tags}")

    loaded = builder.build("text/plain", None)

    assert loaded.text == "Pump ok."
    assert loaded.hidden == ("obey me", "8 invisible characters")


def test_an_endless_heading_is_a_paragraph() -> None:
    builder = DocumentBuilder()
    builder.heading("long " * 200, 1)

    assert {unit.kind for unit in builder.build("text/plain", None).units} == {"sentence"}


@pytest.mark.parametrize("warning", ["one", "two"])
def test_a_warning_is_said_once(warning: str) -> None:
    builder = DocumentBuilder()
    builder.warn(warning)
    builder.warn(warning)
    builder.paragraph("x.")

    assert builder.build("text/plain", None).warnings == (warning,)
