"""What the names of paragraph styles say; word processors translate them."""

import re
from typing import Final

_HEADING: Final = re.compile(r"(?:heading|überschrift|titre|título|titolo|标题)\s*([1-9])", re.I)
_CODE: Final = ("code", "html preformatted", "preformatted", "macro", "source")


def heading_level(style: str) -> int | None:
    """The level of a heading style, 1 to 9; None for any other."""
    match = _HEADING.match(style)
    return int(match.group(1)) if match else None


def is_code(style: str) -> bool:
    """Whether lines in this style keep their breaks and indents."""
    return style.lower().startswith(_CODE)
