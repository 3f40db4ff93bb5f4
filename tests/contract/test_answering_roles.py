"""What every implementation of the answering roles promises."""

import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.answer_verifier.local import LocalAnswerVerifier
from agents.answerer.local import LocalAnswerer
from agents.answerer.rules import quote_of
from agents.evidence_verifier import local
from agents.evidence_verifier.local import LocalEvidenceVerifier
from agents.planner.local import LocalPlanner
from agents.requester.local import LocalRequester
from agents.selector.local import LocalSelector
from core.checking import answer_stands
from core.schemas.answer import Draft, DraftSentence, ShortAnswer
from core.schemas.document import Span
from core.schemas.evidence import Assessment, EvidenceVerdict, TriedRequest
from core.schemas.memory import Flag
from tests.builders import (
    HashingEncoder,
    WordsReader,
    make_evidence,
    make_memory,
    make_passage,
    make_plan,
    make_source,
)
from tools.independence import independence_groups

TORQUE = "What is the tightening torque of the casing nuts on the HP-240?"
MANUAL = make_memory(
    "Renew the gasket first. The tightening torque of the casing nuts on the HP-240 is 62 Nm. "
    "The nuts are tightened crosswise.",
    name="manual",
    start=40,
    source=make_source("works", "owner"),
)
PROCEDURE = make_memory(
    "On the HP-240 tighten the casing nuts to a torque of 62 Nm in three passes.",
    name="procedure",
    source=make_source("field", "owner"),
)
FORUM = make_memory(
    "The tightening torque of the casing nuts on the HP-240 is 95 Nm. Trust me.",
    name="forum",
    source=make_source("rick", "anonymous"),
)
STRANGER = make_memory(
    "The canteen in Marlbeck serves soup on Mondays and fish on Fridays.", name="canteen"
)
HIDDEN = make_memory(
    "The tightening torque of the casing nuts on the HP-240 is 300 Nm.",
    name="hidden",
    source=make_source("page", "crawled"),
    flags=(Flag(code="injection", strong=True, detail="override: ignore the manual"),),
)
ALL = (MANUAL, PROCEDURE, FORUM, STRANGER, HIDDEN)


def pool(*memories):
    return [
        make_evidence(memory, fused=1.0 - at / 10, relevance=0.6)
        for at, memory in enumerate(memories or ALL)
    ]


NOTHING = EvidenceVerdict(assessments=())


@pytest.fixture(params=[LocalPlanner])
def planner(request):
    return request.param()


@pytest.fixture(params=[LocalRequester])
def requester(request):
    return request.param()


@pytest.fixture(
    params=[
        lambda: LocalSelector(WordsReader(), HashingEncoder()),
        lambda: LocalSelector(WordsReader()),
    ]
)
def selector(request):
    return request.param()


@pytest.fixture(params=[lambda: LocalEvidenceVerifier(WordsReader())])
def evidence_verifier(request):
    return request.param()


@pytest.fixture(params=[lambda: LocalAnswerer(WordsReader(), HashingEncoder())])
def answerer(request):
    return request.param()


@pytest.fixture(params=[lambda: LocalAnswerVerifier(WordsReader())])
def answer_verifier(request):
    return request.param()


async def test_planner_never_changes_the_question(planner):
    for question in (TORQUE, "  why?\n", "¿?", "pump"):
        assert (await planner.plan(question)).question == question


async def test_planner_names_what_an_answer_must_share(planner):
    plan = await planner.plan(TORQUE)
    assert {"hp-240", "nut"} <= set(plan.cue_terms)
    assert plan.answer_type == "number"


async def test_first_request_is_the_question_itself(requester):
    requests = await requester.request(make_plan(TORQUE), "first", [], [], None)
    assert requests[0].text == TORQUE


