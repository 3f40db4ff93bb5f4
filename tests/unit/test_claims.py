import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.claims import claimed_value, same_claim


@pytest.mark.parametrize(
    ("surface", "kind", "text"),
    [
        ("the Carpenters", "name", "carpenters"),
        ("about 98 km", "number", "98 km"),
        ("2 July 1829 – 3 November 1913", "date", "1829-07-02"),
        ("15%", "number", "15 %"),
        ("Rio de Janeiro,", "name", "rio de janeiro"),
    ],
)
def test_words_become_a_value(surface, kind, text):
    value = claimed_value(surface, 10)
    assert (value.kind, value.text) == (kind, text)
    assert surface[value.start - 10 : value.end - 10] == value.surface


@pytest.mark.parametrize("surface", [".", "the", "of the", ""])
def test_small_words_claim_nothing(surface):
    assert claimed_value(surface) is None


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Colin Powell", "General Colin Powell", True),
        ("Powell", "Gen. Colin Powell", True),
        ("FBI", "Federal Bureau of Investigation", True),
        ("The Beatles", "Beatles", True),
        ("12,500 km", "12500 km", True),
        ("12 May 2021", "2021-05-12", True),
        ("May 2021", "12 May 2021", True),
        ("journalists", "journalist", True),
        ("Basel", "Bern", False),
        ("62 Nm", "95 Nm", False),
        ("John Smith", "John Miller", False),
        ("1921", "1955", False),
        ("Paris", "5 May 2020", False),
        ("UW", "Ultra Short Wave", False),
    ],
)
def test_short_forms_and_notations_say_the_same(left, right, same):
    one, other = claimed_value(left), claimed_value(right)
    assert same_claim(one, other) is same
    assert same_claim(other, one) is same


@given(st.text(max_size=40))
def test_a_value_says_the_same_as_itself(surface):
    value = claimed_value(surface)
    assert value is None or same_claim(value, value)
