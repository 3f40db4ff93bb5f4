"""The main clause of a plain English sentence: who, the verb, the rest. Pure; a shallow grammar.

A clause is read from the left: a lead ("In 1998,"), a subject without clauses in it, and the first
finite verb. A sentence with pronouns for a subject, a second finite verb, or doubtful parts gives
none: what is asked from it would not stand alone.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from tools.lexical import STOP_WORDS
from tools.predicting_verbs import (
    AUXILIARIES,
    BE,
    HAVE,
    PRESENT,
    base_of_past,
    base_of_present,
    is_participle,
)

_SHORTEST, _LONGEST = 20, 400
_SUBJECT_WORDS = 9


class Clause(NamedTuple):
    """Subject, verb and the rest of one sentence, as written."""

    lead: str
    """What stands before the subject, a time or a condition; may be empty."""
    subject: str
    verb: str
    """The finite verb: an auxiliary, or a full verb."""
    helper: str
    """The auxiliary that goes before the subject in a question: the verb itself, or a *do*."""
    base: str
    """The plain form of a full verb that needs *do*; empty where the verb is an auxiliary."""
    rest: str

    def asked(self, opening: str, rest: str) -> str:
        """The question that begins with ``opening`` and keeps ``rest`` after subject and verb."""
        said = (opening, self.helper, self.subject, self.base, rest)
        return " ".join(" ".join(said).split()).rstrip(" ,") + "?"


_ASIDE = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_NUMBERING = re.compile(r"^(?:\d{1,2}|[a-z])[.)]\s+")
_DISCOURSE = re.compile(
    r"(?:(?:However|Moreover|Furthermore|Also|Today|Later|Hence|So|Second|Third|First|Still|Yet|"
    r"For example|For instance|In addition|In general|In fact|In contrast|As a result|Therefore|"
    r"Thus|Then|By default|Nevertheless|Instead|Overall|Indeed|[A-Z][a-z]+ly),\s+"
    r"|(?:Today|Thus|Then|Also|Hence|Note that)\s+)"
)
_INSIDE = re.compile(
    r", (?:however|therefore|in general|in turn|in fact|for example|for instance|of course|"
    r"respectively|in addition|as well|too),"
)
_LEAD = re.compile(
    r"(?P<lead>(?:In|On|At|During|Since|By|After|Before|Until|From|Between|For|As of|Around|"
    r"Throughout|Under|With|Within|When|If|While|Upon|Unlike|Like|Because of|Due to|Once)\b"
    r"[^,;:]{1,70}(?:, (?:1[0-9]|20)\d\d)?),\s+(?P<main>.+)",
    re.DOTALL,
)
_TAIL = re.compile(r";|:\s|\s[–—-]{1,2}\s")
_SECOND_CLAUSE = re.compile(
    r",?\s(?:which|who|whose|where|while|although|though|whereas|but|so that|such as|"
    r"and (?:is|are|was|were|has|have|had|will|can|may|must|it|he|she|they|there))\b"
)
_FIRST_PERSON = re.compile(r"\b(?:I|we|We|my|our|us|you|You|your|Your|me)\b|[?!]")
_SYMBOLS = re.compile(r"[{}<>|=\\]|``")
_VAGUE = re.compile(
    r"\b(?:this|these|those|such|above|below|following|former|latter|here|therefore|however|"
    r"same|aforementioned|respectively)\b",
    re.IGNORECASE,
)
_PRONOUNS_WORDS = """
    little nobody nothing everyone everything someone something it he she they this these that those
    there here such who whom which what when where why how others another both its his her their
    one as if while although because not no only even either neither yet still so thus using
    following based given according to being having unlike like despite though whether another
    any none few then now next also often more less much such even just perhaps so well very too
    today later earlier i.e e.g
"""
_PRONOUNS = frozenset(_PRONOUNS_WORDS.split())
_NO_END = (STOP_WORDS | {"also", "often", "usually", "always", "currently", "later", "still"}) - {
    "he",
    "she",
}
_ARTICLES_WORDS = """
    the a an each every all its their his her some many most several other
"""
_ARTICLES = frozenset(_ARTICLES_WORDS.split())
_ORDINALS = frozenset({"first", "second", "third", "fourth", "fifth", "last", "latter", "former"})
_VAGUE_NOUNS_WORDS = """
    example examples result results reason reasons case cases way ways thing things problem
    problems part parts idea point issue issues author authors section sections situation effect
    effects article paper study term terms figure table list number rest
"""
_VAGUE_NOUNS = frozenset(_VAGUE_NOUNS_WORDS.split())
_SUBORDINATE_WORDS = """
    that which who whom whose where when while if because although as than to unless
"""
_SUBORDINATE = frozenset(_SUBORDINATE_WORDS.split())
_ADVERBS_WORDS = """
    also often usually always currently later still now generally typically normally originally
    first only never sometimes already then just nonetheless nevertheless since commonly
    eventually finally probably
