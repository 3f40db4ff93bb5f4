"""Invented tables: what is asked of them, and that the answers stand where they say."""

import pytest

from tests.builders import make_plan
from tools.loaders import LoadLimits, load
from tools.matching import has_short_answer
from training.mix_documents import FOLDS, Document, questions_of
from training.mix_tables import tables

LIMITS = LoadLimits(100_000, 100_000)
TABLES = tuple(tables())


def loaded_text(table: Document) -> str:
    return load(table.text.encode(), table.filename, LIMITS).text


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_every_answer_is_a_cell_of_the_row_that_is_asked_for(table: Document) -> None:
    loaded = load(table.text.encode(), table.filename, LIMITS)
    rows = {unit.text for unit in loaded.units if unit.kind == "table_row"}
    for posed in table.answerable:
        (answer,) = posed.answers
        assert posed.passage in rows
        assert posed.passage[: answer.start].endswith(": ")
        assert posed.passage[answer.end :].startswith(" | ") or answer.end == len(posed.passage)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_every_question_asks_one_thing_that_a_few_words_can_answer(table: Document) -> None:
    for posed in (*table.answerable, *table.unanswerable):
        plan = make_plan(posed.text)
        assert has_short_answer(plan), posed.text
        assert not plan.subquestions, posed.text


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_no_question_has_an_answer_and_none(table: Document) -> None:
    answered = [posed.text for posed in table.answerable]
    assert len(set(answered)) == len(answered)
    assert set(answered).isdisjoint(posed.text for posed in table.unanswerable)


def test_tables_are_the_same_every_time_and_in_every_fold() -> None:
    assert tuple(tables()) == TABLES
    assert {table.fold for table in TABLES} == set(range(FOLDS))
    assert {table.filename.rpartition(".")[2] for table in TABLES} == {"csv", "md"}


def test_the_sample_keeps_its_proportions_and_a_missing_table_has_no_gold() -> None:
    table = TABLES[0]
    questions = list(questions_of(table, loaded_text(table), count=24, seed=1))
    by_kind = {kind: [q for q in questions if q.kind == kind] for kind in ("own", "all", "missing")}
    assert [len(of_kind) for of_kind in by_kind.values()] == [12, 12, 6]
    assert all(question.gold for question in by_kind["own"] + by_kind["all"])
    assert all(not question.gold for question in by_kind["missing"])
    assert {q.collection for q in by_kind["missing"]}.isdisjoint(table.collections)
