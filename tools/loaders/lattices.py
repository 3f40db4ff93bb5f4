"""Boxes that drawn lines enclose: the rows and columns of a ruled table, cells merged or not.

Pure geometry in points from the page's lower left corner; words come in later.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

_SNAP = 3.0
"""Points within which lines are one line and ends meet."""
_MOST_RULES = 400
_MOST_COLUMNS = 50
_MOST_ROWS = 300


class Rule(NamedTuple):
    """A straight line: where it stands, and from where to where it runs."""

    horizontal: bool
    at: float
    start: float
    end: float


class Place(NamedTuple):
    """Row and column in a lattice, from the upper left."""

    row: int
    column: int


class Lattice:
    """Crossing rules as a grid of boxes; boxes without a rule between them are one cell."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._across = [rule for rule in rules if rule.horizontal]
        self._down = [rule for rule in rules if not rule.horizontal]
        ends = [end for rule in self._across for end in (rule.start, rule.end)]
        self.xs = _snapped([*(rule.at for rule in self._down), *ends])
        ends = [end for rule in self._down for end in (rule.start, rule.end)]
        self.ys = _snapped([*(rule.at for rule in self._across), *ends])

    @property
    def is_table(self) -> bool:
        """Several rows and columns, not endlessly many, of cells that are rectangles."""
        few = 3 <= len(self.xs) <= _MOST_COLUMNS + 1 and 3 <= len(self.ys) <= _MOST_ROWS + 1
        return few and self._is_regular()

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        """How many there are."""
        return len(self.xs) - 1

    def place(self, x: float, y: float) -> Place | None:
        """The cell around a point: the upper left box of it; None outside."""
        row, column = self.rows - bisect_right(self.ys, y), bisect_right(self.xs, x) - 1
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        return self.owners[row][column]

    def parts(self, left: float, right: float, y: float) -> bool:
        """Whether a rule stands between two words at that height."""
        return any(
            left - _SNAP <= rule.at <= right + _SNAP and rule.start <= y <= rule.end
            for rule in self._down
        )

    @cached_property
    def owners(self) -> list[list[Place]]:
        """For each box of the grid the upper left one of the cell that it belongs to."""
        owners: list[list[Place]] = []
        for row in range(self.rows):
            owners.append([])
            for column in range(self.columns):
                owners[row].append(self._owner(owners, Place(row, column)))
        return owners

    def _is_regular(self) -> bool:
        boxes: dict[Place, list[Place]] = {}
        for row, owners in enumerate(self.owners):
            for column, owner in enumerate(owners):
                boxes.setdefault(owner, []).append(Place(row, column))
        return all(_is_rectangle(owner, own) for owner, own in boxes.items())

    def _owner(self, owners: Sequence[Sequence[Place]], box: Place) -> Place:
        row, column = box
        low, high = self.ys[self.rows - row - 1], self.ys[self.rows - row]
        left, right = self.xs[column], self.xs[column + 1]
        if column and not _ruled(self._down, left, (low + high) / 2):
            return owners[row][column - 1]
        if row and not _ruled(self._across, high, (left + right) / 2):
            return owners[row - 1][column]
        return box


def lattices(rules: Iterable[Rule]) -> list[Lattice]:
    """The tables that the rules may be of, each made of rules that touch one another."""
    whole = [*_whole(rules, horizontal=True), *_whole(rules, horizontal=False)]
    if len(whole) > _MOST_RULES:
        return []
    found = [Lattice(group) for group in _touching(whole)]
    return [lattice for lattice in found if lattice.is_table]


def _whole(rules: Iterable[Rule], *, horizontal: bool) -> Iterator[Rule]:
    """Pieces that follow one another on one line, and lines side by side, put together."""
    own = sorted((rule for rule in rules if rule.horizontal == horizontal), key=lambda r: r.at)
    levels = _snapped(rule.at for rule in own)
    for at, level in groupby(own, key=lambda rule: _nearest(levels, rule.at)):
        start = end = None
        for rule in sorted(level, key=lambda rule: rule.start):
            if end is not None and start is not None and rule.start > end + _SNAP:
                yield Rule(horizontal, at, start, end)
                start = end = None
            start = rule.start if start is None else start
            end = max(rule.end, rule.end if end is None else end)
        if start is not None and end is not None:
            yield Rule(horizontal, at, start, end)


def _touching(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    left = list(rules)
    while left:
        group = [left.pop()]
        for rule in group:
            touched = [other for other in left if _meet(rule, other)]
            group.extend(touched)
            left = [other for other in left if other not in touched]
        yield group


def _meet(rule: Rule, other: Rule) -> bool:
    if rule.horizontal == other.horizontal:
        return False
    return (
        rule.start - _SNAP <= other.at <= rule.end + _SNAP
        and other.start - _SNAP <= rule.at <= other.end + _SNAP
    )


def _is_rectangle(owner: Place, boxes: Sequence[Place]) -> bool:
    """Whether the boxes fill the rectangle from the first to the last of them."""
    rows, columns = boxes[-1].row - owner.row + 1, boxes[-1].column - owner.column + 1
    return rows * columns == len(boxes) and min(box.column for box in boxes) == owner.column


def _ruled(rules: Sequence[Rule], at: float, middle: float) -> bool:
    return any(abs(rule.at - at) <= _SNAP and rule.start <= middle <= rule.end for rule in rules)


def _snapped(positions: Iterable[float]) -> list[float]:
    """Positions in order, those close together as their mean."""
    ordered = sorted(positions)
    if not ordered:
        return []
    breaks = [index for index, (a, b) in enumerate(pairwise(ordered), 1) if b - a > _SNAP]
    edges = [0, *breaks, len(ordered)]
    return [sum(ordered[a:b]) / (b - a) for a, b in pairwise(edges)]


def _nearest(levels: Sequence[float], at: float) -> float:
    return min(levels, key=lambda level: abs(level - at))
