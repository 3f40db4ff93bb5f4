"""Typed values in a sentence: numbers with units, dates, names; each in one normal form.

Knows English notation and common units. Which value answers a question, and whether two
statements are about the same thing, is for the agents to judge. A value is an interval, so that
"40 to 65 °C" is one value and a single number an interval without width.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.schemas.evidence import ClaimKind
from tools.lexical import STOP_WORDS
from tools.units import DAYS, HOURS_PER_MONTH, WORD_NUMBERS, measure, unit_name


class Value(NamedTuple):
    """One typed value and where it stands in the text it was read from."""

    kind: ClaimKind
    text: str
    """Normal form, in the unit as written: "45 nm", "40..65 °c", "2021-05-12", "marlbeck"."""
    surface: str
    """As written."""
    start: int
    end: int
    dimension: str = ""
    """Of a number: pressure, torque, length …; for a bare count, the noun that follows."""
    low: float = 0.0
    high: float = 0.0
    """Of a number: its interval in the canonical unit of its dimension."""


_WORDS = "|".join(sorted(WORD_NUMBERS, key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_SIGN = r"(?:(?<![\w)])[-−–](?!\s)|\b(?:minus|below zero)\s+)"
_QUANTITY_BEFORE = re.compile(r"\d\s?(?P<unit>[^\s\d]*)\s+$")
_UNIT = (
    r"operating hours?\b|°\s?[CFK]\b|degrees? (?:Celsius|Fahrenheit|C|F)\b|%|‰|[€$£]"
    r"|per ?cent\b|(?:cubic|square) [a-z]+(?: per [a-z]+)?|lbf?[·.\- ]?ft\b|ft[·.\- ]?lbf?\b"
    r"|N[·⋅. ]?m\b|[µμ]?[A-Za-z]+[²³23]?(?:/[A-Za-z]+[²³]?)?(?: per (?:minute|hour|second|day|week|"
    r"month|year))?"
)
_NUMBER = re.compile(
    rf"(?P<currency>[€$£]\s?)?(?P<sign>{_SIGN})?(?<![\w.])(?:(?P<digits>{_DIGITS})(?!\.?\d)|"
    rf"(?P<word>\b(?:{_WORDS})\b))(?:\s?(?P<scale>k|thousand|million|billion|trillion)\b)?"
    rf"(?:[\s-]?(?P<unit>{_UNIT}))?",
    re.IGNORECASE,
)
_SCALES = {"k": 1e3, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

_FREQUENCY = re.compile(
    r"\b(?:(?:every|each|once (?:an?|per|every)) (?P<unit>hour|day|week|month|year)"
    r"|(?P<adverb>hourly|daily|weekly|monthly|yearly|annually))\b",
    re.IGNORECASE,
)
_ADVERBS = {"daily": "day", "annually": "year"}

_MONTH_NUMBER = {
    name: at
    for at, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_YEAR = r"(?P<year>1[0-9]\d\d|20\d\d)"
_DATES = (
    re.compile(r"\b(?P<century>\d{1,2}(?:st|nd|rd|th)) centur(?:y|ies)\b", re.IGNORECASE),
    re.compile(rf"\b{_YEAR}-(?P<number>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? {_YEAR})?\b"),
    re.compile(rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? {_YEAR})?\b(?! ?\d)"),
    re.compile(rf"\b{_MONTH},? (?:of )?{_YEAR}\b"),
    re.compile(
        rf"(?<![\d.,/€$£#])(?<![A-Za-z][-–])\b{_YEAR}s?\b"
        r"(?![.,]\d|[-–/](?!(?:1\d|20)?\d\d\b)\w|\s?[%°€])"
    ),
)

_CONNECTORS = r"(?:of|de|der|den|van|von|la|le|du|the|and|&)"
_CAPITALISED = r"[A-Z][\w’'\-]*"
_NAME = re.compile(rf"\b{_CAPITALISED}(?:\s+(?:{_CONNECTORS}\s+)?{_CAPITALISED})*")
_CODE = re.compile(r"\b(?=[\w/\-]*\d)(?=[\w/\-]*[A-Z])[A-Z0-9][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)*\b")
_NOT_NAMES = STOP_WORDS | {"also", "although", "another", "caution", "danger", "note", "warning"}
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|without|cannot|must ?n[o']t)\b|n['’]t\b",
    re.IGNORECASE,
)


def numbers(text: str) -> tuple[Value, ...]:
    """Numbers in order, with unit conversion ("0.05 bar" is 0.05 bar, "5 kPa" as well).

    Years, and digits inside part numbers, are not numbers. Neighbouring numbers joined by "to" or
    a dash are one range.
    """
    taken = [(date.start, date.end) for date in dates(text)] + list(code_spans(text))
    found = [
        value
        for match in _NUMBER.finditer(text)
        if not inside(match.start("digits") if match["digits"] else match.start("word"), taken)
        and (value := _number(match)) is not None
    ]
    found += [_frequency(match) for match in _FREQUENCY.finditer(text)]
    return tuple(_joined(text, sorted(found, key=lambda value: value.start)))


def _number(match: re.Match[str]) -> Value | None:
    word = match["word"]
    if word and word.lower() in {"one", "a"} and not _known_unit(match["unit"]):
        return None  # "one of the pumps" states no quantity
    amount = WORD_NUMBERS[word.lower()] if word else _amount(match["digits"])
    amount *= _SCALES.get((match["scale"] or "").lower(), 1.0)
    is_dash = bool(match["sign"]) and _follows_quantity(match.string[: match.start("sign")])
    if match["sign"] and not is_dash:
        amount = -amount
    unit = (match["currency"] or "").strip() or match["unit"] or ""
    if not _known_unit(unit):
        unit = _column_unit(match.string[: match.start()]) or unit
    measured = measure(amount, unit)
    start = match.end("sign") if is_dash else match.start()
    end = match.end() if _known_unit(match["unit"]) else match.start("unit")
    end = match.end() if end < 0 else end
    surface = match.string[start:end].rstrip()
    name = unit_name(unit) if measured.known else ""
    return Value(
        kind="number",
        text=f"{amount:.10g} {name}".strip(),
        surface=surface,
        start=start,
        end=start + len(surface),
        dimension=measured.dimension,
        low=measured.amount,
        high=measured.amount,
    )


def _follows_quantity(before: str) -> bool:
    """Whether a dash after ``before`` joins two quantities ("5 bar -10 bar") and is no sign."""
    quantity = _QUANTITY_BEFORE.search(before[-40:])
    return quantity is not None and (not quantity["unit"] or _known_unit(quantity["unit"]))


def _frequency(match: re.Match[str]) -> Value:
    """An interval of one: "every week", "weekly"."""
    adverb = (match["adverb"] or "").casefold()
    unit = (match["unit"] or _ADVERBS.get(adverb) or adverb.removesuffix("ly")).casefold()
    measured = measure(1.0, unit)
    text, low = f"1 {unit}", measured.amount
    span = match.span()
    return Value("number", text, match.group(), *span, measured.dimension, low, low)


_COLUMN = re.compile(r"(?:^|[\s_(\[])(?P<unit>[^\s_(\[:|]+)[)\]]?\s*:\s*$")


def _column_unit(before: str) -> str:
    """The unit at the end of the column name in front of a table cell: "price EUR: " is EUR."""
    match = _COLUMN.search(before[-40:])
    return match["unit"] if match and _known_unit(match["unit"]) else ""


def _known_unit(unit: str | None) -> bool:
    return bool(unit) and measure(1.0, unit or "").known


def _amount(digits: str) -> float:
    plain = re.sub(r"[\u00a0\u202f ]", "", digits)
    if re.fullmatch(r"\d+,\d{1,2}|0,\d+", plain):
        return float(plain.replace(",", "."))
    return float(plain.replace(",", ""))


def _joined(text: str, found: list[Value]) -> Iterator[Value]:
    pending: Value | None = None
    for value in found:
        if pending is None:
            pending = value
        elif _makes_range(text, pending, value):
            pending = _range(text, pending, value)
        else:
            yield pending
            pending = value
    if pending is not None:
        yield pending


def _makes_range(text: str, left: Value, right: Value) -> bool:
    between = text[left.end : right.start]
    dashed = re.fullmatch(r"\s?[-–—]\s?|\s+(?:to|and)\s+", between, re.IGNORECASE)
    worded = "and" not in between or re.search(r"\bbetween\s+$", text[: left.start], re.IGNORECASE)
    same = left.dimension == right.dimension or not left.dimension
    return bool(dashed and worded and same and _amount_of(left) <= _amount_of(right))


def _amount_of(value: Value) -> float:
    return float(re.split(r"[ .]{2}| ", value.text, maxsplit=1)[0])


def _range(text: str, left: Value, right: Value) -> Value:
    """A range takes the unit of its second number where the first has none."""
    unit = right.text.partition(" ")[2]
    low = left.low if left.dimension else measure(left.low, unit).amount
    return right._replace(
        text=f"{_amount_of(left):.10g}..{right.text}",
        surface=text[left.start : right.end],
        start=left.start,
        low=low,
    )


def dates(text: str) -> tuple[Value, ...]:
    """Dates in order: "2021-05-12", "2021-05", "2021", or "--05-12" when no year is given."""
    found: list[Value] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            taken = [(value.start, value.end) for value in found]
            if not inside(match.start(), taken) and not _is_measured(text, match):
                normal = _date(match.groupdict())
                found.append(Value("date", normal, match.group(), match.start(), match.end()))
    return tuple(sorted(found, key=lambda value: value.start))


_ALSO_WORDS = """
    second minute hour day week month year pound bar mile seconds minutes hours days weeks months
    years pounds bars miles foot feet inch inches
