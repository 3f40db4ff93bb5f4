"""Rich Text as tokens: control words with their numbers, braces, and bytes of text."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n\x00]+"
    r"|([^\\{}\r\n\x00]+)",
    re.DOTALL,
)
_CHARSETS: Final = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_CODEPAGES: Final = {10000: "mac-roman", 65001: "utf-8", 936: "gbk", 1361: "johab"}
_PYTHON_CODEPAGES: Final = frozenset(
    (437, 850, 852, 855, 857, 858, 860, 862, 863, 864, 865, 866, 874, 932, 949, 950,
     *range(1250, 1259))
)  # fmt: skip
WESTERN: Final = "cp1252"


class Token(NamedTuple):
    """A control word, a symbol with its backslash, a brace; or text, when ``word`` is empty."""

    word: str
    number: int | None = None
    text: str = ""


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a file whose bytes stand in ``text`` one by one; binary data is jumped over."""
    place = 0
    while (match := _TOKEN.match(text, place)) is not None:
        place = match.end()
        word, number, code, symbol, brace, run = match.groups()
        if word == "bin":
            place += max(int(number or 0), 0)
        elif word:
            yield Token(word, int(number) if number else None)
        elif code:
            yield Token("", None, chr(int(code, 16)))
        elif symbol or brace:
            yield Token(brace or f"\\{symbol}")
        elif run:
            yield Token("", None, run)


def encoding_of_charset(charset: int) -> str | None:
    """The encoding that a font's character set stands for; None for the file's own."""
    return _CHARSETS.get(charset)


def encoding_of_codepage(page: int) -> str:
    """Python's name of a Windows code page; the Western one where it has none."""
    return _CODEPAGES.get(page) or (f"cp{page}" if page in _PYTHON_CODEPAGES else WESTERN)
