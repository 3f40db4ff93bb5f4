"""Who leads among sides of low trust that contradict each other. Pure.

Nothing tells a lie from a fact there but who else says so. Two that agree lead; what nobody else
supports is outvoted by them, is one of two sides where both speak strongly and nobody else speaks,
and is not believed otherwise: many voices that say many things are noise.
"""

from collections.abc import Sequence

from agents.evidence_verifier.witnesses import PLAIN, STRONG, SUSPECT, Witnessed, support
from core.schemas.evidence import ClaimGroupStatus

STANDING = 1.5
"""The support from which a side stands: one firm voice, and another that says the same faintly."""

Side = Sequence[Witnessed]


def low_trust_vote(sides: Sequence[Side]) -> list[ClaimGroupStatus]:
    """The status of each side, in the order given; ``sides`` all contradict each other.

    One leads and others are its rivals; or, where none deserves to lead, all are rivals. A side of
    those who are likely to mislead is none, as long as there is another.
    """
    believable = [any(one.risk < SUSPECT for one in side) for side in sides]
    if any(believable) and not all(believable):
        left = iter(
            low_trust_vote([side for side, kept in zip(sides, believable, strict=True) if kept])
        )
        return [next(left) if kept else "rejected" for kept in believable]
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


def is_outvoted(side: Side) -> bool:
    """Of a side that lost: said plainly, and nobody else says it."""
    return loudest(side) >= PLAIN and support(side) < STANDING


def loudest(side: Side) -> float:
    """The surest of those that can carry it, 0 where none can."""
    return max((one.loudness for one in side if one.is_firm), default=0.0)
