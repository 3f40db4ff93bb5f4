"""From which risk on a collection keeps candidates out, fitted to what its own runs saw. Pure.

Soft signals fit some collections badly: in one of questions and answers, every page repeats a
question. A threshold only ever rises above the shipped one, never so far that a memory which a
person took out would pass, and it concerns soft signals about a candidate alone: neither hard
signals nor what other sources say against it.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from core.schemas.audit import Thresholds
from core.schemas.evidence import Assessment, EvidenceVerdict, SignalCode

SHIPPED = 0.6
"""From this risk on a candidate is kept out where nothing was fitted."""

CEILING = 0.9
"""However odd a collection is, from this risk on nobody is believed."""

CLEAN_REMOVAL = 0.02
"""The share of clean candidates that may be kept out."""

FEWEST_CLEAN = 200
"""With fewer clean candidates nothing is fitted: 2 % of them would be a handful."""

AGAINST: frozenset[SignalCode] = frozenset({"conflict", "edited_copy", "superseded"})
"""Signals that other sources raise."""


class Judged(NamedTuple):
    """One candidate of one question, and what a person has made of it since."""

    risk: float
    is_soft: bool
    """Nothing but its own soft signals speaks against it."""
    is_poison: bool
    """A person took it out; the others are clean as far as anybody knows."""


def is_soft(assessment: Assessment) -> bool:
    """Whether the risk alone decides about a candidate, and only by how it is worded."""
    return not any(signal.hard or signal.code in AGAINST for signal in assessment.signals)


def fit_thresholds(judged: Sequence[Judged]) -> Thresholds | None:
    """The lowest threshold that keeps out few enough clean candidates; None with too few."""
    clean = [one for one in judged if not one.is_poison]
    poison = [one for one in judged if one.is_poison]
    if len(clean) < FEWEST_CLEAN:
        return None
    limit = min([CEILING, *(p.risk for p in poison if p.is_soft and p.risk >= SHIPPED)])
    exclude = min(limit, max(SHIPPED, _lowest(clean)))
    return Thresholds(
        exclude=exclude,
        clean=len(clean),
        clean_removed=_removed(clean, exclude),
        poison=len(poison),
        poison_removed=_removed(poison, exclude),
    )


def relaxed(verdict: EvidenceVerdict, exclude: float | None) -> EvidenceVerdict:
    """The verdict by a collection's own threshold: what only the shipped one kept out is marked."""
    if exclude is None:
        return verdict
    assessments = tuple(_relaxed(item, exclude) for item in verdict.assessments)
    return verdict.model_copy(update={"assessments": assessments})


def _relaxed(item: Assessment, exclude: float) -> Assessment:
    kept_out = item.action in {"exclude", "quarantine"}
    passes = kept_out and is_soft(item) and SHIPPED <= item.risk < exclude
    return item.model_copy(update={"action": "mark"}) if passes else item


def _lowest(clean: Sequence[Judged]) -> float:
    """Just above the riskiest soft candidate that has to pass."""
    risks = sorted((one.risk for one in clean if one.is_soft), reverse=True)
    may_go = math.floor(CLEAN_REMOVAL * len(clean))
    return round(risks[may_go] + 1e-6, 6) if may_go < len(risks) else 0.0


def _removed(judged: Sequence[Judged], exclude: float) -> float:
    gone = sum(one.is_soft and one.risk >= exclude for one in judged)
    return round(gone / len(judged), 4) if judged else 0.0
