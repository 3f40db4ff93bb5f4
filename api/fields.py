"""The kinds of text a request may hold, and how much of it."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from starlette.convertors import StringConvertor, register_url_convertor

from core.text import normalise

_LINE_CHARACTERS = frozenset("\t\n\r")


def one_line(value: str) -> str:
    """Refuses control characters and lone surrogates."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise ValueError("must not contain control characters")
    return value


def plain_text(value: str) -> str:
    """Refuses the same, but allows tabs and line ends."""
    one_line("".join(character for character in value if character not in _LINE_CHARACTERS))
    return value


def normal_line(value: str) -> str:
    """Refuses the same, and what a normal form would change: a name is kept as it was given."""
    if normalise(one_line(value)) != value:
        raise ValueError("must be in Unicode normal form C, without line separators")
    return value


def _name(limit: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=limit)


ExternalId = Annotated[str, _name(200), AfterValidator(normal_line)]
Name = Annotated[str, _name(200), AfterValidator(one_line)]
Collection = Annotated[str, _name(100), AfterValidator(one_line)]
Channel = Annotated[str, _name(50), AfterValidator(one_line)]
Title = Annotated[str, _name(500), AfterValidator(one_line)]
Question = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True),
    AfterValidator(plain_text),
]
Said = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(plain_text)]
Reason = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(plain_text)]
Cursor = Annotated[str, _name(500), AfterValidator(one_line)]
Limit = Annotated[int, Field(ge=1, le=200)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class AnyTextConvertor(StringConvertor):
    """A path parameter that takes slashes and line ends too, so that its type can refuse them."""

    regex = r"[\s\S]+"


register_url_convertor("any_text", AnyTextConvertor())
