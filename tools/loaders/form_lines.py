"""Runs of lines that may be a form: labels row after row, values beside or indented below them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.loaders.forms import Form, Word, is_label, read_form
from tools.loaders.pdf_lines import HYPHEN, Cell, Line, in_stretches

_ROW_GAP = 3.5
"""Lines by which a row of a form may be lower than the one before."""
_INDENT = 2.0
_COLONS = (":", "：")

_Row = Sequence[Line]


class FilledForm(NamedTuple):
    """A form, and the lines it was copied from."""

    form: Form
    lines: tuple[Line, ...]


def with_forms(lines: Sequence[Line]) -> Iterator[list[Line] | FilledForm]:
    """The lines in order, in stretches, with each form where its first line stood.

    Programs write a form row by row, or each label with the value below it. The second way is tried
    only where no label's own words go on after the colon, and taken where it fills in more.
    """
    forms = list(_forms([[line] for line in lines if not line.fixed]))
    labels = [cell for line in lines for cell in line.cells if is_label(cell.text)]
    if labels and all(_is_bare(label) for label in labels):
        forms = max(forms, list(_forms(_levels(lines))), key=_filled)
    yield from in_stretches(lines, forms)


def _forms(rows: Sequence[_Row]) -> Iterator[FilledForm]:
    start = 0
    while start < len(rows):
        stop = _run_end(rows, start)
        run = rows[start:stop]
        form = read_form([[word for line in row for word in _words(line)] for row in run])
        if form is not None:
            yield FilledForm(form, tuple(line for row in run for line in row))
        start = max(stop, start + 1)


def _filled(forms: Sequence[FilledForm]) -> int:
    return sum(bool(field.value) for filled in forms for field in filled.form.fields)


def _levels(lines: Sequence[Line]) -> list[_Row]:
    """Lines by the height at which they stand."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.top):
        if rows and rows[-1][0].top - line.top < 0.45 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _words(line: Line) -> list[Word]:
    bottom = line.top - line.size
    return [
        Word(cell.text.replace(HYPHEN, "-"), cell.left, line.top, cell.right, bottom)
        for cell in line.cells
    ]


def _run_end(rows: Sequence[_Row], start: int) -> int:
    """Where the run that begins at ``start`` ends; ``start`` itself when no label stands there."""
    if not _has_label(rows[start]):
        return start
    stop, labelled = start + 1, rows[start]
    while stop < len(rows) and _goes_on(rows[stop - 1], rows[stop], labelled):
        labelled = rows[stop] if _has_label(rows[stop]) else labelled
        stop += 1
    return stop


def _goes_on(last: _Row, row: _Row, labelled: _Row) -> bool:
    size = max(last[0].size, row[0].size)
    if not 0 < last[0].top - row[0].top < _ROW_GAP * size:
        return False
    if _has_label(row):
        return True
    # Without a label it must be a value: set in, or below labels that have nothing beside them.
    bare = all(_is_bare(cell) for line in labelled for cell in line.cells)
    return labelled is last and (bare or row[0].left > labelled[0].left + _INDENT)


def _has_label(row: _Row) -> bool:
    return any(is_label(cell.text) for line in row for cell in line.cells)


def _is_bare(cell: Cell) -> bool:
    return cell.text.rstrip().endswith(_COLONS)
