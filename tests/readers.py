"""A reader of random weights, tiny but whole: real tokenizer, real export, real runtime."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.bert_onnx import BertShape
from tools.reader_files import Calibration, Manifest
from training.export import Checkpoint, Fit, export
from training.grid import round_to_grid, stands_on_grid
from training.reader_graph import Storage

TINY = BertShape(layers=2, hidden=32, heads=2, epsilon=1e-12)
WORDS, POSITIONS = 30_522, 512
FIT = Fit(
    calibration=Calibration(
        answerable=(0.5, -0.25),
        answer_from=0.6,
        relevance=(1.5, 0.5),
        accept=(1.0, 0.0),
        verdict_temperature=2.0,
    ),
    fitted_on=("nothing",),
)


def random_checkpoint(*, gridded: bool = True) -> Checkpoint:
    """Weights of the training's form, the same every time."""
    random = np.random.default_rng(7)
    weights: dict[str, NDArray[Any]] = {}

    def add(name: str, *sizes: int, around: float = 0.0) -> None:
        weights[name] = (around + 0.3 * random.standard_normal(sizes)).astype(np.float32)

    def linear(name: str, inputs: int, outputs: int) -> None:
        add(f"{name}.weight", outputs, inputs)
        add(f"{name}.bias", outputs)

    def norm(name: str) -> None:
        add(f"{name}.weight", TINY.hidden, around=1.0)
        add(f"{name}.bias", TINY.hidden)

    for table, rows in (("word", WORDS), ("position", POSITIONS), ("token_type", 2)):
        add(f"embeddings.{table}_embeddings.weight", rows, TINY.hidden)
    norm("embeddings.LayerNorm")
    for layer in (f"encoder.layer.{index}" for index in range(TINY.layers)):
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            linear(f"{layer}.attention.{part}", TINY.hidden, TINY.hidden)
        linear(f"{layer}.intermediate.dense", TINY.hidden, 4 * TINY.hidden)
        linear(f"{layer}.output.dense", 4 * TINY.hidden, TINY.hidden)
        norm(f"{layer}.attention.output.LayerNorm")
        norm(f"{layer}.output.LayerNorm")
    linear("heads.span", TINY.hidden, 2)
    for head, outputs in (("relevance", 1), ("verdict", 3), ("accept", 1)):
        linear(f"heads.{head}.dense", TINY.hidden, TINY.hidden)
        linear(f"heads.{head}.out", TINY.hidden, outputs)
    return Checkpoint(on_grid(weights) if gridded else weights, TINY)


def on_grid(weights: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The weights as training leaves them."""
    return {
        name: round_to_grid(array) if stands_on_grid(name, array.ndim) else array
        for name, array in weights.items()
    }


def make_reader_folder(folder: Path, storage: Storage = "int8") -> Manifest:
    """Export the random checkpoint."""
    return export(random_checkpoint(), FIT, folder, version="test", storage=storage)
