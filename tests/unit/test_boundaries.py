"""The boundary head: its features, its scores, the file that ships, and how it is fitted."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigurationError
from evals.measures import roc_auc
from evals.segmentation_data import Gold, Piece, lay_out
from tools import boundaries
from tools.boundaries import (
    BOUNDARIES_FILE,
    BoundaryHead,
    adjacent_scores,
    boundary_scores,
    pair_features,
    read_head,
    shipped_head,
    standardised,
)
from tools.rows import DenseRows
from training.boundaries import Gaps, fit, labels_of, save


def rows(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_features_are_both_vectors_their_difference_and_their_product() -> None:
    before, after = np.array([[1, 2]], np.float32), np.array([[3, 5]], np.float32)

    assert pair_features(before, after).tolist() == [[1, 2, 3, 5, -2, -3, 3, 10]]


def test_scores_are_standardised_and_the_first_unit_has_none() -> None:
    scores = boundary_scores(shipped_head(), DenseRows(rows(30, 384)))

    assert scores[0] == 0
    assert scores[1:].mean() == pytest.approx(0, abs=1e-9)
    assert scores[1:].std() == pytest.approx(1)


@pytest.mark.parametrize("height", [0, 1, 2])
def test_where_nothing_can_be_compared_nothing_is_scored(height: int) -> None:
    meanings = DenseRows(rows(height, 384))

    assert boundary_scores(shipped_head(), meanings).tolist() == [0.0] * height
    assert adjacent_scores(meanings).tolist() == [0.0] * height
    assert standardised(np.full(height, 3.0)).tolist() == [0.0] * height


def test_blocks_do_not_show_in_the_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    meanings = DenseRows(rows(25, 384))
    whole = boundary_scores(shipped_head(), meanings)

    monkeypatch.setattr(boundaries, "_BLOCK", 7)

    assert boundary_scores(shipped_head(), meanings) == pytest.approx(whole, abs=1e-4)


def test_vectors_of_another_length_are_not_judged() -> None:
    assert boundary_scores(shipped_head(), DenseRows(rows(5, 6))).tolist() == [0.0] * 5


def test_the_untrained_scores_are_the_distance_of_neighbours() -> None:
    meanings = DenseRows(np.eye(2, dtype=np.float32)[[0, 0, 0, 1, 1]])

    assert adjacent_scores(meanings).argmax() == 3


def test_the_shipped_file_is_the_expected_one_or_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert shipped_head().hidden.shape[0] == 4 * 384
    shipped_head.cache_clear()
    changed = tmp_path / "boundaries.npz"
    changed.write_bytes(BOUNDARIES_FILE.read_bytes() + b"\0")

    monkeypatch.setattr(boundaries, "BOUNDARIES_FILE", changed)

    with pytest.raises(ConfigurationError, match="expected file"):
        shipped_head()


def test_a_fit_finds_what_tells_boundaries_apart() -> None:
    """A boundary here is where a component changes sign, which neither vector tells alone."""
    before, after = rows(4_000, 4, seed=1), rows(4_000, 4, seed=2)
    labels = (before[:, 0] * after[:, 0] < 0).astype(np.float32)
    gaps = Gaps(pair_features(before, after), labels, np.ones(4_000, np.float32))

    head = fit(gaps)

    fresh = rows(500, 4, seed=3), rows(500, 4, seed=4)
    truth = fresh[0][:, 0] * fresh[1][:, 0] < 0
    assert roc_auc(head.log_odds(pair_features(*fresh)), truth) > 0.8


def test_a_head_survives_its_file_to_half_precision(tmp_path: Path) -> None:
    head = BoundaryHead(rows(8, 3), rows(3, seed=1), rows(3, seed=2), 0.25)
    save(head, tmp_path / "head.npz")

    read = read_head(tmp_path / "head.npz")

    assert read.hidden == pytest.approx(head.hidden, abs=2e-3)
    assert read.output_bias == 0.25


def test_labels_mark_the_gap_before_each_new_topic() -> None:
    gold = Gold("x", lay_out(Piece(f"Unit {n}.") for n in range(5)), (2, 4))

    assert labels_of(gold).tolist() == [0, 1, 0, 1]
