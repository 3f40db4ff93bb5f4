"""Fits the boundary head: which gaps between neighbouring units end a topic. In numpy.

    python -m training.boundaries --data DATA --out tools/models/boundaries.npz

``DATA`` is the folder whose ``train`` and ``uniform`` hold the files. Every kind of document weighs
the same, boundaries as much as other gaps; the weights taken are those of a fixed seed. What the
head is worth is then measured where it is used, in cuts of documents kept aside.
"""

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.ids import sha256_of_file
from core.settings import Settings
from evals.measures import roc_auc
from evals.segmentation import score
from evals.segmentation_data import Gold, measured_ids
from tools.boundaries import (
    BoundaryHead,
    adjacent_scores,
    boundary_scores,
    pair_features,
    read_head,
)
from tools.cuts import Cut, Material, learned_cut
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder
from tools.rows import DenseRows
from tools.tfidf import unit_vectors
from training.boundary_texts import Texts, read_texts

FITTED = ("transcript", "pep_lines", "article", "stitched")
HIDDEN = 64
EPOCHS = 10
BATCH = 512
RATE = 2e-3
DECAY = 0.02
DROPPED = 0.3
OTHERS = 6
"""Gaps that are no boundary, for each that is; a document gives at least ten."""
LEVELS = 400
"""Steps of a component from 0 to 1."""
WEIGHTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
SEED = 0

Matrix = NDArray[np.float32]


class Gaps(NamedTuple):
    """Rows to fit: features, whether a boundary, and how much the row counts."""

    features: Matrix
    labels: Matrix
    weights: Matrix


async def vectors_of(encoder: Encoder, golds: Sequence[Gold]) -> dict[str, DenseRows]:
    """The encoder's vectors of every document's units, by id; every component in eight bits, which
    is enough to learn from."""
    found: dict[str, DenseRows] = {}
    for gold in golds:
        vectors = await encoder.encode([unit.text for unit in gold.units])
        rounded = np.clip(np.round(vectors * LEVELS), -127, 127).astype(np.int8)
        found[gold.id] = DenseRows(rounded.astype(np.float32)).of_length_one()
    return found


def gaps_of(texts: Mapping[str, Texts], vectors: Mapping[str, DenseRows]) -> Gaps:
    """All boundaries of the documents to fit, and some of the other gaps."""
    chance = np.random.default_rng(SEED)
    kinds: list[Gaps] = []
    for kind in FITTED:
        drawn = [_drawn(gold, vectors[gold.id], chance) for gold in texts[kind].fit]
        features = np.vstack([one for one, _ in drawn])
        labels = np.concatenate([one for _, one in drawn])
        shares = np.where(labels > 0, 0.5 / labels.sum(), 0.5 / (1 - labels).sum())
        kinds.append(Gaps(features, labels, shares.astype(np.float32)))
    weights = np.concatenate([kind.weights for kind in kinds])
    return Gaps(
        np.vstack([kind.features for kind in kinds]),
        np.concatenate([kind.labels for kind in kinds]),
        (weights / weights.mean()).astype(np.float32),
    )


def _drawn(gold: Gold, meanings: DenseRows, chance: np.random.Generator) -> tuple[Matrix, Matrix]:
    labels = labels_of(gold)
    others = np.flatnonzero(labels == 0)
    wanted = min(len(others), max(10, OTHERS * int(labels.sum())))
    kept = np.concatenate(
        [np.flatnonzero(labels), chance.choice(others, wanted, replace=False)]
    ).astype(int)
    rows = meanings.centred().of_length_one().vectors
    return pair_features(rows[kept], rows[kept + 1]), labels[kept]


def labels_of(gold: Gold) -> Matrix:
    """1 for every gap that is a boundary, else 0; the first gap is the one before unit 1."""
    labels = np.zeros(len(gold.units) - 1, np.float32)
    labels[[boundary - 1 for boundary in gold.boundaries]] = 1
    return labels


