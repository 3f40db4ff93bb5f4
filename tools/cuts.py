"""All ways to cut, by name and with one signature, so that any can take another's place. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from core.schemas.document import Unit
from tools.layout import Breaks, SizeBand, size_of
from tools.rows import BothRows, DenseRows
from tools.segmentation import cluster, cohesion, fixed, recursive
from tools.tfidf import SparseRows

_TRIES = 14


class Material(NamedTuple):
    """What a document offers to those who cut it; a cut takes what it needs."""

    units: Sequence[Unit]
    words: SparseRows
    """A row for each unit."""
    meanings: DenseRows
    """The encoder's vector of each unit."""
    breaks: Breaks = Breaks()


Cut = Callable[[Material, SizeBand], tuple[int, ...]]
"""First units of the chunks: they tile the units, within the size band."""


def _both(of: Material) -> BothRows:
    """Words beside meanings, these less what the whole document means."""
    return BothRows(of.words, of.meanings.centred().of_length_one())


CUTS: Mapping[str, Cut] = {
    "cohesion": lambda of, band: cohesion(of.units, of.words, band, of.breaks),
    "fixed": lambda of, band: fixed(of.units, band),
    "recursive": lambda of, band: recursive(of.units, band),
    "encoder_cluster": lambda of, band: cluster(of.units, of.meanings, band, of.breaks),
    "encoder_cohesion": lambda of, band: cohesion(of.units, of.meanings, band, of.breaks),
    "mixed_cohesion": lambda of, band: cohesion(of.units, _both(of), band, of.breaks),
}
"""The default first."""


def cut_into(
    cut: Cut, of: Material, count: int, maximum: int, *, tolerance: float = 0.0
) -> tuple[int, ...]:
    """The cut into ``count`` chunks, or as near as a search over target sizes gets.

    The search ends once it is amiss by no more than a share ``tolerance`` of the count.
    """
    low, high = 1, maximum
    target = min(maximum, max(1, size_of(of.units, 0, len(of.units)) // count))
    best: tuple[int, ...] = ()
    for _ in range(_TRIES):
        starts = cut(of, SizeBand(target, maximum))
        if not best or abs(len(starts) - count) < abs(len(best) - count):
            best = starts
        low, high = (target + 1, high) if len(starts) > count else (low, target - 1)
        if abs(len(best) - count) <= tolerance * count or low > high:
            break
        target = (low + high) // 2
    return best
