"""Token vectors beside other orders: the arithmetic, and the graph they come from."""

import numpy as np
import pytest

from evals.maxsim import Judged, TokenEncoder, maxsim, orders, report
from evals.poison import open_bench


def test_each_token_of_the_question_finds_its_nearest() -> None:
    east, north = np.eye(2, dtype=np.float32)
    assert maxsim(np.array([east, north]), np.array([east])) == pytest.approx(0.5)
    assert maxsim(np.array([east, north]), np.array([north, east])) == pytest.approx(1.0)
    assert maxsim(np.zeros((0, 2), np.float32), np.array([east])) == 0.0


def test_orders_by_each_score_alone_and_together() -> None:
    found = orders([3.0, 2.0, 1.0], [0.1, 0.2, 0.9], [0.1, 0.9, 0.1])
    assert max(range(3), key=found["fused"].__getitem__) == 0
    assert max(range(3), key=found["maxsim"].__getitem__) == 2
    assert max(range(3), key=found["fused_and_maxsim_4"].__getitem__) == 2
    assert max(range(3), key=found["fused_and_reading"].__getitem__) == 1


def test_gold_counts_among_the_first() -> None:
    one = Judged({"fused": [6, 5, 4, 3, 2, 1]}, [False, False, False, True, False, False], 2.0, 1.0)
    metrics = report([one])["metrics"]
    assert metrics["first_fused"]["value"] == 0.0
    assert metrics["in_five_fused"]["value"] == 100.0
    assert metrics["maxsim_seconds"]["value"] == 2.0


async def test_token_vectors_average_to_the_sentence_vector() -> None:
    text = "The casing nuts are tightened to 45 Nm."
    tokens = TokenEncoder(1).encode(text)
    (sentence,) = await open_bench(None).encoder.encode([text])
    assert tokens.shape[1] == len(sentence)
    assert np.linalg.norm(tokens, axis=1) == pytest.approx(1.0, abs=1e-5)
    mean = tokens.mean(axis=0)
    assert float(mean @ sentence / np.linalg.norm(mean)) > 0.9
