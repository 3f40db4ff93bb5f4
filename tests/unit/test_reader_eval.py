"""The reader's suite on a handful of rows: what counts, what is left out, what was seen."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import evals.reader
from cli.main import app
from core.errors import InvalidRequest, NotFound
from evals import accepting, judging, ranking, spans, throughput
from evals.intervals import Estimate
from evals.reader import measure, report
from evals.section import Section
from evals.squad import read_asked
from tests.builders import HashingEncoder, WordsReader
from tests.readers import make_reader_folder
from tools.reader import FoundSpan, Judgement, Pair, Reading, Trial

MOTOR = "The motor of the pump came from Basel in 1931."
SEAL = "The seal was made of rubber."
TEXT = f"{MOTOR}\n{SEAL}"
MOTOR_AT, SEAL_AT = [0, len(MOTOR)], [len(MOTOR) + 1, len(TEXT)]


class ScriptedReader(WordsReader):
    """Says what it is told to, by the text that it is shown."""

    def __init__(self, **said: Any) -> None:
        self.said = said

    async def rank(self, question: str, passages: Sequence[str]) -> tuple[float, ...]:
        return tuple(self.said[passage] for passage in passages)

    async def read(self, question: str, passages: Sequence[str]) -> tuple[Reading, ...]:
        text, answerable = self.said[question]
        span = FoundSpan(0, len(text), text, 1.0)
        return tuple(
            Reading((span,) if text else (), 1.0, answerable, answerable >= 0.5, 1.0)
            for _ in passages
        )

    async def judge(self, pairs: Sequence[Pair]) -> tuple[Judgement, ...]:
        return tuple(Judgement(*self.said[pair.claim]) for pair in pairs)

    async def accept(self, trials: Sequence[Trial]) -> tuple[float, ...]:
        if any(len(trial.answer) > 64 for trial in trials):
            raise InvalidRequest("too long")
        return tuple(self.said[trial.answer] for trial in trials)


def write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    with gzip.open(folder / f"{name}.public.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)


def asked(question: str, *answers: str, at: list[int] = MOTOR_AT) -> dict[str, Any]:
    return {
        "qid": question,
        "question": question,
        "answers": answers,
        "answerable": bool(answers),
        "doc_ids": ["pump"],
        "meta": {"paragraph": at},
    }


def write_squad(folder: Path, *questions: dict[str, Any]) -> None:
    write(folder, "squad_articles.docs", {"doc_id": "pump", "text": TEXT})
    write(folder, "squad_articles.questions", *questions)


def ranked(question: str, source: str, **labels: int) -> dict[str, Any]:
    return {
        "question": question,
        "source": source,
        "candidates": list(labels),
        "labels": list(labels.values()),
    }


def paired(claim: str, label: str, source: str = "wice") -> dict[str, Any]:
    return {"claim": claim, "evidence": "e", "label": label, "source": source, "group": claim}


def tried(candidate: str, label: str, question: str = "q") -> dict[str, Any]:
    return {
        "question": question,
        "context": MOTOR,
        "candidate": candidate,
        "label": label,
        "group": candidate,
    }


def values(section: Section) -> dict[str, float]:
    return {name: round(metric.value, 6) for name, metric in section.metrics.items()}


async def test_spans_with_and_without_abstaining(tmp_path: Path) -> None:
    write_squad(
        tmp_path,
        asked("right", "Basel", "Basel in 1931"),
        asked("half", "Basel in 1931"),
        asked("silent", "Basel"),
        asked("none"),
    )
    reader = ScriptedReader(
        right=("Basel", 0.9), half=("Basel", 0.5), silent=("Basel", 0.2), none=("pump", 0.4)
    )
    section = await spans.measure(reader, tmp_path, "public")

    assert values(section) == {
        "answerable_em": round(200 / 3, 6),
        "answerable_f1": round((100 + 50 + 100) / 3, 6),  # the best span, however unsure
        "all_em": 50.0,  # "silent" answers nothing now, "none" rightly so
        "all_f1": round((100 + 50 + 0 + 100) / 4, 6),
        "abstain_unanswerable": 100.0,
        "answered_answerable": round(200 / 3, 6),
        "calibration_error": pytest.approx((0.1 + 0.5 + 0.8 + 0.4) / 4),
    }
    assert section.metrics["answerable_em"].n == 3
    assert [row.n for row in section.reliability["answerable"]] == [1, 1, 1, 1]


async def test_a_paragraph_without_any_span_answers_nothing(tmp_path: Path) -> None:
    write_squad(tmp_path, asked("where", "Basel"))
    section = await spans.measure(ScriptedReader(where=("", 0.0)), tmp_path, "public")

    assert values(section)["answerable_f1"] == 0.0
    assert "abstain_unanswerable" not in section.metrics  # nothing here is unanswerable


def test_a_question_about_an_unknown_document_is_named(tmp_path: Path) -> None:
    write_squad(tmp_path, asked("where", "Basel") | {"doc_ids": ["motor"]})

    with pytest.raises(NotFound, match="question where is about motor"):
        read_asked(tmp_path, "public")


def test_the_paragraph_is_cut_from_its_document(tmp_path: Path) -> None:
    write_squad(tmp_path, asked("what", "rubber", at=SEAL_AT))

    assert [one.paragraph for one in read_asked(tmp_path, "public")] == [SEAL]


async def test_rankings_count_questions_with_both_labels_and_keep_ties_in_order(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        "sentence_ranking",
        ranked("q", "selqa", pump=0, motor=1, seal=1),
        ranked("q", "selqa", pump=0, seal=0),
        ranked("the seal", "trecqa", pump=0, seal=1),
        ranked("q", "wikiqa", seal=1),
    )
    reader = ScriptedReader(pump=0.5, motor=0.5, seal=0.9)
    sections = await ranking.measure(reader, tmp_path, "public")
    (selqa, trecqa, wikiqa), baselines = sections[::2], sections[1::2]

    assert values(selqa) == {
        "map_selqa": round(100 * (1 + 2 / 3) / 2, 6),  # seal, pump, motor
        "mrr_selqa": 100.0,
        "calibration_error_relevance": pytest.approx((0.0 + 0.1) / 3, abs=1e-6),
    }
    assert selqa.notes == ("selqa: 1 of 2 questions left out, all their candidates have one label",)
    assert values(trecqa)["map_trecqa"] == 100.0
    assert wikiqa.metrics == {}
    assert [values(baseline) for baseline in baselines] == [
        {"map_selqa_bm25": round(100 * (1 / 2 + 2 / 3) / 2, 6)},  # nothing in common: as given
        {"map_trecqa_bm25": 100.0},
        {},
    ]
    assert all(baseline.data == () for baseline in baselines)


async def test_claims_are_decided_among_the_labels_of_their_source(tmp_path: Path) -> None:
    write(
        tmp_path,
        "verification_pairs",
        paired("a", "supported"),
        paired("b", "partial"),
        paired("c", "neutral"),
        paired("d", "refuted", "fool_me_twice"),
    )
    reader = ScriptedReader(
        a=(0.4, 0.5, 0.1), b=(0.2, 0.6, 0.2), c=(0.1, 0.1, 0.8), d=(0.0, 0.4, 0.6)
    )
    fm2, wice, both = await judging.measure(reader, tmp_path, "public")

    assert values(fm2) == {"macro_f1_fool_me_twice": 100.0}
    # refuted is no choice: a supported, b a tie that goes to supported, c neutral
    assert values(wice) == {"macro_f1_wice": round(100 * 2 / 3, 6)}
    assert values(both) == {"calibration_error_verdict": pytest.approx((0.5 + 0.6 + 0.2 + 0.6) / 4)}
    assert both.data == (
        "verification_pairs",
        "verification_pairs.fool_me_twice",
        "verification_pairs.wice",
    )


async def test_answers_are_told_from_others_and_abstentions_from_silence(tmp_path: Path) -> None:
    write(
        tmp_path,
        "answer_verification",
        tried("good", "correct"),
        tried("half", "partial"),
        tried("bad", "wrong"),
        tried("long " * 20, "wrong"),
        tried("", "correct", "none"),
        tried("", "wrong", "some"),
    )
    reader = ScriptedReader(good=0.6, half=0.8, bad=0.2, none=("", 0.1), some=("Basel", 0.7))
    section = await accepting.measure(reader, tmp_path, "public")

    found = values(section)
    assert found["accept_auc"] == round(200 / 3, 6)
    assert found["accept_auc_without_partial"] == 100.0
    assert found["accept_auc_abstentions"] == 100.0
    assert found["calibration_error_accept"] == pytest.approx((0.4 + 0.8 + 0.2 + 0) / 4)
    assert section.notes == ("accept: answers too long to be weighed: 1, counted as rejected",)


async def test_a_large_file_is_sampled_and_the_report_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accepting, "SAMPLE", 2)
    write(tmp_path, "answer_verification", *[tried("Basel", "correct")] * 3)
    section = await accepting.measure(WordsReader(), tmp_path, "public")

    assert section.metrics["accept_auc"].n == 2
    assert section.notes == ("accept: 2 of 3 answers, drawn with a fixed seed",)


async def test_speed_is_a_ratio_of_fresh_models_in_the_same_run(tmp_path: Path) -> None:
    write_squad(tmp_path, asked("where", "Basel"), asked("what", "rubber", at=SEAL_AT))
    opened: list[str] = []

    def open_reader() -> WordsReader:
        opened.append("reader")
        return WordsReader()

    def open_encoder() -> HashingEncoder:
        opened.append("encoder")
        return HashingEncoder()

    section = await throughput.measure(open_reader, open_encoder, tmp_path, "public")

    assert opened == ["reader", "encoder"] * 3
    assert section.metrics.keys() == {"pairs_per_second", "throughput_ratio_to_encoder"}
    assert all(0 < m.low <= m.value <= m.high and m.n == 4 for m in section.metrics.values())


def test_what_a_model_was_fitted_on_is_not_held_out() -> None:
    one = Estimate(1.0, 0.5, 1.5, 7)
    sections = [
        Section(("sentence_ranking", "sentence_ranking.selqa"), {"map_selqa": one}, {}, ("n",)),
        Section(("sentence_ranking", "sentence_ranking.wikiqa"), {"map_wikiqa": one}, {}, ()),
    ]
    plain = {"value": 1.0, "low": 0.5, "high": 1.5, "n": 7}

    told = report(sections, "public", ("sentence_ranking.selqa.public",))
    assert told["metrics"] == {"map_selqa": plain | {"seen": True}, "map_wikiqa": plain}
    assert told["notes"] == [
        "n",
        "not held out: this model was fitted on sentence_ranking.selqa.public, so it has seen the "
        "data of map_selqa",
    ]
    other = report(sections, "heldout", ("sentence_ranking.public",))
    assert other["metrics"] == {"map_selqa": plain, "map_wikiqa": plain}


def write_everything(folder: Path) -> None:
    write_squad(folder, asked("Where did the motor come from?", "Basel"), asked("Who?"))
    write(folder, "sentence_ranking", ranked("the seal", "selqa", pump=0, seal=1))
    write(folder, "verification_pairs", paired("a", "supported"), paired("b", "partial"))
    write(folder, "answer_verification", tried("Basel", "correct"), tried("pump", "wrong"))


async def test_the_sections_follow_one_another(tmp_path: Path) -> None:
    write_everything(tmp_path)
    sections = await measure(WordsReader(), tmp_path, "public")

    names = [name for section in sections for name in section.metrics]
    assert len(names) == len(set(names))
    assert [names[0], names[-1]] == ["answerable_em", "accept_auc_without_partial"]


def test_the_command_measures_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUAESTOR_DATA_DIR", str(tmp_path / "kept"))
    write_everything(tmp_path)
    make_reader_folder(tmp_path / "twin")
    twin, out = str(tmp_path / "twin"), str(tmp_path / "out.json")
    result = CliRunner().invoke(
        app, ["eval", "reader", "--data", str(tmp_path), "--model", twin, "--json", out]
    )

    assert result.exit_code == 0, result.output
    told = json.loads(Path(out).read_text())
    assert (told["suite"], told["part"], told["fitted_on"]) == ("reader", "public", ["nothing"])
    assert {"model", "commit", "seconds", "reliability", "notes"} <= told.keys()
    assert {"answerable_f1", "map_selqa", "throughput_ratio_to_encoder"} <= told["metrics"].keys()


def test_the_command_says_plainly_what_was_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Section(("squad_articles",), {"all_f1": Estimate(90.0, 89.0, 91.0, 5)}, {}, ())
    monkeypatch.setattr(
        evals.reader, "evaluate", lambda data, part: report([seen], part, ["squad_articles.public"])
    )
    result = CliRunner().invoke(app, ["eval", "reader", "--data", str(tmp_path)])

    assert "all_f1 (seen)" in result.output
    assert "not held out: this model was fitted on squad_articles.public" in result.output


def test_a_suite_without_a_model_refuses_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["eval", "loaders", "--data", str(tmp_path), "--model", str(tmp_path)]
    )

    assert result.exit_code == 2
    assert "the suite 'loaders' measures no model" in result.stderr


def test_missing_data_are_one_line_that_names_the_file(tmp_path: Path) -> None:
    make_reader_folder(tmp_path / "twin")
    result = CliRunner().invoke(
        app, ["eval", "reader", "--data", str(tmp_path), "--model", str(tmp_path / "twin")]
    )

    assert result.exit_code == 1
    assert "quaestor: not_found: there is no squad_articles.docs.public.jsonl.gz" in result.stderr
