"""Fits a shipped model's calibration on the validation split, as the runtime reads it; no torch.

    python -m training.calibrate tools/models --folder .training

Rewrites ``reader.json`` of the model folder. Windows, cuts and arithmetic are those of the runtime,
not of the training, because chances are told there.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.answer_texts import token_f1
from tools.reader import OnnxReader, open_reader
from tools.reader_files import MANIFEST, Calibration
from tools.reader_spans import TextScores
from tools.reader_windows import Asked
from training.examples import Example, load
from training.lines import fit_line, temperature, worth_from

RANKED, CLAIMS = "selqa", frozenset({"fool_me_twice", "wice"})
Scored = list[tuple[Example, TextScores]]


def main() -> None:
    """Read the command line, fit, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    reader = open_reader(str(given.model), threads=2)
    examples = list(load(given.folder / "validation.jsonl.gz"))
    calibration, right = calibrated(reader, examples)
    manifest = reader.manifest.model_copy(update={"calibration": calibration})
    (given.model / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")
    print(calibration.model_dump_json())
    for share in (0.01, 0.02, 0.05):
        least = np.quantile(right, share)
        print(f"{share:.0%} of the right answers have a chance below {least:.3f}")


def calibrated(
    reader: OnnxReader, examples: Sequence[Example]
) -> tuple[Calibration, NDArray[np.float64]]:
    """The calibration, and the chances that it gives to right candidate answers."""
    asked = scored(reader, [e for e in examples if e.origin == "squad"])
    has_answer = np.array([float(e.span != (0, 0)) for e, _ in asked])
    f1 = [_overlap(e, s) for e, s in asked if e.span != (0, 0)]
    ranked = scored(reader, [e for e in examples if e.origin == RANKED])
    tried = scored(reader, [e for e in examples if e.accept is not None])
    claims = scored(reader, [e for e in examples if e.origin in CLAIMS])
    accepted = np.array([float(e.accept or 0) for e, _ in tried])
    weighed = np.array([s.accept for _, s in tried])
    line = fit_line(weighed, accepted)
    found = Calibration(
        answerable=fit_line(np.array([s.margin for _, s in asked]), has_answer),
        answer_from=worth_from(float(np.mean(f1))),
        relevance=fit_line(
            np.array([s.relevance for _, s in ranked]),
            np.array([float(e.relevance or 0) for e, _ in ranked]),
        ),
        accept=line,
        verdict_temperature=temperature(
            np.array([s.verdict for _, s in claims]), np.array([e.verdict for e, _ in claims])
        ),
    )
    right = weighed[accepted > 0]
    return found, 1 / (1 + np.exp(-(line[0] * right + line[1])))


def scored(reader: OnnxReader, examples: Sequence[Example]) -> Scored:
    """What the runtime makes of each, uncalibrated."""
    inputs = [Asked(e.first, e.answer, e.second) for e in examples]
    return list(zip(examples, reader.raw_scores(inputs), strict=True))


def _overlap(example: Example, scores: TextScores) -> float:
    if not scores.spans or example.span is None:
        return 0.0
    start, end, _ = scores.spans[0]
    return token_f1(example.second[start:end], example.second[slice(*example.span)])


if __name__ == "__main__":
    main()
