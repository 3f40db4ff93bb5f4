"""The retrieval suites on a handful of rows: what counts as found, and what is paired with what."""

import asyncio
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFound
from evals import retrieval_sets as sets
from evals.multihop import SETS as MULTIHOP
from evals.retrieval import SETS, measure_sets
from evals.retrieval_index import build
from evals.retrieval_measures import (
    Wanted,
    all_within,
    characters_within,
    ndcg_within,
    passage_within,
    recall_within,
)
from evals.retrieval_memories import Piece, Text, locate, memories_of
from evals.retrieval_ways import measure, word_index
from tests.builders import HashingEncoder, make_units

MOTOR = "The motor of the pump came from Basel in 1931."
SEAL = "The seal was made of natural rubber."
TWO = Wanted("?", "g", {"a": 1.0, "b": 1.0})


def write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    with gzip.open(folder / f"{name}.public.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)


def text_row(name: str, text: str, **meta: Any) -> dict[str, Any]:
    return {"doc_id": name, "title": name, "text": text, "meta": meta}


def asked(question: str, *texts: str, spans: Any = (), **meta: Any) -> dict[str, Any]:
    return {
        "qid": question,
        "question": question,
        "doc_ids": texts,
        "spans": [{"doc_id": texts[0], "start": a, "end": b} for a, b in spans],
        "meta": meta,
    }


def whole(*names: str) -> list[Piece]:
    return [Piece(name, 0, 10) for name in names]


def test_documents_count_by_their_best_piece() -> None:
    ranked = [Piece("a", 0, 5), Piece("a", 5, 9), Piece("c", 0, 5), Piece("b", 0, 5)]

    assert recall_within(TWO, ranked, 2) == 0.5
    assert all_within(TWO, ranked, 2) == 0.0
    assert all_within(TWO, ranked, 3) == 1.0


def test_a_passage_is_found_by_a_piece_that_holds_some_of_it() -> None:
    wanted = Wanted("?", "g", {}, (Piece("a", 10, 20),))

    assert passage_within(wanted, [Piece("b", 10, 20), Piece("a", 19, 30)], 2) == 1.0
    assert passage_within(wanted, [Piece("b", 10, 20), Piece("a", 19, 30)], 1) == 0.0
    assert passage_within(wanted, [Piece("a", 20, 30)], 1) == 0.0


def test_gain_is_discounted_by_hand() -> None:
    wanted = Wanted("?", "g", {"a": 4.0, "b": 1.0})

    assert ndcg_within(wanted, whole("a", "b"), 10) == pytest.approx(1.0)
    # second and third place: 1/log2(3) + 4/log2(4), of 4/log2(2) + 1/log2(3)
    assert ndcg_within(wanted, whole("c", "b", "a"), 10) == pytest.approx(2.6309 / 4.6309, abs=1e-4)


def test_characters_are_counted_once_and_the_last_piece_is_cut() -> None:
    wanted = Wanted("?", "g", {}, (Piece("a", 0, 10),))
    twice = [Piece("a", 0, 4), Piece("a", 2, 6), Piece("a", 6, 10)]

    assert characters_within(wanted, twice, 8) == pytest.approx(0.6)
    assert characters_within(wanted, twice, 10) == pytest.approx(0.8)
    assert characters_within(wanted, twice, 100) == 1.0


@given(st.lists(st.sampled_from(["a", "b", "c", "d"])), st.integers(1, 5))
def test_more_places_never_find_less(names: list[str], k: int) -> None:
    ranked = whole(*names)

    for found in (recall_within, all_within):
        assert 0.0 <= found(TWO, ranked, k) <= found(TWO, ranked, k + 1) <= 1.0


def test_units_are_found_again_whatever_the_spaces() -> None:
    original = f"  {MOTOR}\n\n{SEAL.replace(' ', '   ')}\n"
    units = make_units(f"{MOTOR} {SEAL}")

    places = locate(units, original)

    assert ["".join(original[a:b].split()) for a, b in places] == [
        "".join(unit.text.split()) for unit in units
    ]


def test_given_starts_are_where_the_memories_start() -> None:
    text = Text("pump", "Pump", f"{MOTOR}\n\n{SEAL}", (0, len(MOTOR) + 2))

    placed = asyncio.run(memories_of(text))

    assert [one.memory.text_original for one in placed] == [MOTOR, SEAL]
    assert [text.text[one.piece.start : one.piece.end] for one in placed] == [MOTOR, SEAL]
    assert asyncio.run(memories_of(Text("none", "None", " \n ---"))) == []
    assert asyncio.run(memories_of(Text("none", "None", ""))) == []


def test_ranking_is_that_of_the_fused_lists() -> None:
    encoder = HashingEncoder()
    texts = [Text("motor", "Motor", MOTOR), Text("seal", "Seal", SEAL)]

    async def ranked() -> list[Piece]:
        index = await build(texts, encoder, "test")
        vector = (await encoder.encode(["What is the seal made of?"]))[0]
        return [one.piece for one in index.ranked(index.search("the seal's rubber", vector))]

    assert [piece.text_id for piece in asyncio.run(ranked())] == ["seal", "motor"]


class SealReader:
    """Finds what is about the seal relevant, whatever is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def rank(self, question: str, passages: Sequence[str]) -> tuple[float, ...]:
        self.asked.append(question)
        return tuple(0.9 if "seal" in passage else 0.1 for passage in passages)


def test_reading_moves_what_it_finds_relevant_to_the_front() -> None:
    encoder = HashingEncoder()
    texts = [Text("motor", "Motor", MOTOR), Text("seal", "Seal", SEAL)]

    async def ranked() -> list[Piece]:
        index = await build(texts, encoder, "test")
        lists = index.search("the motor", (await encoder.encode(["the motor"]))[0])
        assert [one.piece.text_id for one in index.ranked(lists)] == ["motor", "seal"]
        reader: Any = SealReader()
        return [one.piece for one in await index.read(lists, "the motor", reader)]

    assert [piece.text_id for piece in asyncio.run(ranked())] == ["seal", "motor"]


def test_some_questions_are_read_for_and_paired_with_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.retrieval_ways.READ_QUESTIONS", 1)
    write_all(tmp_path)
    reader: Any = SealReader()

    one = sets.covidqa(tmp_path, "public")
    metrics = asyncio.run(measure(one, HashingEncoder(), reader))

    name = "covidqa_char_recall_4000"
    assert (metrics[name].n, metrics[f"{name}_read"].n) == (2, 1)
    assert reader.asked == ["motor pump"]
    assert metrics[f"{name}_read_over_ours"].n == 1


def test_baseline_reads_equal_pieces_whole_texts_or_titles_too() -> None:
    texts = [Text("pump", "Pump of Basel", MOTOR), Text("seal", "Seal", SEAL)]
    plain = sets.RetrievalSet("x", [], {})

    assert word_index(plain, texts).listed("motor") == [Piece("pump", 0, len(MOTOR))]
    assert word_index(plain._replace(piece=20), texts).listed("motor") == [Piece("pump", 0, 20)]
    assert word_index(plain, texts).listed("seal pump") != []
    assert word_index(plain._replace(titled=True), [Text("a", "Kiln", SEAL)]).listed("kiln") != []


def write_all(folder: Path) -> None:
    """Every set of both suites: two texts, a question about each."""
    texts = [text_row("p", MOTOR, conversation="1"), text_row("s", SEAL, conversation="1")]
    names = ["covidqa", "cranfield", "locomo", "qmsum", "financebench"]
    names += ["multihop_2wiki101", "multihop_musique100", "multihop_hotpot100"]
    for name in ["squad_articles", *names]:
        write(folder, f"{name}.docs", *texts)
    for name in names:
        meta = {"conversation": "1", "grade_1best_4least": {"p": 1, "s": 4}}
        meta["evidence"] = [{"page0": 0}]
        write(
            folder,
            f"{name}.questions",
            asked("motor pump", "p", spans=[(0, 9)], **meta),
            asked("rubber seal", "s", spans=[(0, 8)], **meta),
        )
    paragraph = {"paragraph": [0, len(MOTOR)]}
    write(folder, "squad_articles.questions", asked("motor pump", "p", **paragraph))


def test_suites_have_the_names_of_the_design_with_baselines_and_paired_differences(
    tmp_path: Path,
) -> None:
    write_all(tmp_path)
    designed = {
        *("squad_r1", "squad_r5", "covidqa_char_recall_4000", "cranfield_ndcg10"),
        *("locomo_session_r5", "qmsum_char_recall", "financebench_page_r5"),
        *("twowiki_all8", "musique_r5", "hotpot100_all10"),
    }

    metrics = asyncio.run(measure_sets([*SETS, *MULTIHOP], HashingEncoder(), tmp_path, "public"))

    assert {name for name in metrics if name in designed} == designed
    for name in designed:
        ours, baseline = metrics[name], metrics[f"{name}_bm25"]
        assert metrics[f"{name}_over_bm25"].value == pytest.approx(ours.value - baseline.value)
        assert ours.low <= ours.value <= ours.high
        assert {f"{name}_words", f"{name}_over_words", f"{name}_over_encoder"} <= metrics.keys()


def test_questions_about_a_whole_meeting_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "qmsum.docs", text_row("m", MOTOR))
    rows = [asked("whole meeting", "m"), asked("motor", "m", spans=[(0, 9)])]
    write(tmp_path, "qmsum.questions", *rows)

    metrics = asyncio.run(measure(sets.qmsum(tmp_path, "public"), HashingEncoder()))

    assert metrics["qmsum_char_recall"].n == 1


def test_pages_end_with_form_feeds_and_long_reports_are_left_out(tmp_path: Path) -> None:
    pages = [MOTOR, SEAL, MOTOR]
    long = text_row("long", MOTOR * sets.SHORT_REPORT)
    write(tmp_path, "financebench.docs", text_row("short", "\f".join(pages)), long)
    row = asked("rubber?", "short", evidence=[{"page0": 1}, {"page0": 1}, {"page0": 2}])
    write(tmp_path, "financebench.questions", row, asked("motor?", "long", evidence=[]))

    (report,) = sets.financebench(tmp_path, "public").collections

    (wanted,) = report.wanted
    text = report.texts[0].text
    assert [text[span.start : span.end].strip("\f") for span in wanted.spans] == pages[1:]


def test_missing_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="squad_articles"):
        sets.squad(tmp_path, "public")
