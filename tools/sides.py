"""Two sides compared: which one a question asks for, once the value of each is known. Pure.

Only what follows from the words and two values of one kind is concluded; anything else is left to
whoever reads the two sentences.
"""

import re
from collections.abc import Sequence
from typing import Literal

from tools.values import Value

End = Literal["least", "most"]

_LEAST = re.compile(
    r"\b(?:older|oldest|first|earlier|earliest|before|shorter|smaller|lighter|slower|colder|fewer"
    r"|less|lower|cheaper)\b",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:younger|youngest|newer|last|later|latest|most|more|taller|longer|higher|deeper|wider"
    r"|larger|bigger|heavier|faster|hotter|warmer|thicker|stronger|farther)\b",
    re.IGNORECASE,
)
_CHOOSES = re.compile(r"^(?:who|what|which|between|of)\b", re.IGNORECASE)
_DAY = re.compile(r"^\d{4}(?:-\d\d(?:-\d\d)?)?$")


def wanted_end(question: str) -> End | None:
    """The end of the scale that a question chooses by; None where it asks for no choice.

    >>> wanted_end("Who is older, Ada or Otto?"), wanted_end("Which pump is heavier, A or B?")
    ('least', 'most')
    """
    if not _CHOOSES.match(question.strip()):
        return None
    least, most = bool(_LEAST.search(question)), bool(_MOST.search(question))
    if least == most:
        return None
    return "least" if least else "most"


def chosen_side(end: End, values: Sequence[Value]) -> int | None:
    """Which of two values lies at that end; None where they overlap or cannot be compared."""
    order = _order(*values) if len(values) == 2 else 0
    if not order:
        return None
    return 0 if (order < 0) == (end == "least") else 1


def _order(left: Value, right: Value) -> int:
    """Below zero where the left one is less, above where it is more, zero where nobody can tell."""
    if left.kind != right.kind:
        return 0
    if left.kind == "date" and _DAY.match(left.text) and _DAY.match(right.text):
        overlapping = left.text.startswith(right.text) or right.text.startswith(left.text)
        return 0 if overlapping else -1 if left.text < right.text else 1
    if left.kind == "number" and left.dimension == right.dimension:
        return (left.low > right.high) - (left.high < right.low)
    return 0
