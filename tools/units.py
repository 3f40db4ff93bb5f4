"""Units of measure: each name to its dimension, a canonical unit, and the factor between them."""

import re
from typing import NamedTuple

from tools.lexical import STOP_WORDS


class Measure(NamedTuple):
    """An amount in the canonical unit of its dimension."""

    amount: float
    unit: str
    dimension: str
    known: bool
    """Whether the unit's name was recognised; else the name is taken for a counted noun."""


class _Unit(NamedTuple):
    dimension: str
    canonical: str
    factor: float
    offset: float = 0.0


def _table(dimension: str, canonical: str, rows: dict[str, float]) -> dict[str, _Unit]:
    return {
        name: _Unit(dimension, canonical, factor)
        for names, factor in rows.items()
        for name in names.split("|")
    }


UNITS: dict[str, _Unit] = {
    **_table(
        "pressure",
        "bar",
        {"bar|bars": 1, "mbar": 1e-3, "pa": 1e-5, "kpa": 1e-2, "mpa": 10, "psi": 0.0689476},
    ),
    **_table(
        "torque",
        "nm",
        {"nm|n·m|n.m|newton metre|newton metres": 1, "lbft|lb-ft|ft-lb|ftlb|ftlbf|lbfft": 1.355818},
    ),
    **_table(
        "length",
        "mm",
        {
            "mm|millimetre|millimetres|millimeter|millimeters": 1,
            "cm|centimetre|centimetres|centimeter|centimeters": 10,
            "m|metre|metres|meter|meters": 1e3,
            "km|kilometre|kilometres|kilometer|kilometers": 1e6,
            "µm|μm|micron|microns": 1e-3,
            "inch|inches": 25.4,
            "ft|foot|feet": 304.8,
            "mile|miles": 1609344,
        },
    ),
    **_table(
        "mass",
        "kg",
        {
            "kg|kilogram|kilograms": 1,
            "g|gram|grams": 1e-3,
            "mg|milligram|milligrams": 1e-6,
            "t|tonne|tonnes": 1e3,
            "lb|lbs|pound|pounds": 0.45359237,
        },
    ),
    **_table(
        "time",
        "h",
        {
            "h|hr|hrs|hour|hours|operating hour|operating hours": 1,
            "min|minute|minutes": 1 / 60,
            "s|sec|second|seconds": 1 / 3600,
            "ms|millisecond|milliseconds": 1 / 3.6e6,
            "day|days": 24,
            "week|weeks": 168,
        },
    ),
    **_table("calendar", "months", {"month|months": 1, "year|years|yr|yrs": 12}),
    **_table(
        "volume",
        "l",
        {
            "l|litre|litres|liter|liters": 1,
            "ml|millilitre|millilitres": 1e-3,
            "m³|m3|cubic metre|cubic metres": 1e3,
            "cm³|cm3": 1e-3,
        },
    ),
    **_table(
        "flow",
        "m³/h",
        {
            "m³/h|m3/h|cubic metres per hour": 1,
            "l/min|litres per minute": 0.06,
            "l/s|litres per second": 3.6,
            "l/h": 1e-3,
        },
    ),
    **_table("power", "kw", {"kw|kilowatt|kilowatts": 1, "w|watt|watts": 1e-3, "mw": 1e3}),
    **_table("voltage", "v", {"v|volt|volts": 1, "kv": 1e3, "mv": 1e-3}),
    **_table("current", "a", {"amp|amps|ampere|amperes": 1, "ma": 1e-3}),
    **_table("speed", "rpm", {"rpm|r/min|revolutions per minute": 1}),
    **_table("velocity", "mm/s", {"mm/s": 1, "m/s": 1e3, "km/h": 277.7778}),
    **_table("viscosity", "mm²/s", {"mm²/s|mm2/s|cst": 1}),
    **_table("area", "m²", {"m²|m2|square metre|square metres": 1, "mm²|mm2": 1e-6}),
    **_table("frequency", "hz", {"hz": 1, "khz": 1e3, "mhz": 1e6, "ghz": 1e9}),
    **_table("share", "%", {"%|percent|per cent": 1, "‰": 0.1}),
    **_table("euro", "eur", {"€|eur|euro|euros": 1}),
    **_table("dollar", "usd", {"$|usd|dollar|dollars": 1}),
    **_table("sterling", "gbp", {"£|gbp": 1}),
    **_table("data", "mb", {"kb": 1e-3, "mb": 1, "gb": 1e3, "tb": 1e6}),
    **{name: _Unit("temperature", "°c", 1) for name in ("°c", "degrees celsius", "degrees c")},
    **{
        name: _Unit("temperature", "°c", 5 / 9, -32 * 5 / 9)
        for name in ("°f", "degrees fahrenheit", "degrees f")
    },
    **{name: _Unit("temperature", "°c", 1, -273.15) for name in ("°k", "kelvin", "kelvins")},
}

_CASED = {
    **_table("pressure", "bar", {"mPa": 1e-8, "MPa": 10}),
    **_table("power", "kw", {"mW": 1e-6, "MW": 1e3}),
    **_table("voltage", "v", {"mV": 1e-3, "MV": 1e6}),
    **_table("frequency", "hz", {"mHz": 1e-3, "MHz": 1e6}),
}
"""Names in which a capital letter tells milli from mega."""

DAYS = frozenset({"day", "days", "week", "weeks"})
"""Units of time that are counted on the calendar; hours may be hours of running."""

HOURS_PER_MONTH = 730.0
"""A twelfth of a year of 365 days."""

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty"""
_TENS = """ten twenty thirty forty fifty sixty seventy eighty ninety hundred"""

WORD_NUMBERS: dict[str, float] = {
    **{word: 10.0 * at for at, word in enumerate(_TENS.split(), 1)},
    **{word: float(at) for at, word in enumerate(_SMALL.split())},
}

_NO_NOUNS = STOP_WORDS | {"per"}


def measure(amount: float, unit: str) -> Measure:
    """The amount in its canonical unit; an unknown unit is a counted noun and stays as it is."""
    name = re.sub(r"\s+", " ", unit_name(unit)).replace("° ", "°")
    compact = re.sub(r"[ ·⋅.]", "", name)
    known = _CASED.get(name) or UNITS.get(name) or (UNITS.get(compact) if compact != name else None)
    if known:
        converted = amount * known.factor + known.offset
        return Measure(converted, known.canonical, known.dimension, True)
    noun = "" if name in _NO_NOUNS else re.sub(r"s$", "", name.split(" ")[0])
    return Measure(amount, "", f"count:{noun}" if noun else "", False)


def unit_name(unit: str) -> str:
    """The name as compared and shown: in lower case, but where case makes the unit."""
    name = unit.strip()
    return name if name in _CASED else name.casefold()
