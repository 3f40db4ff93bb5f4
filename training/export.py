"""Writes the model folder that ships from a checkpoint of the training; no torch.

    python -m training.export CHECKPOINT.safetensors full tools/models --version 2

With int8, the default, weights that stand on the grid of ``training.grid`` lose nothing. Chances
mean nothing until ``training.calibrate`` has looked at the folder.
"""

import argparse
import json
import tomllib
from pathlib import Path
from typing import Any, NamedTuple, get_args

from numpy.typing import NDArray
from safetensors.numpy import load_file

from core.ids import sha256_of
from core.schemas.base import Frozen
from tools.bert_onnx import BertShape, read_shape, write_model
from tools.encoder_models import minilm_folder
from tools.reader_files import MANIFEST, MODEL, TOKENIZER, Calibration, Manifest
from training.reader_graph import ReaderGraph, Storage

NAME = "quaestor-reader"
WINDOW = 384


CONFIG = Path(__file__).parent / "config.toml"
UNCALIBRATED = Calibration(
    answerable=(1, 0), answer_from=0.5, relevance=(1, 0), accept=(1, 0), verdict_temperature=1
)


class Fit(Frozen):
    """How scores become chances, and what the weights saw."""

    calibration: Calibration
    fitted_on: tuple[str, ...]


class Checkpoint(NamedTuple):
    """Weights under their BERT names, heads under ``heads.``."""

    weights: dict[str, NDArray[Any]]
    shape: BertShape


def read_checkpoint(path: Path) -> Checkpoint:
    """A checkpoint of the shape of all-MiniLM-L6-v2."""
    return Checkpoint(load_file(path), read_shape(minilm_folder() / "config.json"))


def export(
    checkpoint: Checkpoint, fit: Fit, folder: Path, *, version: str, storage: Storage = "int8"
) -> Manifest:
    """Write model, tokenizer and manifest; the manifest last, for it vouches for the others."""
    folder.mkdir(parents=True, exist_ok=True)
    write_model(ReaderGraph(*checkpoint, storage).build(), folder / MODEL)
    (folder / TOKENIZER).write_bytes(plain_tokenizer(minilm_folder() / "tokenizer.json"))
    manifest = Manifest(
        name=NAME,
        version=version,
        sha256=sha256_of((folder / MODEL).read_bytes()),
        tokenizer_sha256=sha256_of((folder / TOKENIZER).read_bytes()),
        window=WINDOW,
        calibration=fit.calibration,
        fitted_on=fit.fitted_on,
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")
    return manifest


def plain_tokenizer(path: Path) -> bytes:
    """The tokenizer without the limits and the padding of the model it came with."""
    values = json.loads(path.read_text())
    values["truncation"] = values["padding"] = None
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def fitted_on(fit: str) -> tuple[str, ...]:
    """Names of the data sets of a fit, as the configuration lists them."""
    listed = tomllib.loads(CONFIG.read_text())["fitted_on"]
    return tuple(listed["twin"] + (listed["full_too"] if fit == "full" else []))


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("fit", choices=("twin", "full"), help="what the weights saw")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--storage", choices=get_args(Storage), default="int8")
    given = parser.parse_args()
    export(
        read_checkpoint(given.checkpoint),
        Fit(calibration=UNCALIBRATED, fitted_on=fitted_on(given.fit)),
        given.folder,
        version=given.version,
        storage=given.storage,
    )


if __name__ == "__main__":
    main()
