"""What every reader promises, whatever its judgement is worth."""

import pytest

from core.ids import canonical_json
from tests.builders import WordsReader
from tests.readers import make_reader_folder
from tools.reader import Pair, Reader, Reading, Trial, open_reader

QUESTION = "What is the tightening torque of the casing nuts?"
PASSAGES = (
    "Renew the gasket first. The tightening torque of the casing nuts is 62 Nm. Then check.",
    "The canteen in Marlbeck serves soup on Mondays — naïve, 日本語 and 👩‍🚒 included.",
    "Torque. " * 300,
    "",
    " \n",
)


@pytest.fixture(params=["words", "onnx"], scope="module")
def reader(request, tmp_path_factory) -> Reader:
    if request.param == "words":
        return WordsReader()
    folder = tmp_path_factory.mktemp("reader")
    make_reader_folder(folder)
    return open_reader(str(folder), threads=1)


async def test_one_chance_per_passage_in_order(reader):
    chances = await reader.rank(QUESTION, PASSAGES)
    assert len(chances) == len(PASSAGES)
    assert all(0 <= chance <= 1 for chance in chances)
    assert await reader.rank(QUESTION, PASSAGES[::-1]) == chances[::-1]


async def test_scores_do_not_depend_on_what_else_is_asked(reader):
    together = await reader.rank("Which torque?", PASSAGES)
    for passage, chance in zip(PASSAGES, together, strict=True):
        assert await reader.rank("Which torque?", [passage]) == (pytest.approx(chance, abs=1e-5),)


async def test_spans_quote_the_passage(reader):
    readings = await reader.read(QUESTION, PASSAGES)
    assert len(readings) == len(PASSAGES)
    for passage, reading in zip(PASSAGES, readings, strict=True):
        assert len(reading.spans) <= 5
        for span in reading.spans:
            assert 0 <= span.start < span.end <= len(passage)
            assert span.text == passage[span.start : span.end]


async def test_spans_are_distinct_and_the_best_comes_first(reader):
    for reading in await reader.read(QUESTION, PASSAGES):
        scores = [span.score for span in reading.spans]
        assert scores == sorted(scores, reverse=True)
        assert len({(span.start, span.end) for span in reading.spans}) == len(scores)
        assert 0 <= reading.answerable <= 1
        assert not scores or reading.margin == scores[0]


async def test_reading_tells_the_relevance_that_ranking_gives(reader):
    readings = await reader.read(QUESTION, PASSAGES)
    assert await reader.rank(QUESTION, PASSAGES) == tuple(r.relevance for r in readings)


async def test_nothing_answers_in_an_empty_passage(reader):
    (reading,) = await reader.read(QUESTION, [""])
    assert reading == Reading(
        (), reading.margin, pytest.approx(0.0, abs=1e-9), False, reading.relevance
    )
    assert canonical_json(reading.margin)  # a number that JSON has


async def test_verdicts_sum_to_one(reader):
    pairs = [Pair("The torque is 62 Nm.", passage) for passage in PASSAGES]
    judgements = await reader.judge(pairs)
    assert len(judgements) == len(pairs)
    for judgement in judgements:
        assert min(judgement) >= 0
        assert sum(judgement) == pytest.approx(1)


async def test_answers_get_a_chance_each(reader):
    trials = [Trial(QUESTION, answer, PASSAGES[0]) for answer in ("62 Nm", "95 Nm", "")]
    chances = await reader.accept(trials)
    assert len(chances) == 3
    assert all(0 <= chance <= 1 for chance in chances)


async def test_what_is_asked_may_be_long(reader):
    assert len(await reader.rank(QUESTION * 60, PASSAGES[:2])) == 2
    assert len(await reader.judge([Pair(PASSAGES[0] * 30, PASSAGES[0])])) == 1


async def test_nothing_asked_gives_nothing(reader):
    assert await reader.rank(QUESTION, []) == ()
    assert await reader.read(QUESTION, []) == ()
    assert await reader.judge([]) == ()
    assert await reader.accept([]) == ()
