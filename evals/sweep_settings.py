"""What the sweep tries: one setting differs from the product's at a time."""

from collections.abc import Sequence
from typing import NamedTuple

from agents.selector import Evidence, Selector
from core.schemas.evidence import Plan
from core.sufficiency import RELEVANCE_FLOOR
from tools.selecting import STRATEGIES


class Setting(NamedTuple):
    """What is tried; the defaults are the product's."""

    characters: int = 900
    """What the segmenter aims at."""
    candidates: int = 40
    """Asked of each search."""
    strategy: str = "elbow"
    """What of the ranking goes on to be read."""
    floor: float = RELEVANCE_FLOOR
    """Relevance from which something may be said."""


DEFAULT = Setting()
GRID = (
    DEFAULT,
    *(DEFAULT._replace(characters=characters) for characters in (400, 1_800)),
    *(DEFAULT._replace(candidates=candidates) for candidates in (10, 80)),
    *(DEFAULT._replace(strategy=name) for name in STRATEGIES if name != DEFAULT.strategy),
    *(DEFAULT._replace(floor=floor) for floor in (0.0, 0.2)),
)


def name_of(setting: Setting) -> str:
    """What differs from the product."""
    differing = [
        f"{name}_{value:g}" if isinstance(value, float | int) else f"{name}_{value}"
        for name, value, usual in zip(Setting._fields, setting, DEFAULT, strict=True)
        if value != usual
    ]
    return "_".join(differing) or "default"


class FlooredSelector:
    """Another selector's choice, of which what is under the floor is too weak to be said."""

    def __init__(self, selector: Selector, floor: float) -> None:
        self._selector, self._floor = selector, floor

    async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The same evidence; relevance lies on that side of the product's floor."""
        return tuple(map(self._moved, await self._selector.select(plan, pool)))

    def _moved(self, evidence: Evidence) -> Evidence:
        scores = evidence.candidate.scores
        relevance = moved(scores["relevance"], self._floor)
        update = {"scores": {**scores, "relevance": relevance}}
        return evidence._replace(candidate=evidence.candidate.model_copy(update=update))


def moved(relevance: float, floor: float) -> float:
    """So that the product's floor acts as this one."""
    if relevance >= floor:
        return max(relevance, RELEVANCE_FLOOR)
    return min(relevance, RELEVANCE_FLOOR * relevance / floor)
