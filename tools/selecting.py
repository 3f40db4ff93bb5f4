"""Which of the ranked candidates go on to be verified and read: strategies of one signature. Pure.

Each takes options and limits and names the options kept, best first; none depends on the order of
the options. What they give on training questions is told in docs/evals.md, Selection.

elbow: up to the first steep drop (METEORA, arXiv 2505.16014), clamped.
paired: the best option of each facet, the elbow's, and what stands beside them (METEORA).
ratio: on while relevance does not fall by more than a share at once (SAGE, 2503.01713).
greedy: what adds most facets for its length, redundancy and risk; stops when nothing adds
(CORAG, 2411.00744, in its cheap form).
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from tools.ranking import Place, cut

LARGEST_FALL = 0.3
"""The share by which relevance may fall from one option to the next (SAGE's gradient)."""

REDUNDANCY, RISK, LENGTH = 0.3, 0.5, 0.3
"""What a set loses by its most alike pair, its mean risk, and by filling the whole budget."""


class Option(NamedTuple):
    """A candidate as selection sees it."""

    key: UUID
    relevance: float
    """0 to 1."""
    characters: int
    place: Place
    facets: tuple[float, ...] = ()
    """How far it meets each rationale of the plan, 0 to 1; as many for every option."""
    risk: float = 0.0
    """Chance that it misleads."""
    alike: tuple[tuple[UUID, float], ...] = ()
    """How alike it is to other options, 0 to 1; 0 to those that are not named."""


class Limits(NamedTuple):
    """How many options to keep, and how much text."""

    min_k: int = 5
    max_k: int = 12
    characters: int = 12_000


Strategy = Callable[[Sequence[Option], Limits], tuple[UUID, ...]]


def elbow(options: Sequence[Option], limits: Limits) -> tuple[UUID, ...]:
    """The most relevant, up to the first steep drop."""
    ranked = by_relevance(options)
    count = cut([option.relevance for option in ranked], limits.min_k, limits.max_k)
    return tuple(option.key for option in ranked[:count])


def paired(options: Sequence[Option], limits: Limits) -> tuple[UUID, ...]:
    """The best for each facet and the elbow's, with the options beside the very best of them."""
    ranked = by_relevance(options)
    kept = {*elbow(options, limits), *_best_of_facets(ranked)}
    kept |= _beside(ranked[:1], ranked)
    return tuple(option.key for option in ranked if option.key in kept)


def ratio(options: Sequence[Option], limits: Limits) -> tuple[UUID, ...]:
    """On from the least number, while no option is much less relevant than the one before it."""
    ranked = by_relevance(options)
    count = min(limits.min_k, len(ranked))
    for before, after in pairwise(ranked[max(0, count - 1) : limits.max_k]):
        if after.relevance < (1 - LARGEST_FALL) * before.relevance:
            break
        count += 1
    return tuple(option.key for option in ranked[:count])


def greedy(options: Sequence[Option], limits: Limits) -> tuple[UUID, ...]:
    """Option by option whatever makes the set worth most, until nothing makes it worth more."""
    kept: list[Option] = []
    left = by_relevance(options)
    while left and len(kept) < limits.max_k:
        best = max(left, key=lambda option: worth([*kept, option], limits.characters))
        gain = worth([*kept, best], limits.characters) - worth(kept, limits.characters)
        if gain <= 0 and len(kept) >= min(1, limits.min_k):
            break
        kept.append(best)
        left = [option for option in left if option is not best]
    return tuple(option.key for option in by_relevance(kept))


STRATEGIES: dict[str, Strategy] = {
    "elbow": elbow,
    "paired": paired,
    "ratio": ratio,
    "greedy": greedy,
}


def worth(chosen: Sequence[Option], budget: int) -> float:
    """What a set is worth: facets met by any, mean relevance, less redundancy, risk and length.

    More is not better: an option that adds nothing makes the set worth less. A set over the budget
    is worth nothing at all (minus infinity).
    """
    if not chosen:
        return 0.0
    length = sum(option.characters for option in chosen)
    if length > budget and len(chosen) > 1:
        return -math.inf
    return (
        _coverage(chosen)
        + math.fsum(option.relevance for option in chosen) / len(chosen)
        - REDUNDANCY * _most_alike(chosen)
        - RISK * math.fsum(option.risk for option in chosen) / len(chosen)
        - LENGTH * min(1.0, length / budget)
    )


def by_relevance(options: Sequence[Option]) -> list[Option]:
    """The most relevant first, ties by id."""
    return sorted(options, key=lambda option: (-option.relevance, option.key))


def _best_of_facets(ranked: Sequence[Option]) -> set[UUID]:
    facets = max((len(option.facets) for option in ranked), default=0)
    best = (max(ranked, key=lambda option: option.facets[at]) for at in range(facets))
    return {option.key for at, option in enumerate(best) if option.facets[at] > 0}


def _beside(chosen: Sequence[Option], options: Sequence[Option]) -> set[UUID]:
    places = {(option.place[0], option.place[1] + step) for option in chosen for step in (-1, 1)}
    return {option.key for option in options if option.place in places}


def _coverage(chosen: Sequence[Option]) -> float:
    """The mean over facets of what the best of the set meets; 0 without facets."""
    rows = zip(*(option.facets for option in chosen), strict=True)
    best = [max(row) for row in rows]
    return math.fsum(best) / len(best) if best else 0.0


def _most_alike(chosen: Sequence[Option]) -> float:
    keys = {option.key for option in chosen}
    return max(
        (cosine for option in chosen for key, cosine in option.alike if key in keys), default=0.0
    )