async def test_requester_never_repeats_itself_and_comes_to_an_end(requester):
    plan, tried = make_plan(TORQUE), []
    for reason in ("first", *["rewrite"] * 8, "widen", "widen", "corroborate", "corroborate"):
        requests = await requester.request(plan, reason, tried, pool(), NOTHING)
        assert len(requests) <= 3
        keys = [request.model_copy(update={"reason": "first"}) for request in requests]
        before = [attempt.request.model_copy(update={"reason": "first"}) for attempt in tried]
        assert not [key for key in keys if key in before]
        tried += [TriedRequest(request=request, found=1, new=1) for request in requests]
    assert await requester.request(plan, "rewrite", tried, pool(), NOTHING) == ()
    assert await requester.request(plan, "widen", tried, pool(), NOTHING) == ()


async def test_rewriting_without_any_find_still_asks(requester):
    first = await requester.request(make_plan(TORQUE), "first", [], [], None)
    tried = [TriedRequest(request=request, found=0, new=0) for request in first]
    assert await requester.request(make_plan(TORQUE), "rewrite", tried, [], NOTHING)


async def test_corroboration_leaves_out_the_suspect_and_its_value(requester, evidence_verifier):
    plan, found = make_plan(TORQUE), pool(FORUM, STRANGER)
    verdict = await evidence_verifier.verify(plan, found, found)
    for request in await requester.request(plan, "corroborate", [], found, verdict):
        assert "95" not in request.text
        assert FORUM.id in request.exclude_memories
        assert FORUM.source.principal in request.exclude_principals
        assert FORUM.source.origin in request.exclude_origins


async def test_disambiguation_asks_with_the_values_at_issue(requester, evidence_verifier):
    rival = make_memory(
        "The tightening torque of the casing nuts on the HP-240 is 80 Nm.",
        source=make_source("other", "owner"),
    )
    plan, found = make_plan(TORQUE), pool(MANUAL, rival)
    verdict = await evidence_verifier.verify(plan, found, found)
    texts = [r.text for r in await requester.request(plan, "disambiguate", [], found, verdict)]
    assert any("62 Nm" in text for text in texts)
    assert any("80 Nm" in text for text in texts)


async def test_selection_is_a_scored_part_of_the_pool_best_first(selector):
    found = pool()
    selected = await selector.select(make_plan(TORQUE), found)
    ids = [item.memory.id for item in selected]
    scores = [item.candidate.scores["relevance"] for item in selected]
    assert len(set(ids)) == len(ids)
    assert set(ids) <= {item.memory.id for item in found}
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert ids.index(MANUAL.id) < ids.index(STRANGER.id)


async def test_selection_does_not_depend_on_order_and_may_be_empty(selector):
    found = pool()
    selected = await selector.select(make_plan(TORQUE), found)
    assert await selector.select(make_plan(TORQUE), found[::-1]) == selected
    assert await selector.select(make_plan(TORQUE), []) == ()


async def test_what_is_selected_says_where_an_answer_may_stand(selector):
    for item in await selector.select(make_plan(TORQUE), pool()):
        for span in item.candidate.answer_spans:
            assert item.memory.span.start <= span.start < span.end <= item.memory.span.end
    (best, *_) = await selector.select(make_plan(TORQUE), pool(MANUAL, STRANGER))
    assert best.candidate.answer_spans


async def test_each_part_of_a_question_keeps_its_best_memory(selector):
    plan = make_plan("What torque do the casing nuts need, and what does the canteen serve?")
    selected = await selector.select(plan, pool())
    assert {STRANGER.id} < {item.memory.id for item in selected}


def action_of(verdict, memory):
    return next(item.action for item in verdict.assessments if item.memory_id == memory.id)


async def test_every_candidate_is_assessed_once(evidence_verifier):
    verdict = await evidence_verifier.verify(make_plan(TORQUE), pool(), pool()[:2])
    assert sorted(item.memory_id for item in verdict.assessments) == sorted(m.id for m in ALL)


async def test_trusted_agreement_leads_and_a_low_trust_rival_is_out(evidence_verifier):
    verdict = await evidence_verifier.verify(make_plan(TORQUE), pool(), pool())
    statuses = {group.value: group.status for group in verdict.claim_groups}
    assert statuses["62 nm"] == "leading"
    assert statuses["95 nm"] == "rejected"
    assert action_of(verdict, MANUAL) == action_of(verdict, PROCEDURE) == "allow"
    assert action_of(verdict, FORUM) in {"exclude", "quarantine"}
    assert action_of(verdict, HIDDEN) == "quarantine"
    leading = next(group for group in verdict.claim_groups if group.status == "leading")
    assert leading.witnesses == 2


