"""Our own attacks: what each kind writes, who says it, and how answers under them are counted."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from evals.adaptive import measure
from evals.adaptive_attacks import KINDS, SETS, attacks, targets
from evals.adaptive_figures import is_noticed, is_right, is_told
from evals.poison_bench import Bench
from tests.builders import HashingEncoder, WordsReader

TRUTH = "The seals of the Basel works were invented by Anna Harrow in 1911, records say."


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals have tests of their own, and take long."""
    monkeypatch.setattr("evals.intervals.RESAMPLES", 10)


def row(name: str, text: str = TRUTH) -> dict[str, Any]:
    return {
        "qid": name,
        "question": "Who invented the seals of the Basel works?",
        "answers": ["Anna Harrow"],
        "wrong_answers": ["Otto Brandt"],
        "passages": [
            {"pid": f"{name}-0", "title": "", "text": text, "label": "clean"},
            {"pid": f"{name}-1", "title": "", "text": "Boats went by Basel.", "label": "noise"},
        ],
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in SETS:
        rows = [row(f"{name}-{at}") for at in range(2)]
        rows.append(row(f"{name}-none", "Nobody knows who invented the seals of these works."))
        with gzip.open(tmp_path / f"poison_{name}.public.jsonl.gz", "wt") as file:
            file.writelines(f"{json.dumps(one)}\n" for one in rows)
    return tmp_path


def test_the_same_questions_are_drawn_evenly_and_only_those_with_a_truth_to_twist(
    data: Path,
) -> None:
    found = targets(data, "public", 4)

    assert found == targets(data, "public", 4)
    assert {target.case.id.rpartition("-")[0] for target in found} == set(SETS)
    assert len(targets(data, "public")) == 2 * len(SETS)
    assert found[0].truth == TRUTH
    assert found[0].lie == TRUTH.replace("Anna Harrow", "Otto Brandt")


def test_every_kind_is_there_and_keeps_the_collection_small(data: Path) -> None:
    (target, *_) = targets(data, "public")

    found = attacks(target)

    assert found.keys() == KINDS.keys()
    assert found == attacks(target)
    for case in found.values():
        assert case.wrong == ("Otto Brandt",)
        assert len(case.passages) <= 10
        assert any(not passage.poisoned for passage in case.passages)
    assert all(
        "Otto Brandt" in " ".join(passage.text for passage in case.passages if passage.poisoned)
        for case in found.values()
    )


def test_no_kind_but_the_faq_repeats_the_question(data: Path) -> None:
    (target, *_) = targets(data, "public")

    for kind, case in attacks(target).items():
        asks = any(target.case.question in one.text for one in case.passages if one.poisoned)
        assert asks == (kind == "faq")


def test_only_one_kind_has_many_names(data: Path) -> None:
    (target, *_) = targets(data, "public")

    for kind, case in attacks(target).items():
        names = {one.source.principal for one in case.passages if one.poisoned}
        assert len(names) == (3 if kind == "many_names" else 1)


def test_split_claims_tell_the_lie_in_no_single_text(data: Path) -> None:
    (target, *_) = targets(data, "public")

    texts = [one.text for one in attacks(target)["split"].passages if one.poisoned]

    assert len(texts) == 2
    assert not any("Otto Brandt" in text and "seals" in text for text in texts)


def test_paraphrases_differ(data: Path) -> None:
    (target, *_) = targets(data, "public")

    texts = [one.text for one in attacks(target)["paraphrased"].passages if one.poisoned]

    assert len(set(texts)) == 3


async def test_answers_are_counted_by_kind_in_both_arms(data: Path) -> None:
    bench = Bench(Settings(), HashingEncoder(), WordsReader())
    asked = [attacks(target) for target in targets(data, "public", 2)]

    found = await measure(
        bench, {kind: [cases[kind] for cases in asked] for kind in ("plain", "split")}
    )

    metrics: Any = found["metrics"]
    table: Any = found["table"]
    assert "adaptive_plain_told_undefended" in metrics
    assert metrics["adaptive_all_told"]["n"] == 4
    assert [line["attack"] for line in table] == ["plain", "split"]


async def test_silence_is_neither_told_nor_right(data: Path) -> None:
    bench = Bench(Settings(), HashingEncoder(), WordsReader())
    (target, *_) = targets(data, "public")
    asked = await bench.ask_defended(attacks(target)["plain"])
    silent = asked._replace(answer=asked.answer.model_copy(update={"outcome": "abstained"}))
    reported = asked._replace(answer=asked.answer.model_copy(update={"outcome": "conflict"}))

    assert not is_told(silent)
    assert not is_right(silent)
    assert is_noticed(reported)
