from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_id, make_source
from tools.independence import (
    CROWD_LIMIT,
    Vote,
    Witness,
    independence_groups,
    vote_weight,
    witness_count,
)

LONG = "The casing nuts of the pump are tightened crosswise in three passes with a torque wrench"


def witness(name, principal, *, origin=None, trust="upload", batch=None, text=None):
    return Witness(
        make_id(name),
        make_source(principal, trust, origin),
        make_id(f"batch {batch or name}"),
        text or f"Something only {name} says about {principal}.",
    )


def grouped(*witnesses):
    groups = independence_groups(witnesses)
    return len(set(groups.values()))


def test_one_principal_is_one_witness():
    assert grouped(witness("a", "ada"), witness("b", "ada", origin="elsewhere")) == 1


def test_one_origin_is_one_witness():
    assert grouped(witness("a", "ada", origin="site"), witness("b", "bob", origin="site")) == 1


def test_one_low_trust_upload_is_one_witness_but_a_trusted_one_is_not():
    low = [witness(n, n, trust="crawled", batch="one") for n in "ab"]
    assert grouped(*low) == 1
    high = [witness(n, n, trust="owner", batch="one") for n in "ab"]
    assert grouped(*high) == 2


def test_near_duplicates_are_one_witness():
    assert grouped(witness("a", "ada", text=LONG), witness("b", "bob", text=LONG + " again")) == 1


def test_different_people_at_different_places_are_independent():
    assert grouped(witness("a", "ada"), witness("b", "bob"), witness("c", "eve")) == 3


def test_groups_are_transitive():
    chain = (
        witness("a", "ada", origin="x"),
        witness("b", "bob", origin="x"),
        witness("c", "bob", origin="y"),
    )
    groups = independence_groups(chain)
    assert witness_count(groups, groups) == 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8), st.randoms())
def test_grouping_does_not_depend_on_order(pairs, seed):
    found = [witness(f"w{at}", f"p{p}", origin=f"o{o}") for at, (p, o) in enumerate(pairs)]
    assert independence_groups(found) == independence_groups(seed.sample(found, len(found)))


def test_a_group_votes_once_with_its_best_member():
    votes = [Vote(0, 0.5, 1.0), Vote(0, 0.5, 0.4), Vote(1, 1.0, 0.5)]
    assert vote_weight(votes) == 0.5 + 0.5


def test_a_crowd_of_cheap_witnesses_weighs_no_more_than_one_upload():
    one = vote_weight([Vote(0, 0.3, 1.0)])
    five = vote_weight([Vote(group, 0.3, 1.0) for group in range(5)])
    many = vote_weight([Vote(group, 0.1, 1.0) for group in range(500)])
    assert one == 0.3
    assert one < five <= CROWD_LIMIT
    assert many == CROWD_LIMIT


trusts = st.sampled_from([0.1, 0.3, 0.5, 0.8, 1.0])
votes = st.lists(st.builds(Vote, st.integers(0, 4), trusts, st.floats(0, 1)), max_size=8)


@given(votes, st.builds(Vote, st.integers(0, 4), trusts, st.floats(0, 1)), st.randoms())
def test_votes_add_up_in_any_order_and_never_subtract(found, another, seed):
    assert vote_weight(found) == vote_weight(seed.sample(found, len(found)))
    raised = [*found, another]
    same_group = [vote for vote in found if vote.group == another.group]
    if not same_group:
        assert vote_weight(raised) >= vote_weight(found) - 1e-12
