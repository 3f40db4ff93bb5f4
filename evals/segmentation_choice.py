"""Which of several cuts scores would choose: what each rule's choice is worth against known topics.

No language model is at hand, so losses are a cache model's, a boundary's chance is the boundary
head's, and a chunk's core is its most central unit.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from core.schemas.outline import Partition
from evals.intervals import Estimate, bootstrap
from tools.boundaries import boundary_scores, shipped_head
from tools.cache_model import CacheModel
from tools.chunk_score import (
    choose_by_chunk_score,
    choose_by_ranks,
    clarity,
    completeness,
    dispersion,
    independence,
)
from tools.cuts import Material
from tools.tfidf import closeness_to_centroid

Starts = tuple[int, ...]

RULES: Mapping[str, Callable[[Sequence[Partition]], Partition]] = {
    "chunk_score": choose_by_chunk_score,
    "ranks": choose_by_ranks,
}


def chosen(material: Material, found: Mapping[str, Starts]) -> dict[str, str]:
    """By rule, the name of the cut that it takes; the default is the first of ``found``."""
    model = CacheModel([unit.text for unit in material.units])
    chances = 1 / (1 + np.exp(-boundary_scores(shipped_head(), material.meanings)))
    candidates = [
        Partition(name=name, starts=starts, scores=_scores(material, starts, model, chances))
        for name, starts in found.items()
    ]
    return {rule: choose(candidates).name for rule, choose in RULES.items()}


def figures(
    name: str, errors: Mapping[str, Sequence[float]], picks: Sequence[Mapping[str, str]]
) -> dict[str, Estimate]:
    """``windowdiff_SET_chosen_by_RULE``, and its difference to the default, the first of
    ``errors``; one error a document for every cut."""
    default = next(iter(errors))
    found: dict[str, Estimate] = {}
    for rule in RULES:
        taken = [errors[pick[rule]][at] for at, pick in enumerate(picks)]
        label = f"windowdiff_{name}_chosen_by_{rule}"
        found[label] = bootstrap(np.mean, range(len(taken)), taken)
        gaps = np.subtract(taken, errors[default])
        found[f"{label}_vs_{default}"] = bootstrap(np.mean, range(len(taken)), gaps)
    return found


def _scores(
    material: Material, starts: Starts, model: CacheModel, chances: np.ndarray
) -> dict[str, float]:
    runs = list(pairwise([*starts, len(material.units)]))
    texts = [" ".join(unit.text for unit in material.units[a:b]) for a, b in runs]
    cores = [
        material.units[a + int(closeness_to_centroid(material.words, a, b).argmax())].text
        for a, b in runs
    ]
    return {
        "independence": independence(texts, model.loss),
        "dispersion": dispersion(material.meanings.grouped(starts)),
        "clarity": clarity([float(chances[start]) for start in starts[1:]]),
        "completeness": completeness(texts, cores, model.loss),
    }
