import pytest

from tools.units import measure, unit_name


@pytest.mark.parametrize(
    ("milli", "mega", "dimension"),
    [
        ("mW", "MW", "power"),
        ("mPa", "MPa", "pressure"),
        ("mV", "MV", "voltage"),
        ("mHz", "MHz", "frequency"),
    ],
)
def test_a_capital_letter_tells_mega_from_milli(milli, mega, dimension):
    small, large = measure(1e9, milli), measure(1, mega)
    assert small.dimension == large.dimension == dimension
    assert small.unit == large.unit
    assert small.amount == pytest.approx(large.amount)
    assert unit_name(milli) != unit_name(mega)


@pytest.mark.parametrize("written", ["bar", "Bar", "BAR", " bar "])
def test_elsewhere_case_makes_no_difference(written):
    assert measure(5, written).amount == 5
    assert unit_name(written) == "bar"


def test_an_unknown_unit_is_a_counted_noun():
    assert measure(3, "pumps").dimension == "count:pump"
    assert not measure(3, "pumps").known