"""
_WORDS_TOO = frozenset(_ALSO_WORDS.split())
"""Units that follow a year as words ("In 1998 second place …")."""

_UNIT_AFTER = re.compile(r"[\s-]?(?P<unit>[^\W\d_]{2,}(?:/[a-z]+)?[²³]?)")


def _is_measured(text: str, match: re.Match[str]) -> bool:
    """Whether the digits are an amount: their column has a unit, or one follows ("1800 rpm")."""
    after = _UNIT_AFTER.match(text, match.end())
    unit = after["unit"].casefold() if after else ""
    is_amount = match.group().isdigit() and unit not in _WORDS_TOO and _known_unit(unit)
    return is_amount or bool(_column_unit(text[: match.start()]))


def _date(parts: dict[str, str | None]) -> str:
    if century := parts.get("century"):
        return f"{century.casefold()} century"
    month = int(parts.get("number") or 0)
    if name := parts.get("month"):
        month = _MONTH_NUMBER[name.lower().rstrip(".")[:3]]
    year = parts.get("year") or "-"
    tail = f"-{month:02d}" if month else ""
    return year + tail + (f"-{int(day):02d}" if (day := parts.get("day")) else "")


def names(text: str) -> tuple[Value, ...]:
    """Capitalised names and part numbers in order; function words that open a sentence are not."""
    found = [
        Value("name", match.group().casefold(), match.group(), match.start(), match.end())
        for match in _CODE.finditer(text)
    ]
    taken = [(value.start, value.end) for value in (*found, *dates(text), *numbers(text))]
    for match in _NAME.finditer(text):
        start, words = match.start(), match.group()
        while words and words.split()[0].casefold() in _NOT_NAMES:
            rest = words.split(maxsplit=1)
            words = rest[1] if len(rest) > 1 else ""
            start = match.end() - len(words)
        if len(words) > 1 and words[0].isupper() and not inside(start, taken):
            found.append(Value("name", _plain_name(words), words, start, start + len(words)))
    return tuple(sorted(found, key=lambda value: value.start))


def _plain_name(words: str) -> str:
    return re.sub(r"[’']s$", "", words).casefold()


def codes(text: str) -> frozenset[str]:
    """Part, model and section numbers ("hp-240", "s7"): what tells two subjects apart."""
    return frozenset(text[start:end].casefold() for start, end in code_spans(text))


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where part numbers stand."""
    return (match.span() for match in _CODE.finditer(text))


