"""What one data set contributes to a suite's report."""

from typing import NamedTuple

from evals.intervals import Estimate
from evals.measures import Bin


class Section(NamedTuple):
    """Figures of one data set, or of one source inside it."""

    data: tuple[str, ...]
    """Names without part; a model fitted on any of them has seen these rows."""
    metrics: dict[str, Estimate]
    reliability: dict[str, list[Bin]]
    notes: tuple[str, ...]
    """What a reader of the figures must know: rows left out, samples."""
