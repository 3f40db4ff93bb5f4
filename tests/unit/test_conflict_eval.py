"""Texts that disagree or only seem to: the cases, the counts, and the same in another order."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from evals.conflict import measure
from evals.conflict_cases import cases_of, shuffled
from evals.conflict_figures import (
    actions,
    names_both,
    reports_conflict,
    says_all,
    says_latest,
    takes_for_poison,
    tells_superseded,
)
from evals.poison_bench import Asked, Bench
from tests.builders import HashingEncoder, WordsReader


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals have tests of their own, and take long."""
    monkeypatch.setattr("evals.intervals.RESAMPLES", 10)


def passage(name: str, text: str, label: str) -> dict[str, Any]:
    return {"pid": name, "title": "Anna Harrow", "text": text, "label": label}


def pair(at: int, kind: str) -> dict[str, Any]:
    town = f"Tarn{at}"
    return {
        "qid": f"{kind}-{at}",
        "question": f"In which town does Anna Harrow of {town} live?",
        "answers": ["Basel"],
        "wrong_answers": ["Geneva"],
        "passages": [
            passage(
                f"{kind}-{at}-c", f"Anna Harrow of {town} lives in the town of Basel.", "clean"
            ),
            passage(
                f"{kind}-{at}-p", f"Anna Harrow of {town} lives in the town of Geneva.", "poison"
            ),
        ],
        "meta": {"kind": kind},
    }


def about_two(at: int, wrong: list[str]) -> dict[str, Any]:
    texts = [
        ("Anna Harrow, the painter, lives in Basel.", "clean"),
        ("Anna Harrow, the rower, lives in Bern.", "clean"),
        *((f"Anna Harrow lives in {place}.", "poison") for place in wrong),
    ]
    return {
        "qid": f"ram-{at}",
        "question": "In which town does Anna Harrow live?",
        "answers": ["Basel", "Bern"],
        "wrong_answers": wrong,
        "passages": [
            passage(f"ram-{at}-{n}", text, label) for n, (text, label) in enumerate(texts)
        ],
        "meta": {},
    }


def claim(at: int, label: str) -> dict[str, Any]:
    return {
        "id": f"{label}-{at}",
        "claim": "The bridge of Tarn was opened in 1911.",
        "evidence": f"The bridge of Tarn was opened in {1911 if label == 'supported' else 1925}.",
        "label": label,
        "source": "fool_me_twice",
        "group": f"{label}-{at}",
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    kinds = ("static", "temporal", "disputable")
    files = {
        "poison_ramdocs": [about_two(1, []), about_two(2, ["Geneva"])],
        "poison_dynamicqa": [pair(at, kind) for kind in kinds for at in range(3)],
        "verification_pairs": [
            claim(at, kind) for kind in ("refuted", "supported") for at in (1, 2)
        ],
    }
    for name, rows in files.items():
        with gzip.open(tmp_path / f"{name}.public.jsonl.gz", "wt") as file:
            file.writelines(f"{json.dumps(one)}\n" for one in rows)
    return tmp_path


def test_each_kind_has_its_cases_and_every_text_is_a_source_of_its_own(data: Path) -> None:
    found = cases_of(data, "public", 2)

    assert found == cases_of(data, "public", 2)
    assert {kind: len(cases) for kind, cases in found.items()} == {
        "misinformed": 1,
        "ambiguous": 1,
        "undisputed": 2,
        "superseded": 2,
        "updated": 2,
        "refuted": 2,
        "supported": 2,
        "static": 2,
        "temporal": 2,
        "disputable": 2,
    }
    for case in (case for cases in found.values() for case in cases):
        names = [one.source.principal for one in case.passages]
        assert len(set(names)) == len(names)


def test_the_older_of_two_dated_texts_says_so(data: Path) -> None:
    (case, *_) = cases_of(data, "public", 1)["superseded"]

    old, new = case.passages[:2]
    assert [old.poisoned, new.poisoned] == [True, False]
    assert old.text.startswith("As of 2014: ")
    assert new.text.startswith("As of 2024: ")
    assert ["Geneva" in old.text, "Basel" in new.text] == [True, True]


def test_a_claim_becomes_a_question_and_never_meets_its_own_page_again(data: Path) -> None:
    (case, *_) = cases_of(data, "public", 1)["refuted"]

    assert case.question == "Is it true that The bridge of Tarn was opened in 1911?"
    assert [one.poisoned for one in case.passages[:2]] == [True, False]


def test_another_order_has_the_same_texts(data: Path) -> None:
    (case, *_) = cases_of(data, "public", 1)["superseded"]

    assert sorted(shuffled(case).passages) == sorted(case.passages)
    assert shuffled(case) == shuffled(case)


async def asked_of(data: Path, kind: str) -> Asked:
    (case, *_) = cases_of(data, "public", 1)[kind]
    return await Bench(Settings(), HashingEncoder(), WordsReader()).ask_defended(case)


async def test_what_is_said_is_looked_at_whole(data: Path) -> None:
    asked = await asked_of(data, "superseded")

    def saying(text: str, outcome: str = "answered", *reasons: str) -> Asked:
        update = {"text": text, "outcome": outcome, "sentences": (), "reasons": reasons}
        return asked._replace(answer=asked.answer.model_copy(update=update))

    assert names_both(saying("Basel, or Geneva."))
    assert not names_both(saying("Basel."))
    assert says_all(saying("She lives in Basel."))
    assert reports_conflict(saying("Basel.", "conflict", "rivals"))
    assert not reports_conflict(saying("Basel.", "conflict", "ambiguous: two towns"))
    assert not says_latest(saying("Geneva."))


async def test_an_older_text_is_poison_only_where_it_is_kept_out(data: Path) -> None:
    asked = await asked_of(data, "superseded")
    old = asked.memories[asked.case.passages[0].id][0].id
    items = tuple(
        item.model_copy(update={"action": "exclude" if item.memory_id == old else "allow"})
        for item in asked.verdict.assessments
    )
    without = tuple(item.model_copy(update={"action": "allow", "signals": ()}) for item in items)

    def judged(assessments: Any) -> Asked:
        update = {"assessments": assessments, "claim_groups": ()}
        return asked._replace(verdict=asked.verdict.model_copy(update=update))

    assert takes_for_poison(judged(items))
    assert not takes_for_poison(judged(without))
    assert not tells_superseded(judged(without))


async def test_every_kind_is_measured_in_both_arms_and_order_changes_nothing(data: Path) -> None:
    bench = Bench(Settings(), HashingEncoder(), WordsReader())

    report = await measure(bench, cases_of(data, "public", 1))

    metrics: Any = report["metrics"]
    assert metrics["shuffled_verdict_changed"]["value"] == 0.0
    assert metrics["shuffled_answer_changed"]["value"] == 0.0
    for name in (
        "conflict_misinformed_both_sides_undefended",
        "conflict_ambiguous_all_said",
        "conflict_superseded_taken_for_poison",
        "conflict_disputed_noticed",
        "conflict_agreeing_reported",
    ):
        assert name in metrics


async def test_actions_are_by_passage_whatever_their_order(data: Path) -> None:
    (case, *_) = cases_of(data, "public", 1)["static"]
    bench = Bench(Settings(), HashingEncoder(), WordsReader())

    one, other = await bench.ask_defended(case), await bench.ask_defended(shuffled(case))

    assert actions(one) == actions(other)
