"""What only claims tell of a candidate, signal by signal."""

from agents.evidence_verifier.claim_signals import (
    burst_signals,
    conflict_signals,
    pivotal_signals,
    unsupported_signals,
)
from agents.evidence_verifier.rules import positions
from tests.unit.test_voting import OWNER, voice

BASEL, BASEL_TOO = voice("a", "Basel"), voice("b", "Basel")
BERN = voice("c", "Bern", 0.9)
FAINT = voice("d", "Biel", 0.15)


def ids(signals):
    return {signal.memory_id for signal in signals}


def of(*voices):
    return {one.statement.memory_id for one in voices}


def test_who_lost_is_in_conflict_and_who_hardly_spoke_by_half():
    signals = conflict_signals(positions([BASEL, BASEL_TOO, BERN, FAINT]))
    assert {signal.memory_id: signal.value for signal in signals} == {
        BERN.statement.memory_id: 1.0,
        FAINT.statement.memory_id: 0.5,
    }


def test_rivals_are_in_conflict_by_half():
    signals = conflict_signals(positions([BASEL, BERN]))
    assert ids(signals) == of(BASEL, BERN)
    assert {signal.value for signal in signals} == {0.5}


def test_what_one_source_alone_answers_is_unsupported():
    assert ids(unsupported_signals(positions([BASEL, BASEL_TOO, BERN]))) == of(BERN)


def test_one_source_in_three_documents_is_a_burst():
    often = [voice(name, "Bern", 0.9, group=7) for name in "efg"]
    assert ids(burst_signals(positions([BASEL, *often]))) == of(*often)
    assert burst_signals(positions([BASEL, *often[:2]])) == []
    owned = [voice(name, "Bern", 0.9, group=7, trust=OWNER) for name in "efg"]
    assert burst_signals(positions(owned)) == []


def test_who_leads_alone_among_strangers_is_pivotal():
    alone = [BASEL]
    assert ids(pivotal_signals(alone, positions(alone))) == of(BASEL)


def test_of_two_that_outvote_a_third_each_is_pivotal_and_of_three_none():
    two = [BASEL, BASEL_TOO, BERN]
    assert ids(pivotal_signals(two, positions(two))) == of(BASEL, BASEL_TOO)
    three = [*two, voice("h", "Basel")]
    assert pivotal_signals(three, positions(three)) == []


def test_an_owner_is_never_pivotal():
    owned = [voice("a", "Basel", trust=OWNER), BERN]
    assert pivotal_signals(owned, positions(owned)) == []
