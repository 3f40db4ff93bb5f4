import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.evidence import (
    Assessment,
    Budget,
    Candidate,
    ClaimGroup,
    EvidenceRequest,
    EvidenceVerdict,
    Spent,
    TriedRequest,
)
from core.sufficiency import judge_sufficiency, settle
from tests.builders import make_candidate, make_id, make_memory, make_source

BUDGET = Budget(max_rounds=3, max_candidates=100, seconds=10)


def candidate(name, relevance=0.9, trust="upload"):
    source = make_source(name, trust)
    return make_candidate(make_memory(name, source=source), relevance=relevance)


def assess(found: Candidate, action="allow", group=0) -> Assessment:
    return Assessment(memory_id=found.memory_id, group=group, risk=0.1, action=action)


def claim(status, *members, witnesses=1) -> ClaimGroup:
    return ClaimGroup(
        value=status,
        kind="number",
        memory_ids=tuple(member.memory_id for member in members),
        witnesses=witnesses,
        weight=1.0,
        status=status,
    )


def tried(reason="first", found=10, new=10) -> TriedRequest:
    return TriedRequest(request=EvidenceRequest(text="q", reason=reason), found=found, new=new)


def judge(assessments, selected, groups=(), spent=None, attempts=None):
    return judge_sufficiency(
        EvidenceVerdict(assessments=tuple(assessments), claim_groups=tuple(groups)),
        selected,
        BUDGET,
        spent or Spent(rounds=1, candidates=10, seconds=1),
        attempts or [tried()],
    )


GOOD = candidate("good")
OTHER = candidate("other")
CRAWLED = candidate("crawled", trust="crawled")
ANONYMOUS = candidate("anonymous", trust="anonymous")
OWNER = candidate("owner", trust="owner")
LATE = candidate("late", relevance=0.3, trust="crawled")
FAINT = candidate("faint", relevance=0.01)
BAD = [assess(candidate(f"bad{at}"), "exclude", 10 + at) for at in range(3)]

CASES = {
    "an ordinary source is enough": (
        ([assess(GOOD)], [GOOD]),
        ("answer", "enough_support"),
    ),
    "nothing found asks in other words": (([], []), ("rewrite", "no_candidate")),
    "nothing about it asks in other words": (
        ([assess(FAINT)], [FAINT]),
        ("rewrite", "weak_match"),
    ),
    "a crawled page alone asks somebody else": (
        ([assess(CRAWLED)], [CRAWLED]),
        ("corroborate", "single_low_trust"),
    ),
    "a marked source alone asks somebody else": (
        ([assess(GOOD, "mark")], [GOOD]),
        ("corroborate", "single_low_trust"),
    ),
    "two independent crawled pages are enough": (
        ([assess(CRAWLED), assess(ANONYMOUS, group=1)], [CRAWLED, ANONYMOUS]),
        ("answer", "enough_support"),
    ),
    "two crawled pages of one group are one witness": (
        ([assess(CRAWLED), assess(ANONYMOUS)], [CRAWLED, ANONYMOUS]),
        ("corroborate", "single_low_trust"),
    ),
    "the members of the leading claim are what counts": (
        (
            [assess(GOOD), assess(CRAWLED, group=1)],
            [GOOD, CRAWLED],
            [claim("leading", CRAWLED)],
        ),
        ("corroborate", "single_low_trust"),
    ),
    "rivals are looked into": (
        (
            [assess(GOOD), assess(OTHER, group=1)],
            [GOOD, OTHER],
            [claim("leading", GOOD), claim("rival", OTHER)],
        ),
        ("disambiguate", "rivals"),
    ),
    "rivals without a leader are looked into": (
        (
            [assess(CRAWLED), assess(ANONYMOUS, group=1)],
            [CRAWLED, ANONYMOUS],
            [claim("rival", CRAWLED), claim("rival", ANONYMOUS)],
        ),
        ("disambiguate", "contested"),
    ),
    "one crawled page leads alone: others that say nothing are no support": (
        (
            [assess(CRAWLED), assess(ANONYMOUS, group=1)],
            [CRAWLED, ANONYMOUS],
            [claim("leading", CRAWLED)],
        ),
        ("corroborate", "single_low_trust"),
    ),
    "a claim of two witnesses is enough, however far behind its members are": (
        (
            [assess(CRAWLED), assess(LATE, group=1)],
            [CRAWLED, LATE],
            [claim("leading", LATE, witnesses=2)],
        ),
        ("answer", "enough_support"),
    ),
    "a rejected claim is no rival": (
        (
            [assess(GOOD), assess(CRAWLED, group=1)],
            [GOOD, CRAWLED],
            [claim("leading", GOOD), claim("rejected", CRAWLED)],
        ),
        ("answer", "enough_support"),
    ),
    "many exclusions look wider": (
        ([assess(GOOD), *BAD], [GOOD]),
        ("widen", "excluded_majority"),
    ),
    "one exclusion beside one ordinary source is the filter's work": (
        ([assess(GOOD), assess(CRAWLED, "exclude", 1)], [GOOD, CRAWLED]),
        ("answer", "enough_support"),
    ),
    "many exclusions beside a trusted source do not matter": (
        ([assess(OWNER), *BAD], [OWNER]),
        ("answer", "enough_support"),
    ),
    "many exclusions beside two independent ordinary sources do not matter": (
        ([assess(GOOD), assess(OTHER, group=1), *BAD], [GOOD, OTHER]),
        ("answer", "enough_support"),
    ),
    "two ordinary sources of one group are not enough beside many exclusions": (
        ([assess(GOOD), assess(OTHER), *BAD], [GOOD, OTHER]),
        ("widen", "excluded_majority"),
    ),
    "two independent crawled pages are not enough beside many exclusions": (
        ([assess(CRAWLED), assess(ANONYMOUS, group=1), *BAD], [CRAWLED, ANONYMOUS]),
        ("widen", "excluded_majority"),
    ),
    "excluded evidence supports nothing": (
        (
            [assess(GOOD, "quarantine"), assess(FAINT, group=1), assess(OTHER, group=2)],
            [GOOD, FAINT],
        ),
        ("rewrite", "weak_match"),
    ),
}


