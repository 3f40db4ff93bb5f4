"""Suites over one collection: which cases they make, and what their figures are of."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from core.schemas.answer import Answer
from evals import multihop_answers, popqa, selection
from evals.one_collection import figures, measure, shown
from evals.poison_cases import Case
from evals.selection import Counting
from tests.builders import make_id
from tools.selecting import Limits, Option, elbow


def written(folder: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def answer_of(text: str) -> Answer:
    outcome = "answered" if text else "abstained"
    return Answer(run_id=uuid4(), question="?", outcome=outcome, text=text, confidence=0.5)


class Bench:
    """Says what it is told to, and remembers what it was asked with."""

    def __init__(self) -> None:
        self.built = 0
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def build(self, case: Case) -> str:
        self.built += 1
        return "built"

    async def answer(self, case: Case, built: str, **said: Any) -> Answer:
        assert built == "built"
        self.asked.append((case.id, said))
        return answer_of("" if said else "Ada Lovelace")


CASES = [Case(str(n), "Who?", ("Ada Lovelace",), (), ()) for n in range(2)]


async def test_the_texts_are_built_once_and_every_arm_is_asked_everything() -> None:
    bench: Any = Bench()

    trials = await measure(bench, CASES, {"ours": {}, "once": {"max_rounds": 1}})

    assert bench.built == 1
    assert bench.asked == [(case.id, said) for case in CASES for said in ({}, {"max_rounds": 1})]
    assert {arm: [one.score.holds for one in rows] for arm, rows in trials.items()} == {
        "ours": [1.0, 1.0],
        "once": [0.0, 0.0],
    }


async def test_figures_are_in_percent_and_beside_the_baseline() -> None:
    bench: Any = Bench()
    trials = await measure(bench, CASES, {"ours": {}, "once": {"max_rounds": 1}})

    found = figures("set", trials, "once")

    assert found["set_correct"].value == 100
    assert found["set_correct_once"].value == 0
    assert found["set_correct_vs_once"].value == 100
    assert found["set_abstained_once"].value == 100
    assert [row["text"] for row in shown(trials)] == ["Ada Lovelace"] * 2  # type: ignore[index,call-overload]


def test_hotpot_questions_are_asked_of_all_paragraphs(tmp_path: Path) -> None:
    docs = [{"doc_id": f"d{n}", "title": "", "text": f"Text {n}."} for n in range(3)]
    asked = [{"qid": f"q{n}", "question": "Who?", "answers": ["Ada"]} for n in range(2)]
    written(tmp_path, "multihop_hotpot24_cognee.docs.public", docs)
    written(tmp_path, "multihop_hotpot24_cognee.questions.public", asked)

    cases = multihop_answers.cases(tmp_path, "public")

    assert [case.id for case in cases] == ["q0", "q1"]
    assert {len(case.passages) for case in cases} == {3}


def test_popqa_texts_of_all_questions_are_one_collection(tmp_path: Path) -> None:
    rows = [
        {
            "qid": f"q{n}",
            "question": "Who?",
            "answers": ["Ada"],
            "meta": {"crag_internal": f"In {n}.", "crag_web": "" if n else "Web."},
        }
        for n in range(2)
    ]
    written(tmp_path, "popqa_crag406.questions.public", rows)

    one, other = popqa.cases(tmp_path, "public")

    assert one.passages == other.passages
    assert [passage.text for passage in one.passages] == ["In 0.", "Web.", "In 1."]


def test_selection_asks_what_the_reader_has_not_seen_of_all_articles(tmp_path: Path) -> None:
    rows = [
        {
            "id": f"{title} {n}",
            "title": title,
            "context": f"{title} paragraph.",
            "question": "Who?",
            "answers": ["Ada"],
            "answerable": n == 0,
        }
        for title in ("Kenya", "Oxygen")
        for n in range(2)
    ]
    written(tmp_path, "extractive_qa.squad_dev20articles", rows)

    (case,) = selection.cases(tmp_path)

    assert case.id == "Kenya 0"
    assert [passage.text for passage in case.passages] == ["Kenya paragraph.", "Oxygen paragraph."]


def test_what_a_strategy_keeps_is_counted() -> None:
    options = [Option(make_id(str(n)), 0.9 - n / 10, 100, (make_id("v"), n)) for n in range(4)]
    counting = Counting(elbow)

    assert counting(options, Limits(2, 2)) == elbow(options, Limits(2, 2))
    assert (counting.kept, counting.characters) == ([2], [200])
