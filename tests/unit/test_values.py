import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.values import codes, dates, names, negations, numbers, rival_values, same_value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("tightened to 45 Nm at 20 °C", ["45 nm", "20 °c"]),
        ("between 40 and 65 °C, a peak of 75 °C", ["40..65 °c", "75 °c"]),
        ("40 and 65 °C", ["40", "65 °c"]),
        ("10–20 mm", ["10..20 mm"]),
        ("reduced from 4,000 h to 3,000 h", ["4000 h", "3000 h"]),
        ("2,900 rpm or 1 450 rpm", ["2900 rpm", "1450 rpm"]),
        ("1450 rpm, 1000 kg, an 1800-rpm motor, in 1990", ["1450 rpm", "1000 kg", "1800 rpm"]),
        ("minus 10 °C", ["-10 °c"]),
        ("is -10 °C, at −5 °C", ["-10 °c", "-5 °c"]),
        ("-10 to -5 °C", ["-10..-5 °c"]),
        ("min -10 °C | max -5 °C", ["-10 °c", "-5 °c"]),
        ("5 – 10 bar", ["5..10 bar"]),
        ("5 bar – 10 bar", ["5..10 bar"]),
        ("5 bar -10 bar", ["5..10 bar"]),
        ("5 -10 bar", ["5..10 bar"]),
        ("not exceed 0.05 mm", ["0.05 mm"]),
        ("0,05 mm", ["0.05 mm"]),
        ("costs $4.5 million or €1,200", ["4500000 $", "1200 €"]),
        ("seven days, two models", ["7 days", "2"]),
        ("cleaned weekly, checked every month", ["1 week", "1 month"]),
        ("price EUR: 1120 | lead time weeks: 9", ["1120 eur", "9 weeks"]),
        ("one of the pumps; version 3.2.1 of 1998; pump HP-240", []),
        ("In 1998 second place, the 1992 foot race, in 1945 pounds sterling", []),
    ],
)
def test_numbers_are_read_with_their_units(text, values):
    assert [value.text for value in numbers(text)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("on 12 May 2021", ["2021-05-12"]),
        ("on May 12th, 2021", ["2021-05-12"]),
        ("2021-05-12", ["2021-05-12"]),
        ("in May 2021 and in 1999", ["2021-05", "1999"]),
        ("by 14 June", ["--06-14"]),
        ("2010-2012 and the 1990s", ["2010", "2012", "1990"]),
        ("in the 10th century", ["10th century"]),
        ("serial 20-0001, 2,500 h, price EUR: 1950, 1900 °C", []),
    ],
)
def test_dates_have_one_form(text, values):
    assert [value.text for value in dates(text)] == values


def test_names_leave_out_function_words_units_and_dates():
    text = "The seals come from Harrow of Marlbeck, in May 2021, and take 45 Nm at 20 °C on HP-240."
    assert [value.text for value in names(text)] == ["harrow of marlbeck", "hp-240"]


def test_part_numbers_are_codes():
    assert codes("Frame F2 of the HP-240 has NU 309 bearings") == {"f2", "hp-240"}


@given(st.text(max_size=200))
def test_every_value_stands_where_it_says(text):
    for value in (*numbers(text), *dates(text), *names(text)):
        assert text[value.start : value.end] == value.surface


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("1 bar", "100 kPa", True),
        ("24 hours", "1 day", True),
        ("1,000 mm", "1 m", True),
        ("33 lb-ft", "44.7 Nm", True),
        ("20 °C", "68 °F", True),
        ("45 Nm", "62 Nm", False),
        ("45 Nm", "45 bar", False),
        ("5 mW", "5 MW", False),
        ("900 mW", "0.9 W", True),
        ("2 MW", "2,000 kW", True),
        ("3 mPa", "3 MPa", False),
        ("1 MPa", "10 bar", True),
        ("30 days", "1 month", True),
        ("52 weeks", "1 year", True),
        ("26 weeks", "1 month", False),
    ],
)
def test_numbers_are_compared_in_one_unit(left, right, same):
    (one,), (other,) = numbers(left), numbers(right)
    assert same_value(one, other) is same
    assert same_value(other, one) is same


def test_a_year_agrees_with_a_day_in_it():
    (year,), (day,), (other,) = dates("2021"), dates("12 May 2021"), dates("2022")
    assert same_value(year, day)
    assert rival_values(day, other)


def test_only_values_of_one_measure_without_common_point_are_rivals():
    (a,), (b,), (c,), (d,) = (numbers(t) for t in ("45 Nm", "62 Nm", "62 bar", "40 to 50 Nm"))
    assert rival_values(a, b)
    assert not rival_values(a, c)
    assert not rival_values(a, d)
    assert rival_values(b, d)


def test_negating_words_are_counted():
    assert negations("It must not run dry, and it cannot; never.") == 3
    assert negations("It runs.") == 0


@pytest.mark.parametrize(
    ("left", "right", "same", "rival"),
    [
        ("12 May", "12 May 2021", True, False),
        ("12 May", "13 May 2021", False, True),
        ("12 May", "2021", False, False),
        ("May 2021", "12 May", True, False),
        ("12 May 2020", "12 May 2021", False, True),
        ("the 10th century", "the 11th century", False, True),
    ],
)
def test_dates_are_compared_by_what_both_of_them_give(left, right, same, rival):
    (one,), (other,) = dates(left), dates(right)
    assert same_value(one, other) is same_value(other, one) is same
    assert rival_values(one, other) is rival_values(other, one) is rival


@pytest.mark.parametrize(
    ("left", "right", "rival"),
    [
        ("4 weeks", "6 months", True),
        ("10 days", "1 month", True),
        ("4 weeks", "1 month", False),
        ("180 days", "6 months", False),
        ("4,000 hours", "1 month", False),
    ],
    ids=["weeks", "days", "four weeks", "half a year", "running hours"],
)
def test_weeks_and_months_are_compared_but_running_hours_are_not(left, right, rival):
    (one,), (other,) = numbers(left), numbers(right)
    assert rival_values(one, other) is rival_values(other, one) is rival
