import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.answer_verifier.rules import (
    CONTEXT,
    Belief,
    chance_of,
    context_of,
    failed_checks,
    is_accepted,
    with_judgement,
)
from core.checking import answer_stands, quote_stands
from core.schemas.answer import Quote, ShortAnswer
from core.schemas.document import Span
from tests.builders import make_id
from tools.reader import Judgement

TEXT = "The nuts take 62 Nm. They must not be oiled."


def quote(start: int, end: int, text: str) -> Quote:
    return Quote(
        memory_id=make_id("m"),
        document_id=make_id("d"),
        version_id=make_id("v"),
        span=Span(start=start, end=end),
        text=text,
    )


@given(st.text(min_size=1, max_size=80), st.data())
def test_a_quote_stands_exactly_where_its_text_is(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert quote_stands(quote(start, end, text[start:end]), text)
    assert not quote_stands(quote(start, end, text[start:end] + "x"), text)


def test_a_quote_beyond_the_end_or_shifted_does_not_stand():
    assert not quote_stands(quote(10, len(TEXT) + 1, TEXT[10:]), TEXT)
    assert not quote_stands(quote(1, 8, TEXT[0:7]), TEXT)
    assert not quote_stands(quote(0, 3, "The"), "")


def test_a_sentence_carried_by_its_quotes_fails_nothing():
    assert failed_checks(TEXT[:20], [TEXT[:20]]) == ()
    assert failed_checks("Take 62 Nm for the nuts.", ["The nuts take 62 Nm."]) == ()
    assert failed_checks("The nuts take 0.62 bar.", ["The nuts take 62 kPa."]) == ()


def test_each_failed_check_is_named():
    assert "number" in failed_checks("The nuts take 95 Nm.", ["The nuts take 62 Nm."])
    assert "name" in failed_checks("Harrow nuts take 62 Nm.", ["The nuts take 62 Nm."])
    assert "negation" in failed_checks("They must be oiled.", ["They must not be oiled."])
    assert "containment" in failed_checks("The gasket is renewed.", ["The nuts take 62 Nm."])


def answer(start: int, end: int, text: str, version: str = "v") -> ShortAnswer:
    return ShortAnswer(version_id=make_id(version), span=Span(start=start, end=end), text=text)


def test_a_short_answer_stands_in_the_text_and_inside_a_quote():
    quotes = [quote(0, 20, TEXT[:20])]
    assert answer_stands(answer(14, 19, "62 Nm"), quotes, TEXT)
    assert not answer_stands(answer(14, 19, "95 Nm"), quotes, TEXT)
    assert not answer_stands(answer(21, 25, "They"), quotes, TEXT)
    assert not answer_stands(answer(14, 19, "62 Nm", "w"), quotes, TEXT)
    assert not answer_stands(answer(14, 19, "62 Nm"), quotes, TEXT[:18])


def test_entailment_excuses_other_words_and_nothing_else():
    entailed, refuted = Judgement(0.9, 0.05, 0.05), Judgement(0.1, 0.8, 0.1)
    assert with_judgement(("containment",), entailed) == ()
    assert with_judgement(("number", "containment"), entailed) == ("number",)
    assert with_judgement((), refuted) == ("refuted",)


@given(st.text("ab. \n", min_size=1, max_size=3 * CONTEXT), st.data())
def test_the_context_is_a_bounded_stretch_of_the_text_around_the_span(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start=start, end=data.draw(st.integers(start + 1, len(text))))
    context = context_of(text, span)
    assert span.of(text) in context
    assert context in text
    assert len(context) <= len(span.of(text)) + 2 * CONTEXT


def test_the_context_begins_and_ends_with_whole_sentences():
    sentences = [f"Sentence number {n} says nothing new at all." for n in range(100)]
    text = " ".join(sentences)
    start = text.index("number 50")
    context = context_of(text, Span(start=start, end=start + 9))
    assert context.startswith("Sentence number")
    assert context.endswith(".")


@pytest.mark.parametrize(
    ("accepted", "relevant", "told"),
    [(0.9, 0.9, True), (0.2, 0.9, True), (0.9, 0.05, True), (0.15, 0.2, False), (0.02, 0.6, False)],
)
def test_an_answer_needs_words_and_text_that_fit_together(
    accepted: float, relevant: float, told: bool
) -> None:
    belief = Belief(accepted, relevant)

    assert is_accepted(belief) is told
    assert min(belief) - 1e-9 <= chance_of(belief) <= max(belief) + 1e-9
