"""Tables in PDFs that are drawn with lines: the box decides which cell a word is in."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load
from tools.loaders.lattices import Lattice, Place, Rule, lattices

GRID = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)


def prose(text: str) -> Paragraph:
    return Paragraph(text, getSampleStyleSheet()["BodyText"])


def pdf(*story: Flowable) -> LoadedDocument:
    stream = BytesIO()
    SimpleDocTemplate(stream).build([prose("Before it."), *story, prose("After it.")])
    return load(stream.getvalue(), "a.pdf", LoadLimits())


def table(rows: Sequence[Sequence[object]], widths: Sequence[float], *style: object) -> Table:
    return Table(rows, colWidths=widths, style=TableStyle([GRID, *style]))


def rows_of(loaded: LoadedDocument) -> list[str]:
    return [unit.text for unit in loaded.units if unit.kind == "table_row"]


def grid(xs: Sequence[float], ys: Sequence[float]) -> list[Rule]:
    across = [Rule(True, y, min(xs), max(xs)) for y in ys]
    return across + [Rule(False, x, min(ys), max(ys)) for x in xs]


def test_wrapped_cells_and_empty_ones_keep_their_column() -> None:
    loaded = pdf(
        table(
            [
                ["Part", "Pressure", "Remark"],
                [prose("QP-1 with a long name"), "40", prose("Opens slowly, never under steam")],
                ["QP-2", "", "-"],
            ],
            (60, 60, 90),
        )
    )

    assert rows_of(loaded) == [
        "Part: QP-1 with a long name | Pressure: 40 | Remark: Opens slowly, never under steam",
        "Part: QP-2 | Remark: -",
    ]
    assert [loaded.units[0].text, loaded.units[-1].text] == ["Before it.", "After it."]


def test_columns_closer_than_words_are_told_apart_by_the_line_between_them() -> None:
    tight = (("LEFTPADDING", (0, 0), (-1, -1), 1), ("RIGHTPADDING", (0, 0), (-1, -1), 1))
    rows = [["Alpha", "Bravo", "Delta"], ["aaaaa", "bbbbb", "ddddd"], ["eeeee", "fffff", "ggggg"]]

    loaded = pdf(table(rows, (34, 34, 34), *tight))

    assert rows_of(loaded) == [
        "Alpha: aaaaa | Bravo: bbbbb | Delta: ddddd",
        "Alpha: eeeee | Bravo: fffff | Delta: ggggg",
    ]


def test_merged_headings_make_a_path_and_merged_rows_repeat_their_value() -> None:
    rows = [
        ["Part", "Pressure", ""],
        ["", "min", "max"],
        ["QP-1", "4", "40"],
        ["", "5", "50"],
    ]
    spans = [("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 0), (0, 1)), ("SPAN", (0, 2), (0, 3))]

    assert rows_of(pdf(table(rows, (60, 60, 60), *spans))) == [
        "Part: QP-1 | Pressure / min: 4 | Pressure / max: 40",
        "Part: QP-1 | Pressure / min: 5 | Pressure / max: 50",
    ]


def test_a_table_whose_rows_are_not_ruled_is_read_by_how_it_lines_up() -> None:
    rows = [["Part", "Price"], *([f"QP-{number}", f"{number} EUR"] for number in range(1, 5))]
    style = [
        ("BOX", (0, 0), (-1, -1), 0.5, colors.black),
        ("LINEAFTER", (0, 0), (0, -1), 0.5, colors.black),
    ]
    style += [("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black)]
    drawn = Table(rows, colWidths=(90, 90), style=TableStyle(style))

    assert rows_of(pdf(drawn)) == [f"Part: QP-{n} | Price: {n} EUR" for n in range(1, 5)]


def test_boxes_of_prose_and_empty_grids_are_no_tables() -> None:
    long = prose("A sentence of a leaflet that is set in boxes. " * 20)
    boxes = table([[long, long], [long, long]], (200, 200))
    empty = table([["", "", "x"], ["", "", ""], ["", "", ""]], (50, 50, 50))

    assert rows_of(pdf(boxes)) == []
    assert rows_of(pdf(empty)) == []


@pytest.mark.parametrize("repeated", [0, 1])
def test_a_table_that_goes_on_over_the_page_keeps_its_column_names(repeated: int) -> None:
    rows = [["Part", "Price"], *([f"QP-{number}", str(number)] for number in range(60))]

    loaded = pdf(Table(rows, style=TableStyle([GRID]), repeatRows=repeated))

    units = [unit for unit in loaded.units if unit.kind == "table_row"]
    assert [unit.text for unit in units] == [f"Part: QP-{n} | Price: {n}" for n in range(60)]
    assert {unit.page for unit in units} == {1, 2}


def test_many_strokes_are_a_drawing() -> None:
    assert lattices(grid(range(0, 4_000, 10), range(0, 4_000, 10))) == []


def test_crossing_lines_that_enclose_no_rectangles_are_no_table() -> None:
    whole = grid((0, 50, 100), (0, 50, 100))
    corner = [rule._replace(start=50) if rule.at == 50 else rule for rule in whole]

    assert len(lattices(whole)) == 1
    assert lattices(corner) == []


def test_pieces_of_a_line_are_one_and_two_tables_are_two() -> None:
    pieces = [rule._replace(end=rule.start + 50) for rule in grid((0, 50, 100), (0, 50, 100))]
    pieces += [rule._replace(start=49.0) for rule in grid((0, 50, 100), (0, 50, 100))]

    found = lattices([*pieces, *grid((300, 350, 400), (0, 50, 100))])

    assert sorted(lattice.xs for lattice in found) == [[0, 50, 100], [300, 350, 400]]


@given(
    st.lists(st.integers(4, 80), min_size=2, max_size=6),
    st.lists(st.integers(4, 80), min_size=2, max_size=6),
    st.data(),
)
def test_every_point_inside_lies_in_the_box_around_it(
    widths: list[int], heights: list[int], data: st.DataObject
) -> None:
    xs = [float(sum(widths[:count])) for count in range(len(widths) + 1)]
    ys = [float(sum(heights[:count])) for count in range(len(heights) + 1)]
    lattice = Lattice(grid(xs, ys))
    column = data.draw(st.integers(0, len(widths) - 1))
    row = data.draw(st.integers(0, len(heights) - 1))

    middle = ((xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2)

    assert lattice.place(*middle) == Place(len(heights) - 1 - row, column)
    assert lattice.place(-1, middle[1]) is None


@pytest.mark.parametrize("slant", [0.5, 3.0])
def test_only_straight_lines_are_rules(slant: float) -> None:
    loaded = pdf(_Slanted(slant))

    assert bool(rows_of(loaded)) is (slant < 1)


class _Slanted(Flowable):  # type: ignore[misc]
    """A grid of two by two whose lines lean by some points; its cells are closer than words."""

    def __init__(self, slant: float) -> None:
        super().__init__()
        self.slant = slant
        self.width, self.height = 60, 40

    def draw(self) -> None:
        self.canv.setFont("Helvetica", 8)
        for at in (0, 30, 60):
            self.canv.line(at, 0, at + self.slant, 40)
        for at in (0, 20, 40):
            self.canv.line(0, at, 60, at + self.slant)
        for row, words in enumerate((("Alpha", "Bravo"), ("Seven", "Eight"))):
            for column, word in enumerate(words):
                self.canv.drawString(1 + 30 * column, 26 - 20 * row, word)
