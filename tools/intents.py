"""Cuts by the questions a document answers (Intent-Driven Dynamic Chunking, arXiv 2602.14784).

A piece's relevance R is the cosine of its mean vector to the question it fits best. It is earned
once per piece, so each further piece earns R̄ - β, and with the paper's penalty λ·size² equal pieces
are best at the size √((β - R̄) / λ). Sizes are counted in targets here: the wanted one is 1, and
β = R̄ + λ with R̄ measured on pieces of that size. Pure.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.schemas.document import Unit
from tools.cohesion import Gains, cut_at_price, piece_norms
from tools.layout import Breaks, SizeBand
from tools.piecewise import Atoms, cut_pieces
from tools.rows import DenseRows, Rows
from tools.segmentation import start_costs

QUESTIONS = 64
"""Of more, as many are taken, evenly spread."""
PENALTY = 0.1
"""λ: the fine of a piece of the target size; it stands against relevances of at most 1."""
FUSED_WEIGHT = 1.0
"""μ: what a relevance of 1 is worth beside cohesion, which counts a cosine for each unit."""

_TINY = 1e-9


def intent(
    units: Sequence[Unit],
    meanings: DenseRows,
    questions: DenseRows | None,
    band: SizeBand,
    breaks: Breaks = Breaks(),  # noqa: B008 - an immutable value
) -> tuple[int, ...]:
    """The cut whose pieces fit the questions best; ``meanings`` holds a row for each unit.

    Without questions all pieces are equally relevant, and sizes and starts decide.
    """

    def worth(of: Atoms) -> Gains:
        relevant = relevance(of.rows, questions, of.longest)
        sizes = _in_targets(of, band)
        gains = relevant - PENALTY * sizes**2 - price(relevant, sizes)
        gains -= start_costs(units, of.runs, breaks)[:, None]
        return gains

    def solve(gains: Gains, _count: int) -> tuple[int, ...]:
        return cut_at_price(gains, 0.0)

    return cut_pieces(units, meanings.of_length_one(), band, breaks, worth, solve)


def fused(
    units: Sequence[Unit],
    vectors: Rows,
    meanings: DenseRows,
    questions: DenseRows | None,
    band: SizeBand,
    breaks: Breaks = Breaks(),  # noqa: B008 - an immutable value
) -> tuple[int, ...]:
    """Cohesion of ``vectors`` and relevance of ``meanings`` in one sum, ‖Σ v‖ + μ·R, at the price
    per piece that gives the wanted count."""
    unit_long = meanings.of_length_one()

    def worth(of: Atoms) -> Gains:
        gains = piece_norms(of.rows, of.longest)
        gains += FUSED_WEIGHT * relevance(of.grouped(unit_long), questions, of.longest)
        gains -= start_costs(units, of.runs, breaks)[:, None]
        return gains

    return cut_pieces(units, vectors, band, breaks, worth)


def relevance(rows: Rows, questions: DenseRows | None, longest: int) -> Gains:
    """The best cosine of each piece's mean to a question; 0 without questions, -inf beyond the
    end."""
    norms = piece_norms(rows, longest)
    if questions is None or not questions.height:
        return np.where(np.isneginf(norms), -np.inf, 0.0)
    asked = _spread(questions).of_length_one().vectors
    along = np.zeros((rows.height + 1, len(asked)))
    along[1:] = (rows.dense(0, rows.height) @ asked.T).cumsum(axis=0, dtype=np.float64)
    best = np.full_like(norms, -np.inf)
    for size in range(1, min(longest, rows.height) + 1):
        best[: rows.height - size + 1, size] = (along[size:] - along[:-size]).max(axis=1)
    return best / np.where(norms > _TINY, norms, 1.0)


def price(relevant: Gains, sizes: NDArray[np.float64]) -> float:
    """β: mean relevance of the pieces nearest the target size, one for each start, plus λ."""
    possible = np.isfinite(relevant)
    apart = np.where(possible, np.abs(sizes - 1), np.inf)
    nearest = apart.argmin(axis=1)
    return float(relevant[np.arange(len(relevant)), nearest].mean()) + PENALTY


def _in_targets(of: Atoms, band: SizeBand) -> NDArray[np.float64]:
    """Size of every piece, ``[first, members]``; 0 where there is none."""
    sizes = np.zeros((len(of.begins), of.longest + 1))
    for members in range(1, min(of.longest, len(of.begins)) + 1):
        spans = of.ends[members - 1 :] - of.begins[: len(of.begins) - members + 1]
        sizes[: len(spans), members] = spans / band.target
    return sizes


def _spread(questions: DenseRows) -> DenseRows:
    count = questions.height
    if count <= QUESTIONS:
        return questions
    return DenseRows(questions.vectors[np.linspace(0, count - 1, QUESTIONS).astype(int)])
