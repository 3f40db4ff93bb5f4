"""Cuts by cohesion, with a finer cut and two plain baselines beside it to choose from."""

import asyncio
from collections.abc import Sequence

from core.schemas.document import Unit
from core.schemas.outline import Outline, Partition
from tools.layout import Breaks, SizeBand
from tools.partitions import score_partition
from tools.segmentation import cohesion, fixed, recursive
from tools.tfidf import unit_vectors

_FINE = 0.75
_HARD_LEVEL = 2


class LocalSegmenter:
    """Four candidate cuts of one size band; the one by cohesion is the default."""

    def __init__(self, *, target_characters: int = 900, max_characters: int = 2_000) -> None:
        self._band = SizeBand(min(target_characters, max_characters), max_characters)

    async def segment(self, units: Sequence[Unit], outline: Outline) -> tuple[Partition, ...]:
        """Candidates with their scores, the default first; computed in a thread."""
        return await asyncio.to_thread(self._segment, units, outline)

    def _segment(self, units: Sequence[Unit], outline: Outline) -> tuple[Partition, ...]:
        breaks = breaks_of(units, outline)
        vectors = unit_vectors([unit.text for unit in units])
        fine = SizeBand(int(self._band.target * _FINE), self._band.maximum)
        cuts = {
            "cohesion": cohesion(units, vectors, self._band, breaks),
            "cohesion_fine": cohesion(units, vectors, fine, breaks),
            "fixed": fixed(units, self._band),
            "recursive": recursive(units, self._band),
        }
        return tuple(
            score_partition(units, Partition(name=name, starts=starts), self._band, vectors)
            for name, starts in cuts.items()
        )


def breaks_of(units: Sequence[Unit], outline: Outline) -> Breaks:
    """Parts under a heading of the first two levels must start a chunk, other parts had better."""
    firsts = frozenset(part.first for part in outline.parts)
    hard = frozenset(
        first
        for first in firsts
        if units[first].kind == "heading" and len(units[first].heading_path) <= _HARD_LEVEL
    )
    return Breaks(hard=hard, soft=firsts - hard)
