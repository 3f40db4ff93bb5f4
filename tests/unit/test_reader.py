"""The reader at run time: checked files, one pass for both, a record that needs no model."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from pydantic import JsonValue

from core.errors import ConfigurationError, InvalidRequest
from core.recording import Observed, recording
from core.schemas.run import EntryKind
from tests.readers import FIT, make_reader_folder
from tools.reader import OnnxReader, Pair, Trial, open_reader
from tools.reader_files import chance
from tools.reader_windows import Asked

QUESTION = "Who makes the pump?"
PASSAGES = ["Hallmark makes the pump. " * times for times in (1, 7, 90, 2)]
CLAIM = Pair("Hallmark makes the pump.", PASSAGES[0])
TRIAL = Trial(QUESTION, "Hallmark", PASSAGES[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reader")
    make_reader_folder(made)
    return made


@pytest.fixture
def reader(folder: Path) -> OnnxReader:
    return open_reader(str(folder), threads=1)


async def test_batch_and_single_agree_exactly_enough_to_compare(
    reader: OnnxReader, folder: Path
) -> None:
    together = reader.raw_scores([Asked(QUESTION, None, text) for text in PASSAGES])

    for text, scores in zip(PASSAGES, together, strict=True):
        (alone,) = open_reader(str(folder), threads=2).raw_scores([Asked(QUESTION, None, text)])
        assert alone.relevance == pytest.approx(scores.relevance, abs=1e-5)
        assert alone.verdict == pytest.approx(scores.verdict, abs=1e-5)
        assert alone.margin == pytest.approx(scores.margin, abs=1e-5)


async def test_chances_are_calibrated_logits(reader: OnnxReader) -> None:
    (raw,) = reader.raw_scores([Asked(QUESTION, None, PASSAGES[0])])
    line, temperature = FIT.calibration.relevance, FIT.calibration.verdict_temperature

    assert await reader.rank(QUESTION, PASSAGES[:1]) == (chance(raw.relevance, line),)
    (reading,) = await reader.read(QUESTION, PASSAGES[:1])
    assert reading.answerable == chance(reading.margin, FIT.calibration.answerable)
    (judgement,) = await reader.judge([Pair(QUESTION, PASSAGES[0])])
    powers = np.exp(np.array(raw.verdict) / temperature)
    assert judgement == pytest.approx(tuple(powers / powers.sum()))


def test_chance_of_any_logit_is_a_number() -> None:
    assert chance(0.0, (2.0, 0.0)) == 0.5
    assert chance(1e9, (1.0, 0.0)) == 1.0
    assert chance(-1e9, (1.0, 0.0)) == 0.0
    assert chance(2.0, (0.5, -1.0)) == 0.5


async def test_rank_and_read_of_the_same_pairs_are_one_pass(
    reader: OnnxReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = []
    run = reader._model.run
    monkeypatch.setattr(reader._model, "run", lambda some: windows.extend(some) or run(some))

    await reader.rank(QUESTION, PASSAGES)
    first = len(windows)
    await reader.read(QUESTION, [*PASSAGES, PASSAGES[0]])

    assert len(windows) == first > len(PASSAGES)  # the long passage has several windows


async def test_answer_of_many_words_is_refused(reader: OnnxReader) -> None:
    with pytest.raises(InvalidRequest, match="64 tokens"):
        await reader.accept([Trial(QUESTION, "pump " * 100, PASSAGES[0])])


class Taken(NamedTuple):
    kind: EntryKind
    name: str
    request: JsonValue
    observed: Observed


class Tape:
    """Keeps what was observed; rewound, it gives that back and never calls."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.left: list[Taken] | None = None

    def rewind(self) -> None:
        self.left = list(self.taken)

    async def observe(self, kind, name, request, call) -> Observed:
        if self.left is None:
            self.taken.append(Taken(kind, name, request, await call()))
            return self.taken[-1].observed
        taken = self.left.pop(0)
        assert (taken.kind, taken.name, taken.request) == (kind, name, request)
        return Observed(json.loads(json.dumps(taken.observed.value)))


async def everything(reader: OnnxReader) -> list[object]:
    return [
        await reader.rank(QUESTION, PASSAGES),
        await reader.read(QUESTION, PASSAGES),
        await reader.judge([CLAIM]),
        await reader.accept([TRIAL]),
    ]


async def test_replay_gives_back_the_record_without_the_model(
    reader: OnnxReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape = Tape()
    with recording(tape):
        live = await everything(reader)
    monkeypatch.setattr(reader, "_model", None)
    reader._cache.clear()
    tape.rewind()

    with recording(tape):
        assert await everything(reader) == live


async def test_record_names_the_reader_and_holds_no_text(reader: OnnxReader) -> None:
    tape = Tape()
    with recording(tape):
        await everything(reader)

    assert {(taken.kind, taken.name) for taken in tape.taken} == {("reader", reader.id)}
    assert len({json.dumps(taken.request) for taken in tape.taken}) == 4
    for taken in tape.taken:
        assert "Hallmark" not in json.dumps([taken.request, taken.observed.value])


def test_reader_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no reader"):
        open_reader(str(tmp_path / "nowhere"), threads=1)


@pytest.mark.parametrize("name", ["reader.onnx", "reader.tokenizer.json"])
def test_changed_file_is_a_configuration_error(tmp_path: Path, name: str) -> None:
    make_reader_folder(tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(ConfigurationError, match="not what its manifest says"):
        open_reader(str(tmp_path), threads=1)


def test_manifest_of_something_else_is_a_configuration_error(tmp_path: Path) -> None:
    make_reader_folder(tmp_path)
    (tmp_path / "reader.json").write_text('{"name": "something else"}')

    with pytest.raises(ConfigurationError, match="manifest"):
        open_reader(str(tmp_path), threads=1)


def test_another_calibration_is_another_reader(reader: OnnxReader, tmp_path: Path) -> None:
    manifest = make_reader_folder(tmp_path)
    assert manifest.id == reader.id

    other = manifest.calibration.model_copy(update={"verdict_temperature": 1.0})
    assert manifest.model_copy(update={"calibration": other}).id != reader.id
