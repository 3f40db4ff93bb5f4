"""Scores of candidate cuts that need a language model or vectors, and safe ways to choose by them.

ChunkScore is QChunker's (arXiv 2603.11650): logical independence of neighbours and dispersion of
chunk vectors. As printed its two terms differ in scale by seven and it hardly minds too few
chunks. Here it compares only candidates of like count, in standard deviations of the set, and
decides nothing where it does not separate them. Clarity and completeness are MoM's (arXiv
2510.14252). All is pure.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.schemas.outline import Partition
from tools.rows import DenseRows

Loss = Callable[[str, str], float]
"""Mean loss of a text's tokens after a context, in nats; the context may be empty."""

RIDGE = 1e-3
INDEPENDENCE_WEIGHT = 0.3
"""QChunker's λ."""
FEWEST = 4
"""Candidates of like count below which standard deviations mean nothing."""
COUNT_BAND = 0.2
SEPARATED = 0.5
"""Between the best and the worst score, from which the best one is believed."""
RANK_OFFSET = 60
"""k of reciprocal rank fusion; MoM's is not told."""


def dispersion(chunks: DenseRows) -> float:
    """Log squared volume per chunk that the chunks' directions span, -6.9 to about 0; more is
    better. Vectors are centred over their own components, as printed."""
    if not chunks.height:
        return math.log(RIDGE)
    rows = chunks.of_length_one().vectors.astype(np.float64)
    centred = rows - rows.mean(axis=1, keepdims=True)
    count, width = len(centred), len(centred[0])
    flat = min(count, width)  # both products have the same determinant, but for the ridge's powers
    products = centred @ centred.T if count <= width else centred.T @ centred
    volume = float(np.linalg.slogdet(products + RIDGE * np.eye(flat))[1])
    return (volume + (count - flat) * math.log(RIDGE)) / count


def independence(texts: Sequence[str], loss: Loss) -> float:
    """Mean, over neighbours, of a chunk's loss after the one before over its loss alone: 1 where
    that helps nothing. Losses stand in for perplexities, as in MoC's code; 1 for a single chunk."""
    ratios = [_ratio(loss(text, before), loss(text, "")) for before, text in pairwise(texts)]
    return float(np.mean(ratios)) if ratios else 1.0


def completeness(texts: Sequence[str], cores: Sequence[str], loss: Loss) -> float:
    """Mean, over chunks, of 1 / (perplexity after the core · ln(1 + words of the core)): a core
    should foretell its chunk and be short. An empty core foretells nothing and scores 0."""
    shares = [
        math.exp(-loss(text, core)) / math.log1p(len(core.split())) if core.split() else 0.0
        for text, core in zip(texts, cores, strict=True)
    ]
    return float(np.mean(shares)) if shares else 0.0


def clarity(chances: Sequence[float]) -> float:
    """Mean chance, as some evaluator judged it, that each boundary is one; 1 without any."""
    return float(np.mean(chances)) if len(chances) else 1.0


def choose_by_chunk_score(partitions: Sequence[Partition]) -> Partition:
    """The best by ``independence`` and ``dispersion`` among the candidates whose count is within a
    fifth of the first one's; the first where fewer than four are, or where scores do not separate
    them."""
    default = partitions[0]
    alike = [one for one in partitions if _counts_alike(one, default)]
    if len(alike) < FEWEST or any(not _has(one, "independence", "dispersion") for one in alike):
        return default
    mixed = chunk_scores([one.scores for one in alike])
    if mixed.max() - mixed.min() < SEPARATED:
        return default
    return alike[int(mixed.argmax())]


def chunk_scores(scores: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    """ChunkScore of each candidate, in standard deviations of the set."""
    independent = _standard([one["independence"] for one in scores])
    spread = _standard([one["dispersion"] for one in scores])
    mixed: NDArray[np.float64] = (
        INDEPENDENCE_WEIGHT * independent + (1 - INDEPENDENCE_WEIGHT) * spread
    )
    return mixed


def choose_by_ranks(partitions: Sequence[Partition]) -> Partition:
    """The best by reciprocal ranks of ``clarity`` and ``completeness`` added; of equals the clearer
    one, then the earlier. The first where scores are missing or all the same."""
    default = partitions[0]
    if any(not _has(one, "clarity", "completeness") for one in partitions):
        return default
    clear = [one.scores["clarity"] for one in partitions]
    complete = [one.scores["completeness"] for one in partitions]
    if len(set(clear)) == 1 and len(set(complete)) == 1:
        return default
    fused = [
        1 / (RANK_OFFSET + _rank(clear, at)) + 1 / (RANK_OFFSET + _rank(complete, at))
        for at in range(len(partitions))
    ]
    best = max(range(len(partitions)), key=lambda at: (round(fused[at], 12), clear[at], -at))
    return partitions[best]


def _rank(values: Sequence[float], at: int) -> int:
    """1 for the highest; equal values share a rank."""
    return 1 + sum(value > values[at] for value in values)


def _counts_alike(one: Partition, default: Partition) -> bool:
    return abs(len(one.starts) / len(default.starts) - 1) <= COUNT_BAND


def _has(one: Partition, *names: str) -> bool:
    return all(name in one.scores for name in names)


def _ratio(after: float, alone: float) -> float:
    return after / alone if alone > 0 else 1.0


def _standard(values: Sequence[float]) -> NDArray[np.float64]:
    array = np.array(values, dtype=np.float64)
    spread = array.std()
    standard: NDArray[np.float64] = (array - array.mean()) / (spread if spread > 1e-12 else 1.0)
    return standard
