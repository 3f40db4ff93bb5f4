"""What every planner, requester and selector promises."""

import re

from core.schemas.evidence import TriedRequest, Turn
from tests.answering_roles import FORUM, MANUAL, NOTHING, RIVAL, STRANGER, TORQUE, pool
from tests.builders import make_plan


async def test_planner_never_changes_the_question(planner):
    for question in (TORQUE, "  why?\n", "¿?", "pump"):
        assert (await planner.plan(question)).question == question


async def test_planner_names_what_an_answer_must_share(planner):
    plan = await planner.plan(TORQUE)
    assert {"hp-240", "nut"} <= set(plan.cue_terms)
    assert plan.answer_type == "number"


async def test_planner_keeps_the_question_whatever_the_conversation_was(planner):
    history = [Turn(role="user", text=TORQUE), Turn(role="assistant", text="62 Nm.")]
    for question in ("How heavy is it?", "And the HP-260?", TORQUE, "¿?"):
        plan = await planner.plan(question, history)
        assert plan.question == question
        assert plan.wording.strip()


async def test_planner_asks_at_most_three_questions_each_with_answers_before_it(planner):
    for question in (
        TORQUE,
        "Which is heavier, the HP-240 or the HP-260?",
        "Where was the mother of the wife of the founder of Nordwind Pumps born?",
    ):
        plan = await planner.plan(question)
        assert len(plan.subquestions) <= 3
        assert len(plan.hops) <= 3
        assert not [part for part in plan.subquestions if "{" in part]
        for at, hop in enumerate(plan.hops):
            assert set(map(int, re.findall(r"\{(\d+)\}", hop))) <= set(range(1, at + 1))


async def test_planner_says_what_evidence_should_have(planner):
    plan = await planner.plan(TORQUE)
    assert plan.rationales
    assert all(item.looks_for and item.cue_terms for item in plan.rationales)


async def test_first_request_is_the_question_itself(requester):
    requests = await requester.request(make_plan(TORQUE), "first", [], [], None)
    assert requests[0].text == TORQUE


def told_apart(request):
    """A request without its reason; one that follows chains searches otherwise."""
    chained = request.reason == "chain"
    return request.model_copy(update={"reason": "chain" if chained else "first"})


async def test_requester_never_repeats_itself_and_comes_to_an_end(requester):
    plan, tried = make_plan(TORQUE), []
    for reason in ("first", *["rewrite"] * 8, "widen", "widen", "corroborate", "corroborate"):
        requests = await requester.request(plan, reason, tried, pool(), NOTHING)
        assert len(requests) <= 3
        keys = [told_apart(request) for request in requests]
        before = [told_apart(attempt.request) for attempt in tried]
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
    plan, found = make_plan(TORQUE), pool(MANUAL, RIVAL)
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
