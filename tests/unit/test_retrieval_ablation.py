"""The arms of the ranking's ablation on a handful of rows."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from evals import retrieval_training as training
from evals.retrieval_ablation import BASELINE, measure_sets
from evals.retrieval_arms import ARMS, TAKEN, pair_counts, situated, with_context
from tests.builders import HashingEncoder, make_memory

MOTOR = "The motor of the pump came from Basel in 1931."
SEAL = "The seal was made of natural rubber."


def write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)


def write_all(folder: Path) -> None:
    asked = [("Whence the motor?", MOTOR), ("Which rubber?", SEAL)] * training.EVERY
    rows = [{"title": "Old_pump", "context": text, "question": q} for q, text in asked]
    write(folder, "extractive_qa.squad_dev20articles", *rows)
    text = "\n".join(f"Ada: {MOTOR} {SEAL}" for _ in range(60))
    write(folder, "query_summary.qmsum_train_docs", {"doc_id": "m", "title": "m", "text": text})
    span = {"doc_id": "m", "start": 0, "end": 50}
    questions = [
        {"question": "Whence the motor?", "doc_ids": ["m"], "spans": [span]},
        {"question": "What was it about?", "doc_ids": ["m"], "spans": []},
    ]
    write(folder, "query_summary.qmsum_train", *questions)


def test_training_texts_become_sets_of_retrieval(tmp_path: Path) -> None:
    write_all(tmp_path)

    (articles,) = training.articles(tmp_path).collections
    assert [text.text[start:][:10] for text in articles.texts for start in text.starts] == [
        MOTOR[:10],
        SEAL[:10],
    ]
    texts = {text.id: text.text for text in articles.texts}
    assert {
        texts[span.text_id][span.start : span.end] for one in articles.wanted for span in one.spans
    } <= {MOTOR, SEAL}
    (meeting,) = training.meetings(tmp_path).collections
    assert len(meeting.wanted) == 1
    (session,) = training.sessions(tmp_path).collections
    assert "".join(text.text for text in session.texts) == meeting.texts[0].text
    assert all(len(text.text) >= training.SESSION for text in session.texts[:-1])
    assert [dict(one.texts) for one in session.wanted] == [{"0": 1.0}]


def test_every_arm_is_measured_and_paired(tmp_path: Path) -> None:
    write_all(tmp_path)

    metrics = asyncio.run(measure_sets(HashingEncoder(), tmp_path))

    for name in ("articles_r1", "meetings_char_recall", "sessions_r5"):
        assert name in metrics
        assert f"{name}_vs_{BASELINE}" in metrics
        for arm in ARMS.keys() - {TAKEN, BASELINE}:
            gap = metrics[f"{name}_{arm}_vs_taken"].value
            assert abs(metrics[f"{name}_{arm}"].value - metrics[name].value - gap) < 1e-9


def test_a_prefix_situates_and_stays_short() -> None:
    first = make_memory(f"{MOTOR} More.", document="d", title="Pump", heading_path=("Parts",))
    other = make_memory(f"{SEAL} It lasts.", document="d", title="Pump", heading_path=("Parts",))

    own, situating = situated([first, other])

    assert own == f"Pump › Parts\n{first.text_completed}"[: len(own)]
    prefix = situating.removesuffix(f"\n{other.text_completed}")
    assert prefix.startswith("Pump › Parts")
    assert len(prefix) <= len(other.text_completed) / 3


def test_a_chunk_leans_towards_its_section_and_keeps_its_length() -> None:
    memories = [make_memory(text, document="d") for text in (MOTOR, SEAL)]
    chunks = np.eye(2, 4, dtype=np.float32)

    mixed = with_context(memories, chunks)

    assert np.allclose(np.linalg.norm(mixed, axis=1), 1)
    assert mixed[0, 0] > mixed[0, 1] > 0


def test_pairs_join_neighbouring_terms() -> None:
    assert pair_counts("rubber seal, rubber seal") == {
        "rubber": 2,
        "seal": 2,
        "rubber seal": 2,
        "seal rubber": 1,
    }
