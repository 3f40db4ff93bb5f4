"""Bytes to text: UTF-8 first, then marks and patterns of UTF-16/32, a declared or detected
encoding, and Windows-1252 at last. Never loses a byte silently: a guess is a warning.
"""

import codecs
import re
from typing import NamedTuple

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_TRUSTED_CODECS = re.compile(
    r"cp\d+|iso8859-\d+|koi8-\w|gb\w+|big5\w*|shift_jis\w*|euc_\w+|iso2022_\w+|mac-\w+|tis-620"
)
"""Character sets; Python's other codecs (escapes, punycode) are no encoding of a document."""
_HIGH = re.compile(rb"[\x80-\xff]")
_SAMPLE = 200_000
_ENOUGH_TO_DETECT = 24
"""Fewer bytes outside ASCII than this say too little about an encoding."""


class Decoded(NamedTuple):
    """Text and what had to be guessed to get it."""

    text: str
    warnings: tuple[str, ...] = ()


def decode(content: bytes) -> Decoded:
    """The text of ``content``, whatever its encoding."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Decoded(content[len(mark) :].decode(encoding, "replace"))
    wide = _wide_encoding(content)
    if wide:
        return Decoded(content.decode(wide, "replace"), (f"read as {wide} without a mark",))
    return _decode_utf8(content) or _decode_mixed(content) or _decode_legacy(content)


def _wide_encoding(content: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark shows as NULs at regular places."""
    head = content[:4096]
    if len(head) < 4 or len(content) % 2 or head.count(0) < len(head) // 4:
        return None
    zeros = [head[lane::4].count(0) * 4 >= len(head) * 0.8 for lane in range(4)]
    lanes = {
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
    }
    return lanes.get((zeros[0], zeros[1], zeros[2], zeros[3]))


def _decode_utf8(content: bytes) -> Decoded | None:
    """UTF-8, also with surrogates written as if they were characters; pairs are put together."""
    try:
        return Decoded(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    try:
        halves = content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    whole = halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Decoded(whole, ("surrogates in UTF-8 were repaired",))


def _decode_mixed(content: bytes) -> Decoded | None:
    """UTF-8 with some bytes of another encoding in it; None when UTF-8 is not what it mostly is.

    In a legacy encoding few byte sequences happen to be valid UTF-8 (about one in fourteen in
    East Asian ones), so one valid sequence in four means UTF-8 was meant.
    """
    lenient = content.decode("utf-8", "surrogateescape")
    strays = sum("\udc80" <= char <= "\udcff" for char in lenient)
    valid = sum(char > "\x7f" for char in lenient) - strays
    if valid == 0 or valid * 3 < strays:
        return None
    text = re.sub("[\udc80-\udcff]+", lambda run: _windows(_escaped(run.group())), lenient)
    return Decoded(text, (f"mixed encodings: {strays} bytes that are not UTF-8",))


def _decode_legacy(content: bytes) -> Decoded:
    encoding = _declared(content) or _detected(content)
    if encoding:
        text = content.decode(encoding, "replace")
        return Decoded(text, (f"read as {encoding}, not UTF-8",))
    return Decoded(_windows(content), ("unknown encoding, read as Windows-1252",))


def _declared(content: bytes) -> str | None:
    match = _DECLARED.search(content, 0, 2048)
    if not match:
        return None
    try:
        encoding = codecs.lookup(match.group(1).decode("ascii")).name
    except LookupError:
        return None
    return encoding if _TRUSTED_CODECS.fullmatch(encoding) else None


def _detected(content: bytes) -> str | None:
    sample = content[:_SAMPLE]
    if len(_HIGH.findall(sample)) < _ENOUGH_TO_DETECT:
        return None
    best = from_bytes(sample).best()
    return None if best is None or best.encoding == "utf_8" else best.encoding


def _escaped(run: str) -> bytes:
    return run.encode("utf-8", "surrogateescape")


def _windows(content: bytes) -> str:
    """Windows-1252, its five holes filled from Latin-1: every byte is a character."""
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(_windows_byte(byte) for byte in content)


def _windows_byte(byte: int) -> str:
    try:
        return bytes((byte,)).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)
