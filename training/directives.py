"""Fits the model of directives.

    python -m training.directives --data ../shared/data/train --out tools/models/directives.npz

Prints, for each kind of request, how many are found by a model that never saw the kind, at the line
that few clean texts kept aside are over; then fits on all kinds, and writes that.
"""

import argparse
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.ids import sha256_of_file
from tools.directives import BUCKETS, DirectiveModel, sentences_with_features
from training.directive_texts import (
    Example,
    clean_texts,
    is_aside,
    lines_of,
    read_phrases,
    with_lines,
    words_of,
)

SEED = 7
CLEAN_SHARE = 0.002
"""Of clean texts kept aside that may lie over the line."""
STEPS, RATE, RIDGE = 120, 0.05, 2e-5


class Read(NamedTuple):
    """A text as the model sees it."""

    kind: str
    """Of the line put into it, "" for none."""
    aside: bool
    sentences: list[NDArray[np.intp]]
    planted: list[bool]
    """For each sentence, whether it is part of a planted line."""


def read(example: Example, words: frozenset[str]) -> Read:
    """Buckets and labels of every sentence."""
    planted = [line.text for line in example.lines if line.planted]
    found = list(sentences_with_features(example.text, words))
    return Read(
        kind=example.lines[-1].kind if example.lines else "",
        aside=is_aside(example.group),
        sentences=[features for _, features in found],
        planted=[any(sentence in text for text in planted) for sentence, _ in found],
    )


def fit(texts: Iterable[Read], words: frozenset[str]) -> DirectiveModel:
    """Logistic regression by Adam over all sentences at once; both classes weigh the same."""
    pairs = [pair for text in texts for pair in zip(text.sentences, text.planted, strict=True)]
    buckets = np.concatenate([features for features, _ in pairs])
    rows = np.repeat(np.arange(len(pairs)), [len(features) for features, _ in pairs])
    labels = np.array([planted for _, planted in pairs], float)
    share = labels.mean()
    worth = np.where(labels == 1, 0.5 / share, 0.5 / (1 - share)) / len(labels)
    theta, mean, square = (np.zeros(BUCKETS + 1) for _ in range(3))
    for step in range(1, STEPS + 1):
        logits = np.bincount(rows, theta[buckets], len(labels)) + theta[-1]
        error = (1 / (1 + np.exp(-np.clip(logits, -30, 30))) - labels) * worth
        slope = np.append(np.bincount(buckets, error[rows], BUCKETS), error.sum())
        slope[:-1] += RIDGE * theta[:-1]
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        theta -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    weights = theta[:-1].astype(np.float16).astype(np.float32)
    return DirectiveModel(words, weights, round(float(theta[-1]), 4))


def chances(texts: Iterable[Read], model: DirectiveModel) -> NDArray[np.float64]:
    """Of the likeliest sentence of each text."""
    return np.array([max(map(model.chance, text.sentences), default=0.0) for text in texts])


def left_out(texts: Sequence[Read], kinds: Iterable[str], words: frozenset[str]) -> Iterator[str]:
    """A row for each kind: how many are over the line by a model that saw all but it."""
    clean = [text for text in texts if text.aside and not text.kind]
    for kind in kinds:
        model = fit((text for text in texts if not text.aside and text.kind != kind), words)
        line = np.quantile(chances(clean, model), 1 - CLEAN_SHARE)
        found = chances((text for text in texts if text.aside and text.kind == kind), model)
        yield f"{kind:12} {np.mean(found > line):6.1%} of {len(found)} over {line:.3f}"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    phrases, chance = read_phrases(), random.Random(SEED)
    words, clean = words_of(phrases), clean_texts(given.data)
    examples = [*clean, *with_lines(clean, list(lines_of(phrases, chance)), chance)]
    texts = [read(example, words) for example in examples]
    for row in left_out(texts, phrases.attack, words):
        print(row, flush=True)
    model = fit((text for text in texts if not text.aside), words)
    found = chances((text for text in texts if text.aside and not text.kind), model)
    for share in (0.01, 0.002, 0.001, 0.0005):
        line = np.quantile(found, 1 - share)
        print(f"{share:.2%} of {len(found)} clean texts are over {line:.4f}")
    weights = model.weights.astype(np.float16)
    np.savez_compressed(given.out, words=" ".join(sorted(words)), weights=weights, bias=model.bias)
    print(f"{given.out}: {sha256_of_file(given.out)}")


if __name__ == "__main__":
    main()
