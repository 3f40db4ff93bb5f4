"""Chances from logits: what is fitted fits, and silence is weighed against an answer."""

import numpy as np
import pytest

from training.lines import fit_line, temperature, worth_from


def test_a_line_finds_the_scale_and_shift_that_made_the_labels():
    random = np.random.default_rng(3)
    logits = random.normal(2.0, 5.0, 20_000)
    chances = 1 / (1 + np.exp(-(0.4 * logits - 0.7)))
    labels = (random.random(20_000) < chances).astype(float)
    assert fit_line(logits, labels) == pytest.approx((0.4, -0.7), abs=0.05)


def test_a_line_through_labels_that_are_all_alike_stays_finite():
    scale, shift = fit_line(np.array([1.0, 2.0, 3.0]), np.ones(3))
    assert np.isfinite([scale, shift]).all()


def test_a_temperature_undoes_what_sharpened_the_logits():
    random = np.random.default_rng(4)
    calm = random.normal(0.0, 1.5, (20_000, 3))
    chances = np.exp(calm) / np.exp(calm).sum(axis=1, keepdims=True)
    truth = (random.random((20_000, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    assert temperature(calm * 2.5, truth) == pytest.approx(2.5, rel=0.06)


@pytest.mark.parametrize("f1", [0.2, 0.6, 1.0])
def test_at_the_threshold_an_answer_earns_as_much_as_silence(f1):
    chance = worth_from(f1)
    assert chance * f1 == pytest.approx(1 - chance, abs=1e-3)
