"""Lines of text files and pages: which breaks are only wrapping, which lines begin list items."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

_WRAP_FROM = 45
"""Text wrapped narrower than this is verse, an address or a list, not prose."""

_BULLET = re.compile(r"[-*+•●○▪■◦‣⁃–—·\uf000-\uf0ff][ \t]+(?=\S)")
_NUMBERED = re.compile(
    r"(?:\(?\d{1,3}(?:\.\d{1,3}){0,4}[.)]|\(?[a-zA-Z][.)]|\([ivxIVX]{1,5}\))[ \t]+(?=\S)"
)
_TAIL = 40
"""Characters at the end of a text that decide how the next line joins it."""

_HYPHENATED = re.compile(r"[^\W\d_]{2,}[-\u2010\u00ad]\Z")
_BROKEN = re.compile(
    r"(?<![^\W\d_])(?P<head>[^\W\d_]{2,}+)(?P<hyphen>[-\u2010])[ \t]*\n[ \t]*"
    r"(?P<tail>[a-z]+)(?P<rest>\S*)[ \t]*\n?"
)
_WRITTEN = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_CJK = re.compile(r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


class Item(NamedTuple):
    """A line that begins a list item: how it is marked in the text, and its words."""

    marker: str
    text: str


def list_item(line: str) -> Item | None:
    """The item that ``line`` begins; a bullet becomes a marker, a number stays in the words."""
    stripped = line.lstrip()
    bullet = _BULLET.match(stripped)
    if bullet:
        return Item("- ", stripped[bullet.end() :].rstrip())
    return Item("", stripped.rstrip()) if _NUMBERED.match(stripped) else None


def is_marker(word: str) -> bool:
    """Whether ``word`` alone would mark the list item that follows it."""
    return " " not in word and list_item(f"{word} x") is not None


def join_wrapped(lines: Sequence[str]) -> str:
    """One text of the lines of one paragraph; breaks that are not wrapping stay as ``\\n``."""
    stripped = [line.strip() for line in lines]
    widest = max((len(line) for line in lines), default=0)
    kept: list[list[str]] = []
    for index, line in enumerate(stripped):
        if index > 0 and _is_wrap(lines[index - 1], line, widest):
            kept[-1].append(line)
        else:
            kept.append([line])
    return "\n".join(join_all(wrapped) for wrapped in kept)


def join_all(lines: Iterable[str]) -> str:
    """All pieces of one wrapped line as one, in time linear in their length."""
    done: list[str] = []
    tail = ""
    for line in lines:
        tail = join(tail, line)
        done.append(tail[:-_TAIL])
        tail = tail[-_TAIL:]
    return "".join((*done, tail))


def join(left: str, right: str) -> str:
    """Two halves of a wrapped line as one: hyphens healed, no space between CJK characters."""
    if not left or not right:
        return left or right
    if _HYPHENATED.search(left[-_TAIL:]) and right[0].islower():
        return left[:-1] + right
    if _CJK.match(left[-1]) and _CJK.match(right[0]):
        return left + right
    return f"{left} {right}"


def with_own_hyphens(text: str) -> str:
    """The text with words that have a hyphen of their own moved up whole from a broken line end.

    Every other hyphen at a line end is the printer's, and ``join`` heals it.
    """
    if _BROKEN.search(text) is None:
        return text
    words = Counter(_WRITTEN.findall(_BROKEN.sub(" ", text).lower()))

    def settled(found: re.Match[str]) -> str:
        head, tail = found["head"].lower(), found["tail"]
        if not has_hyphen(head, tail, words):
            return found.group()
        return f"{found['head']}{found['hyphen']}{tail}{found['rest']}\n"

    return _BROKEN.sub(settled, text)


def has_hyphen(head: str, tail: str, words: Mapping[str, int]) -> bool:
    """Whether the document writes a word with a hyphen: so elsewhere, or else both halves alone.

    ``words`` are those of the document, in lower case, without the halves of broken ones.
    """
    joined = words.get(head + tail, 0)
    if words.get(f"{head}-{tail}", 0) > joined:
        return True
    return not joined and head in words and tail in words


def _is_wrap(line: str, following: str, widest: int) -> bool:
    """Whether the break after ``line`` was set by the margin: the next word did not fit."""
    if widest < _WRAP_FROM and not _CJK.search(line[-1:]):
        return False
    next_word = following.split(maxsplit=1)[0] if following else ""
    return len(line.rstrip()) + 1 + min(len(next_word), 30) >= widest * 0.8
