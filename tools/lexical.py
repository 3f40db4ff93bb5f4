"""Words of a text: the one way of cutting text into terms, for postings and for queries alike.

Knows letters, part numbers, scripts written without spaces, English stop words and stems. What
terms are worth is left to ``bm25`` and ``tfidf``.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import snowballstemmer

TERM_LIMIT = 64
"""Longer terms are cut: a base64 blob must not become a key of an index."""

REMEMBERED_CHARACTERS = 1_000
"""Terms of texts up to this long are remembered: while a document is built, its units are asked for
theirs by everyone who judges them."""

_MARKS = (
    r"\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u0900-\u0963\u0966-\u0d7f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
)
_WORD = re.compile(
    rf"[{_UNSPACED}]+"
    rf"|(?:(?![{_UNSPACED}])(?:[^\W_]|[{_MARKS}]))+"
    rf"(?:[-_./,:'’\u2010\u2011]+(?:(?![{_UNSPACED}])(?:[^\W_]|[{_MARKS}]))+)*"
)
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
_PIECE = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_NUMBER = re.compile(r"\d+(?:\.\d+)*|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_POSSESSIVE = re.compile(r"['’]s?$|(?<=\w)['’](?:s|ll|re|ve|d|m)$")
_PHRASE_JOINT = re.compile(r"[,:]")
_PUNCTUATION = str.maketrans({"’": "'", "\u2010": "-", "\u2011": "-"})

_STOP_WORDS = """
    a about above after again against all also am an and any are as at be because been before
    being below between both but by can cannot could did do does doing don't down during each few
    for from further had has have having he her here hers herself him himself his how i if in into
    is isn't it its itself just may me might more most must my myself no nor not now of off on once
    only or other our ours ourselves out over own per same shall she should so some such than that
    the their theirs them themselves then there these they this those through to too under until
    up upon us very was we were what when where which while who whom whose why will with within
    without would you your yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

_stemmer = snowballstemmer.stemmer("english")
_stemmer_lock = Lock()


class Token(NamedTuple):
    """A word, NFKC and case-folded, and where it stands in the text it came from."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Every word in order, nothing dropped; part numbers stay whole, unspaced scripts give bigrams.

    >>> [token.text for token in tokens("Seal QP-IM-200, 1,000 h")]
    ['seal', 'qp-im-200', '1000', 'h']
    """
    found: list[Token] = []
    for match in _WORD.finditer(text):
        if _UNSPACED_RUN.fullmatch(match.group()):
            found.extend(_bigrams(match.group(), match.start()))
        else:
            found.extend(_spaced(match.group(), match.start()))
    return found


def words(text: str) -> list[str]:
    """The words of a text without their places."""
    return [token.text for token in tokens(text)]


def content_terms(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order; compound words whole and in pieces."""
    remembered = len(text) <= REMEMBERED_CHARACTERS
    return list(_remembered_terms(text) if remembered else _content_terms(text))


def term_counts(text: str) -> dict[str, int]:
    """How often each term occurs: what postings hold and what queries ask."""
    return dict(Counter(content_terms(text)))


@lru_cache(maxsize=1 << 17)
def stem(word: str) -> str:
    """The English stem of a lower-case word; words that are not plain letters stay as they are."""
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word[:TERM_LIMIT]
    with _stemmer_lock:  # the stemmer keeps the word it works on in itself
        return str(_stemmer.stemWord(word[:TERM_LIMIT]))


def _content_terms(text: str) -> Iterator[str]:
    for word in words(text):
        yield from _terms_of(word)


@lru_cache(maxsize=1 << 12)
def _remembered_terms(text: str) -> tuple[str, ...]:
    return tuple(_content_terms(text))


@lru_cache(maxsize=1 << 17)
def _terms_of(word: str) -> tuple[str, ...]:
    if word in STOP_WORDS:
        return ()
    pieces = _PIECE.findall(word)
    if len(pieces) < 2 or _NUMBER.fullmatch(word):
        return (stem(word),)
    return (word[:TERM_LIMIT], *(stem(piece) for piece in pieces if piece not in STOP_WORDS))


def _bigrams(run: str, start: int) -> list[Token]:
    if len(run) == 1:
        return [Token(_folded(run), start, start + 1)]
    return [Token(_folded(run[i : i + 2]), start + i, start + i + 2) for i in range(len(run) - 1)]


def _spaced(raw: str, start: int) -> list[Token]:
    """One compound is one word, but a comma or colon joins only digits (1,000 and 12:30)."""
    if _NUMBER.fullmatch(raw) or not _PHRASE_JOINT.search(raw):
        return [_token(raw, start)]
    cuts = [0]
    for joint in _PHRASE_JOINT.finditer(raw):
        if not (raw[joint.start() - 1].isdigit() and raw[joint.end() : joint.end() + 1].isdigit()):
            cuts.append(joint.end())
    pieces = zip(cuts, [*cuts[1:], len(raw)], strict=True)
    return [
        _token(raw[a:b].rstrip(",:'’-_./"), start + a) for a, b in pieces if raw[a:b].strip(",:")
    ]


def _token(raw: str, start: int) -> Token:
    return Token(_plain(raw), start, start + len(raw))


@lru_cache(maxsize=1 << 16)
def _plain(raw: str) -> str:
    word = _POSSESSIVE.sub("", _folded(raw)) or _folded(raw)
    return word.replace(",", "") if _NUMBER.fullmatch(word) else word


def _folded(raw: str) -> str:
    return unicodedata.normalize("NFKC", raw).casefold().translate(_PUNCTUATION)
