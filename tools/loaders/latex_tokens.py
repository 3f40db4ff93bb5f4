"""LaTeX source as tokens. Comments are dropped; what TeX reads letter by letter comes as text."""

import re
from typing import Final, NamedTuple

from tools.loaders.latex_words import ACCENTS

_TOKEN: Final = re.compile(
    r"""
    (?P<comment>%[^\n]*(?:\n(?![ \t]*\n)[ \t]*)?
        |\\(?:cmidrule|cline)[ \t]*(?:\[[^\]\n]{0,20}\])?(?:\([^()\n]{0,20}\))?\{[^{}\n]{0,20}\})
    |\\(?:verb|lstinline)\*?(?P<bar>[^\w\s*{\[])(?P<verb>[^\n]{0,500}?)(?P=bar)
    |\\(?:url|nolinkurl|path)[ \t]*\{(?P<url>[^{}\n]*+)\}
    |(?P<link>\\href[ \t]*\{[^{}\n]*+\})
    |\\(?P<accent>['`^"~=.]|[cvuHkrdb](?![a-zA-Z]))[ \t]*
        (?:\{\\?(?P<inner>[a-zA-Z])[ \t]?\}|\\(?P<dotless>[ij])(?![a-zA-Z])[ ]?|(?P<bare>[a-zA-Z]))
    |\\(?P<word>[a-zA-Z@]++)\*?(?P<gap>[ \t]*+(?:\n(?![ \t]*\n)[ \t]*+)?)
    |\\(?P<symbol>.)
    |(?P<mark>[{}\[\]&~]|\$\$?)
    |(?P<pause>\n[ \t]*\n\s*+)
    |(?P<text>[^\\%{}\[\]$&~\n]++|\n)
    """,
    re.VERBOSE | re.DOTALL,
)
_LIGATURES: Final = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘"), ("'", "’"))


class Token(NamedTuple):
    """One token: its kind (word, symbol, mark, pause, text), its content, and where it ends."""

    kind: str
    content: str
    end: int
    gap: str = ""
    """White space that a command swallows."""


def next_token(text: str, place: int) -> Token | None:
    """The token at ``place``; None at the end."""
    while (match := _TOKEN.match(text, place)) is not None:
        kind = match.lastgroup or ""
        place = match.end()
        if kind == "comment":
            continue
        if kind in ("verb", "url"):
            return Token("text", match[kind], place)
        if kind in ("inner", "dotless", "bare"):
            return Token("text", match[kind] + ACCENTS[match["accent"]], place)
        if kind == "gap":
            return Token("word", match["word"], place, match["gap"])
        if kind == "text":
            return Token("text", _with_ligatures(match["text"]), place)
        return Token(kind, match[kind], place)
    return None


def _with_ligatures(text: str) -> str:
    if "'" in text or "`" in text or "--" in text:
        for typed, printed in _LIGATURES:
            text = text.replace(typed, printed)
    return text
