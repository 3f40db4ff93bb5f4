"""What every evidence verifier promises."""

import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.evidence_verifier import local
from agents.evidence_verifier.local import LocalEvidenceVerifier
from tests.answering_roles import (
    ALL,
    FORUM,
    HIDDEN,
    MANUAL,
    NOTHING,
    PROCEDURE,
    RIVAL,
    STRANGER,
    TORQUE,
    pool,
)
from tests.builders import WordsReader, make_memory, make_plan, make_source
from tools.independence import independence_groups


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
    found = pool(MANUAL, RIVAL)
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


@settings(deadline=None)
@given(st.permutations([DRY, NOT_DRY, DRY_TOO, MANUAL, STRANGER]))
async def test_what_reading_tells_does_not_depend_on_order(memories):
    verifier = LocalEvidenceVerifier(WordsReader())
    expected = await verifier.verify(
        make_plan(WHY), pool(DRY, NOT_DRY, DRY_TOO, MANUAL, STRANGER), []
    )
    assert await verifier.verify(make_plan(WHY), pool(*memories), []) == expected


MOTOR = "Where did the motor of the old crane come from?"


def stranger(name, text):
    return make_memory(text, name=name, source=make_source(name, "crawled"))


BASEL = stranger("a", "The motor of the old crane did come from Basel.")
BASEL_TOO = stranger(
    "b",
    "A fitter kept his diary through one wet spring, drew many birds and noted what arrived by "
    "rail. The crane motor: Basel.",
)
BERN = stranger("c", "The motor of the old crane did come from Bern.")


async def test_two_strangers_that_agree_keep_a_third_out(evidence_verifier):
    verdict = await evidence_verifier.verify(make_plan(MOTOR), pool(BASEL, BASEL_TOO, BERN), [])
    statuses = {group.value: group.status for group in verdict.claim_groups}
    assert statuses == {"basel": "leading", "bern": "rejected"}
    assert action_of(verdict, BERN) == "exclude"
    assert {action_of(verdict, memory) for memory in (BASEL, BASEL_TOO)} <= {"allow", "mark"}


async def test_strangers_that_differ_are_both_kept_and_the_copy_is_told(evidence_verifier):
    verdict = await evidence_verifier.verify(make_plan(MOTOR), pool(BASEL, BERN), [])
    assert {group.status for group in verdict.claim_groups} == {"leading", "rival"}
    assert {item.action for item in verdict.assessments} <= {"allow", "mark"}
    codes = [{signal.code for signal in item.signals} for item in verdict.assessments]
    assert all("edited_copy" in found for found in codes)


@settings(deadline=None)
@given(st.permutations([BASEL, BASEL_TOO, BERN, MANUAL, STRANGER]))
async def test_what_strangers_answer_does_not_depend_on_order(memories):
    verifier = LocalEvidenceVerifier(WordsReader())
    found = pool(BASEL, BASEL_TOO, BERN, MANUAL, STRANGER)
    scored = {evidence.memory.id: evidence for evidence in found}
    shuffled = [scored[memory.id] for memory in memories]
    expected = await verifier.verify(make_plan(MOTOR), found, found[:2])
    assert await verifier.verify(make_plan(MOTOR), shuffled, shuffled[:2]) == expected


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


async def test_verifying_leaves_the_event_loop_free(evidence_verifier, monkeypatch):
    threads = []

    def watched(witnesses):
        threads.append(threading.get_ident())
        return independence_groups(witnesses)

    monkeypatch.setattr(local, "independence_groups", watched)
    await evidence_verifier.verify(make_plan(TORQUE), pool(), pool())
    assert threads
    assert threading.get_ident() not in threads