async def test_verdict_does_not_depend_on_order(evidence_verifier):
    found = pool()
    expected = await evidence_verifier.verify(make_plan(TORQUE), found, found)
    for seed in range(6):
        shuffled = random.Random(seed).sample(found, len(found))
        assert await evidence_verifier.verify(make_plan(TORQUE), shuffled, shuffled) == expected


@pytest.mark.parametrize("trust", ["anonymous", "crawled", "upload"])
async def test_the_only_source_on_a_topic_is_never_kept_out(evidence_verifier, trust):
    lone = make_memory(FORUM.text_original, source=make_source("rick", trust))
    others = [
        make_memory(f"The canteen serves soup number {n} on Mondays.", name=f"c{n}")
        for n in range(8)
    ]
    found = pool(lone, *others)
    verdict = await evidence_verifier.verify(make_plan(TORQUE), found, found)
    assert action_of(verdict, lone) in {"allow", "mark"}


async def test_equal_sources_that_disagree_are_rivals_and_both_stay(evidence_verifier):
    rival = make_memory(
        "The tightening torque of the casing nuts on the HP-240 is 80 Nm.",
        source=make_source("other", "owner"),
    )
    found = pool(MANUAL, rival)
    verdict = await evidence_verifier.verify(make_plan(TORQUE), found, found)
    assert {group.status for group in verdict.claim_groups} == {"leading", "rival"}
    assert {item.action for item in verdict.assessments} <= {"allow", "mark"}


async def test_a_crowd_of_cheap_copies_does_not_outvote_the_manual(evidence_verifier):
    crowd = [
        make_memory(
            f"The tightening torque of the casing nuts on the HP-240 is 95 Nm, says site {n}.",
            source=make_source(f"site{n}", "crawled"),
        )
        for n in range(5)
    ]
    found = pool(MANUAL, *crowd)
    verdict = await evidence_verifier.verify(make_plan(TORQUE), found, found)
    statuses = {group.value: group.status for group in verdict.claim_groups}
    assert statuses == {"62 nm": "leading", "95 nm": "rejected"}
    assert action_of(verdict, MANUAL) == "allow"


WHY = "Why does the coupling of the HP-240 squeal?"
DRY = make_memory(
    "The coupling of the HP-240 squeals because the spider has dried out.",
    name="dry",
    source=make_source("works", "owner"),
)
NOT_DRY = make_memory(
    "The coupling of the HP-240 does not squeal because the spider has dried out.",
    name="not dry",
    source=make_source("rick", "anonymous"),
)
DRY_TOO = make_memory(
    "Because the spider has dried out, the coupling squeals: so it was with the HP-240.",
    name="dry too",
    source=make_source("field", "upload"),
)


async def test_a_contradiction_in_words_is_a_soft_sign_of_conflict(evidence_verifier):
    verdict = await evidence_verifier.verify(make_plan(WHY), pool(DRY, NOT_DRY), [])
    signals = [s for item in verdict.assessments for s in item.signals if s.code == "conflict"]
    assert [(s.memory_id, s.hard) for s in signals] == [(NOT_DRY.id, False)]
    assert action_of(verdict, DRY) == "allow"


async def test_agreement_in_words_is_one_claim_of_two_witnesses(evidence_verifier):
    verdict = await evidence_verifier.verify(make_plan(WHY), pool(DRY, DRY_TOO), [])
    (group,) = verdict.claim_groups
    assert (group.kind, group.status, group.witnesses) == ("statement", "leading", 2)
    assert {claim.memory_id for claim in verdict.claims} == {DRY.id, DRY_TOO.id}


@given(st.permutations([DRY, NOT_DRY, DRY_TOO, MANUAL, STRANGER]))
async def test_what_reading_tells_does_not_depend_on_order(memories):
    verifier = LocalEvidenceVerifier(WordsReader())
    expected = await verifier.verify(
        make_plan(WHY), pool(DRY, NOT_DRY, DRY_TOO, MANUAL, STRANGER), []
    )
    assert await verifier.verify(make_plan(WHY), pool(*memories), []) == expected


