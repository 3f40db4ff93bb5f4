"""The export: the graph computes what BERT computes, and eight bits lose nothing on their grid."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tests.readers import FIT, TINY, on_grid, random_checkpoint
from tools.reader_files import read_files
from tools.reader_model import ReaderModel, WindowLogits
from tools.reader_windows import Window
from training.export import Checkpoint, export
from training.grid import from_codes, round_to_grid, stands_on_grid, to_codes
from training.reader_graph import Storage

Array = NDArray[Any]


class PlainReader:
    """The forward pass as one would write it on a board, in double precision."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.weights = {name: array.astype(float) for name, array in checkpoint.weights.items()}

    def run(self, window: Window) -> dict[str, Array]:
        places = np.arange(len(window.ids))
        tables = (
            ("word", window.ids),
            ("position", places),
            ("token_type", places >= window.text_at),
        )
        states = sum(
            self.weights[f"embeddings.{name}_embeddings.weight"][np.asarray(rows, int)]
            for name, rows in tables
        )
        states = self.norm(states, "embeddings.LayerNorm")
        for index in range(TINY.layers):
            states = self.layer(states, f"encoder.layer.{index}")
        spans = self.linear(states, "heads.span")
        heads = {name: self.head(states[0], name) for name in ("relevance", "accept", "verdict")}
        return {"start": spans[:, 0], "end": spans[:, 1], **heads}

    def layer(self, states: Array, name: str) -> Array:
        mixed = self.linear(self.attention(states, name), f"{name}.attention.output.dense")
        states = self.norm(states + mixed, f"{name}.attention.output.LayerNorm")
        inner = self.linear(states, f"{name}.intermediate.dense")
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        return self.norm(
            states + self.linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm"
        )

    def attention(self, states: Array, name: str) -> Array:
        query, key, value = (
            np.split(self.linear(states, f"{name}.attention.self.{part}"), TINY.heads, axis=1)
            for part in ("query", "key", "value")
        )
        heads = []
        for q, k, v in zip(query, key, value, strict=True):
            raised = np.exp(q @ k.T / math.sqrt(q.shape[1]))
            heads.append(raised / raised.sum(axis=1, keepdims=True) @ v)
        return np.concatenate(heads, axis=1)

    def head(self, state: Array, name: str) -> Array:
        inner = np.tanh(self.linear(state, f"heads.{name}.dense"))
        return self.linear(inner, f"heads.{name}.out")

    def linear(self, value: Array, name: str) -> Array:
        return value @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, value: Array, name: str) -> Array:
        centred = value - value.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + TINY.epsilon)
        return centred / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def make_window(length: int, text_at: int) -> Window:
    ids = np.random.default_rng(length).integers(1_000, 30_000, length).tolist()
    return Window(ids, text_at, [(0, 1)] * (length - text_at - 1), 0)


WINDOWS = [make_window(length, text_at) for length, text_at in ((9, 4), (40, 12), (384, 60))]


def run_export(checkpoint: Checkpoint, folder: Path, storage: Storage) -> list[WindowLogits]:
    export(checkpoint, FIT, folder, version="test", storage=storage)
    return ReaderModel(read_files(str(folder)).model, threads=1).run(WINDOWS)


def furthest(told: list[WindowLogits], checkpoint: Checkpoint) -> float:
    """The largest difference of any output from the plain forward pass."""
    plain = PlainReader(checkpoint)
    return max(
        float(np.abs(getattr(logits, name) - expected).max())
        for logits, window in zip(told, WINDOWS, strict=True)
        for name, expected in plain.run(window).items()
    )


@pytest.mark.parametrize("gridded", [False, True])
def test_single_precision_is_the_plain_forward_pass(tmp_path: Path, gridded: bool) -> None:
    checkpoint = random_checkpoint(gridded=gridded)

    assert furthest(run_export(checkpoint, tmp_path, "fp32"), checkpoint) < 1e-4


def test_eight_bits_are_the_plain_forward_pass_of_gridded_weights(tmp_path: Path) -> None:
    checkpoint = random_checkpoint()

    assert furthest(run_export(checkpoint, tmp_path, "int8"), checkpoint) < 1e-4


def test_eight_bits_of_other_weights_are_those_weights_on_the_grid(tmp_path: Path) -> None:
    loose = random_checkpoint(gridded=False)
    told = run_export(loose, tmp_path, "int8")

    assert furthest(told, Checkpoint(on_grid(loose.weights), TINY)) < 1e-4
    assert furthest(told, loose) > 1e-3


def test_half_precision_is_near(tmp_path: Path) -> None:
    checkpoint = random_checkpoint()

    assert furthest(run_export(checkpoint, tmp_path, "fp16"), checkpoint) < 2e-2


def test_large_weights_are_stored_in_one_byte_and_nothing_else_is(tmp_path: Path) -> None:
    checkpoint = random_checkpoint()
    export(checkpoint, FIT, tmp_path, version="test")

    tensors = onnx.load(str(tmp_path / "reader.onnx")).graph.initializer
    small = {t.name.removesuffix(".codes") for t in tensors if t.data_type == onnx.TensorProto.INT8}
    assert small == {
        name for name, array in checkpoint.weights.items() if stands_on_grid(name, array.ndim)
    }
    assert "embeddings.word_embeddings.weight" in small
    assert not any(name.startswith("heads.") for name in small)


def test_rows_of_the_word_table_are_taken_before_they_become_single_precision(
    tmp_path: Path,
) -> None:
    export(random_checkpoint(), FIT, tmp_path, version="test")

    nodes = onnx.load(str(tmp_path / "reader.onnx")).graph.node
    table = "embeddings.word_embeddings.weight."
    uses = [node for node in nodes if any(name.startswith(table) for name in node.input)]
    assert [node.op_type for node in uses] == ["Gather", "Gather"]  # codes, scales


def test_tokenizer_neither_cuts_nor_pads(tmp_path: Path) -> None:
    export(random_checkpoint(), FIT, tmp_path, version="test")

    tokenizer = Tokenizer.from_file(str(tmp_path / "reader.tokenizer.json"))
    assert len(tokenizer.encode("pump").ids) == 3
    assert len(tokenizer.encode("pump " * 1_000).ids) == 1_002


def test_manifest_keeps_the_calibration_and_the_data_it_was_fitted_on(tmp_path: Path) -> None:
    export(random_checkpoint(), FIT, tmp_path, version="test")

    written = json.loads((tmp_path / "reader.json").read_text())
    assert written["calibration"]["answerable"] == [0.5, -0.25]
    assert written["fitted_on"] == ["nothing"]


def test_rounding_moves_a_weight_by_half_a_step_at_most() -> None:
    matrix = np.random.default_rng(1).standard_normal((50, 30)).astype(np.float32)
    steps = np.abs(matrix).max(axis=1, keepdims=True) / 127

    assert (np.abs(round_to_grid(matrix) - matrix) <= steps * 0.5001).all()


def test_rounding_twice_is_rounding_once() -> None:
    once = round_to_grid(np.random.default_rng(2).standard_normal((500, 30)))
    twice = to_codes(once)

    assert np.array_equal(twice.values, to_codes(from_codes(twice)).values)
    assert np.allclose(from_codes(twice), once, rtol=1e-6, atol=0)


def test_row_of_zeros_stays_zero() -> None:
    assert np.array_equal(round_to_grid(np.zeros((2, 3))), np.zeros((2, 3)))
