"""JSON and JSON lines: objects as rows under the path that leads to them.

``{"name": "QP-1", "price": 410}`` in ``parts`` reads ``name: QP-1 | price: 410`` below ``parts``.
"""

import json
from collections.abc import Sequence

from pydantic import JsonValue

from core.schemas.document import LoadedDocument
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_PROSE_FROM = 200
"""A longer string is text to be read, not a cell."""
_MAX_DEPTH = 40


def read(raw: RawDocument) -> LoadedDocument:
    """Every value, in the order of the file."""
    builder = DocumentBuilder()
    for value in _values(raw.text):
        _add(builder, value, 1)
    return builder.build(raw.media_type, raw.stem, warnings=raw.warnings)


def _values(text: str) -> list[JsonValue]:
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]


def _add(builder: DocumentBuilder, value: JsonValue, level: int) -> None:
    if level > _MAX_DEPTH:
        builder.paragraph(json.dumps(value, ensure_ascii=False))
    elif isinstance(value, dict):
        _add_object(builder, value, level)
    elif isinstance(value, list):
        _add_list(builder, value, level)
    else:
        builder.paragraph(_scalar(value))


def _add_object(builder: DocumentBuilder, value: dict[str, JsonValue], level: int) -> None:
    row = _row(value)
    if row:
        builder.table([row])
    for key, inner in value.items():
        if not _is_cell(inner):
            builder.heading(key, level)
            _add(builder, inner, level + 1)


def _add_list(builder: DocumentBuilder, values: Sequence[JsonValue], level: int) -> None:
    rows: list[str] = []
    for value in values:
        if isinstance(value, dict) and all(map(_is_cell, value.values())):
            rows.append(_row(value))
        elif _is_cell(value):
            rows.append(_scalar(value))
        else:
            builder.table(rows)
            rows = []
            _add(builder, value, level + 1)
    builder.table(rows)


def _row(value: dict[str, JsonValue]) -> str:
    return " | ".join(f"{key}: {_scalar(inner)}" for key, inner in value.items() if _is_cell(inner))


def _is_cell(value: JsonValue) -> bool:
    if isinstance(value, list):
        return len(value) <= 20 and not any(isinstance(inner, dict | list) for inner in value)
    return not isinstance(value, dict) and not (isinstance(value, str) and len(value) > _PROSE_FROM)


def _scalar(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(map(_scalar, value))
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)
