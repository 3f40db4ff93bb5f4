"""Scores of candidate cuts, and that they decide only where they tell candidates apart."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.outline import Partition
from tools.cache_model import CacheModel
from tools.chunk_score import (
    RIDGE,
    choose_by_chunk_score,
    choose_by_ranks,
    clarity,
    completeness,
    dispersion,
    independence,
)
from tools.rows import DenseRows

SCORES = st.tuples(st.floats(0, 1), st.floats(-7, 0))


def candidate(name: str, chunks: int = 10, **scores: float) -> Partition:
    return Partition(name=name, starts=tuple(range(chunks)), scores=scores)


def four(*pairs: tuple[float, float], chunks: int = 10) -> list[Partition]:
    return [
        candidate(str(at), chunks, independence=one, dispersion=other)
        for at, (one, other) in enumerate(pairs)
    ]


def test_dispersion_is_the_log_volume_of_the_chunks_directions() -> None:
    vectors = np.array([[1, -1, 0, 0], [0, 0, 1, -1]], np.float32)
    apart = dispersion(DenseRows(vectors))
    same = dispersion(DenseRows(vectors[[0, 0]]))

    assert apart == pytest.approx(math.log(1 + RIDGE), abs=1e-6)
    assert same == pytest.approx((math.log(2 + RIDGE) + math.log(RIDGE)) / 2, abs=1e-3)


def test_more_chunks_than_components_are_measured_alike() -> None:
    vectors = DenseRows(np.random.default_rng(5).normal(size=(7, 4)).astype(np.float32))
    rows = vectors.of_length_one().vectors.astype(np.float64)
    centred = rows - rows.mean(axis=1, keepdims=True)

    _, volume = np.linalg.slogdet(centred @ centred.T + RIDGE * np.eye(7))

    assert dispersion(vectors) == pytest.approx(volume / 7, abs=1e-6)


def test_neighbours_that_foretell_each_other_are_not_independent() -> None:
    texts = ["pump seal leak", "seal leak pump", "bank invoice credit"]
    model = CacheModel(texts)

    assert independence(texts[:2], model.loss) < independence(texts[1:], model.loss)
    assert independence(texts[:1], model.loss) == 1


def test_a_cache_model_is_surprised_less_by_what_it_has_just_read() -> None:
    model = CacheModel(["pump seal leak", "bank invoice credit"])

    assert model.loss("seal leak", "pump seal leak") < model.loss("seal leak")
    assert model.loss("seal leak") < model.loss("seal leak", "bank invoice")
    assert model.loss("the of and") == 0


def test_a_core_should_foretell_its_chunk_and_be_short() -> None:
    def loss(text: str, context: str) -> float:
        return 1.0 if context.split()[0] in text else 2.0

    good = completeness(["seal leak"], ["seal"], loss)

    assert good == pytest.approx(math.exp(-1) / math.log(2))
    assert good > completeness(["seal leak"], ["bank"], loss)
    assert good > completeness(["seal leak"], ["seal and more words"], loss)
    assert completeness(["seal leak"], [""], loss) == 0


def test_clarity_is_the_mean_chance_of_the_boundaries() -> None:
    assert clarity([0.2, 0.6]) == pytest.approx(0.4)
    assert clarity([]) == 1


def test_the_best_of_enough_separated_candidates_is_taken() -> None:
    assert choose_by_chunk_score(four((0.5, -2), (0.6, -1), (0.5, -3), (0.4, -2))).name == "1"


def test_dispersion_weighs_more_than_independence() -> None:
    assert choose_by_chunk_score(four((0.5, -2), (0.9, -3), (0.1, -1), (0.5, -2))).name == "2"


def test_the_first_stays_where_scores_do_not_separate() -> None:
    assert choose_by_chunk_score(four(*[(0.5, -2.0)] * 5)).name == "0"


def test_the_first_stays_where_too_few_are_of_like_count() -> None:
    others = four((0.9, -0.1), (0.9, -0.1), chunks=20)

    assert choose_by_chunk_score([*four((0.5, -2), (0.1, -3), (0.1, -3)), *others]).name == "0"
    assert choose_by_chunk_score([candidate("bare"), *four((0.5, -2), (0.6, -1))]).name == "bare"


@given(st.lists(SCORES, min_size=4, max_size=8), st.floats(0.1, 9), st.floats(-5, 5))
def test_scale_and_shift_of_a_score_do_not_matter(
    pairs: list[tuple[float, float]], scale: float, shift: float
) -> None:
    rounded = [(round(one, 2), round(other, 2)) for one, other in pairs]
    moved = [(scale * one + shift, other) for one, other in rounded]

    first, second = choose_by_chunk_score(four(*rounded)), choose_by_chunk_score(four(*moved))

    assert first.name == second.name or first.scores["dispersion"] != second.scores["dispersion"]


def test_ranks_are_fused_and_the_clearer_of_equals_is_taken() -> None:
    def ranked(*pairs: tuple[float, float]) -> str:
        return choose_by_ranks(
            [candidate(str(n), clarity=a, completeness=b) for n, (a, b) in enumerate(pairs)]
        ).name

    assert ranked((0.5, 0.2), (0.9, 0.9), (0.1, 0.3)) == "1"
    assert ranked((0.1, 0.9), (0.9, 0.1)) == "1"
    assert ranked((0.5, 0.5), (0.5, 0.5)) == "0"
    assert choose_by_ranks([candidate("bare"), candidate("x", clarity=1.0)]).name == "bare"