@pytest.mark.parametrize(("given_", "expected"), CASES.values(), ids=CASES.keys())
def test_first_look(given_, expected):
    outcome = judge(*given_)
    assert (outcome.action, outcome.reason) == expected


AFTER = {
    "corroboration found nobody: answer, and say so": (
        ([assess(CRAWLED)], [CRAWLED], (), "corroborate"),
        ("answer", "single_low_trust"),
    ),
    "rivals remain: report both": (
        (
            [assess(GOOD), assess(OTHER, group=1)],
            [GOOD, OTHER],
            [claim("leading", GOOD), claim("rival", OTHER)],
            "disambiguate",
        ),
        ("report_conflict", "rivals"),
    ),
    "nobody came to lead: abstain": (
        (
            [assess(CRAWLED), assess(ANONYMOUS, group=1)],
            [CRAWLED, ANONYMOUS],
            [claim("rival", CRAWLED), claim("rival", ANONYMOUS)],
            "disambiguate",
        ),
        ("abstain", "contested"),
    ),
    "still mostly exclusions: abstain": (
        ([assess(GOOD), *BAD], [GOOD], (), "widen"),
        ("abstain", "excluded_majority"),
    ),
}


@pytest.mark.parametrize(("given_", "expected"), AFTER.values(), ids=AFTER.keys())
def test_each_second_look_is_taken_once(given_, expected):
    assessments, selected, groups, reason = given_
    outcome = judge(assessments, selected, groups, attempts=[tried(), tried(reason)])
    assert (outcome.action, outcome.reason) == expected


@pytest.mark.parametrize(
    "spent",
    [Spent(rounds=3), Spent(rounds=1, candidates=100), Spent(rounds=1, seconds=10.5)],
)
def test_a_spent_budget_ends_a_search_in_vain(spent):
    outcome = judge([assess(FAINT)], [FAINT], spent=spent)
    assert (outcome.action, outcome.reason) == ("abstain", "budget_spent")


def test_a_spent_budget_still_answers_from_what_there_is():
    outcome = judge([assess(CRAWLED)], [CRAWLED], spent=Spent(rounds=3))
    assert (outcome.action, outcome.reason) == ("answer", "single_low_trust")


def test_a_rewrite_that_found_only_known_things_ends_the_search():
    again = [tried(), tried("rewrite", found=10, new=2)]
    outcome = judge([assess(FAINT)], [FAINT], attempts=again)
    assert (outcome.action, outcome.reason) == ("abstain", "no_progress")
    fresh = [tried(), tried("rewrite", found=10, new=3)]
    assert judge([assess(FAINT)], [FAINT], attempts=fresh).action == "rewrite"


actions = st.sampled_from(["allow", "mark", "exclude", "quarantine"])


@given(st.lists(st.tuples(st.floats(0, 1), actions, st.integers(0, 3)), max_size=6), st.randoms())
def test_the_outcome_does_not_depend_on_order(found, seed):
    made = [
        (candidate(f"c{at}", relevance), action, group)
        for at, (relevance, action, group) in enumerate(found)
    ]
    shuffled = seed.sample(made, len(made))
    outcomes = {
        settle(
            EvidenceVerdict(assessments=tuple(assess(c, a, g) for c, a, g in order)),
            [c for c, _, _ in order],
            [],
        )
        for order in (made, shuffled)
    }
    assert len(outcomes) == 1


def test_an_unassessed_candidate_is_not_sound():
    stray = candidate("stray")
    assert make_id("x") != stray.memory_id
    assert judge([assess(OTHER)], [stray]).reason == "single_low_trust"


def test_what_a_widened_request_left_out_is_not_counted_again():
    left_out = tuple(item.memory_id for item in BAD)
    widened = TriedRequest(
        request=EvidenceRequest(text="q", reason="widen", exclude_memories=left_out),
        found=10,
        new=5,
    )
    outcome = judge([assess(GOOD), *BAD], [GOOD], attempts=[tried(), widened])
    assert (outcome.action, outcome.reason) == ("answer", "enough_support")
