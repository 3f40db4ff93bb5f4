"""Names in a text, and the one form in which a name is compared. Pure.

A name is a run of capitalised words; it may hold small connectors ("Bank of England") and
initials. Which stretch of a text stands for a known entity is for the network to say: ``phrases``
gives all that could.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from tools.lexical import STOP_WORDS, Token, tokens

LONGEST = 16
"""Words of a name; longer runs are headlines."""

KEY_LIMIT = 200
"""Characters of a key: what is longer is no name, and no index holds it."""

MOST_WORDS = 400
"""Of a text in which known names are looked for."""

_CONNECTING_WORDS = """
    of the de der den van von la le du da di del dei degli des do dos das al el bin ibn bint ben av
    af zu y no mac
"""
_CONNECTORS = frozenset(_CONNECTING_WORDS.split())
_GAP = re.compile(r" |-|- | -|\. ?|['’] ?|&| & ")
_ABBREVIATED = re.compile(r"[A-Z]|Mr|Mrs|Dr|St|Jr|Sr|Prof|Sgt|Lt|Col|Gen")
_QUALIFIER = re.compile(r"\s*\(([^()]*)\)\s*$")
_JOINTS = re.compile(r"[-_./:'\u2010\u2011]+ ?")
_ARTICLES = frozenset({"the", "a", "an"})
_CALENDAR = """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
"""
_HONOURS = """
    king queen prince princess duke duchess count countess sir lord lady emperor empress archduke
    archduchess earl baron baroness saint st dr pope cardinal bishop grand margrave landgrave
    elector mr mrs ms professor president general captain
"""
_TITLES = frozenset(_HONOURS.split())
_NUMERAL = re.compile(r"[ivx]{1,5}|jr|sr")
_NO_NAMES = STOP_WORDS.union(_CALENDAR.split())


class Name(NamedTuple):
    """A stretch of a text that may name something."""

    key: str
    start: int
    end: int


def key_of(name: str) -> str:
    """The form in which names are compared: words, case-folded, no article in front, no qualifier.

    >>> key_of("The Lodger (1927 film)")
    'lodger'
    """
    return _key(tokens(_QUALIFIER.sub("", name)))


def qualifier_of(title: str) -> str:
    """What stands in brackets at the end of a title, to tell it from others of its name."""
    match = _QUALIFIER.search(title)
    return match[1] if match else ""


def names_in(text: str) -> list[Name]:
    """The longest runs of capitalised words, in order, apart."""
    return [_name(run) for run in _runs(text)]


def phrases(text: str) -> list[Name]:
    """Every stretch that may name something known, longest first, then in order.

    It starts with a capital or a digit and ends in a word that carries meaning; commas and small
    words inside do not end it ("John II, Duke of Cleves"). Where only the first word has a capital,
    as in a question typed in haste, any word that carries meaning may start it.
    """
    words = tokens(text)[:MOST_WORDS]
    marked = {token for token in words if _is_marked(text, token)}
    meaning = {token for token in words if token.text not in STOP_WORDS}
    starts = marked if marked - set(words[:1]) else meaning
    found = [
        _name(words[first:stop])
        for first, token in enumerate(words)
        if token in starts
        for stop in range(first + 1, min(first + LONGEST, len(words)) + 1)
        if words[stop - 1] in marked | meaning
    ]
    return sorted(found, key=lambda name: (name.start - name.end, name.start))


def known_names(text: str, known: Collection[str]) -> list[Name]:
    """The names of the text that are known, in order; of two that overlap the longer one."""
    taken: list[Name] = []
    for name in phrases(text):
        if name.key in known and all(
            name.end <= other.start or other.end <= name.start for other in taken
        ):
            taken.append(name)
    return sorted(taken, key=lambda name: name.start)


def may_be_same(left: str, right: str) -> bool:
    """Whether two keys may name one thing: two words or more of the shorter are all in the other.

    Honours count for nothing ("Duke Ferdinand I of Parma", "Ferdinand I, Duke of Parma"). A Roman
    numeral must be in both, an ordinal may be left out of one ("John Wallop, 2nd Earl of
    Portsmouth").
    """
    one, other = set(left.split()) - _CONNECTORS, set(right.split()) - _CONNECTORS
    if any(_NUMERAL.fullmatch(word) for word in one ^ other):
        return False
    ordinals = [{word for word in words if word[0].isdigit()} for words in (one, other)]
    if all(ordinals) and ordinals[0] != ordinals[1]:
        return False
    fewer, more = sorted((one - _TITLES, other - _TITLES), key=len)
    return len(fewer) > 1 and fewer <= more


def _runs(text: str) -> Iterator[list[Token]]:
    run: list[Token] = []
    for token in tokens(text):
        joined = not run or _is_gap(text, run[-1], token)
        if run and not joined:
            yield from _trimmed(text, run)
            run = []
        if _is_capital(text, token) or (run and token.text in _CONNECTORS):
            run.append(token)
        elif run:
            yield from _trimmed(text, run)
            run = []
    yield from _trimmed(text, run)


def _trimmed(text: str, run: Sequence[Token]) -> Iterator[list[Token]]:
    """Without words at its edges that name nothing: "In", "The", a month, a trailing "of"."""
    words = list(run)
    while words and (words[0].text in _NO_NAMES or words[0].text in _CONNECTORS):
        words.pop(0)
    while words and (words[-1].text in _NO_NAMES or not _is_capital(text, words[-1])):
        words.pop()
    if words and len(words) <= LONGEST and len(_key(words)) > 1:
        yield words


def _is_gap(text: str, left: Token, right: Token) -> bool:
    gap = text[left.end : right.start]
    if "." in gap:
        return bool(_ABBREVIATED.fullmatch(text[left.start : left.end])) and len(gap) <= 2
    return bool(_GAP.fullmatch(gap))


def _is_capital(text: str, token: Token) -> bool:
    return text[token.start].isupper()


def _is_marked(text: str, token: Token) -> bool:
    return text[token.start].isupper() or text[token.start].isdigit()


def _name(run: Sequence[Token]) -> Name:
    return Name(_key(run), run[0].start, run[-1].end)


def _key(run: Sequence[Token]) -> str:
    words = [token.text for token in run]
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return _JOINTS.sub(" ", " ".join(words)).strip()[:KEY_LIMIT].rstrip()
