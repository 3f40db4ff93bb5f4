"""The steps of answering, one function each: agents judge, these apply and keep count."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from langgraph.runtime import Runtime

from agents.planner.budgets import budget_for
from agents.selector import Evidence
from core.recalibrating import relaxed
from core.recording import now
from core.schemas.evidence import (
    Budget,
    Candidate,
    EvidenceVerdict,
    Plan,
    RequestReason,
    Spent,
    TriedRequest,
)
from core.schemas.memory import SearchFilter
from core.sufficiency import judge_sufficiency, settle
from graphs.answering.hopping import (
    HOP_READ,
    answer_to,
    open_hop,
    plan_of_hop,
    with_answers,
    with_bridge,
)
from graphs.answering.outcome import compose_answer
from graphs.answering.packing import packed_of, passages_of
from graphs.answering.ranking import ranked
from graphs.answering.retrieval import find_quarantined, retrieve
from graphs.answering.state import AnswerContext, AnswerState, AnswerUpdate
from storage.protocols import Place
from tools.hops import can_be_asked
from tools.matching import parts_asked

MAX_QUESTION_CHARACTERS = 2_000
REQUEST_REASON: Mapping[str, RequestReason] = {
    "rewrite": "rewrite",
    "widen": "widen",
    "corroborate": "corroborate",
    "disambiguate": "disambiguate",
}


async def guard_question(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """Refuse what cannot be looked into; start the clock."""
    started_at = (await now()).isoformat()
    if not any(character.isalnum() for character in state.question):
        return {"started_at": started_at, "refusal": "empty_question"}
    if len(state.question) > MAX_QUESTION_CHARACTERS:
        return {"started_at": started_at, "refusal": "question_too_long"}
    return {"started_at": started_at}


def route_question(state: AnswerState) -> Literal["plan_question", "finish_answer"]:
    """A refused question is answered with its reason at once."""
    return "finish_answer" if state.refusal else "plan_question"


async def plan_question(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """What the question asks for, and what it may cost."""
    plan = await runtime.context.planner.plan(state.question, state.history)
    return {"plan": plan, "budget": budget_for(plan.kind, runtime.context.budget)}


async def request_evidence(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """The queries of the next round, each with its reason."""
    context = runtime.context
    requests = await context.requester.request(
        plan_of(state),
        state.next_reason,
        state.tried,
        await _evidence(state.pool, context),
        state.verdict,
    )
    return {"requests": list(requests)}


def route_requests(state: AnswerState) -> Literal["retrieve_candidates", "settle_evidence"]:
    """Without a new request the loop ends on what there is."""
    return "retrieve_candidates" if state.requests else "settle_evidence"


async def retrieve_candidates(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """Ask every request of the round."""
    context = runtime.context
    scope = SearchFilter(collection=state.collection, content_types=tuple(state.content_types))
    found = [await retrieve(request, scope, context) for request in state.requests]
    if state.next_reason != "first":
        return {"found": found}
    quarantined = await find_quarantined(state.requests[0], found[0], scope, context)
    return {"found": found, "quarantined": quarantined}


async def rank_candidates(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """Merge what was found into the pool, count what each request brought, order the pool with the
    reader's help, forget the draft."""
    pool = {candidate.memory_id: candidate for candidate in state.pool}
    tried = list(state.tried)
    for request, candidates in zip(state.requests, state.found, strict=True):
        fresh = [candidate for candidate in candidates if candidate.memory_id not in pool]
        tried.append(TriedRequest(request=request, found=len(candidates), new=len(fresh)))
        for candidate in candidates:
            known = pool.get(candidate.memory_id)
            if known is None or candidate.scores["fused"] > known.scores["fused"]:
                pool[candidate.memory_id] = candidate
    kept_out = verdict_of(state).kept_out
    ordered = await ranked(_questions(state), list(pool.values()), runtime.context, kept_out)
    ordered = ordered[: budget_of(state, runtime.context).max_candidates]
    seconds = (await now() - datetime.fromisoformat(state.started_at)).total_seconds()
    spent = Spent(rounds=state.spent.rounds + 1, candidates=len(ordered), seconds=seconds)
    return {"pool": ordered, "tried": tried, "spent": spent, "draft": None}


def route_ranked(state: AnswerState) -> Literal["follow_hop", "select_evidence"]:
    """Most questions have no hops."""
    return "follow_hop" if open_hop(plan_of(state), state.hops) else "select_evidence"


