"""All ways to cut, by name and with one signature, so that any can take another's place. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from core.schemas.document import Unit
from tools.boundaries import BoundaryHead, adjacent_scores, boundary_scores, shipped_head
from tools.intents import fused, intent
from tools.layout import Breaks, SizeBand, size_of
from tools.rows import BothRows, DenseRows
from tools.segmentation import cluster, cohesion, fixed, recursive
from tools.tfidf import SparseRows

_TRIES = 14

BOUNDARY_WEIGHT = 0.1
"""What a standard deviation of a boundary score is worth beside cohesion; from validation texts."""


class Material(NamedTuple):
    """What a document offers to those who cut it; a cut takes what it needs."""

    units: Sequence[Unit]
    words: SparseRows
    """A row for each unit."""
    meanings: DenseRows
    """The encoder's vector of each unit."""
    breaks: Breaks = Breaks()
    questions: DenseRows | None = None
    """The encoder's vectors of what is likely to be asked of the document."""


Cut = Callable[[Material, SizeBand], tuple[int, ...]]
"""First units of the chunks: they tile the units, within the size band."""


def _both(of: Material) -> BothRows:
    """Words beside meanings, these less what the whole document means."""
    return BothRows(of.words, of.meanings.centred().of_length_one())


def learned_cut(head: BoundaryHead, weight: float) -> Cut:
    """Cohesion of the encoder's vectors, with a head's boundary scores as merits."""

    def cut(of: Material, band: SizeBand) -> tuple[int, ...]:
        merits = weight * boundary_scores(head, of.meanings)
        return cohesion(of.units, of.meanings, band, of.breaks, merits)

    return cut


def _learned(of: Material, band: SizeBand) -> tuple[int, ...]:
    return learned_cut(shipped_head(), BOUNDARY_WEIGHT)(of, band)


def _adjacent(of: Material, band: SizeBand) -> tuple[int, ...]:
    """The same with how neighbours differ: what the learned scores have to beat."""
    merits = BOUNDARY_WEIGHT * adjacent_scores(of.meanings)
    return cohesion(of.units, of.meanings, band, of.breaks, merits)


CUTS: Mapping[str, Cut] = {
    "cohesion": lambda of, band: cohesion(of.units, of.words, band, of.breaks),
    "fixed": lambda of, band: fixed(of.units, band),
    "recursive": lambda of, band: recursive(of.units, band),
    "encoder_cluster": lambda of, band: cluster(of.units, of.meanings, band, of.breaks),
    "encoder_cohesion": lambda of, band: cohesion(of.units, of.meanings, band, of.breaks),
    "mixed_cohesion": lambda of, band: cohesion(of.units, _both(of), band, of.breaks),
    "encoder_adjacent": _adjacent,
    "learned": _learned,
}
"""The default first."""

INTENT_CUTS: Mapping[str, Cut] = {
    "intent": lambda of, band: intent(of.units, of.meanings, of.questions, band, of.breaks),
    "intent_cohesion": lambda of, band: fused(
        of.units, _both(of), of.meanings, of.questions, band, of.breaks
    ),
}
"""Those that make sense only where ``questions`` are known."""


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
