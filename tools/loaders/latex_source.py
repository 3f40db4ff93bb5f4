"""LaTeX source that is read once, front to back, with what must be taken from it untokenised."""

import re
from collections.abc import Iterator
from typing import Final

from tools.loaders.latex_tokens import Token, next_token
from tools.loaders.latex_words import CHARACTERS

_MACRO_LIMIT: Final = 200
_INLINE: Final = re.compile(r"(?:[^$\\\n]|\\.|\n(?![ \t]*\n))*+\$", re.DOTALL)
_DISPLAY: Final = re.compile(r"(?:[^$\\]|\\.)*+\$\$", re.DOTALL)
_DEFINED: Final = re.compile(
    r"\{?[ \t]*\\([a-zA-Z@]++)[ \t]*\}?[ \t]*((?:\[[^\]\n]{0,100}\]|\#\d){0,9})\s*+(?=\{)"
)
_ALIAS: Final = re.compile(r"\\[a-zA-Z@]++[ \t]*=?[ \t]*\\?[^\s\\][a-zA-Z@]*+")
_IN_MACRO: Final = re.compile(r"\\([a-zA-Z]++)[ \t]*|[{}$]|\\(.)|~", re.DOTALL)


class Source:
    """The text, how far it was read, and the abbreviations that it defined so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.macros: dict[str, str] = {}
        self._absent: set[str] = set()
        """Ends that do not come any more: looked for once."""

    def tokens(self) -> Iterator[Token]:
        """The tokens from wherever the source is read to."""
        while (token := next_token(self.text, self.place)) is not None:
            self.place = token.end
            yield token

    def until(self, end: str) -> str | None:
        """The source up to ``end``, which is passed; None where it does not come."""
        found = -1 if end in self._absent else self.text.find(end, self.place)
        if found < 0:
            self._absent.add(end)
            return None
        source = self.text[self.place : found]
        self.place = found + len(end)
        return source

    def formula(self, mark: str) -> str | None:
        """The source up to the dollar marks that end a formula; None for a stray mark."""
        match = (_DISPLAY if mark == "$$" else _INLINE).match(self.text, self.place)
        if match is None:
            return None
        self.place = match.end()
        return match.group()[: -len(mark)]

    def pass_definition(self) -> tuple[str, bool] | None:
        """The name that a definition defines, and whether it takes arguments."""
        match = _DEFINED.match(self.text, self.place)
        if match is None:
            return None
        self.place = match.end()
        return match.group(1), bool(match.group(2))

    def pass_alias(self) -> None:
        """Skip the two names of a ``\\let``."""
        match = _ALIAS.match(self.text, self.place)
        if match is not None:
            self.place = match.end()

    def define(self, name: str, start: int) -> None:
        """Keep the abbreviation whose text began at ``start`` and ends before the last token."""
        body = self.text[start : self.place - 1]
        if len(body) <= _MACRO_LIMIT and "\\begin" not in body:
            self.macros[name] = _IN_MACRO.sub(self._plain, body)[:_MACRO_LIMIT]

    def stands_alone(self, token: Token) -> bool:
        """Whether a command is the only thing on its line: then it is about the layout."""
        start = token.end - len(token.gap) - len(token.content) - 1
        before = self.text[max(start - 20, 0) : start].rpartition("\n")[2]
        after = self.text[token.end - len(token.gap) : token.end + 20].partition("\n")[0]
        return not before.strip() and not after.strip()

    def _plain(self, match: re.Match[str]) -> str:
        name, symbol = match.groups()
        if name:
            return self.macros.get(name, CHARACTERS.get(name, ""))
        return symbol if symbol and symbol in "%&#$_{}" else " " if match.group() == "~" else ""