async def follow_hop(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """Where a hop waits for this one's answer: judge the evidence for it, and put the answer in, so
    that it can be asked."""
    context, plan = runtime.context, plan_of(state)
    hop = open_hop(plan, state.hops)
    if hop is None:
        return {}
    pool = await _evidence(_usable(state, state.pool), context)
    verdict = await context.evidence_verifier.verify(plan_of_hop(hop), pool, pool[:HOP_READ])
    verdict = relaxed(verdict, state.exclude_from)
    judged = [*state.hop_verdicts, verdict]
    answer = await answer_to(hop, pool, verdict, context.reader)
    if answer is None:
        return {"hop_verdicts": judged}
    hops = [*state.hops, answer]
    return {
        "hops": hops,
        "hop_verdicts": judged,
        "plan": with_answers(plan, hops),
        "next_reason": "chain",
    }


def route_hop(
    state: AnswerState, runtime: Runtime[AnswerContext]
) -> Literal["request_evidence", "select_evidence"]:
    """A hop that could not be asked before is asked next, while there are rounds left."""
    asked = {attempt.request.text for attempt in state.tried}
    fresh = [hop for hop in plan_of(state).hops if can_be_asked(hop) and hop not in asked]
    rounds_left = state.spent.rounds < budget_of(state, runtime.context).max_rounds
    return "request_evidence" if fresh and rounds_left else "select_evidence"


async def select_evidence(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """The candidates worth verifying and reading, without those a former round kept out."""
    pool = await _evidence(_usable(state, state.pool), runtime.context)
    selected = await runtime.context.selector.select(with_bridge(plan_of(state)), pool)
    return {"selected": [evidence.candidate for evidence in selected]}


async def verify_evidence(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """Which candidates deserve belief."""
    context = runtime.context
    verdict = await context.evidence_verifier.verify(
        plan_of(state),
        await _evidence(state.pool, context),
        await _evidence(state.selected, context),
    )
    return {"verdict": relaxed(verdict, state.exclude_from)}


async def judge_evidence(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """Enough, or what to ask next."""
    sufficiency = judge_sufficiency(
        verdict_of(state),
        state.selected,
        budget_of(state, runtime.context),
        state.spent,
        state.tried,
    )
    reason = REQUEST_REASON.get(sufficiency.action, state.next_reason)
    return {"sufficiency": sufficiency, "next_reason": reason}


async def settle_evidence(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """The decision when nothing more can be asked."""
    return {"sufficiency": settle(verdict_of(state), state.selected, state.tried)}


def route_sufficiency(
    state: AnswerState,
) -> Literal["request_evidence", "pack_passages", "finish_answer"]:
    """Read, ask again, or give up."""
    action = state.sufficiency.action if state.sufficiency else "abstain"
    if action in REQUEST_REASON:
        return "request_evidence"
    return "finish_answer" if action == "abstain" else "pack_passages"


def route_settled(state: AnswerState) -> Literal["pack_passages", "finish_answer"]:
    """As above, but a draft that failed on this very evidence would only fail again."""
    abstains = state.sufficiency is None or state.sufficiency.action == "abstain"
    return "finish_answer" if abstains or state.draft else "pack_passages"


async def pack_passages(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """What fits into the context; all sides of a conflict; nothing excluded."""
    context = runtime.context
    packed = await packed_of(
        with_bridge(plan_of(state)),
        await _evidence(_usable(state, state.selected), context),
        verdict_of(state),
        budget_of(state, context).max_context_characters,
        context.documents,
    )
    return {"packed": packed}


def _questions(state: AnswerState) -> list[str]:
    """What a candidate may be relevant to: each part of the question, and the hop that is open."""
    plan = plan_of(state)
    hop = open_hop(plan, state.hops)
    return [*(part.text for part in parts_asked(plan)), *([hop] if hop else [])]


async def draft_answer(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """The sentences that would answer."""
    context = runtime.context
    selected = {candidate.memory_id: candidate for candidate in state.selected}
    read = await _evidence([selected[item.memory_id] for item in state.packed], context)
    passages = await passages_of(state.packed, read, context.documents)
    draft = await context.answerer.answer(with_bridge(plan_of(state)), passages, verdict_of(state))
    return {"draft": draft}


async def check_answer(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """Each sentence against the stored text of the versions it quotes."""
    context = runtime.context
    if state.draft is None or not state.draft.sentences:
        return {"sentence_verdicts": []}
    quoted = {quote.version_id for line in state.draft.sentences for quote in line.quotes}
    texts = {version_id: await context.documents.text(version_id) for version_id in quoted}
    plan = with_bridge(plan_of(state))
    verdicts = await context.answer_verifier.check(plan, state.draft, texts)
    return {"sentence_verdicts": list(verdicts)}


def route_check(
    state: AnswerState, runtime: Runtime[AnswerContext]
) -> Literal["rewrite_request", "finish_answer"]:
    """Nothing to send and rounds left: look again with other words."""
    supported = any(verdict.supported for verdict in state.sentence_verdicts)
    rounds_left = state.spent.rounds < budget_of(state, runtime.context).max_rounds
    return "finish_answer" if supported or not rounds_left else "rewrite_request"


async def rewrite_request(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """The evidence read well and answered nothing: the next round rewrites the query."""
    return {"next_reason": "rewrite"}


async def finish_answer(state: AnswerState, runtime: Runtime[AnswerContext]) -> AnswerUpdate:
    """The outcome, with everything that was kept out and why."""
    return {"answer": await compose_answer(state, runtime.context)}


def plan_of(state: AnswerState) -> Plan:
    """The plan; raises ValueError before planning."""
    if state.plan is None:
        raise ValueError("the question has no plan yet")
    return state.plan


def budget_of(state: AnswerState, context: AnswerContext) -> Budget:
    """What the question may cost."""
    return state.budget or context.budget


def verdict_of(state: AnswerState) -> EvidenceVerdict:
    """The evidence verdict, empty before the first round."""
    return state.verdict or EvidenceVerdict(assessments=())


def _usable(state: AnswerState, candidates: Sequence[Candidate]) -> list[Candidate]:
    kept_out = verdict_of(state).kept_out
    return [candidate for candidate in candidates if candidate.memory_id not in kept_out]


async def _evidence(
    candidates: Sequence[Candidate], context: AnswerContext
) -> tuple[Evidence, ...]:
    memories = await context.memories.at(
        [Place(candidate.version_id, candidate.memory_id) for candidate in candidates]
    )
    return tuple(map(Evidence, candidates, memories))
