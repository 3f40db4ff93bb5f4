"""Who leads among sources of low trust: tables, and laws over all of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.evidence_verifier.rules import claim_groups, positions
from agents.evidence_verifier.voting import is_outvoted, low_trust_vote
from agents.evidence_verifier.witnesses import Witnessed, pens, support
from core.schemas.document import Span
from tests.builders import make_id
from tools.claims import claimed_value
from tools.statements import Statement

QUESTION = "Where did the motor come from?"
CRAWLED, OWNER = 0.3, 1.0


def voice(name, value, reading=0.6, *, group=None, trust=CRAWLED, risk=0.0, terms=()):
    """``name`` says "the motor came from ``value``"."""
    text = f"The motor came from {value}."
    statement = Statement(
        memory_id=make_id(name),
        document_id=make_id(f"document {name}"),
        span=Span(start=0, end=len(text)),
        text=text,
        value=claimed_value(value, text.index(value)),
        others=(),
        attribute=frozenset({"motor"}),
        content=frozenset({"motor", "come"}),
        codes=frozenset(),
        negated=False,
        coverage=1.0,
    )
    number = sum(map(ord, name)) if group is None else group
    return Witnessed(
        statement, statement.value, number, trust, risk, reading, frozenset(terms or {name})
    )


def statuses(*voices):
    return {position.members[0].value.text: position.status for position in positions(voices)}


BASEL, BASEL_TOO = voice("a", "Basel"), voice("b", "Basel")
BERN = voice("c", "Bern", 0.9)
ONE_PEN = [voice(name, "Bern", 0.9, terms="xyz") for name in "defgh"]

VOTES = {
    "alone": ([BASEL], {"basel": "leading"}),
    "two that agree outvote a loud one": (
        [BASEL, BASEL_TOO, BERN],
        {"basel": "leading", "bern": "rejected"},
    ),
    "a firm one and two faint ones stand": (
        [BASEL, voice("i", "Basel", 0.15), voice("j", "Basel", 0.02), BERN],
        {"basel": "leading", "bern": "rejected"},
    ),
    "many from one pen are one voice": (
        [BASEL, BASEL_TOO, *ONE_PEN],
        {"basel": "leading", "bern": "rejected"},
    ),
    "one principal is one voice, however often": (
        [BASEL, BASEL_TOO, *(voice(name, "Bern", 0.9, group=7) for name in "klm")],
        {"basel": "leading", "bern": "rejected"},
    ),
    "two strong ones are a conflict": (
        [voice("n", "Basel", 0.8), BERN],
        {"bern": "leading", "basel": "rival"},
    ),
    "two strong ones among others are noise": (
        [voice("n", "Basel", 0.8), BERN, voice("o", "Biel", 0.15)],
        {"basel": "rival", "bern": "rival", "biel": "rival"},
    ),
    "a strong one and a weak one: nobody leads": (
        [BASEL, BERN],
        {"basel": "rival", "bern": "rival"},
    ),
    "a strong one against a faint word: nobody leads": (
        [BERN, voice("o", "Basel", 0.15)],
        {"basel": "rival", "bern": "rival"},
    ),
    "a murmur is no word against anybody": (
        [BERN, voice("p", "Basel", 0.02)],
        {"bern": "leading"},
    ),
    "two against two are a conflict": (
        [BASEL, BASEL_TOO, BERN, voice("q", "Bern")],
        {"bern": "leading", "basel": "rival"},
    ),
    "who is known to mislead has no voice": (
        [BASEL, BASEL_TOO, BERN, voice("r", "Bern", risk=0.95)],
        {"basel": "leading", "bern": "rejected"},
    ),
    "and contradicts nobody": (
        [BASEL, voice("r", "Bern", risk=0.95)],
        {"basel": "leading", "bern": "rejected"},
    ),
    "an owner outweighs a crowd of strangers": (
        [voice("s", "Basel", trust=OWNER), BERN, voice("t", "Bern"), voice("u", "Bern")],
        {"basel": "leading", "bern": "rejected"},
    ),
    "a short form agrees": (
        [voice("x", "Robert Morris"), voice("y", "Morris"), BERN],
        {"morris": "leading", "bern": "rejected"},
    ),
}


@pytest.mark.parametrize(("voices", "expected"), VOTES.values(), ids=VOTES.keys())
def test_votes(voices, expected):
    assert statuses(*voices) == expected


@settings(deadline=None)
@given(st.data())
def test_the_order_of_voices_changes_nothing(data):
    voices, _ = data.draw(st.sampled_from(list(VOTES.values())))
    assert positions(data.draw(st.permutations(voices))) == positions(voices)


VOICES = st.builds(
    voice,
    st.text("abcdefghij", min_size=1, max_size=2),
    st.sampled_from(["Basel", "Bern", "Biel"]),
    st.sampled_from([0.02, 0.15, 0.4, 0.6, 0.9]),
    group=st.integers(0, 4),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(VOICES, max_size=8, unique_by=lambda item: item.statement.memory_id))
def test_among_strangers_one_leads_at_most_and_nobody_without_a_voice_to_carry_it(voices):
    found = positions(voices)
    leading = [position for position in found if position.status == "leading"]
    assert len(leading) <= 1
    assert all(any(one.is_firm for one in position.members) for position in leading)
    losers = [position for position in found if position.status == "rejected"]
    assert not losers or leading


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(VOICES, min_size=1, max_size=8))
def test_a_further_text_of_the_same_source_adds_nothing(voices):
    again = voices[0]._replace(reading=0.9)
    assert pens([*voices, again]) == pens(voices)


def test_support_counts_firm_pens_and_half_of_faint_ones_up_to_one():
    assert support([BASEL]) == 1.0
    assert support([BASEL, BASEL_TOO]) == 2.0
    faint = [voice(f"faint {at}", "Basel", 0.15) for at in range(5)]
    assert support([BASEL, *faint[:1]]) == 1.5
    assert support([BASEL, *faint]) == 2.0


def test_only_a_plain_word_that_nobody_supports_is_outvoted():
    assert is_outvoted([BERN])
    assert not is_outvoted([voice("z", "Bern", 0.4)])
    assert not is_outvoted([BERN, BASEL_TOO])


def test_a_vote_names_every_side():
    assert low_trust_vote([[BASEL], [BASEL_TOO], [BERN]]) == ["rival"] * 3


def test_a_claim_knows_the_words_that_were_read():
    claims, groups = claim_groups(positions([BASEL, BASEL_TOO]))
    assert [claim.place for claim in claims] == [Span(start=20, end=25)] * 2
    assert [group.witnesses for group in groups] == [2]


def dated(name, value, since, *, trust=OWNER, reading=0.6):
    made = voice(name, value, reading, trust=trust)
    return made._replace(statement=made.statement._replace(valid_from=since))


OLD, NEW = dated("a", "Basel", "2014"), dated("b", "Bern", "2024")

UPDATES = {
    "the newer of two trusted ones holds": ([OLD, NEW], "superseded", "leading"),
    "of one date they are two answers": ([OLD, dated("b", "Bern", "2014")], "leading", "rival"),
    "without a date nothing is older": ([BASEL, NEW], "rejected", "leading"),
    "somebody else still says so without a date": (
        [OLD, voice("n", "Basel", trust=OWNER), NEW],
        "leading",
        "rejected",
    ),
    "what is hardly read to answer changes nothing": (
        [OLD, dated("b", "Bern", "2024", reading=0.1)],
        "leading",
        "rival",
    ),
    "a stranger's date is only his word": (
        [
            dated("a", "Basel", "2014", trust=CRAWLED, reading=0.9),
            dated("b", "Bern", "2024", trust=CRAWLED, reading=0.9),
        ],
        "leading",
        "rival",
    ),
    "less trusted news change nothing": (
        [OLD, dated("b", "Bern", "2024", trust=CRAWLED, reading=0.9)],
        "leading",
        "rejected",
    ),
}


@pytest.mark.parametrize(("voices", "basel", "bern"), UPDATES.values(), ids=UPDATES.keys())
def test_a_later_date_of_a_trusted_source_takes_the_place_of_an_earlier_one(voices, basel, bern):
    assert statuses(*voices) == {"basel": basel, "bern": bern}
    assert statuses(*voices[::-1]) == {"basel": basel, "bern": bern}


def test_of_two_bearers_of_a_name_the_elder_is_not_out_of_date():
    elder, younger = OLD._replace(bearer=1), NEW._replace(bearer=2)
    assert statuses(elder, younger) == {"basel": "leading", "bern": "leading"}


def test_trusted_sources_that_are_read_are_out_of_date_only_where_they_speak_of_one_thing():
    other = NEW.statement._replace(content=frozenset({"crate", "mine"}))
    assert statuses(OLD, NEW._replace(statement=other)) == {"basel": "leading", "bern": "leading"}


def test_what_says_that_it_changed_a_value_changes_nothing_of_a_later_date():
    text = "The motor came from Bern instead of Basel."
    change = OLD.statement._replace(
        text=text, value=claimed_value("Bern", text.index("Bern")), others=(OLD.value,)
    )
    later = dated("b", "Basel", "2024")
    earlier = OLD._replace(statement=change, value=change.value)
    assert statuses(earlier, later) == {"bern": "leading", "basel": "leading"}


def test_a_group_tells_its_latest_date():
    _, (first, *_) = claim_groups(positions([NEW, dated("c", "Bern", "2022")]))
    assert first.valid_from == "2024"
