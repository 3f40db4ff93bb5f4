"""A requester without a model: a ladder of rewrites, and queries that ask somebody else."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from agents.selector import Evidence, by_rank
from core.schemas.evidence import (
    ClaimGroup,
    EvidenceRequest,
    EvidenceVerdict,
    Plan,
    RequestReason,
    TriedRequest,
)
from core.sufficiency import LOW_TRUST
from tools.hops import can_be_asked
from tools.lexical import STOP_WORDS, content_terms, stem, words
from tools.matching import Asked, asked
from tools.ranking import TermWeights
from tools.values import names

MAX_LIMIT = 200
FEEDBACK_MEMORIES = 3
FEEDBACK_TERMS = 6
TRUSTED_ENOUGH = 0.4
"""A widened request leaves out what is crawled or anonymous."""

STEPS_PER_ROUND = 2
"""Rungs of the rewrite ladder asked in one round."""


class LocalRequester:
    """Judges by rule which words to ask with next, and whom to leave out."""

    def __init__(self, limit: int = 40) -> None:
        self._limit = limit

    async def request(
        self,
        plan: Plan,
        reason: RequestReason,
        tried: Sequence[TriedRequest],
        pool: Sequence[Evidence],
        verdict: EvidenceVerdict | None,
    ) -> tuple[EvidenceRequest, ...]:
        """What has not been asked before; empty when nothing new can be."""
        asked_before = {_key(attempt.request) for attempt in tried}
        fresh: list[EvidenceRequest] = []
        for request in self._wanted(plan, reason, pool, verdict):
            if request.text and _key(request) not in asked_before:
                asked_before.add(_key(request))
                fresh.append(request)
        return tuple(fresh[: STEPS_PER_ROUND if reason == "rewrite" else 3])

    def _wanted(
        self,
        plan: Plan,
        reason: RequestReason,
        pool: Sequence[Evidence],
        verdict: EvidenceVerdict | None,
    ) -> Iterator[EvidenceRequest]:
        match reason:
            case "first":
                yield from self._first(plan)
            case "chain":
                for hop in filter(can_be_asked, plan.hops):
                    yield EvidenceRequest(text=hop, reason=reason, limit=self._limit)
            case "rewrite":
                yield from self._ladder(plan, pool, verdict)
            case "widen":
                yield self._widened(plan, verdict)
            case "corroborate":
                yield from self._elsewhere(plan, pool, verdict)
            case "disambiguate":
                for value in _disputed_values(verdict):
                    text = f"{keywords(plan.wording)} {value}"
                    yield EvidenceRequest(text=text, reason=reason, limit=self._limit)

    def _first(self, plan: Plan) -> Iterator[EvidenceRequest]:
        """The question and its parts; chains too where it is asked in hops."""
        reason: RequestReason = "chain" if plan.hops else "first"
        for text in (plan.wording, *plan.subquestions, *filter(can_be_asked, plan.hops)):
            yield EvidenceRequest(text=text, reason=reason, limit=self._limit)

    def _ladder(
        self, plan: Plan, pool: Sequence[Evidence], verdict: EvidenceVerdict | None
    ) -> Iterator[EvidenceRequest]:
        """Words of the best finds, fewer words, chains from its names (aliases lead there too),
        names alone, parts, words or vectors by themselves, then more."""
        core = keywords(plan.wording)
        texts = [
            " ".join(value.surface for value in names(plan.wording)),
            *map(keywords, plan.subquestions),
        ]
        found = feedback_words(plan, _believable(pool, verdict))
        yield self._rewritten(f"{core} {' '.join(found)}".strip())
        yield self._rewritten(core)
        yield self._rewritten(plan.wording, reason="chain")
        yield from map(self._rewritten, texts)
        yield self._rewritten(plan.wording, mode="words")
        yield self._rewritten(plan.wording, mode="vectors")
        yield self._rewritten(plan.wording, limit=min(MAX_LIMIT, 2 * self._limit))

    def _rewritten(self, text: str, **said: Any) -> EvidenceRequest:
        return EvidenceRequest(**{"text": text, "reason": "rewrite", "limit": self._limit, **said})

    def _widened(self, plan: Plan, verdict: EvidenceVerdict | None) -> EvidenceRequest:
        return EvidenceRequest(
            text=plan.wording,
            reason="widen",
            limit=min(MAX_LIMIT, 2 * self._limit),
            exclude_memories=tuple(sorted(_kept_out(verdict))),
            minimum_trust=TRUSTED_ENOUGH,
        )

    def _elsewhere(
        self, plan: Plan, pool: Sequence[Evidence], verdict: EvidenceVerdict | None
    ) -> Iterator[EvidenceRequest]:
        """Subject and attribute, without the suspect's value, of everybody but the suspect."""
        suspects = _suspects(pool, verdict)
        sources = [evidence.memory.source for evidence in suspects]
        values = {word for group in _leading(verdict) for word in words(group.value)}
        for text in (keywords(plan.wording, without=values), *plan.subquestions):
            yield EvidenceRequest(
                text=text,
                reason="corroborate",
                limit=self._limit,
                exclude_memories=tuple(sorted(evidence.memory.id for evidence in suspects)),
                exclude_principals=tuple(sorted({source.principal for source in sources})),
                exclude_origins=tuple(sorted({source.origin for source in sources})),
            )


