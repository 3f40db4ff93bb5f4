"""Forms: values are copied from their places, whatever was read before."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load
from tools.loaders.forms import Form, Word, is_label, read_form, signature, template

LABELS = (("Inspector:", 72, 700), ("Date:", 320, 700), ("Serial number:", 72, 670),
          ("Site:", 320, 670), ("Address:", 72, 640), ("Result:", 72, 600))  # fmt: skip
ADA = ("Ada Lovelace", "2026-04-01", "QP-77", "Hall 3", "12 Mill Lane", "passed")
ALAN = ("Alan Turing", "2026-04-02", "QP-78", "Hall 4", "1 Park Road", "failed")


def pdf(*forms: Sequence[str], shift: float = 85, drop: float = 0) -> LoadedDocument:
    """One filled form a page; values stand to the right of their labels, or below them."""
    stream = BytesIO()
    canvas = Canvas(stream)
    for values in forms:
        canvas.drawString(72, 760, "An inspection is kept for ten years.")
        for (label, x, y), value in zip(LABELS, values, strict=True):
            canvas.drawString(x, y, label)
            canvas.drawString(x + shift, y - drop, value)
        canvas.drawString(72, 500, "It is checked every spring by the works manager.")
        canvas.showPage()
    canvas.save()
    return load(stream.getvalue(), "a.pdf", LoadLimits())


def fields_of(values: Sequence[str]) -> list[str]:
    return [f"{label} {value}" for (label, _, _), value in zip(LABELS, values, strict=True)]


def word(text: str, left: float, top: float) -> Word:
    return Word(text, left, top, left + 6.0 * len(text), top - 10.0)


def form(rows: Sequence[Sequence[Word]]) -> Form:
    read = read_form(rows)
    assert read is not None
    return read


@pytest.mark.parametrize(("shift", "drop"), [(85, 0), (2, 13)])
def test_values_beside_and_below_their_labels_are_copied(shift: float, drop: float) -> None:
    loaded = pdf(ADA, ALAN, shift=shift, drop=drop)

    rows = [unit for unit in loaded.units if unit.kind == "table_row"]
    assert [unit.text for unit in rows] == [*fields_of(ADA), *fields_of(ALAN)]
    assert [unit.page for unit in rows] == [1] * 6 + [2] * 6
    assert {unit.block for unit in rows[:6]} == {rows[0].block} != {rows[6].block}


def test_each_value_has_its_place_on_the_page() -> None:
    (date,) = [unit for unit in pdf(ADA).units if unit.text.startswith("Date:")]

    assert date.box is not None
    assert date.box.left == pytest.approx(320 + 85, abs=2)
    assert 842 - date.box.bottom < 702 < 842 - date.box.top + 5
    assert date.confidence is None


def test_what_stands_around_a_form_stays_text() -> None:
    units = pdf(ADA).units

    assert units[0].text == "An inspection is kept for ten years."
    assert units[-1].text == "It is checked every spring by the works manager."


def test_forms_of_one_kind_have_one_signature_and_others_another() -> None:
    same, other = pdf(ADA, ALAN).metadata["forms"], pdf(ADA, shift=2, drop=13).metadata["forms"]

    assert len(same) == 16
    assert pdf(ALAN).metadata["forms"] == same == other
    assert "forms" not in pdf(("",) * 6).metadata


def test_what_was_typed_into_the_fields_of_a_form_is_read_beside_its_label() -> None:
    loaded = typed(("Name:", "Ada Lovelace", ""), ("Born:", "1815", ""), ("Town:", "", ""),
                   ("Note:", "Wrote\nprograms", "multiline"))  # fmt: skip

    assert [unit.text for unit in loaded.units] == [
        "Name: Ada Lovelace",
        "Born: 1815",
        "Town:",
        "Note: Wrote programs",
        "Member: ☒",
    ]


def test_hidden_fields_are_reported_and_passwords_never_read() -> None:
    loaded = typed(("Name:", "Ada", ""), ("Code:", "s3cret", "password"), ("Born:", "1815", ""))
    unseen = typed(("Name:", "Ada", ""), annotation="hidden")

    assert "s3cret" not in loaded.text + "".join(loaded.hidden)
    assert "Ada" in loaded.text
    assert unseen.hidden == ("Ada",)
    assert "Ada" not in unseen.text


def typed(*fields: tuple[str, str, str], annotation: str = "print") -> LoadedDocument:
    """Labels with interactive fields of some value and flags, and a checked box."""
    stream = BytesIO()
    canvas = Canvas(stream)
    for row, (label, value, flags) in enumerate(fields):
        canvas.drawString(72, 740 - 40 * row, label)
        canvas.acroForm.textfield(
            name=label, value=value, x=150, y=735 - 40 * row, width=200, height=24,
            fieldFlags=flags, annotationFlags=annotation,
        )  # fmt: skip
    canvas.drawString(72, 740 - 40 * len(fields), "Member:")
    canvas.acroForm.checkbox(name="member", checked=True, x=150, y=735 - 40 * len(fields))
    canvas.save()
    return load(stream.getvalue(), "a.pdf", LoadLimits())


def test_a_value_of_two_lines_and_one_in_the_label_s_own_word() -> None:
    rows = [
        [word("Name: Ada Lovelace", 50, 700), word("Born:", 300, 700), word("1815", 350, 700)],
        [word("Address:", 50, 680), word("12 Mill Lane", 120, 680)],
        [word("Leeds", 120, 668)],
        [word("Signed:", 50, 650)],
    ]

    assert [field.text for field in form(rows).fields] == [
        "Name: Ada Lovelace",
        "Born: 1815",
        "Address: 12 Mill Lane Leeds",
        "Signed:",
    ]


def test_prose_and_few_labels_are_no_form() -> None:
    labels = [
        [word(f"Label {letter}: value", 50, 700 - 20 * row)] for row, letter in enumerate("abcd")
    ]
    long = [[word(f"Note {letter}: " + "many words " * 20, 50, 700 - 20 * row)]
            for row, letter in enumerate("abcd")]  # fmt: skip
    blank = [[word(f"Label {letter}:", 50, 700 - 20 * row)] for row, letter in enumerate("abcd")]

    assert read_form(labels) is not None
    for rows in (labels[:3], long, blank):
        assert read_form(rows) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Serial number:", True),
        ("Name: Ada", True),
        ("氏名：", True),
        ("10:30 start", False),
        ("https://example.org", False),
        ("see chapter four of the book that came first: there", False),
        (": value", False),
    ],
)
def test_labels_are_short_and_end_with_a_colon(text: str, *, expected: bool) -> None:
    assert is_label(text) is expected


def test_a_template_is_made_once_and_jitter_does_not_change_it() -> None:
    template.cache_clear()
    rows = [[word(f"Label {n}:", 50, 700 - 20 * n), word(f"v{n}", 120, 700 - 20 * n)]
            for n in range(5)]  # fmt: skip
    moved = [[w._replace(left=w.left + 0.3, right=w.right + 0.2) for w in row] for row in rows]

    first, second = form(rows), form(moved)

    assert [field.text for field in first.fields] == [field.text for field in second.fields]
    assert first.signature == second.signature
    assert (template.cache_info().misses, template.cache_info().hits) == (1, 1)


names = st.text("abcdefgh", min_size=1, max_size=8)
values = st.text("0123456789", max_size=9)


@given(st.lists(st.lists(st.tuples(names, values), min_size=1, max_size=3), min_size=3, max_size=8))
def test_every_word_is_copied_once_and_unchanged(cells: list[list[tuple[str, str]]]) -> None:
    rows = []
    for number, row in enumerate(cells):
        places = [(50.0 + 150 * column, 700.0 - 20 * number) for column in range(len(row))]
        rows.append([piece for (x, y), (name, value) in zip(places, row, strict=True)
                     for piece in (word(f"{name}:", x, y), word(value, x + 60, y))
                     if piece.text])  # fmt: skip
    read = read_form(rows)
    if read is None:
        return

    assert [(field.label, field.value) for field in read.fields] == [
        pair for row in cells for pair in row
    ]
    labels = [piece for row in rows for piece in row if is_label(piece.text)]
    assert read.signature == signature(
        [label._replace(text=label.text.rstrip(":")) for label in labels]
    )
