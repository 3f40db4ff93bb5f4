"""One command for a whole fit: pretrain, follow the teachers, round, validate, save.

    python -m training.run twin --folder .training            # what the public halves measure
    python -m training.run full --folder .training            # what ships
    python -m training.run twin --folder .training --recipe plain …   # a row of the ablation table

The folder holds what ``training.prepare`` wrote, ``base/model.safetensors`` (MiniLM),
``base/tokenizer.json`` and, for recipes with a teacher, ``teacher/model.safetensors`` (MPNet).
"""

import argparse
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from training.batches import Encoded, encode
from training.examples import load
from training.fit import Guide, Stage, fit
from training.network import ReaderNet
from training.validate import validate
from training.weights import open_student, open_teacher, round_weights, save_checkpoint

CONFIG = Path(__file__).parent / "config.toml"
SELF_MADE = ("recurring", "claims")


def main() -> None:
    """Run one recipe and write figures, calibration and checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fit", choices=("twin", "full"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--recipe", default="shipped")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    config = tomllib.loads(CONFIG.read_text())
    recipe = config["defaults"] | config["recipe"][given.recipe]
    name = f"{given.fit}.{given.recipe}.{given.seed}"
    report = run(recipe, given.fit, given.folder, torch.device(given.device), given.seed, name)
    (given.folder / f"{name}.json").write_text(json.dumps(report, indent=1))
    print(json.dumps({"name": name, **report["figures"]}), flush=True)


def run(
    recipe: dict[str, Any], which: str, folder: Path, device: torch.device, seed: int, name: str
) -> dict[str, Any]:
    """Carry out the recipe; the checkpoint goes to ``NAME.safetensors``."""
    started = time.perf_counter()
    made, labelled, kept_aside = _data(recipe, which, folder)
    net = open_student(folder / "base" / "model.safetensors").to(device)
    guide = None
    if recipe["teacher"]["tune"]["epochs"]:
        teacher = open_teacher(folder / "teacher" / "model.safetensors").to(device)
        _stages(teacher, made, labelled, recipe, "teacher", seed, name)
        print(name, "teacher", json.dumps(validate(teacher, kept_aside)[0]), flush=True)
        guide = Guide(teacher, net).to(device)
    _stages(net, made, labelled, recipe, "student", seed, name, guide)
    before, _ = validate(net, kept_aside)
    round_weights(net)
    figures, calibration = validate(net, kept_aside)
    save_checkpoint(net, folder / f"{name}.safetensors")
    return {
        "figures": figures,
        "before_rounding": before,
        "calibration": calibration,
        "seconds": time.perf_counter() - started,
        "examples": {"made": len(made), "labelled": len(labelled)},
    }


def _data(
    recipe: dict[str, Any], which: str, folder: Path
) -> tuple[list[Encoded], list[Encoded], list[Encoded]]:
    """Self-made, labelled and validation examples; sets that the recipe leaves out are dropped."""
    tokenizer = Tokenizer.from_file(str(folder / "base" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    left_out = set(recipe["without"])
    made = [
        example
        for kind in SELF_MADE
        if kind not in left_out
        for example in load(folder / f"{kind}.{which}.jsonl.gz")
    ]
    labelled = [
        example
        for example in load(folder / f"supervised.{which}.jsonl.gz")
        if example.origin not in left_out
    ]
    aside = list(load(folder / "validation.jsonl.gz"))
    return encode(made, tokenizer), encode(labelled, tokenizer), encode(aside, tokenizer)


def _stages(
    net: ReaderNet,
    made: list[Encoded],
    labelled: list[Encoded],
    recipe: dict[str, Any],
    role: str,
    seed: int,
    name: str,
    guide: Guide | None = None,
) -> None:
    """Pretraining on what we made, then the labels, with a share of the self-made kept in."""
    settings = recipe[role]
    if made and settings["pretrain"]["epochs"]:
        fit(net, made, Stage(**settings["pretrain"]), seed, f"{name} {role} pretrain", guide)
    mixed = labelled + made[:: recipe["keep_every"]] if recipe["keep_every"] else labelled
    fit(net, mixed, Stage(**settings["tune"]), seed + 1, f"{name} {role} tune", guide)


if __name__ == "__main__":
    main()
