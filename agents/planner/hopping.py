"""Questions that need another's answer first, taken apart: {1} stands for the answer to the first.

After the decomposition of Panini (arXiv 2602.15156), by templates instead of a model: of-chains,
possessives and relative clauses around nouns that relate one thing to another. The innermost is
asked first. A question that fits no template stays whole.
"""

import re
from typing import NamedTuple

from tools.lexical import STOP_WORDS, words

MOST_HOPS = 3
MOST_CHARACTERS = 400
"""Longer questions are left whole: they say more than templates see."""

_PEOPLE = """actor actress architect author boyfriend brother child coach composer conductor creator
    daughter designer developer director discoverer editor engineer father founder girlfriend
    grandfather grandmother host husband inventor lyricist manager manufacturer mother narrator
    novelist operator owner painter parent performer photographer playwright producer publisher
    scientist screenwriter sculptor singer sister son songwriter spouse star supplier teacher
    uncle vocalist wife winner writer"""
_OFFICES = """boss ceo chairman champion governor head king mayor predecessor president principal
    queen ruler successor"""
_THINGS = "birthplace capital employer headquarters hometown"
_HELD = (
    "city college country county employer language network party religion school team university"
)
"""Of a person or work alone: "the city of Graz" is Graz, "Mozart's city" is another thing."""

PERSON_NOUNS = frozenset(f"{_PEOPLE} {_OFFICES}".split())
_PERSONAL = re.compile(
    r"\b(?:age|ages|attend(?:ed)?|birth|birthday|born|brother|children|daughter|die|died|father"
    r"|grow|husband|married|marry|mother|nationality|old|sister|son|spouse|stud(?:y|ied)|wife)\b"
)
"""What is asked of whoever holds an office, and not of the office itself."""


def _any(nouns: str) -> str:
    return "|".join(sorted(nouns.split(), key=len, reverse=True))


_RELATED = _any(f"{_PEOPLE} {_OFFICES} {_THINGS}")
_OWNED = _any(f"{_PEOPLE} {_OFFICES} {_THINGS} {_HELD}")

_CAPITAL = r"(?:\{\d\}|(?:[A-Z]|\d+(?=[\w-]*[ -][A-Z]))[\w’.&-]*(?:'(?!s\b)\w+)*)"
_LINK = r"(?: (?:of|the|and|de|la|von|van|in|for|a|an|to|on|at|del|di))"
_WORKS = (
    r"(?:(?:the |an? )?(?:film|novel|opera|song|book|album|pump|company|band|play|movie) "
    r"|the |an? )?"
)
_QUOTED = r"[\"“«][^\"”»]+[\"”»]"
_NAME = (
    rf"(?:{_WORKS}(?:{_QUOTED}"
    rf"|{_CAPITAL}(?:(?:{_LINK}{{0,2}}),? ?(?<=[ ]){_CAPITAL})*(?: \(\w[^)]*\))?))"
)
_MODIFIED = r"(?:(?:first|second|last|current|former|main|lead|original|founding|head) )?"

_OF = re.compile(
    rf"\b(?P<whole>the (?P<noun>{_MODIFIED}(?P<head>{_RELATED})) (?:of|for) (?P<name>{_NAME}))"
)
_OWN = re.compile(
    rf"\b(?P<whole>(?P<name>{_NAME})['’]s? (?P<noun>{_MODIFIED}(?P<head>{_OWNED})))\b"
)
_SINGULAR = (
    r"(?P<noun>(?!same\b|only\b|way\b|first\b|one\b)(?:(?!of\b)[\w-]+ )?[\w-]*(?:[^\Ws]|ss)(?<!ed))"
)
_RELATIVE = re.compile(
    rf"\b(?P<whole>the {_SINGULAR},? (?:who|that|which) "
    r"(?P<clause>(?!is\b|are\b|was\b|were\b|the\b|he\b|she\b|it\b|they\b|an?\b)"
    rf"[a-z]+ (?:(?:[a-z]+|in) ){{0,3}}?{_NAME}(?: in (?:\d{{4}}|{_NAME}))?))"
)
_MADE = re.compile(
    rf"\b(?P<whole>the {_SINGULAR}"
    rf" (?P<clause>(?:\w+ed|written|built|sung|made|won|led) by {_NAME}))"
)
_WHERE = re.compile(
    r"\b(?P<whole>the (?P<noun>city|country|state|town|village|county|year|region|continent|place)"
    r" (?:where|in which|when) (?P<subject>.+?) (?P<be>is|was|are|were) (?P<rest>[\w ]+))$"
)
_PREPOSITIONS = r"(?:about|after|at|before|by|during|for|from|in|of|on|through|to|under|with)"
_ASKS_THE_SAME = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|give|tell|name)\b"
    r"|^(?:who|what|which)(?: (?!nationality\b|religion\b|age\b)[\w-]+){0,3}"
    r" (?:is|was|are|were)(?: not)? \{\d\}(?! born\b)|^who play|\bnames? of \{\d\}",
    re.IGNORECASE,
)
"""What is left only asks for the first answer again, or whether it is so."""

