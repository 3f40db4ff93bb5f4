"""Who leads among sides of low trust that contradict each other. Pure.

Nothing tells a lie from a fact there but who else says so. Two that agree lead; what nobody else
supports is outvoted by them, is one of two sides where both speak strongly and nobody else speaks,
and is not believed otherwise: many voices that say many things are noise.
"""

from collections.abc import Sequence
from itertools import compress

from agents.evidence_verifier.witnesses import PLAIN, STRONG, SUSPECT, Witnessed, support
from core.schemas.evidence import ClaimGroupStatus

STANDING = 1.5
"""The support from which a side stands: one firm voice, and another that says the same faintly."""

Side = Sequence[Witnessed]


def low_trust_vote(sides: Sequence[Side]) -> list[ClaimGroupStatus]:
    """The status of each side, in the order given; ``sides`` all contradict each other.

    One leads and others are its rivals; or, where none deserves to lead, all are rivals. A side of
    those who are likely to mislead is none, as long as there is another. One that, where a name has
    several bearers, does not say whom it speaks of stays a rival of those that do: invented bearers
    would have it outvoted otherwise.
    """
    without: tuple[tuple[list[bool], ClaimGroupStatus], ...] = (
        (_believable(sides), "rejected"),
        (_introducing(sides), "rival"),
    )
    for kept, lost in without:
        if any(kept) and not all(kept):
            return _among(sides, kept, lost)
    backing = [support(side) if any(one.is_firm for one in side) else 0.0 for side in sides]
    order = sorted(range(len(sides)), key=lambda at: (-backing[at], -loudest(sides[at]), at))
    upheld = [at for at in order if backing[at] >= STANDING]
    if not upheld and len(sides) > 1:
        strong = [at for at in order if backing[at] and loudest(sides[at]) >= STRONG]
        if len(sides) > 2 or len(strong) < 2:
            return ["rival"] * len(sides)
        upheld = strong
    upheld = upheld or order[:1]
    found: list[ClaimGroupStatus] = ["rejected"] * len(sides)
    for at in upheld:
        found[at] = "leading" if at == upheld[0] else "rival"
    return found


def _among(
    sides: Sequence[Side], kept: Sequence[bool], lost: ClaimGroupStatus
) -> list[ClaimGroupStatus]:
    """The vote of those that are kept, and what becomes of the others."""
    left = iter(low_trust_vote([*compress(sides, kept)]))
    return [next(left) if is_kept else lost for is_kept in kept]


def _believable(sides: Sequence[Side]) -> list[bool]:
    return [any(one.risk < SUSPECT for one in side) for side in sides]


def _introducing(sides: Sequence[Side]) -> list[bool]:
    """Which sides say whom they speak of, or stand by their support; all where nobody says it."""
    if not any(one.introduces for side in sides for one in side):
        return [True] * len(sides)
    return [
        any(one.introduces and one.is_firm for one in side) or support(side) >= STANDING
        for side in sides
    ]


def is_outvoted(side: Side) -> bool:
    """Of a side that lost: said plainly, and nobody else says it."""
    return loudest(side) >= PLAIN and support(side) < STANDING


def loudest(side: Side) -> float:
    """The surest of those that can carry it, 0 where none can."""
    return max((one.loudness for one in side if one.is_firm), default=0.0)
