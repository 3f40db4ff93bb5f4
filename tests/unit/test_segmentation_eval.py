"""The segmentation suite: how gold is read, what a cut scores, and differences with intervals."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import NotFound
from evals.comparing import compared
from evals.segmentation import boundary_f1, measure
from evals.segmentation_choice import figures
from evals.segmentation_data import Gold, Piece, lay_out, measured_ids, read_sets
from tests.builders import HashingEncoder
from tools.cuts import CUTS

PEP = """PEP: 1
Title: Pumps

First
=====

The pump is new. It leaks.

Second
======

The bank sends an invoice.
"""


def write(path: Path, *rows: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)


def lines(kind: str, sentences: list[str], *boundaries: int) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "sentences": sentences, "boundaries": boundaries}


def texts(gold: Gold) -> list[str]:
    return [unit.text for unit in gold.units]


def test_empty_lines_hand_their_boundary_on(tmp_path: Path) -> None:
    row = lines("choi", ["one", "two", " ", "three", "four"], 2, 4)
    write(tmp_path / "segmentation_choi_manifesto.public.jsonl.gz", row)

    (gold,) = read_sets(tmp_path, "public")["choi"]

    assert texts(gold) == ["one", "two", "three", "four"]
    assert gold.boundaries == (2, 3)
    assert [unit.start for unit in gold.units] == [0, 4, 8, 14]


def test_headings_become_boundaries_and_leave_no_trace(tmp_path: Path) -> None:
    write(tmp_path / "docs_peps.public.jsonl.gz", {"doc_id": "pep-1", "text": PEP})

    (gold,) = read_sets(tmp_path, "public")["pep"]

    assert texts(gold)[2:] == ["The pump is new.", "It leaks.", "The bank sends an invoice."]
    assert gold.boundaries == (2, 4)
    assert {unit.heading_path for unit in gold.units} == {()}
    assert "heading" not in {unit.kind for unit in gold.units}


def test_meetings_come_from_the_training_folder_beside_the_public_data(tmp_path: Path) -> None:
    meeting = lines("transcript", ["A: one", "B: two"], 1)
    write(tmp_path / "train" / "segmentation.jsonl.gz", meeting, lines("choi", ["x", "y"], 1))
    (tmp_path / "uniform").mkdir()

    sets = read_sets(tmp_path / "uniform", "public")

    assert {name: len(documents) for name, documents in sets.items()} == {"qmsum": 1}
    with pytest.raises(NotFound):
        read_sets(tmp_path / "uniform", "heldout")


def test_paragraphs_are_one_block_of_sentences(tmp_path: Path) -> None:
    row = {"doc_id": "a", "text": "The pump is new. It leaks.\n\nThe bank is old."}
    write(tmp_path / "squad_articles.docs.public.jsonl.gz", row)

    (gold,) = read_sets(tmp_path, "public")["article"]

    assert gold.boundaries == (2,)
    assert {unit.block for unit in gold.units} == {0}


def test_every_cut_is_scored_beside_fixed() -> None:
    topics = ["seal impeller shaft", "invoice bank credit", "rose soil hedge"]
    pieces = [Piece(f"The {topics[n // 6]} of day {n}.") for n in range(18)]
    gold = Gold("stitched", lay_out(pieces), (6, 12))

    report: Any = asyncio.run(measure(HashingEncoder(), {"choi": [gold]}))

    metrics = report["metrics"]
    assert metrics["windowdiff_choi"]["value"] == 0
    assert metrics["boundary_f1_choi"]["value"] == 100
    assert {row["cut"] for row in report["table"]} == set(CUTS)
    assert metrics["windowdiff_choi_vs_fixed"]["n"] == 1
    assert "pk_choi_encoder_cluster_vs_cohesion" in metrics
    assert metrics["windowdiff_choi_chosen_by_chunk_score"]["n"] == 1
    assert "windowdiff_choi_chosen_by_ranks_vs_cohesion" in metrics
    assert "windowdiff_choi_intent" not in metrics


def test_cuts_by_questions_are_measured_where_questions_are_known() -> None:
    pieces = [Piece(f"The {('seal', 'bank')[n // 6]} of day {n}.") for n in range(12)]
    gold = Gold("asked", lay_out(pieces), (6,), ("What about the seal?", "And the bank?"))

    report: Any = asyncio.run(measure(HashingEncoder(), {"qmsum": [gold]}))

    assert report["metrics"]["windowdiff_qmsum_intent_cohesion"]["value"] == 0
    assert "windowdiff_qmsum_intent_vs_cohesion" in report["metrics"]


def test_the_error_of_what_a_rule_chose_is_taken_document_by_document() -> None:
    errors = {"cohesion": [0.1, 0.5], "fixed": [0.4, 0.2]}
    picks = [
        {"chunk_score": "cohesion", "ranks": "fixed"},
        {"chunk_score": "fixed", "ranks": "fixed"},
    ]

    found = figures("choi", errors, picks)

    assert found["windowdiff_choi_chosen_by_chunk_score"].value == pytest.approx(0.15)
    assert found["windowdiff_choi_chosen_by_ranks_vs_cohesion"].value == pytest.approx(0.0)


def test_meetings_come_with_what_was_asked_about_parts_of_them(tmp_path: Path) -> None:
    data = tmp_path / "uniform"
    row = {**lines("transcript", ["A: Hello.", "B: Money."], 1), "id": "m1"}
    write(tmp_path / "train" / "segmentation.jsonl.gz", row)
    asked = {"doc_ids": ["m1"], "question": "What of money?", "spans": [{"start": 0, "end": 3}]}
    whole = {"doc_ids": ["m1"], "question": "Sum it up.", "spans": []}
    write(tmp_path / "train" / "query_summary.qmsum_train.jsonl.gz", asked, whole)
    write(data / "docs_peps.public.jsonl.gz", {"doc_id": "p", "text": PEP})

    [gold] = read_sets(data, "public")["qmsum"]

    assert gold.questions == ("What of money?",)
    assert measured_ids(data, "public") == {"m1", "p"}


def test_a_difference_is_taken_row_by_row() -> None:
    columns = {"ours": [1.0, 5.0, 9.0], "plain": [0.0, 4.0, 8.0], "other": [1.0, 5.0, 9.0]}

    figures = compared("x", columns, range(3), "plain")

    assert figures["x_vs_plain"] == (1.0, 1.0, 1.0, 3)
    assert figures["x_other_vs_ours"].value == 0
    assert "x_plain_vs_ours" not in figures
    assert "x_vs_ours" not in figures


def test_a_boundary_counts_where_it_is_exact() -> None:
    assert boundary_f1([3, 7], [3, 8]) == 0.5
    assert boundary_f1([], []) == 1
    assert boundary_f1([3], []) == 0