_HOLE = re.compile(r"\{\d\}(?!.*\{\d\})")
_AUXILIARY = re.compile(r"\b(?:did|does|do|will|can|has|had|was|were|is) $")
_PREDICATE = re.compile(
    r"\b(?:nationality|religion|age|old|tall|rich|high|large|big|long|deep|wide)"
    r" (?:is|was) $"
)
_AFTER_SUBJECT = re.compile(
    rf"^ (?!{_PREPOSITIONS}\b|(?:and|as|because|if|not|or|that|when|while|who)\b)[a-z]+\b"
)
_AFTER_OBJECT = re.compile(rf"^(?:$| {_PREPOSITIONS} )")


def hops(question: str) -> tuple[str, ...]:
    """The questions to ask one after another, at most three; empty where none needs another.

    >>> hops("Which team did the director of Alien play for?")
    ('Who is the director of Alien?', 'Which team did {1} play for?')
    """
    rest = question.strip().rstrip("?.").strip()
    found: list[str] = []
    if len(rest) > MOST_CHARACTERS or "{" in rest:
        return ()
    while len(found) < MOST_HOPS - 1:
        first = _innermost(rest)
        left = rest.replace(first.whole, f"{{{len(found) + 1}}}", 1) if first else ""
        if first is None or not _is_question(left, first.whole):
            break
        found.append(first.question)
        rest = left
    return (*found, f"{rest}?") if found else ()


class _Hop(NamedTuple):
    question: str
    whole: str
    """The phrase that its answer stands for."""


def _innermost(text: str) -> _Hop | None:
    if match := _OF.search(text) or _OWN.search(text):
        word = "Who" if match["head"] in PERSON_NOUNS else "What"
        return _Hop(f"{word} is {match['whole']}?", match["whole"])
    if (match := _RELATIVE.search(text)) and STOP_WORDS.isdisjoint(words(match["noun"])):
        return _Hop(f"{_which(match['noun'])} {match['clause']}?", match["whole"])
    if (match := _MADE.search(text)) and STOP_WORDS.isdisjoint(words(match["noun"])):
        return _Hop(f"{_which(match['noun'])} was {match['clause']}?", match["whole"])
    if match := _WHERE.search(text):
        asked = "In which {noun} {be} {subject} {rest}?".format(**match.groupdict())
        return _Hop(asked, match["whole"])
    return None


def _which(noun: str) -> str:
    return "Who" if noun in {"man", "woman", "person"} else f"Which {noun}"


def _is_question(left: str, whole: str) -> bool:
    """Whether what is left asks something about the first answer, whose phrase ended where it
    seemed to: a name that goes on ("the Ottoman" of "the Ottoman empire") must not be cut."""
    if _fits(left, whole):
        return True
    outer = _OF.search(left)
    if outer is None or not _HOLE.search(outer["whole"]):
        return False
    return _is_question(left.replace(outer["whole"], "{1}", 1), outer["whole"])


def _fits(left: str, whole: str) -> bool:
    before, after = _HOLE.split(left, maxsplit=1)
    of_office = not set(_OFFICES.split()).isdisjoint(words(whole))
    if _ASKS_THE_SAME.search(left) or (of_office and not _PERSONAL.search(left)):
        return False
    if not _AUXILIARY.search(before):
        return bool(_AFTER_OBJECT.search(after))
    return bool(_AFTER_SUBJECT.search(after) or (not after and _PREDICATE.search(before)))
