"""The chunking suite: what counts as found, in both modes, and the report of a small collection."""

import asyncio
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import NotFound
from evals.chunking import measure
from evals.chunking_data import read
from evals.chunking_ranking import BUDGETS, Chunks, beside_neighbours
from evals.chunking_scores import Wanted, by_place, by_text, omega, within
from evals.peers import PEERS, Peer
from evals.sentence_vectors import SentenceEncoder
from tests.builders import HashingEncoder
from tools.cuts import CUTS
from tools.encoder import Vectors
from tools.layout import SizeBand
from tools.ranking import NEIGHBOUR_WEIGHT

TEXT = "The pump is new. " * 3 + "\n\nThe seal is rubber. The motor came from Basel in 1931."
MOTOR = "The motor came from Basel in 1931."


def wanted(start: int, stop: int, *copies: range) -> Wanted:
    return Wanted(range(start, stop), (range(start, stop), *copies))


def write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    with gzip.open(
        folder / f"chunking_eval.{name}.public.jsonl.gz", "wt", encoding="utf-8"
    ) as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)


def asked(document: str, start: int, end: int) -> dict[str, Any]:
    span = {"doc_id": document, "start": start, "end": end}
    return {
        "qid": "1",
        "question": "Where is the motor from?",
        "doc_ids": [document],
        "spans": [span],
    }


def test_a_span_half_retrieved_counts_half() -> None:
    found = by_place([wanted(10, 20)], [range(15)])

    assert (found.recall, found.precision) == (0.5, 1 / 3)
    assert found.iou == 5 / 20


def test_overlapping_chunks_count_twice_by_place_and_once_by_text() -> None:
    context = [range(20), range(10, 30)]

    assert by_place([wanted(10, 20)], context).iou == 10 / 40
    assert by_text([wanted(10, 20)], context).iou == 10 / 30


def test_an_identical_copy_counts_by_text_alone() -> None:
    gold = [wanted(10, 20, range(50, 60))]

    assert by_place(gold, [range(50, 55)]).recall == 0
    assert by_text(gold, [range(50, 55)]).recall == 0.5
    assert by_text(gold, [range(50, 55), range(15, 20)]).recall == 1
    assert by_text(gold, [range(50, 55)]).precision == 1


def test_nothing_retrieved_is_nothing_found() -> None:
    nothing = by_place([wanted(10, 20)], [])

    assert (nothing.recall, nothing.precision, nothing.iou) == (0, 0, 0)


def test_omega_is_the_precision_of_the_chunks_that_touch() -> None:
    chunks = [range(15), range(15, 40), range(40, 80)]

    assert omega([wanted(10, 20)], chunks) == 10 / 40
    assert omega([wanted(10, 20)], [range(12, 40)]) == 8 / 30


def test_the_context_ends_at_the_budget_inside_a_chunk() -> None:
    assert within([range(30), range(50, 80), range(90, 99)], 40) == [range(30), range(50, 60)]
    assert within([range(30)], 40) == [range(30)]


def test_documents_stand_in_one_line_with_their_copies(tmp_path: Path) -> None:
    write(
        tmp_path,
        "docs",
        {"doc_id": "a", "text": "First."},
        {"doc_id": "b", "text": f"{TEXT} {MOTOR}"},
    )
    at = TEXT.index(MOTOR)
    write(tmp_path, "questions", asked("b", at, at + len(MOTOR)))

    texts, questions = read(tmp_path, "public")

    (one,) = questions[0].wanted
    offset = len("First.") + 1
    assert [text.offset for text in texts] == [0, offset]
    assert one.place.start == offset + at
    assert [copy.start - offset for copy in one.copies] == [at, len(TEXT) + 1]
    assert all(TEXT[unit.start : unit.end] == unit.text for unit in texts[1].units[:5])
    assert [unit.block for unit in texts[1].units] == [0, 0, 0, 1, 1, 1]


def test_a_question_about_another_document_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "docs", {"doc_id": "a", "text": "First."})
    write(tmp_path, "questions", asked("b", 0, 3))

    with pytest.raises(NotFound):
        read(tmp_path, "public")


