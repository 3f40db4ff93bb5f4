"""One command for a whole fit: a teacher, a student that watches it, rounding and figures.

    python -m training.run twin --folder .training            # what the public halves measure
    python -m training.run full --folder .training            # what ships
    python -m training.run twin --folder .training --recipe plain …   # a row of the ablation table

The folder holds what ``training.prepare`` wrote, ``base/model.safetensors`` (MiniLM),
``base/tokenizer.json`` and, for recipes with a teacher, ``teacher/model.safetensors`` (MPNet).
The tuned teacher stays there, and is not made again: delete it when recipe or data have changed.
"""

import argparse
import json
import time
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer

from training.batches import Encoded, Pool, encode
from training.examples import load
from training.fit import Guide, Stage, fit
from training.network import ReaderNet
from training.noise import neighbours
from training.validate import validate
from training.weights import (
    open_student,
    open_teacher,
    round_weights,
    save_checkpoint,
    save_teacher,
)

CONFIG = Path(__file__).parent / "config.toml"
SELF_MADE = ("recurring", "claims", "grammar")
WATCHED = "more_negatives"
"""Further down the list than what labels are tuned on: the student alone sees them."""


class Data(NamedTuple):
    """The examples of one fit."""

    made: list[Encoded]
    labelled: list[Encoded]
    watched: list[Encoded]
    """Seen only while the teacher is watched, whose word counts most there."""
    aside: list[Encoded]


def main() -> None:
    """Run one recipe and write figures and checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fit", choices=("twin", "full"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--recipe", help="default: the one of the fit's name")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_float32_matmul_precision("high")
    config = tomllib.loads(CONFIG.read_text())
    title = given.recipe or given.fit
    recipe = merged(config["defaults"], config["recipe"][title])
    run = Run(recipe, given.fit, title, given.folder, given.device, given.seed)
    report = run.all()
    (given.folder / f"{run.name}.json").write_text(json.dumps(report, indent=1))
    print(json.dumps({"name": run.name, **report["figures"]}), flush=True)


def merged(defaults: dict[str, Any], recipe: dict[str, Any]) -> dict[str, Any]:
    """The defaults with what the recipe says otherwise, table by table."""
    both = {
        key: merged(defaults[key], value) if isinstance(defaults.get(key), dict) else value
        for key, value in recipe.items()
    }
    return defaults | both


class Run:
    """One recipe on one fit."""

    def __init__(
        self, recipe: dict[str, Any], which: str, title: str, folder: Path, device: str, seed: int
    ) -> None:
        self.recipe, self.which, self.folder, self.seed = recipe, which, folder, seed
        self.device = torch.device(device)
        self.name = f"{which}.{title}.{seed}"
        self.tokenizer = Tokenizer.from_file(str(folder / "base" / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def all(self) -> dict[str, Any]:
        """Every step; the checkpoint goes to ``NAME.safetensors``."""
        started = time.perf_counter()
        data = self.data()
        net = self.placed(open_student(self.folder / "base" / "model.safetensors"))
        guide = None
        if self.recipe["teacher"]["tune"]["epochs"]:
            near = neighbours(net.words.weight, self.tokenizer)
            guide = Guide(self.teacher(data), net, near).to(self.device)
        self.student(net, data, guide)
        before = validate(net, data.aside)
        round_weights(net)
        figures = validate(net, data.aside)
        save_checkpoint(net, self.folder / f"{self.name}.safetensors")
        return {
            "figures": figures,
            "before_rounding": before,
            "seconds": round(time.perf_counter() - started),
            "examples": {kind: len(items) for kind, items in data._asdict().items()},
        }

    def data(self) -> Data:
        """Everything in tokens; sets that the recipe leaves out are dropped."""
        left_out = set(self.recipe["without"])
        made = [
            example
            for kind in SELF_MADE
            if kind not in left_out
            for example in load(self.folder / f"{kind}.{self.which}.jsonl.gz")
        ]
        labelled, watched = [], []
        for example in load(self.folder / f"supervised.{self.which}.jsonl.gz"):
            if example.origin == WATCHED:
                watched.append(example)
            elif example.origin not in left_out:
                labelled.append(example)
        aside = load(self.folder / "validation.jsonl.gz")
        return Data(*(encode(list(p), self.tokenizer) for p in (made, labelled, watched, aside)))

    def teacher(self, data: Data) -> ReaderNet:
        """MPNet pretrained on the self-made and tuned on the labelled examples."""
        path = self.folder / f"{self.which}.{self.recipe['teacher']['name']}.{self.seed}.teacher"
        if path.exists():
            return self.placed(open_teacher(path))
        net = self.placed(open_teacher(self.folder / "teacher" / "model.safetensors"))
        self.fit(net, data.made, "teacher", "pretrain")
        self.fit(net, self.tuned_on(data), "teacher", "tune")
        print(self.name, "teacher", json.dumps(validate(net, data.aside)), flush=True)
        save_teacher(net, path)
        return self.placed(open_teacher(path))

    def placed(self, net: ReaderNet) -> ReaderNet:
        """The network on the device; compiled where that pays."""
        net = net.to(self.device)
        return net.compiled() if self.device.type == "cuda" else net

    def student(self, net: ReaderNet, data: Data, guide: Guide | None) -> None:
        """Pretrained on what we made, or watching the teacher on all there is; then the labels."""
        if guide is None:
            self.fit(net, data.made, "student", "pretrain")
        else:
            often = data.labelled * self.recipe["labelled_times"]
            self.fit(net, data.made + data.watched + often, "student", "watch", guide)
        print(self.name, "student", json.dumps(validate(net, data.aside)), flush=True)
        self.fit(net, self.tuned_on(data), "student", "tune", guide)

    def tuned_on(self, data: Data) -> list[Encoded]:
        """Labels, with a share of the self-made kept in."""
        every = self.recipe["keep_every"]
        return data.labelled + (data.made[::every] if every else [])

    def fit(
        self,
        net: ReaderNet,
        items: list[Encoded],
        role: str,
        part: str,
        guide: Guide | None = None,
    ) -> None:
        """One stage of the recipe, if it has any epochs."""
        stage = Stage(**self.recipe[role][part])
        if stage.epochs and items:
            pool = Pool(items, self.device)
            fit(net, pool, stage, self.seed, f"{self.name} {role} {part}", guide)


if __name__ == "__main__":
    main()
