"""Delimited text: which character separates the fields, and whether one does at all."""

import csv
from collections import Counter
from io import StringIO
from itertools import islice

_CANDIDATES = ",;\t|"
_SAMPLE_LINES = 50
_SAMPLE_CHARACTERS = 50_000
_LONGEST_FIELD = 2**31 - 1


def read_delimited(text: str, delimiter: str) -> list[list[str]]:
    """The records of ``text``; quotes may span lines; an unclosed quote runs to the end."""
    csv.field_size_limit(_LONGEST_FIELD)
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))


def find_delimiter(text: str) -> str | None:
    """The separator that gives most records the same number of fields, more than one."""
    scores = {delimiter: _score(text, delimiter) for delimiter in _CANDIDATES}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > 0 else None


def looks_delimited(text: str, *, strict: bool) -> bool:
    """Whether ``text`` is a table. Without a telling name (``strict``) every record must agree.

    A list with one field per line is a table only when the name says so.
    """
    delimiter = find_delimiter(text)
    if delimiter is None:
        return not strict and _median_line(text) < 200
    widths = [len(record) for record in _sample(text, delimiter)]
    if not strict:
        return True
    return len(widths) >= 3 and len(set(widths)) == 1 and _median_line(text) < 500


def _score(text: str, delimiter: str) -> float:
    widths = Counter(len(record) for record in _sample(text, delimiter))
    if not widths:
        return 0.0
    width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]))
    share = agreeing / widths.total()
    if width < 2 or share < 0.5 or (agreeing == 1 and widths.total() > 1):
        return 0.0
    return share + min(width, 20) / 100


def _sample(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(StringIO(text[:_SAMPLE_CHARACTERS], newline=""), delimiter=delimiter)
    records = [record for record in islice(reader, _SAMPLE_LINES) if record]
    whole = len(text) <= _SAMPLE_CHARACTERS
    return records if whole or len(records) == _SAMPLE_LINES else records[:-1]


def _median_line(text: str) -> int:
    lengths = sorted(len(line) for line in text[:_SAMPLE_CHARACTERS].split("\n") if line.strip())
    return lengths[len(lengths) // 2] if lengths else 0
