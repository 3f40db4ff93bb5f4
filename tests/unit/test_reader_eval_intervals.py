"""Intervals by bootstrap, and finding the data they are taken on."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import NotFound
from evals.data import read_rows
from evals.intervals import bootstrap
from evals.measures import expected_calibration_error


def test_a_constant_has_no_width() -> None:
    assert bootstrap(np.mean, range(5), [0.3] * 5) == pytest.approx((0.3, 0.3, 0.3, 5))


def test_percent() -> None:
    assert bootstrap(np.mean, range(4), [1, 1, 1, 1]).in_percent() == (100, 100, 100, 4)


def test_interval_of_independent_rows_is_the_textbook_one() -> None:
    values = np.random.default_rng(1).normal(10, 2, 400)
    found = bootstrap(np.mean, range(400), values)

    margin = 1.96 * values.std() / 20
    assert found.low == pytest.approx(values.mean() - margin, abs=0.03)
    assert found.high == pytest.approx(values.mean() + margin, abs=0.03)


def test_rows_that_come_in_groups_say_less() -> None:
    values = [0.0] * 50 + [1.0] * 50
    alone = bootstrap(np.mean, range(100), values)
    grouped = bootstrap(np.mean, [row // 25 for row in range(100)], values)

    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 3 * (alone.high - alone.low)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=25))
def test_the_interval_holds_the_value(rows: list[tuple[float, bool]]) -> None:
    chances, outcomes = zip(*rows, strict=True)
    found = bootstrap(expected_calibration_error, range(len(rows)), chances, outcomes)

    assert found.low <= found.value <= found.high
    assert found == bootstrap(expected_calibration_error, range(len(rows)), chances, outcomes)


def write(folder: Path, name: str, *rows: object) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)


def test_rows_in_order(tmp_path: Path) -> None:
    write(tmp_path, "pairs.heldout", {"id": 1}, {"id": 2})

    assert list(read_rows(tmp_path, "pairs", "heldout")) == [{"id": 1}, {"id": 2}]


def test_documents_kept_once_serve_both_halves(tmp_path: Path) -> None:
    write(tmp_path, "wiki.docs.public", {"doc_id": "public"})
    assert [row["doc_id"] for row in read_rows(tmp_path, "wiki.docs", "heldout")] == ["public"]

    write(tmp_path, "wiki.docs.heldout", {"doc_id": "own"})
    assert [row["doc_id"] for row in read_rows(tmp_path, "wiki.docs", "heldout")] == ["own"]


def test_questions_of_another_half_are_no_substitute(tmp_path: Path) -> None:
    write(tmp_path, "wiki.questions.public", {"qid": "q"})

    with pytest.raises(NotFound, match=r"no wiki\.questions\.heldout\.jsonl\.gz in"):
        list(read_rows(tmp_path, "wiki.questions", "heldout"))