async def test_claims_stand_where_they_say(evidence_verifier):
    verdict = await evidence_verifier.verify(make_plan(TORQUE), pool(), pool())
    memories = {memory.id: memory for memory in ALL}
    assert verdict.claims
    for claim in verdict.claims:
        memory = memories[claim.memory_id]
        start = claim.span.start - memory.span.start
        sentence = memory.text_original[start : start + claim.span.end - claim.span.start]
        assert claim.surface in sentence


async def test_nothing_to_verify_is_an_empty_verdict(evidence_verifier):
    assert await evidence_verifier.verify(make_plan(TORQUE), [], []) == NOTHING


async def test_answer_is_a_verbatim_unit_with_its_exact_span(answerer):
    passages = [make_passage(evidence) for evidence in pool(MANUAL, STRANGER)]
    draft = await answerer.answer(make_plan(TORQUE), passages, NOTHING)
    (sentence,) = draft.sentences
    quote = sentence.quotes[0]
    assert sentence.text == quote.text
    assert "62 Nm" in quote.text
    start = quote.span.start - MANUAL.span.start
    assert MANUAL.text_original[start : start + len(quote.text)] == quote.text


async def test_the_short_answer_stands_inside_the_quote(answerer):
    draft = await answerer.answer(make_plan(TORQUE), [make_passage(e) for e in pool()], NOTHING)
    for sentence in draft.sentences:
        (answer,) = sentence.answers
        assert answer.version_id == sentence.quotes[0].version_id
        assert answer_stands(answer, sentence.quotes, STORED[answer.version_id])
    assert draft.sentences


async def test_a_procedure_has_no_short_answer(answerer):
    plan = make_plan("How do I tighten the casing nuts on the HP-240?")
    draft = await answerer.answer(plan, [make_passage(e) for e in pool(PROCEDURE)], NOTHING)
    assert draft.sentences
    assert all(sentence.answers == () for sentence in draft.sentences)


async def test_kept_out_evidence_never_speaks(answerer):
    passages = [make_passage(evidence) for evidence in pool(HIDDEN, STRANGER)]
    verdict = EvidenceVerdict(
        assessments=(Assessment(memory_id=HIDDEN.id, group=0, risk=0.9, action="quarantine"),)
    )
    draft = await answerer.answer(make_plan(TORQUE), passages, verdict)
    quoted = {quote.memory_id for s in draft.sentences for quote in s.quotes}
    assert HIDDEN.id not in quoted


async def test_without_an_answer_there_is_no_sentence_and_the_question_is_missing(answerer):
    draft = await answerer.answer(
        make_plan(TORQUE), [make_passage(e) for e in pool(STRANGER)], NOTHING
    )
    assert draft == Draft(sentences=(), missing=(TORQUE,))
    assert (await answerer.answer(make_plan(TORQUE), [], NOTHING)).sentences == ()


async def test_a_sibling_part_number_is_not_answered_for_another(answerer):
    plan = make_plan("What is the tightening torque of the casing nuts on the HP-310?")
    draft = await answerer.answer(plan, [make_passage(e) for e in pool(MANUAL, PROCEDURE)], NOTHING)
    assert draft.sentences == ()


async def test_independent_witnesses_are_quoted_together(answerer, evidence_verifier):
    found = pool(MANUAL, PROCEDURE)
    verdict = await evidence_verifier.verify(make_plan(TORQUE), found, found)
    draft = await answerer.answer(make_plan(TORQUE), [make_passage(e) for e in found], verdict)
    (sentence,) = draft.sentences
    assert {quote.memory_id for quote in sentence.quotes} == {MANUAL.id, PROCEDURE.id}


async def test_both_sides_of_a_conflict_are_told(answerer, evidence_verifier):
    rival = make_memory(
        "The tightening torque of the casing nuts on the HP-240 is 80 Nm.",
        source=make_source("other", "owner"),
    )
    found = pool(MANUAL, rival)
    verdict = await evidence_verifier.verify(make_plan(TORQUE), found, found)
    draft = await answerer.answer(make_plan(TORQUE), [make_passage(e) for e in found], verdict)
    text = " ".join(sentence.text for sentence in draft.sentences)
    assert "62 Nm" in text
    assert "80 Nm" in text