def fit(gaps: Gaps) -> BoundaryHead:
    """The head after ``EPOCHS`` of Adam with decay and dropped hidden units."""
    chance = np.random.default_rng(SEED)
    width = gaps.features.shape[1]
    weights: list[Matrix] = [
        chance.normal(0, width**-0.5, (width, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        chance.normal(0, HIDDEN**-0.5, HIDDEN).astype(np.float32),
        np.zeros(1, np.float32),
    ]
    steps = EPOCHS * -(-len(gaps.labels) // BATCH)
    adam = Adam(weights, steps)
    for _ in range(EPOCHS):
        order = chance.permutation(len(gaps.labels))
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            kept = (chance.random((len(rows), HIDDEN)) > DROPPED) / (1 - DROPPED)
            batch = Gaps(gaps.features[rows], gaps.labels[rows], gaps.weights[rows])
            adam.step(_slopes(weights, batch, kept.astype(np.float32)))
    hidden, hidden_bias, output, bias = weights
    return BoundaryHead(hidden, hidden_bias, output, float(bias[0]))


def _slopes(weights: Sequence[Matrix], batch: Gaps, kept: Matrix) -> list[Matrix]:
    """Slopes of the weighted cross-entropy."""
    hidden, hidden_bias, output, bias = weights
    before = batch.features @ hidden + hidden_bias
    active = np.maximum(before, 0) * kept
    chances = 1 / (1 + np.exp(-np.clip(active @ output + bias[0], -30, 30)))
    amiss = (chances - batch.labels) * batch.weights / len(batch.labels)
    back = np.outer(amiss, output) * kept * (before > 0)
    return [batch.features.T @ back, back.sum(axis=0), active.T @ amiss, amiss.sum(keepdims=True)]


class Adam:
    """Adam with decoupled decay of matrices and a rate that falls to nothing; changes in place."""

    def __init__(self, weights: list[Matrix], steps: int) -> None:
        self._weights, self._steps, self._taken = weights, steps, 0
        self._means = [np.zeros_like(one) for one in weights]
        self._squares = [np.zeros_like(one) for one in weights]

    def step(self, slopes: Sequence[Matrix]) -> None:
        """One step against the slopes."""
        rate = RATE * (1 - self._taken / self._steps)
        self._taken += 1
        fresh, fresh_squares = 1 - 0.9**self._taken, 1 - 0.999**self._taken
        for at, slope in enumerate(slopes):
            self._means[at] += 0.1 * (slope - self._means[at])
            self._squares[at] += 0.001 * (slope**2 - self._squares[at])
            size = np.sqrt(self._squares[at] / fresh_squares) + 1e-8
            decay = DECAY if self._weights[at].ndim > 1 else 0.0
            change = self._means[at] / fresh / size + decay * self._weights[at]
            self._weights[at] -= (rate * change).astype(np.float32)


def save(head: BoundaryHead, path: Path) -> None:
    """Write the head in half precision, as it is then read."""
    np.savez(
        path,
        hidden=head.hidden.astype(np.float16),
        hidden_bias=head.hidden_bias.astype(np.float16),
        output=head.output.astype(np.float16),
        output_bias=np.float16(head.output_bias),
    )


def separations(
    head: BoundaryHead, golds: Sequence[Gold], vectors: Mapping[str, DenseRows]
) -> tuple[float, float]:
    """Mean area under the curve over documents: of the head, and of neighbours' distance."""
    ours = [roc_auc(boundary_scores(head, vectors[g.id])[1:], labels_of(g)) for g in golds]
    plain = [roc_auc(adjacent_scores(vectors[g.id])[1:], labels_of(g)) for g in golds]
    return float(np.mean(ours)), float(np.mean(plain))


def mean_error(cut: Cut, golds: Sequence[Gold], vectors: Mapping[str, DenseRows]) -> float:
    """WindowDiff of a cut, each document asked for its own count."""
    return float(np.mean([score(gold, cut, _material(gold, vectors)).windowdiff for gold in golds]))


def _material(gold: Gold, vectors: Mapping[str, DenseRows]) -> Material:
    return Material(gold.units, unit_vectors([unit.text for unit in gold.units]), vectors[gold.id])


def main() -> None:
    """Read, fit, write, and print what was found on the documents kept aside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    texts = read_texts(chosen.data / "train", measured_ids(chosen.data / "uniform", "public"))
    run(configured_encoder(Settings()), texts, chosen.out)


def run(encoder: Encoder, texts: Mapping[str, Texts], out: Path) -> None:
    """Fit on what is to be fitted, write the head, print how it does on the rest."""
    every = [gold for kind in texts.values() for gold in (*kind.fit, *kind.aside)]
    vectors = asyncio.run(vectors_of(encoder, every))
    save(fit(gaps_of(texts, vectors)), out)
    head = read_head(out)
    print(f"{out}: {sha256_of_file(out)}")
    for kind, of_kind in texts.items():
        ours, plain = separations(head, of_kind.aside, vectors)
        print(f"{kind}: separates {ours:.3f}, neighbours' distance {plain:.3f}", flush=True)
        for weight in WEIGHTS:
            error = mean_error(learned_cut(head, weight), of_kind.aside, vectors)
            print(f"{kind}: weight {weight}: WindowDiff {error:.4f}", flush=True)


if __name__ == "__main__":
    main()
