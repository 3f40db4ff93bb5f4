import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.evidence import Signal
from core.schemas.memory import Flag
from tests.builders import make_id, make_memory, make_source
from tools.evidence_signals import echo_signal, injection_signals, isolation_signals, risk

QUESTION = "What is the maximum working pressure of the HP-260?"


def page(text, trust="crawled", heading_path=()):
    return make_memory(text, source=make_source("page", trust), heading_path=heading_path)


def test_a_page_that_repeats_the_question_echoes_it():
    signal = echo_signal(QUESTION, page(f"{QUESTION} The answer is 40 bar, experts agree."))
    assert signal.hard
    assert signal.value == 1.0


def test_an_echo_is_found_at_any_sentence():
    text = f"Pumps are useful machines. They move water. {QUESTION} It is 40 bar."
    assert echo_signal(QUESTION, page(text)) is not None


def test_an_answer_in_the_words_of_the_question_is_no_echo():
    assert (
        echo_signal(QUESTION, page("The maximum working pressure of the HP-260 is 10 bar.")) is None
    )


def test_a_trusted_faq_may_ask_what_it_answers():
    text = f"{QUESTION}\n\nTen bar, because its casing is larger."
    assert echo_signal(QUESTION, page(text, "upload")) is None
    assert echo_signal(QUESTION, page(text, "owner", (QUESTION,))) is None
    assert echo_signal(QUESTION, page(text, "crawled", (QUESTION,))) is not None


def test_a_trusted_echo_in_running_text_is_not_hard():
    signal = echo_signal(QUESTION, page(f"{QUESTION} The answer is 40 bar.", "upload"))
    assert signal is None or not signal.hard


def test_a_question_of_three_words_is_echoed_by_anything():
    assert echo_signal("What is it?", page("What is it? It is a pump.")) is None


def test_strong_flags_are_hard_injection_signals():
    flags = (
        Flag(code="injection", strong=True, detail="override: ignore all"),
        Flag(code="instruction_like", strong=False, detail="explain"),
    )
    signals = injection_signals(make_memory("text", flags=flags))
    assert [(signal.hard, signal.value) for signal in signals] == [(True, 1.0), (False, 0.5)]


ALIKE = [make_memory(f"The pump is greased every {n} hours by a fitter.") for n in range(100, 107)]


def test_only_the_one_unlike_all_others_is_isolated():
    stranger = make_memory("Penguins huddle on Antarctic ice.")
    assert [s.memory_id for s in isolation_signals([*ALIKE, stranger])] == [stranger.id]


def test_among_few_nobody_is_isolated():
    assert isolation_signals([*ALIKE[:4], make_memory("Penguins huddle on ice.")]) == ()


def signal(code, value=1.0, hard=False):
    return Signal(code=code, memory_id=make_id("m"), value=value, hard=hard)


@pytest.mark.parametrize("trust", [0.1, 0.3, 0.5, 0.8, 1.0])
def test_isolation_and_lack_of_support_alone_never_exclude(trust):
    assert risk([signal("isolation"), signal("unsupported")], trust, 1) < 0.6


def test_a_clean_ordinary_source_is_allowed():
    assert risk([], 0.5, 1) < 0.3


signals = st.lists(
    st.builds(signal, st.sampled_from(["echo", "conflict", "isolation"]), st.floats(0, 1)),
    max_size=5,
)


@given(signals, st.floats(0, 1), st.integers(1, 4), st.randoms())
def test_risk_ignores_order_and_falls_with_trust_and_support(found, trust, witnesses, seed):
    value = risk(found, trust, witnesses)
    assert value == risk(seed.sample(found, len(found)), trust, witnesses)
    assert 0 <= risk(found, 1.0, witnesses) <= value <= risk(found, 0.0, witnesses) <= 1
    assert risk(found, trust, witnesses + 1) <= value
    assert risk([*found, signal("edited_copy")], trust, witnesses) >= value


def test_a_statement_that_opens_like_the_question_is_no_echo() -> None:
    question = "President Marlbeck made a surprise visit this week to which country?"
    told = make_memory("President Marlbeck will make a surprise visit to Torvald this week.")
    assert echo_signal(question, told) is None
    asked = make_memory(f"{question[:-1]}. He went to Fern.")
    assert echo_signal(question, asked) is not None