async def test_two_parts_get_a_sentence_each(answerer):
    plan = make_plan(
        "What torque do the casing nuts of the HP-240 need, and what does the canteen serve?"
    )
    draft = await answerer.answer(plan, [make_passage(e) for e in pool(MANUAL, STRANGER)], NOTHING)
    text = " ".join(sentence.text for sentence in draft.sentences)
    assert "62 Nm" in text
    assert "soup" in text
    assert draft.missing == ()


async def test_answer_does_not_depend_on_the_order_of_passages(answerer):
    passages = [make_passage(evidence) for evidence in pool()]
    plan = make_plan(TORQUE)
    expected = await answerer.answer(plan, passages, NOTHING)
    assert await answerer.answer(plan, passages[::-1], NOTHING) == expected


ABSENT = "absent words"


def draft_of(text: str, *, start: int = 0, answer: str = "62 Nm") -> Draft:
    """One sentence that quotes the manual, its answer being words of the quote unless absent."""
    passage = make_passage(make_evidence(MANUAL))
    unit = passage.units[1]
    quote = quote_of(passage, unit, 0.9).model_copy(
        update={"span": Span(start=unit.start + start, end=unit.end + start)}
    )
    place = unit.start + max(0, unit.text.find(answer))
    found = ShortAnswer(
        version_id=quote.version_id, span=Span(start=place, end=place + len(answer)), text=answer
    )
    return Draft(sentences=(DraftSentence(text=text, quotes=(quote,), answers=(found,)),))


STORED = {MANUAL.version_id: "x" * MANUAL.span.start + MANUAL.text_original}
SAID = "The tightening torque of the casing nuts on the HP-240 is 62 Nm."


async def test_a_verbatim_sentence_with_an_answer_is_supported(answer_verifier):
    (verdict,) = await answer_verifier.check(make_plan(TORQUE), draft_of(SAID), STORED)
    assert verdict.supported
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    ("draft", "texts", "reason"),
    [
        (draft_of(SAID, start=1), STORED, "quote_mismatch"),
        (draft_of(SAID), {}, "quote_mismatch"),
        (draft_of(SAID, answer=ABSENT), STORED, "answer_mismatch"),
        (draft_of(SAID.replace("62", "95")), STORED, "number"),
        (draft_of(SAID.replace(" is ", " is not ")), STORED, "negation"),
        (draft_of(SAID.replace("HP-240", "HP-260")), STORED, "name"),
        (draft_of("Use oil on every thread."), STORED, "containment"),
    ],
)
async def test_an_unconfirmed_sentence_fails_closed(answer_verifier, draft, texts, reason):
    (verdict,) = await answer_verifier.check(make_plan(TORQUE), draft, texts)
    assert not verdict.supported
    assert reason in verdict.reasons


async def test_words_that_do_not_answer_are_not_accepted(answer_verifier):
    plan = make_plan("Who won the chess championship in Reykjavik?")
    (verdict,) = await answer_verifier.check(plan, draft_of(SAID), STORED)
    assert verdict.reasons == ("not_accepted",)


async def test_a_sentence_without_an_answer_is_accepted_only_where_none_is_due(answer_verifier):
    (sentence,) = draft_of(SAID).sentences
    draft = Draft(sentences=(sentence.model_copy(update={"answers": ()}),))
    (short,) = await answer_verifier.check(make_plan(TORQUE), draft, STORED)
    (whole,) = await answer_verifier.check(make_plan("How do I fit the nuts?"), draft, STORED)
    assert short.reasons == ("not_accepted",)
    assert whole.supported


async def test_verifying_leaves_the_event_loop_free(evidence_verifier, monkeypatch):
    threads = []

    def watched(witnesses):
        threads.append(threading.get_ident())
        return independence_groups(witnesses)

    monkeypatch.setattr(local, "independence_groups", watched)
    await evidence_verifier.verify(make_plan(TORQUE), pool(), pool())
    assert threads
    assert threading.get_ident() not in threads
