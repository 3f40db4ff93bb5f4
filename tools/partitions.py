"""How good a cut is, which of several to take, and its chunks. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from core.schemas.document import Unit
from core.schemas.outline import Chunk, Outline, Partition
from tools.layout import SizeBand, is_weak_start, size_of
from tools.tfidf import SparseRows, unit_vectors

_COUNT_BAND = 0.2
_CLEARLY_BETTER = 1.0
_ENOUGH_TO_COMPARE = 3


def score_partition(
    units: Sequence[Unit],
    partition: Partition,
    band: SizeBand,
    vectors: SparseRows | None = None,
) -> Partition:
    """The partition with its scores: cohesion and clarity (0 to 1, more is better),
    size_deviation (in targets) and weak_starts (share), where less is better."""
    vectors = unit_vectors([unit.text for unit in units]) if vectors is None else vectors
    starts = partition.starts
    edges = [*starts, len(units)]
    sizes = [size_of(units, first, stop) for first, stop in pairwise(edges)]
    scores = {
        "cohesion": _cohesion(vectors, edges),
        "clarity": _clarity(vectors.grouped(starts)),
        "size_deviation": float(np.mean([abs(size / band.target - 1) for size in sizes])),
        "weak_starts": float(np.mean([is_weak_start(units, start) for start in starts])),
    }
    return partition.model_copy(update={"scores": scores})


def choose_partition(partitions: Sequence[Partition]) -> Partition:
    """The first, unless another of like chunk count is clearly clearer and worse in nothing else.

    Clarity is compared in standard deviations of the set, for its scale varies with the document.
    """
    default = partitions[0]
    if len(partitions) < _ENOUGH_TO_COMPARE or any(not p.scores for p in partitions):
        return default
    spread = float(np.std([p.scores["clarity"] for p in partitions]))
    rivals = [p for p in partitions[1:] if _is_sound_rival(p, default)]
    if not rivals or spread == 0:
        return default
    best = max(rivals, key=lambda p: p.scores["clarity"])
    gain = (best.scores["clarity"] - default.scores["clarity"]) / spread
    return best if gain >= _CLEARLY_BETTER else default


def chunks_of(partition: Partition, outline: Outline, unit_count: int) -> tuple[Chunk, ...]:
    """The chunks a partition makes; each belongs to the part that holds its first unit."""
    firsts = [part.first for part in outline.parts]
    return tuple(
        Chunk(index=index, first=first, stop=stop, part=bisect_right(firsts, first) - 1)
        for index, (first, stop) in enumerate(pairwise([*partition.starts, unit_count]))
    )


def _is_sound_rival(rival: Partition, default: Partition) -> bool:
    fewer_or_more = abs(len(rival.starts) / len(default.starts) - 1)
    return fewer_or_more <= _COUNT_BAND and all(
        rival.scores[code] <= default.scores[code] for code in ("size_deviation", "weak_starts")
    )


def _cohesion(vectors: SparseRows, edges: Sequence[int]) -> float:
    """Mean, over units, of the cosine to the own chunk's centroid."""
    total = 0.0
    for first, stop in pairwise(edges):
        total += float(np.linalg.norm(vectors.dense(first, stop).sum(axis=0)))
    return total / edges[-1] if edges[-1] else 0.0


def _clarity(chunks: SparseRows) -> float:
    """Mean of one minus the cosine across each boundary; 1 when there is none."""
    if chunks.height < 2:
        return 1.0
    gaps = []
    for left in range(chunks.height - 1):
        one, other = chunks.dense(left, left + 2)
        scale = float(np.linalg.norm(one) * np.linalg.norm(other))
        gaps.append(1 - float(one @ other) / scale if scale else 1.0)
    return float(np.mean(gaps))
