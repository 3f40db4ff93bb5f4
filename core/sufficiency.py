"""Whether the evidence suffices, and what to do if not: one pure function over the verdict.

Knows the verdict, the selected candidates, what was tried and what may still be spent. How the
next request is worded is the requester's judgement.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from uuid import UUID

from core.schemas.evidence import (
    Budget,
    Candidate,
    ClaimGroup,
    EvidenceVerdict,
    RequestReason,
    Spent,
    Sufficiency,
    TriedRequest,
)

RELEVANCE_FLOOR = 0.04
"""Below it nothing that was found is about the question. The relevance of the local selector's best
candidate is over it for 95 % of answerable questions, and under it for 90 % of the others."""

EXCLUDED_SHARE = 0.4
"""More than this share of exclusions says that the filter or the corpus is not to be trusted."""

FEWEST_EXCLUDED = 3
"""With fewer exclusions the filter simply did its work."""

LOW_TRUST = 0.5
"""Witnesses below this weight (crawled, anonymous) do not carry an answer alone."""

HIGH_TRUST = 0.8
"""One witness of this weight is enough, whatever else was excluded."""

NEW_SHARE = 0.2
"""A request whose results were known but for this share has brought nothing."""

NEAR_BEST = 0.8
"""Candidates within this share of the best relevance are what the answer will rest on."""


def judge_sufficiency(
    verdict: EvidenceVerdict,
    selected: Sequence[Candidate],
    budget: Budget,
    spent: Spent,
    tried: Sequence[TriedRequest],
) -> Sufficiency:
    """Answer, ask again in a named way, report a conflict, or abstain.

    ``selected`` carries ``scores["relevance"]``; ``tried`` is in order. Each kind of second look
    (widen, corroborate, disambiguate) is taken once; rewriting goes on while it brings anything.
    """
    outcome = settle(verdict, selected, tried)
    wanted = _second_look(outcome, {attempt.request.reason for attempt in tried})
    if wanted is None:
        return outcome
    stop = _stop(budget, spent, tried)
    if stop is None:
        return wanted
    searched_in_vain = outcome.reason in {"no_candidate", "weak_match"}
    return Sufficiency(action="abstain", reason=stop) if searched_in_vain else outcome


def settle(
    verdict: EvidenceVerdict, selected: Sequence[Candidate], tried: Sequence[TriedRequest]
) -> Sufficiency:
    """The outcome when nothing more can be asked."""
    if not verdict.assessments:
        return Sufficiency(action="abstain", reason="no_candidate")
    usable = _usable(verdict, selected)
    support = _support(verdict, usable)
    if _too_many_excluded(verdict, tried) and not _trusted(verdict, support):
        return Sufficiency(action="abstain", reason="excluded_majority")
    if not support:
        return Sufficiency(action="abstain", reason="weak_match")
    standing = {group.status for group in verdict.claim_groups}
    if "rival" in standing and "leading" not in standing:
        return Sufficiency(action="abstain", reason="contested")
    if "rival" in standing:
        return Sufficiency(action="report_conflict", reason="rivals")
    if not _sound(verdict, support):
        return Sufficiency(action="answer", reason="single_low_trust")
    return Sufficiency(action="answer", reason="enough_support")


def _second_look(outcome: Sufficiency, tried: set[RequestReason]) -> Sufficiency | None:
    match outcome.reason:
        case "no_candidate" | "weak_match":
            return Sufficiency(action="rewrite", reason=outcome.reason)
        case "excluded_majority" if "widen" not in tried:
            return Sufficiency(action="widen", reason=outcome.reason)
        case "rivals" | "contested" if "disambiguate" not in tried:
            return Sufficiency(action="disambiguate", reason=outcome.reason)
        case "single_low_trust" if "corroborate" not in tried:
            return Sufficiency(action="corroborate", reason=outcome.reason)
        case _:
            return None


def _stop(budget: Budget, spent: Spent, tried: Sequence[TriedRequest]) -> str | None:
    if (
        spent.rounds >= budget.max_rounds
        or spent.candidates >= budget.max_candidates
        or spent.seconds >= budget.seconds
    ):
        return "budget_spent"
    return "no_progress" if _brought_nothing(tried) else None


def _brought_nothing(tried: Sequence[TriedRequest]) -> bool:
    """Whether the last requests of one kind, the first question aside, found only known things."""
    if not tried or tried[-1].request.reason == "first":
        return False
    reason = tried[-1].request.reason
    last = list(takewhile(lambda attempt: attempt.request.reason == reason, reversed(tried)))
    return all(attempt.new <= NEW_SHARE * attempt.found for attempt in last[:2])


def _usable(verdict: EvidenceVerdict, selected: Sequence[Candidate]) -> list[Candidate]:
    kept_out = verdict.kept_out
    return [candidate for candidate in selected if candidate.memory_id not in kept_out]


def _support(verdict: EvidenceVerdict, usable: Sequence[Candidate]) -> list[Candidate]:
    """What the answer would rest on: the most relevant, those of leading claims if there are."""
    relevant = [item for item in usable if item.relevance >= RELEVANCE_FLOOR]
    best = max((item.relevance for item in relevant), default=0.0)
    near = [item for item in relevant if item.relevance >= NEAR_BEST * best]
    leading = _members(_leading(verdict))
    if all(item.source.weight < LOW_TRUST for item in near):
        near = [item for item in relevant if item.memory_id in leading] or near
    return [item for item in near if item.memory_id in leading] or near


def _leading(verdict: EvidenceVerdict) -> list[ClaimGroup]:
    return [group for group in verdict.claim_groups if group.status == "leading"]


def _members(groups: Iterable[ClaimGroup]) -> set[UUID]:
    return {memory_id for group in groups for memory_id in group.memory_ids}


def _too_many_excluded(verdict: EvidenceVerdict, tried: Sequence[TriedRequest]) -> bool:
    """Whether exclusions prevail among what no widened request has left out already."""
    left_out = {
        memory_id
        for attempt in tried
        if attempt.request.reason == "widen"
        for memory_id in attempt.request.exclude_memories
    }
    counted = {item.memory_id for item in verdict.assessments} - left_out
    excluded = verdict.kept_out & counted
    return len(excluded) >= FEWEST_EXCLUDED and len(excluded) > EXCLUDED_SHARE * len(counted)


def _trusted(verdict: EvidenceVerdict, support: Sequence[Candidate]) -> bool:
    """One witness of high trust, or two independent ones of ordinary trust."""
    groups = {item.memory_id: item.group for item in verdict.assessments}
    ordinary = {
        groups[item.memory_id]
        for item in support
        if item.source.weight >= LOW_TRUST and item.memory_id in groups
    }
    return len(ordinary) > 1 or any(item.source.weight >= HIGH_TRUST for item in support)


def _sound(verdict: EvidenceVerdict, support: Sequence[Candidate]) -> bool:
    """One unsuspicious witness of ordinary trust, or two independent ones that do not differ."""
    assessments = {item.memory_id: item for item in verdict.assessments}
    groups = {
        assessments[item.memory_id].group for item in support if item.memory_id in assessments
    }
    leading = _leading(verdict)
    agree = any(group.witnesses > 1 for group in leading) if leading else len(groups) > 1
    return agree or any(
        item.source.weight >= LOW_TRUST
        and item.memory_id in assessments
        and assessments[item.memory_id].action == "allow"
        for item in support
    )