def keywords(text: str, without: frozenset[str] | set[str] = frozenset()) -> str:
    """The words that carry meaning, as written in lower case, in order."""
    return " ".join(w for w in words(text) if w not in STOP_WORDS and w not in without)


def feedback_words(plan: Plan, pool: Sequence[Evidence]) -> tuple[str, ...]:
    """Frequent, telling words of the best finds that the question does not have.

    A stranger words no query alone: of low trust, a word counts that another principal uses too.
    """
    unflagged = [item for item in pool if not item.memory.flags]
    weights = TermWeights(frozenset(content_terms(item.memory.text_original)) for item in unflagged)
    best = sorted(unflagged, key=by_rank)[:FEEDBACK_MEMORIES]
    question: Asked = asked(plan)
    vouched = _vouched(best)
    counts = Counter(
        word
        for item in best
        for word in words(item.memory.text_original)
        if word in vouched and stem(word) not in question.terms
    )
    ranked = sorted(counts, key=lambda word: (-counts[word] * weights.weight(stem(word)), word))
    return tuple(ranked[:FEEDBACK_TERMS])


def _vouched(finds: Sequence[Evidence]) -> frozenset[str]:
    """The telling words that a trusted find has, or finds of two principals."""
    users: dict[str, set[str]] = {}
    trusted: set[str] = set()
    for item in finds:
        own = {w for w in words(item.memory.text_original) if w.isalpha() and w not in STOP_WORDS}
        for word in own:
            users.setdefault(word, set()).add(item.memory.source.principal)
        if item.memory.source.weight >= LOW_TRUST:
            trusted |= own
    return frozenset(trusted | {word for word, by in users.items() if len(by) > 1})


def _suspects(pool: Sequence[Evidence], verdict: EvidenceVerdict | None) -> list[Evidence]:
    """Who stands behind the leading claim, else the best find; with their independence groups."""
    groups = {item.memory_id: item.group for item in verdict.assessments} if verdict else {}
    named = {memory_id for group in _leading(verdict) for memory_id in group.memory_ids}
    if not named:
        named = {item.memory.id for item in sorted(pool, key=by_rank)[:1]}
    numbers = {groups[memory_id] for memory_id in named if memory_id in groups}
    return [
        item for item in pool if item.memory.id in named or groups.get(item.memory.id) in numbers
    ]


def _believable(pool: Sequence[Evidence], verdict: EvidenceVerdict | None) -> list[Evidence]:
    kept_out = _kept_out(verdict)
    return [evidence for evidence in pool if evidence.memory.id not in kept_out]


def _kept_out(verdict: EvidenceVerdict | None) -> frozenset[UUID]:
    return verdict.kept_out if verdict else frozenset()


def _leading(verdict: EvidenceVerdict | None) -> list[ClaimGroup]:
    return [group for group in verdict.claim_groups if group.status == "leading"] if verdict else []


def _disputed_values(verdict: EvidenceVerdict | None) -> list[str]:
    """The values at issue, as their texts write them; the rivals first."""
    if verdict is None:
        return []
    order = {"rival": 0, "leading": 1}
    groups = sorted(
        (group for group in verdict.claim_groups if group.status in order),
        key=lambda group: (order[group.status], -group.weight, group.value),
    )
    surfaces = {(claim.kind, claim.value): claim.surface for claim in verdict.claims}
    return [surfaces.get((group.kind, group.value), group.value) for group in groups]


def _key(request: EvidenceRequest) -> EvidenceRequest:
    """What makes two requests the same: all but the reason, unless it follows chains."""
    if request.reason == "chain":
        return request
    return request.model_copy(update={"reason": "first"})
