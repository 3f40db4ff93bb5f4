from hypothesis import given
from hypothesis import strategies as st

from agents.answer_verifier.rules import failed_checks
from core.checking import quote_stands
from core.schemas.answer import Quote
from core.schemas.document import Span
from tests.builders import make_id

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
