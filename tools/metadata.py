"""What kind of text a chunk is, what readers come to it for, and the names it holds. Pure, English.

By form and cue words alone: labels, imperatives, tables, code.
"""

import re
from collections.abc import Iterator, Sequence

from core.schemas.document import Unit
from core.schemas.memory import ContentType, Intent
from tools.questions import IMPERATIVES, question_of
from tools.values import names

_ENTITIES = 20
_LONG_CODE = 4_000

_WARNING = re.compile(
    r"(?:warning|caution|danger|attention|safety)s?\s*(?:[:!–—]|$)", re.IGNORECASE
)
_NOTE = re.compile(r"note\s*[:!–—]|important\s*[:!]", re.IGNORECASE)
_EXAMPLE = re.compile(r"\bfor example\b|\be\.g\.|^examples?\b", re.IGNORECASE | re.MULTILINE)
_FAULT = re.compile(
    r"\b(?:troubleshoot\w*|faults?|errors?|failures?|problems?|symptoms?|diagnos\w+|debug\w*)\b",
    re.IGNORECASE,
)
_CURE = re.compile(
    r"\b(?:symptom|fault|problem)s?: .*\b(?:cause|remedy|solution|fix|action)s?: ", re.IGNORECASE
)
_COMPARING = re.compile(
    r"\b(?:vs\.?|versus|compared (?:with|to)|in contrast to|differences? between|differs? from"
    r"|unlike)(?!\w)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^\s*(?:def|class|function|public|static|void)\s+\w+\s*\(", re.MULTILINE)
_ORDINAL = re.compile(r"(?:first|then|next|now|finally|step \d+)[,:]?\s+", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"\b(?:[A-Za-z]+_[A-Za-z0-9_]+|[a-z]+[A-Z]\w+|(?<![-/])[A-Z]{2,8}s?(?![-/]))\b"
)


def content_type_of(units: Sequence[Unit]) -> ContentType:
    """By form: labels, imperatives, tables and code; a concept when nothing else shows."""
    text = "\n".join(unit.text for unit in units)
    heading = heading_path_of(units)[-1:] or ("",)
    body = [unit for unit in units if unit.kind != "heading"]
    if _WARNING.match(heading[0]) or any(_is_label(unit.text) for unit in body[:2]):
        return "warning"
    if _is_procedure(heading[0], body):
        return "procedure"
    if _share(body, "table_row") >= 0.5 or _SIGNATURE.search(text):
        return "reference"
    if _share(body, "code") >= 0.3 or _EXAMPLE.search(text):
        return "example"
    return "concept"


def _is_label(text: str) -> bool:
    return bool(_WARNING.match(text) or _NOTE.match(text))


def intents_of(content_type: ContentType, units: Sequence[Unit]) -> tuple[Intent, ...]:
    """What a reader may want who needs this chunk: by its type, and by words of fault or choice."""
    heading = " ".join(heading_path_of(units)[-1:])
    text = "\n".join(unit.text for unit in units if len(unit.text) <= _LONG_CODE)
    wanted: dict[Intent, bool] = {
        "how_to": content_type == "procedure",
        "debug": content_type == "warning" or bool(_FAULT.search(heading) or _CURE.search(text)),
        "compare": bool(_COMPARING.search(text)),
        "reference": content_type == "reference",
    }
    return tuple(intent for intent, is_wanted in wanted.items() if is_wanted)


def entities_of(units: Sequence[Unit]) -> tuple[str, ...]:
    """Names, abbreviations, part numbers and code identifiers, in order of appearance."""
    found: dict[str, str] = {}
    for unit in units:
        for surface in _entities_in(unit):
            found.setdefault(surface.casefold(), surface)
    return tuple(found.values())[:_ENTITIES]


def _entities_in(unit: Unit) -> Iterator[str]:
    if len(unit.text) > _LONG_CODE:
        return
    if unit.kind != "code":
        for name in names(unit.text):
            capital_by_place = name.start == 0 or unit.kind in ("heading", "table_row")
            is_plain = name.surface.isalpha() and name.surface[1:].islower()
            orders = name.start == 0 and name.surface.split()[0].lower() in IMPERATIVES
            if not orders and not (capital_by_place and is_plain):
                yield name.surface
    for match in _IDENTIFIER.finditer(unit.text):
        yield match.group()


def heading_path_of(units: Sequence[Unit]) -> tuple[str, ...]:
    """The path of the first text: a run of headings at the start belongs to what follows."""
    opening = units[0]
    for unit in units:
        if unit.kind != "heading":
            break
        opening = unit
    return opening.heading_path


def _is_procedure(heading: str, body: Sequence[Unit]) -> bool:
    if question_of(heading or "Text", "").startswith("How does one"):
        return True
    ordered = sum(
        unit.kind in ("list_item", "sentence") and _opens_with_imperative(unit.text)
        for unit in body
    )
    return ordered >= 2 and ordered * 5 >= len(body) * 2


def _opens_with_imperative(text: str) -> bool:
    words = _ORDINAL.sub("", text.lstrip("-*•0123456789.) ")).split(maxsplit=1)
    return bool(words) and words[0].lower().rstrip(",") in IMPERATIVES


def _share(units: Sequence[Unit], kind: str) -> float:
    total = sum(len(unit.text) for unit in units)
    return sum(len(unit.text) for unit in units if unit.kind == kind) / total if total else 0.0