def test_all_cuts_are_reported_beside_fixed_at_the_same_number_of_chunks(tmp_path: Path) -> None:
    write(tmp_path, "docs", {"doc_id": "a", "text": TEXT * 8})
    at = TEXT.index(MOTOR)
    write(tmp_path, "questions", asked("a", at, at + len(MOTOR)))

    report: Any = asyncio.run(
        measure(HashingEncoder(), *read(tmp_path, "public"), SizeBand(100, 300))
    )

    metrics = report["metrics"]
    counts = {row["cut"]: row["chunks"] for row in report["table"] if "chunks" in row}
    assert list(counts) == report["arms"] == list(CUTS)
    assert max(counts.values()) - min(counts.values()) <= 2
    assert metrics["recall_4000_chars"]["value"] == 100
    assert metrics["recall_4000_chars_vs_fixed"]["value"] == 0
    assert {"omega", "precision", "iou_set", "iou_chroma", "recall_at5"} <= metrics.keys()
    assert "omega_encoder_cluster_vs_cohesion" in metrics
    assert [row["cut"] for row in report["table"] if "chunks" not in row] == list(PEERS)
    assert [budget for budget, *_ in report["curves"]["fixed"]] == list(BUDGETS)
    assert {row["less"] for row in report["by_question"]} == set(CUTS) - {"cohesion"}


def test_a_peer_is_ranked_and_read_like_a_cut(tmp_path: Path) -> None:
    write(tmp_path, "docs", {"doc_id": "a", "text": TEXT * 8})
    at = TEXT.index(MOTOR)
    write(tmp_path, "questions", asked("a", at, at + len(MOTOR)))
    halves = Peer("re", lambda text, band, embed: [text[:200], text[200:]])

    report: Any = asyncio.run(
        measure(
            HashingEncoder(),
            *read(tmp_path, "public"),
            SizeBand(100, 300),
            cuts={"fixed": CUTS["fixed"]},
            others={"langchain_recursive": halves},
        )
    )

    (row,) = [row for row in report["table"] if row["cut"] == "langchain_recursive"]
    assert (row["chunks"], row["mean characters"]) == (2, round(len(TEXT * 8) / 2))
    assert report["metrics"]["recall_4000_chars_langchain_recursive"]["value"] == 100
    assert "recall_4000_chars_langchain_recursive_vs_fixed" in report["metrics"]
    assert "langchain_recursive" not in report["not_installed"]


def test_a_chunk_gains_from_its_better_neighbour_in_the_same_document() -> None:
    chunks = Chunks(tuple(range(5) for _ in "aaabb"), tuple("aaabb"), tuple("aaabb"))

    gained = beside_neighbours(chunks, np.array([3.0, 0.0, 1.0, 5.0, 0.0]))

    shares = np.array([0.0, 3.0, 0.0, 0.0, 5.0])
    assert np.allclose(gained, [3, 0, 1, 5, 0] + NEIGHBOUR_WEIGHT * shares)


def test_a_sentence_is_encoded_once_whatever_it_stands_in() -> None:
    asked_for: list[str] = []

    class Counting(HashingEncoder):
        async def encode(self, texts: Sequence[str]) -> Vectors:
            asked_for.extend(texts)
            return await super().encode(texts)

    encoder = SentenceEncoder(Counting())
    one, both = "The pump is new.", "The pump is new. The seal is rubber, and red."

    vectors = asyncio.run(encoder.encode([one, both, one]))
    again = asyncio.run(encoder.encode([both]))

    assert sorted(asked_for) == ["The pump is new.", "The seal is rubber, and red."]
    assert np.array_equal(vectors[0], vectors[2])
    assert np.array_equal(vectors[1], again[0])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    parts = asyncio.run(HashingEncoder().encode([one, "The seal is rubber, and red."]))
    mean = len(one) * parts[0] + 28 * parts[1]
    assert np.allclose(vectors[1], mean / np.linalg.norm(mean), atol=1e-3)