"""
_ADVERBS = frozenset(_ADVERBS_WORDS.split())
_OPENERS = STOP_WORDS | {"every", "several", "many", "two", "three", "four", "five", "six", "one"}


def clause_of(sentence: str, common: Collection[str]) -> Clause | None:
    """The main clause, None where it cannot be told.

    ``common`` are words that the document has in lower case: one of them that opens the sentence
    loses its capital.
    """
    text = _ASIDE.sub("", _NUMBERING.sub("", " ".join(sentence.split()), count=1)).rstrip(". ")
    if not _SHORTEST <= len(text) <= _LONGEST or _FIRST_PERSON.search(text):
        return None
    text = _INSIDE.sub("", _DISCOURSE.sub("", text, count=1))
    lead, main = "", text
    if led := _LEAD.fullmatch(text):
        lead, main = led["lead"], led["main"]
    main = _SECOND_CLAUSE.split(_TAIL.split(main, maxsplit=1)[0], maxsplit=1)[0]
    return _read(lead, main, common)


def _read(lead: str, main: str, common: Collection[str]) -> Clause | None:
    words = _without_apposition(main).split()
    at = _verb_at(words)
    if at is None:
        return None
    subject = _subject(words[:at], common)
    rest = words[at + 1 :]
    rest = rest[1:] if rest and _is_adverb(rest[0]) else rest
    if subject is None or not rest or rest[0].lower() in {"not", "never", "no", "n't"}:
        return None
    if subject.startswith(("a ", "an ")) and _is_past(words[at]):
        return None
    said = " ".join((subject, *rest))
    if _VAGUE.search(said) or _SYMBOLS.search(said):
        return None
    helper, base = _helped(words[at], rest, subject)
    return Clause(lead, subject, words[at], helper, base, " ".join(rest))


def _is_past(verb: str) -> bool:
    """Of one event; about any such thing nothing can be asked."""
    return verb in {"was", "were", "had"} or base_of_past(verb) is not None


def _without_apposition(main: str) -> str:
    """ "X, a Y, was" as "X was"."""
    parts = main.split(", ")
    if len(parts) > 2 and _looks_like_verb(parts[2].split(" ", 1)[0]):
        return ", ".join((f"{parts[0]} {parts[2]}", *parts[3:]))
    return main


def _looks_like_verb(word: str) -> bool:
    return word in AUXILIARIES or bool(base_of_past(word) or base_of_present(word))


def _verb_at(words: list[str]) -> int | None:
    """Where the only finite verb before the first comma stands."""
    for at, word in enumerate(words[: _SUBJECT_WORDS + 1]):
        if at and word.lower() in _SUBORDINATE:
            return None
        if at and (word in AUXILIARIES or _is_full_verb(words, at)):
            return at if _is_alone(words[at + 1 :], word) else None
        if word.endswith(","):
            return None
    return None


def _is_full_verb(words: list[str], at: int) -> bool:
    word, before = words[at], words[at - 1].lower()
    if not word.islower() or before in _ARTICLES or before in STOP_WORDS:
        return False
    following = words[at + 1] if at + 1 < len(words) else ""
    opens = following.lower() in _OPENERS or following[:1].isupper() or following[:1].isdigit()
    follows_name = at > 1 and words[at - 1][0].isupper()
    if base_of_past(word):
        return opens or follows_name
    if base := base_of_present(word):
        return base in PRESENT or (opens and not before.endswith("s"))
    return word in PRESENT and opens and before.endswith("s")


def _is_alone(rest: list[str], verb: str) -> bool:
    """Whether no other finite verb follows in the clause, as after "data collected in 1998"."""
    for at, word in enumerate(rest):
        if word in _SUBORDINATE or (word == "and" and at > 0):
            return True
        if word in AUXILIARIES and (at > 0 or verb not in AUXILIARIES):
            return False
        if verb not in AUXILIARIES and base_of_past(word) and rest[at - 1 : at] != ["by"]:
            return False
    return True


def _subject(words: list[str], common: Collection[str]) -> str | None:
    words = words[:-1] if words[1:] and _is_adverb(words[-1]) else words
    if not words or words[0].lower() in _PRONOUNS or words[1:2] == ["of"]:
        return None
    if words[-1].lower() in _NO_END:
        return None
    first = words[0]
    if first.lower() in STOP_WORDS and first.lower() not in _ARTICLES:
        return None
    if first.endswith("ly") or (first.endswith("ing") and first.lower() in common):
        return None
    if words[-1].lower() in _VAGUE_NOUNS and len(words) < 4:
        return None
    if words[-1].lower() in _ORDINALS or words[-1].isdigit():
        return None
    if any(word.endswith((",", ";", ":")) or word.lower() in BE | HAVE for word in words):
        return None
    opens_name = any(word[0].isupper() for word in words[1:2])
    is_plain = first[1:].islower() and not opens_name and _is_common(first.lower(), common)
    if first.lower() in _ARTICLES or is_plain:
        first = first.lower()
    return " ".join((first, *words[1:]))


def _is_common(word: str, common: Collection[str]) -> bool:
    return word in common or (word.endswith("s") and word[:-1] in common)


def _is_adverb(word: str) -> bool:
    return word.lower() in _ADVERBS or (word.islower() and word.endswith("ly"))


def _helped(verb: str, rest: list[str], subject: str) -> tuple[str, str]:
    """The auxiliary of a question, and the plain verb that then follows the subject."""
    if verb in HAVE and not is_participle(rest[0].lower()) and rest[0] not in {"to", "become"}:
        return {"has": "does", "have": "do", "had": "did"}[verb], "have"
    if verb in AUXILIARIES:
        return verb, ""
    if base := base_of_past(verb):
        return "did", base
    if base := base_of_present(verb):
        return "does", base
    return "do", verb
