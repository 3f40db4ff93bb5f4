"""The suite of summaries: abstracts are taken out, the beginning is as long, scores are known."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evals.retrieval_memories import Text
from evals.summaries import Written, lead, measured, peps, rouge
from tools.loaders import LoadLimits, load
from tools.summaries import BUDGET

ABSTRACT = "This proposal adds a pump to the language. " * 6
PEP = f"""PEP: 3
Title: Pumps

Abstract
========

{ABSTRACT.strip()}

Rationale
=========

Languages without a pump stay dry.
"""
BODY = " ".join(
    f"The pump of hall {number} moves water to tank {number % 7} every day." for number in range(90)
)


def test_the_abstract_is_the_reference_and_no_longer_in_the_text(tmp_path: Path) -> None:
    row: dict[str, Any] = {"doc_id": "pep-3", "title": "Pumps", "text": PEP}
    with gzip.open(tmp_path / "docs_peps.public.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(row))
    (written,) = peps(tmp_path, "public")

    assert written.summary == ABSTRACT.strip()
    assert "adds a pump" not in written.text.text
    assert "stay dry" in written.text.text


def test_the_baseline_is_the_beginning_within_the_budget() -> None:
    units = load(BODY.encode(), "document.txt", LoadLimits()).units
    first = lead(units)

    assert [unit.index for unit in first] == list(range(len(first)))
    assert BUDGET - 100 < len(" ".join(unit.text for unit in first)) <= BUDGET


@pytest.mark.parametrize(
    ("said", "summary", "scores"),
    [
        ("The pump leaks.", "The pump leaks.", (1.0, 1.0, 1.0)),
        ("The pump leaks.", "Invoices were paid.", (0.0, 0.0, 0.0)),
        ("pump leaks daily", "pump leaks", (0.8, 2 / 3, 0.8)),
        ("", "", (0.0, 0.0, 0.0)),
    ],
)
def test_rouge_of_known_pairs(said: str, summary: str, scores: tuple[float, ...]) -> None:
    assert tuple(rouge(said, summary).values()) == pytest.approx(scores)


def test_short_texts_are_left_out_and_the_difference_is_paired() -> None:
    long = Written(Text("a", "Pumps", BODY), "Pumps move water to tanks.")
    short = Written(Text("b", "Seals", "The seal is dry."), "Dry seals.")
    metrics = measured("x", [long, short])

    assert metrics["rouge1_x"].n == 1
    gain = metrics["rouge1_x"].value - metrics["rouge1_lead_x"].value
    assert metrics["rouge1_over_lead_x"].value == pytest.approx(gain)
