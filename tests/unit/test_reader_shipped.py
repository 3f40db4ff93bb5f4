"""The reader that ships: the file that was trained, quick to open, true to its checkpoint."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from core.ids import sha256_of_file
from tools.reader import open_reader
from tools.reader_files import SHIPPED, read_files
from tools.reader_model import ReaderModel, WindowLogits
from tools.reader_windows import Asked, Window, WindowMaker

REFERENCE = Path(__file__).parent / "data" / "reader_reference.json"
OUTPUTS = ("relevance", "accept", "verdict", "start", "end")

TWIN = Path(__file__).parents[2] / "training" / "twin"


def test_weights_are_those_of_the_manifest_and_the_card() -> None:
    files = read_files("shipped")

    assert sha256_of_file(files.model) == files.manifest.sha256
    assert files.manifest.sha256 in (SHIPPED / "MODEL_CARD.md").read_text()
    assert set(files.manifest.fitted_on)


def test_the_twin_saw_training_files_alone() -> None:
    manifest = read_files(str(TWIN)).manifest

    assert manifest.version == read_files("shipped").manifest.version
    assert all(name.endswith(".train") for name in manifest.fitted_on)
    assert set(manifest.fitted_on) < set(read_files("shipped").manifest.fitted_on)


def test_opens_quickly() -> None:
    began = time.perf_counter()
    open_reader("shipped", threads=2)

    assert time.perf_counter() - began < 2  # 0.15 s on an idle machine


def test_agrees_with_the_checkpoint_it_was_exported_from() -> None:
    expected = json.loads(REFERENCE.read_text())["pairs"]
    files = read_files("shipped")
    maker = WindowMaker(Tokenizer.from_str(files.tokenizer), files.manifest.window)
    inputs = [Asked(pair["first"], pair["answer"], pair["second"]) for pair in expected]
    windows = list(only_windows(maker.windows(inputs)))
    told = ReaderModel(files.model, threads=2).run(windows)

    assert told
    for pair, logits in zip(expected, told, strict=True):
        assert differences(pair, logits) == pytest.approx(dict.fromkeys(OUTPUTS, 0), abs=1e-2)


def only_windows(windows: list[list[Window]]) -> Iterator[Window]:
    for of_one in windows:
        assert len(of_one) == 1, "a reference pair fits one window"
        yield of_one[0]


def differences(pair: dict[str, Any], logits: WindowLogits) -> dict[str, float]:
    """The largest difference of each output."""
    return {
        name: float(np.abs(np.subtract(pair[name], getattr(logits, name))).max())
        for name in OUTPUTS
    }