def negations(text: str) -> int:
    """How many negating words the text has."""
    return len(_NEGATION.findall(text))


SAME_NUMBER = 0.005
"""Numbers agree within this share: rounding in a unit conversion is no difference."""

SAME_CALENDAR = 0.02
"""The same for days against months: a month has 30 days or 31."""

RIVAL_CALENDAR = 0.15
"""Days and months further apart than this contradict; four weeks are still called a month."""


def same_value(left: Value, right: Value) -> bool:
    """Whether two values of one kind agree: equal after normalisation, or one date within another.

    A date without a year agrees with the same day and month of any year.
    """
    if left.kind != right.kind:
        return False
    if left.kind == "date":
        both = _shared_parts(left, right)
        return bool(both) and all(one == other for one, other in both)
    if left.kind == "number":
        if left.dimension == right.dimension:
            return _near(left, right, SAME_NUMBER)
        one, other = _on_calendar(left), _on_calendar(right)
        return bool(one and other and _near(one, other, SAME_CALENDAR))
    return left.text == right.text


def _near(left: Value, right: Value, share: float) -> bool:
    return all(
        abs(a - b) <= share * max(abs(a), abs(b))
        for a, b in ((left.low, right.low), (left.high, right.high))
    )


def _on_calendar(value: Value) -> Value | None:
    """Days, weeks, months and years in hours; None for the rest, running hours among it."""
    if value.dimension == "calendar":
        hours = (value.low * HOURS_PER_MONTH, value.high * HOURS_PER_MONTH)
        return value._replace(low=hours[0], high=hours[1])
    in_days = value.dimension == "time" and value.text.rpartition(" ")[2] in DAYS
    return value if in_days else None


