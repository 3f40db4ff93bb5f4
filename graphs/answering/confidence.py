"""How likely it is that what is said is right, and what that rests on. Pure.

The line is fitted by ``python -m training.fit_confidence`` to what the product says of articles
that shaped no weights of the reader (docs/evals.md, Answers). It knows one source; where sources
disagree, the chance is divided as their votes are.
"""

import math
from collections.abc import Mapping, Sequence
from uuid import UUID

from core.schemas.answer import DraftSentence, Grounds
from core.schemas.evidence import Candidate, ClaimGroup, EvidenceVerdict

BIAS, STRENGTH, RELEVANCE, LATER = 1.055, 0.255, 0.893, -0.902
"""Weights in the log odds: of the strength, as log odds itself, of the relevance, and of each round
after the first."""

SUREST = 0.999
"""No strength counts as more, or as less than the rest of it: log odds have to end somewhere."""


def grounds_of(
    sentences: Sequence[DraftSentence],
    selected: Sequence[Candidate],
    verdict: EvidenceVerdict | None,
    rounds: int,
) -> Grounds | None:
    """What confidence in these sentences rests on; None without any."""
    if not sentences:
        return None
    quoted = {quote.memory_id for sentence in sentences for quote in sentence.quotes}
    groups = verdict.claim_groups if verdict else ()
    return Grounds(
        strength=strength_of(sentences),
        relevance=_relevance(quoted, {c.memory_id: c for c in selected}),
        agreement=_agreement(quoted, groups),
        witnesses=max(_told(quoted, groups), default=1),
        rounds=rounds,
    )


def strength_of(sentences: Sequence[DraftSentence]) -> float:
    """The weakest sentence's best quote, as the answerer scored it; 0 without an answer."""
    scores = [max(quote.score for quote in sentence.quotes) for sentence in sentences]
    return min(1.0, max(0.0, min(scores, default=0.0)))


def confidence_of(grounds: Grounds | None) -> float:
    """The chance that what is said is right, 0 to 1; 0 where nothing is."""
    if grounds is None:
        return 0.0
    odds = (
        BIAS
        + STRENGTH * log_odds(grounds.strength)
        + RELEVANCE * grounds.relevance
        + LATER * (grounds.rounds - 1)
    )
    return round(grounds.agreement / (1 + math.exp(-odds)), 4)


def log_odds(chance: float) -> float:
    """Of a chance that is neither 0 nor 1."""
    bounded = min(SUREST, max(1 - SUREST, chance))
    return math.log(bounded / (1 - bounded))


def _relevance(quoted: set[UUID], selected: Mapping[UUID, Candidate]) -> float:
    scores = (selected[key].relevance for key in quoted if key in selected)
    return max(scores, default=0.0)


def _agreement(quoted: set[UUID], groups: Sequence[ClaimGroup]) -> float:
    """The votes for what is quoted, as a share of those for it and its rivals about the same part
    and bearer; the strongest side counts where several are quoted."""
    standing = [group for group in groups if group.status in {"leading", "rival"}]
    shares = [
        group.weight / whole
        for group in standing
        if _quotes(group, quoted) and (whole := _votes_at_stake(group, standing))
    ]
    return round(max(shares), 4) if shares else 1.0


def _votes_at_stake(group: ClaimGroup, standing: Sequence[ClaimGroup]) -> float:
    """Its own votes and those of its rivals; two that lead do not contradict each other."""
    against = (
        other.weight
        for other in standing
        if other is not group
        and (other.part, other.bearer) == (group.part, group.bearer)
        and "rival" in {other.status, group.status}
    )
    return group.weight + sum(against)


def _told(quoted: set[UUID], groups: Sequence[ClaimGroup]) -> list[int]:
    return [group.witnesses for group in groups if _quotes(group, quoted)]


def _quotes(group: ClaimGroup, quoted: set[UUID]) -> bool:
    return not quoted.isdisjoint(group.memory_ids)
