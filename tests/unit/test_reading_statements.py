"""What sentences mean to each other where no typed value tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.evidence_verifier.reading import (
    CERTAIN,
    MAX_PAIRS,
    UNLIKELY,
    agreed_claims,
    both_ways,
    couples,
    related,
)
from core.schemas.document import Span
from tests.builders import make_id
from tools.evidence_signals import contradiction_signals
from tools.reader import Judgement
from tools.statements import Statement, only_reading_tells
from tools.values import Value

TERMS = frozenset({"coupl", "squeal"})


def statement(name, text="The coupling squeals.", *, value=None, attribute=TERMS, coverage=1.0):
    return Statement(
        memory_id=make_id(f"memory {name}"),
        document_id=make_id(f"document {name}"),
        span=Span(start=0, end=len(text)),
        text=text,
        value=value,
        others=(),
        attribute=attribute,
        content=frozenset(),
        codes=frozenset(),
        negated=False,
        coverage=coverage,
    )


def groups_of(statements):
    return {item.memory_id: at for at, item in enumerate(statements)}


A, B, C = (statement(name) for name in "abc")
VALUE = Value("number", "62 nm", "62 Nm", 0, 5, "torque")
SAME = Judgement(0.95, 0.01, 0.04)
AGAINST = Judgement(0.02, 0.93, 0.05)
NEITHER = Judgement(0.3, 0.3, 0.4)


def test_typed_values_are_not_left_to_reading():
    assert only_reading_tells(A, B)
    assert only_reading_tells(statement("x", value=VALUE), B)
    assert not only_reading_tells(statement("x", value=VALUE), statement("y", value=VALUE))


def test_only_statements_about_the_same_are_read_against_each_other():
    assert not only_reading_tells(A, statement("x", attribute=frozenset({"bear"})))
    assert not only_reading_tells(A, statement("x", "Formerly the coupling squealed."))
    assert not only_reading_tells(A, A)


def test_one_source_is_not_read_against_itself():
    assert couples([A, B], {A.memory_id: 0, B.memory_id: 0}) == ()
    assert len(couples([A, B], groups_of([A, B]))) == 1


@given(st.permutations([statement(str(n), coverage=1 - n / 50) for n in range(12)]))
def test_the_pairs_nearest_to_the_question_are_read_whatever_their_order(statements):
    groups = {item.memory_id: int.from_bytes(item.memory_id.bytes[:4]) for item in statements}
    found = couples(statements, groups)
    assert len(found) == MAX_PAIRS
    assert found == couples(statements[::-1], groups)
    assert min(left.coverage for left, _ in found) > 0.8


def test_each_couple_is_read_in_both_directions():
    (one, other) = both_ways([(A, statement("b", "It is silent."))])
    assert (one.claim, one.evidence) == (other.evidence, other.claim)


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (SAME, SAME, "agree"),
        (AGAINST, AGAINST, "contradict"),
        (SAME, AGAINST, None),
        (SAME, NEITHER, None),
        (AGAINST, NEITHER, None),
        (Judgement(UNLIKELY + 0.05, CERTAIN, 0.05), AGAINST, None),
    ],
)
def test_only_what_both_directions_say_beyond_doubt_counts(one, other, relation):
    found = related([(A, B)], [one, other])
    assert [item.relation for item in found] == ([relation] if relation else [])


def test_a_contradiction_is_soft_and_falls_on_the_less_trusted():
    (signal,) = contradiction_signals(A, 1.0, B, 0.3, 0.9)
    assert (signal.memory_id, signal.value, signal.hard) == (B.memory_id, 0.9, False)
    both = contradiction_signals(A, 0.5, B, 0.5, 0.9)
    assert [signal.value for signal in both] == [0.45, 0.45]


def test_what_agrees_is_one_claim_however_it_hangs_together():
    relations = related([(A, B), (B, C)], [SAME] * 4)
    trust = dict.fromkeys((A.memory_id, B.memory_id, C.memory_id), 0.5)
    claims, (group,) = agreed_claims(relations, groups_of([A, B, C]), trust)
    assert group.witnesses == 3
    assert group.kind == "statement"
    assert {claim.memory_id for claim in claims} == set(group.memory_ids)
    assert agreed_claims(relations[::-1], groups_of([A, B, C]), trust) == (claims, (group,))


def test_without_agreement_there_is_no_claim():
    assert agreed_claims(related([(A, B)], [AGAINST] * 2), groups_of([A, B]), {}) == ((), ())