_DATE_PARTS = re.compile(r"(?P<year>\d{4}|-)(?:-(?P<month>\d\d))?(?:-(?P<day>\d\d))?")


def _shared_parts(left: Value, right: Value) -> list[tuple[str, str]]:
    """Year, month and day of two dates, those that both of them give."""
    one, other = _DATE_PARTS.fullmatch(left.text), _DATE_PARTS.fullmatch(right.text)
    if one is None or other is None:
        return [(left.text, right.text)]
    pairs = zip(one.groups(), other.groups(), strict=True)
    return [(a, b) for a, b in pairs if a and b and "-" not in (a, b)]


def rival_values(left: Value, right: Value) -> bool:
    """Whether two values of one kind cannot both be the answer: same measure, no common point."""
    if left.kind != right.kind or same_value(left, right):
        return False
    if left.kind == "number":
        if left.dimension == right.dimension:
            return _apart(left, right, 0.0)
        one, other = _on_calendar(left), _on_calendar(right)
        return bool(one and other and _apart(one, other, RIVAL_CALENDAR))
    if left.kind == "name":
        return not (set(left.text.split()) & set(right.text.split()))
    return left.kind != "date" or bool(_shared_parts(left, right))


def _apart(left: Value, right: Value, share: float) -> bool:
    """Whether one interval ends before the other begins, by more than a share of the larger."""
    first, second = sorted((left, right), key=lambda value: value.low)
    return second.low - first.high > share * abs(second.low)


def inside(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a place lies in one of the spans."""
    return any(start <= position < end for start, end in spans)
