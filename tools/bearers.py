"""Whom or what a text speaks of, where several bear the name that is asked about. Pure.

Knows how texts introduce a bearer: brackets behind the name, "was a Scottish footballer", a fuller
name before it. Every doubt is resolved towards one and the same bearer: who could claim to speak of
somebody else would escape every vote.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from tools.lexical import content_terms, words
from tools.naming import names_in
from tools.overlap import jaccard, overlap_coefficient
from tools.values import dates

OPENING = 90
"""Characters at the start of a text in which the last word of the name is enough: a page begins
with what it is about."""

FIRST = 8
"""A name that starts before is the first thing a text says."""

DEFINED_WITHIN = 160
"""Characters behind the name in which "is a" tells what its bearer is."""

PARALLEL = 0.3
"""Share of terms from which two texts are versions of one, whatever they call its subject."""

SHARED = 0.34
"""Share of the shorter description that is in both from which they describe one bearer."""

SHARED_ASIDE = 0.67
"""The same where what stands in brackets behind the name differs."""

_QUOTED = re.compile(r"[\"“]([^\"“”]{2,80})[\"”]")
_BRACKETS = re.compile(r"\s*\(([^()]{2,80})\)")
_DEFINED = re.compile(
    r"\b(?:is|was|are|were)\s+(?:an?|the|one of the)\s+([^.;:(]{3,90}?)"
    r"(?=[.;:(,]| who | which | that | whose | where |$)"
)
_PLACE = re.compile(r",\s+((?:[A-Z][\w'’-]+,?\s+){1,3})")
_FULLER = re.compile(r"(?:\b[A-Z][\w'’-]+\s+|\b[A-Z]\.\s*){1,4}$")
_DAYS = re.compile(
    r"\b(?:born|died|\d{1,2}(?:st|nd|rd|th)?|(?:jan|febr)uary|march|april|may|june|july|august|"
    r"(?:sept|nov|dec)ember|october)\b",
    re.IGNORECASE,
)
_CLAIM = re.compile(r"[\w'’-]+")


class Introduced(NamedTuple):
    """A text with the terms by which it introduces the bearer of the name."""

    described: frozenset[str]
    """Empty where it introduces nobody."""
    qualified: frozenset[str]
    """Those in brackets behind the name, or behind a comma where the text opens."""
    terms: frozenset[str]
    """Of the whole text."""


def name_asked(question: str) -> str:
    """The name in a question: what it puts in quotes, else its longest name; empty without one.

    >>> name_asked("When was Jimmy Ryan born?")
    'Jimmy Ryan'
    """
    quoted = _QUOTED.search(question)
    if quoted:
        return quoted[1]
    found = [question[name.start : name.end] for name in names_in(question)]
    return max(found, key=len, default="")


def introduced(question: str, text: str, claimed: Collection[str]) -> Introduced:
    """How a text introduces the bearer of the name in the question.

    What is ``claimed`` about a bearer tells no two of them apart: of dates nothing counts, of other
    values not their last word ("fencer" in "British fencer").
    """
    places = list(_mentions(name_asked(question), text))
    ignored = frozenset(term for value in claimed for term in _own_terms(value))
    ignored |= frozenset(content_terms(question))
    aside = _terms(part for place in places for part in _aside(text, place))
    told = _terms(part for place in places for part in _definition(text, place))
    return Introduced((aside | told) - ignored, aside - ignored, frozenset(content_terms(text)))


def bearers(found: Mapping[UUID, Introduced]) -> dict[UUID, int]:
    """The bearer that each text speaks of, numbered by its smallest id; all 0 where one may be all.

    Texts that introduce nobody go with those that they share most with. The order of input does not
    matter.
    """
    keys = sorted(introducing(found))
    homes = {key: key for key in keys}
    for left, right in combinations(keys, 2):
        if not _differ(found[left], found[right]):
            one, other = sorted((homes[left], homes[right]))
            homes = {key: one if home == other else home for key, home in homes.items()}
    numbers = {home: at for at, home in enumerate(sorted(set(homes.values())))}
    if len(numbers) < 2:
        return dict.fromkeys(sorted(found), 0)
    return {key: numbers[homes[_nearest(key, keys, found)]] for key in sorted(found)}


def introducing(found: Mapping[UUID, Introduced]) -> frozenset[UUID]:
    """The texts that say whom they speak of, and are no version of one that does not: brackets put
    into a copy would take its words from the original."""
    silent = [one for one in found.values() if not one.described]
    return frozenset(
        key
        for key, one in found.items()
        if one.described and all(jaccard(one.terms, other.terms) < PARALLEL for other in silent)
    )


def _differ(left: Introduced, right: Introduced) -> bool:
    """Whether two texts that introduce a bearer each cannot mean the same one."""
    bounds = SHARED_ASIDE if _aside_differs(left, right) else SHARED
    alike = overlap_coefficient(left.described, right.described)
    return alike < bounds and jaccard(left.terms, right.terms) < PARALLEL


def _aside_differs(left: Introduced, right: Introduced) -> bool:
    both = bool(left.qualified and right.qualified)
    return both and overlap_coefficient(left.qualified, right.qualified) < SHARED_ASIDE


def _nearest(key: UUID, keys: Collection[UUID], found: Mapping[UUID, Introduced]) -> UUID:
    if key in keys:
        return key
    return min(keys, key=lambda other: (-jaccard(found[key].terms, found[other].terms), other))


def _own_terms(value: str) -> list[str]:
    if dates(value):
        return list(content_terms(value))
    return list(content_terms(" ".join(_CLAIM.findall(value)[-1:])))


def _terms(parts: Iterable[str]) -> frozenset[str]:
    """Without days and months: they describe nobody."""
    return frozenset(term for part in parts for term in content_terms(_DAYS.sub(" ", part)))


def _aside(text: str, place: tuple[int, int]) -> list[str]:
    """What stands in brackets behind the name; where the text opens, behind a comma too."""
    found = [_BRACKETS.match(text, place[1])]
    if place[0] <= FIRST:
        found.append(_PLACE.match(text, place[1]))
    return [match[1] for match in found if match]


def _definition(text: str, place: tuple[int, int]) -> list[str]:
    """What its bearer is said to be, and the fuller name of which it is then the end."""
    start, end = place
    defined = _DEFINED.search(text[end : end + DEFINED_WITHIN])
    fuller = _FULLER.search(text[max(0, start - 40) : start])
    if fuller and (defined or _BRACKETS.match(text, end)):
        return [fuller[0], *([defined[1]] if defined else [])]
    return [defined[1]] if defined else []


def _mentions(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the whole name stands, and where its last word does as the text opens."""
    if not name:
        return
    last = (words(name) or [name])[-1]
    for known, place in ((name, text), (last, text[:OPENING])):
        for match in re.finditer(rf"\b{re.escape(known)}\b", place, re.IGNORECASE):
            yield match.span()
