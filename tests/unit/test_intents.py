"""The intent DP: how long its pieces are, what draws its cuts, and that a start's cost is read at
that start."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.schemas.document import Unit
from tools.cuts import INTENT_CUTS, Material, cut_into
from tools.intents import PENALTY, QUESTIONS, fused, intent, price, relevance
from tools.layout import SizeBand, size_of
from tools.rows import DenseRows
from tools.tfidf import unit_vectors

AXES = np.eye(6, dtype=np.float32)


def units_of(count: int, blocks: list[int] | None = None) -> list[Unit]:
    """Ten characters each, nothing between them."""
    kinds = blocks or [0] * count
    return [
        Unit(index=n, kind="sentence", start=10 * n, end=10 * n + 10, text="w" * 10, block=kinds[n])
        for n in range(count)
    ]


def rows(*axes: int) -> DenseRows:
    return DenseRows(AXES[list(axes)])


def test_pieces_have_the_wanted_size_where_relevance_is_level() -> None:
    """β = R̄ + λ makes the target the best size, whatever the relevance is."""
    alike = rows(*[0] * 40)
    for question in (alike, rows(1), None):
        asked = question and question.slice(0, 1)

        starts = intent(units_of(40), alike, asked, SizeBand(80, 200))

        assert starts == (0, 8, 16, 24, 32)


@pytest.mark.parametrize("name", INTENT_CUTS)
def test_cuts_fall_where_the_question_answered_changes(name: str) -> None:
    meanings = rows(*[0] * 7, *[1] * 10, *[2] * 7)
    units = units_of(24)
    words = unit_vectors([unit.text for unit in units])
    of = Material(units, words, meanings, questions=rows(0, 1, 2))

    assert cut_into(INTENT_CUTS[name], of, 3, maximum=160) == (0, 7, 17)


@pytest.mark.parametrize("place", [6, 7, 9, 10])
def test_the_gain_of_a_new_paragraph_is_read_at_its_first_unit(place: int) -> None:
    """Read one unit late or early, as where gaps are counted after units, the cut would slip."""
    blocks = [0] * place + [1] * (16 - place)
    alike = rows(*[0] * 16)

    for starts in (
        intent(units_of(16, blocks), alike, None, SizeBand(80, 160)),
        fused(units_of(16, blocks), alike, alike, None, SizeBand(80, 160)),
    ):
        assert starts == (0, place)


def test_relevance_is_the_best_cosine_of_the_mean() -> None:
    chance = np.random.default_rng(3)
    vectors = chance.normal(size=(9, 6)).astype(np.float32)
    asked = chance.normal(size=(4, 6)).astype(np.float32)

    found = relevance(DenseRows(vectors), DenseRows(asked), 5)

    mean = vectors[2:6].mean(axis=0)
    cosines = asked @ mean / np.linalg.norm(asked, axis=1) / np.linalg.norm(mean)
    assert found[2, 4] == pytest.approx(cosines.max(), abs=1e-5)
    assert np.isneginf(found[6, 4])


def test_the_price_is_the_mean_relevance_at_the_target_and_the_penalty() -> None:
    relevant = np.array([[-np.inf, 0.1, 0.9], [-np.inf, 0.3, -np.inf]])
    sizes = np.array([[0, 0.4, 1.1], [0, 0.4, 0]])

    assert price(relevant, sizes) == pytest.approx((0.9 + 0.3) / 2 + PENALTY)


def test_more_questions_than_are_read_are_thinned_out_evenly() -> None:
    many = DenseRows(np.repeat(AXES[:2], QUESTIONS, axis=0))

    found = relevance(rows(0, 1), many, 1)

    assert found[:, 1].tolist() == [1, 1]


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 30), asked=st.integers(0, 3), target=st.integers(10, 120))
def test_intent_cuts_tile_within_the_band(count: int, asked: int, target: int) -> None:
    chance = np.random.default_rng(count)
    units = units_of(count)
    meanings = DenseRows(chance.normal(size=(count, 6)).astype(np.float32))
    questions = DenseRows(chance.normal(size=(asked, 6)).astype(np.float32)) if asked else None
    band = SizeBand(target, 2 * target)

    for starts in (
        intent(units, meanings, questions, band),
        fused(units, meanings, meanings, questions, band),
    ):
        edges = [*starts, count]
        assert edges[0] == 0
        assert edges == sorted(set(edges))
        sizes = [(b - a, size_of(units, a, b)) for a, b in pairwise(edges)]
        assert all(members == 1 or size <= band.maximum for members, size in sizes)
