"""What the memories of one version name, and which names stand for one thing. Pure.

A memory is about its headings, about what it defines, and the first one about the title. Other
names come from the text itself: "X (Y)" with Y an acronym of X, "known as", "born", and a surname
after the full name. Names are joined inside one document only; across documents the same key is
the same entity.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from core.schemas.document import Span
from core.schemas.memory import Memory
from core.schemas.network import Mention, MentionKind
from core.text import shorten
from tools.lexical import tokens
from tools.loaders.sentences import sentence_ranges
from tools.naming import LONGEST, Name, key_of, names_in, qualifier_of
from tools.questions import is_generic, plain_heading

MOST_MENTIONS = 120
"""Of one memory: a list of names says little about each."""

ROLE_LIMIT = 120

_IS = re.compile(r"\s*(?:is|was|are|were)\s+(?:an?|the|one of the)\s+", re.IGNORECASE)
_ASIDE = re.compile(r"\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|,[^,.;]{1,120},)")
_ROLE_END = re.compile(
    r"[.;:(\[]|,(?! (?:\w+ )?(?:and|or) )|\b(?:who|which|that|whose|where|when)\b", re.IGNORECASE
)
_ALSO = re.compile(
    r"\b(?:known as|also called|nicknamed|abbreviated(?: as| to)?|alias|a\.k\.a\.|aka|born as"
    r"|(?<=[(,] )born|(?<=\()born|née|nee|né)\s+[\"“']?(?=[^\W\d_])",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"[A-Z][A-Za-z]*[A-Z]s?|[A-Z]{2,}s?")
_IN_BRACKETS = re.compile(r"\s*\(\s*[\"“]?(?P<inner>[^()\"”]{2,60})[\"”]?\s*\)")
_SMALL = frozenset({"of", "the", "and", "for", "in", "on"})


class Named(NamedTuple):
    """A name as one sentence has it, before the document decides for what it stands."""

    name: Name
    surface: str
    kind: MentionKind
    of: str
    """The key it is given for; its own, unless it is another name of something."""
    role: str = ""
    by_place: bool = False
    """Whether it may owe its capital to the start of the sentence alone."""


def link(memories: Sequence[Memory]) -> list[Mention]:
    """The mentions of a version's memories, in order; those of quarantined ones too."""
    read = [(memory, _named(memory)) for memory in memories]
    everything = [named for _, found in read for named in found]
    full = _full_names(everything)
    sure = {named.name.key for named in everything if not named.by_place} | full.keys()
    return [
        mention
        for memory, found in read
        for mention in (*_headings(memory), *_mentions(memory, found, full, sure))
    ]


def subjects_of(memory: Memory) -> tuple[str, ...]:
    """Names above the text that say what it is about, as written, the most special one last."""
    above = [memory.title] if memory.ordinal == 0 else []
    above += [plain_heading(heading) for heading in memory.heading_path[-1:]]
    kept = [name for name in dict.fromkeys(above) if not is_generic(name)]
    return tuple(name for name in kept if key_of(name) and len(tokens(name)) <= LONGEST)


def _headings(memory: Memory) -> Iterator[Mention]:
    for name in subjects_of(memory):
        yield Mention(
            memory_id=memory.id,
            name=key_of(name),
            entity=key_of(name),
            surface=name,
            kind="subject",
            role=qualifier_of(name),
        )


def _mentions(
    memory: Memory, found: Sequence[Named], full: Mapping[str, str], sure: Collection[str]
) -> Iterator[Mention]:
    for named in found[:MOST_MENTIONS]:
        if named.by_place and named.name.key not in sure:
            continue
        key = full.get(named.of, named.of)
        yield Mention(
            memory_id=memory.id,
            name=named.name.key,
            entity=key,
            surface=named.surface,
            kind=named.kind,
            span=Span(start=named.name.start, end=named.name.end),
            role=named.role,
        )


def _named(memory: Memory) -> list[Named]:
    """Every name in a memory's sentences; an alias is given for the subject before it."""
    text = memory.text_original
    title = subjects_of(memory)[:1] if memory.ordinal == 0 else ()
    found: list[Named] = []
    for at, (start, end) in enumerate(sentence_ranges(text)):
        sentence = text[start:end]
        subject = key_of(title[0]) if title and at == 0 else ""
        found += [_placed(one, start) for one in _in_sentence(sentence, subject)]
    return found


def _placed(named: Named, start: int) -> Named:
    """Told of the sentence, now of the memory's text."""
    name = named.name
    plain = named.surface.isalpha() and named.surface[1:].islower() and named.kind == "mention"
    return named._replace(
        name=Name(name.key, start + name.start, start + name.end),
        by_place=name.start == 0 and plain and named.of == name.key,
    )


def _in_sentence(sentence: str, subject: str) -> Iterator[Named]:
    """``subject`` is what the sentence is known to be about: the first one of a titled text."""
    others: dict[int, str] = {}
    for at, name in enumerate(names_in(sentence)):
        surface = sentence[name.start : name.end]
        role = _role(sentence, name) if at == 0 and (subject or _is_telling(surface)) else ""
        if at == 0 and (role or subject):
            subject, own = _subject(name.key, subject, bool(role))
            kind: MentionKind = "mention" if not role else "alias" if own != name.key else "subject"
            yield Named(name, surface, kind, own, role)
        elif name.start in others and _is_telling(surface):
            yield Named(name, surface, "alias", others[name.start])
        else:
            yield Named(name, surface, "mention", name.key)
        acronym = _acronym(sentence, name)
        if acronym is not None:
            others[acronym] = name.key
        if subject:
            others.update((place, subject) for place in _also(sentence))


def _is_telling(surface: str) -> bool:
    """Whether a name can tell something apart in other documents: "John" cannot."""
    return " " in surface or sum(letter.isupper() or letter.isdigit() for letter in surface) > 1


def _subject(key: str, title: str, defined: bool) -> tuple[str, str]:
    """Who the sentence is about, and whom its first name stands for.

    A title and the first sentence's subject are one where they share a word.
    """
    if title and (key == title or set(key.split()) & set(title.split())):
        return title, title
    return (key, key) if defined or not title else (title, key)


def _role(sentence: str, name: Name) -> str:
    """What the sentence says the entity is: the words after "is a"; empty where it does not."""
    at = name.end
    for _ in range(2):
        if aside := _ASIDE.match(sentence, at):
            at = aside.end()
    verb = _IS.match(sentence, at)
    if verb is None:
        return ""
    stop = _ROLE_END.search(sentence, verb.end())
    return shorten(sentence[verb.end() : stop.start() if stop else None], ROLE_LIMIT)


def _also(sentence: str) -> list[int]:
    """Where another name of the subject starts."""
    return [match.end() for match in _ALSO.finditer(sentence)]


def _acronym(sentence: str, name: Name) -> int | None:
    """Where the acronym of a name stands, if it follows in brackets."""
    bracket = _IN_BRACKETS.match(sentence, name.end)
    if bracket is None or not _ACRONYM.fullmatch(bracket["inner"]):
        return None
    letters = bracket["inner"].rstrip("s").casefold()
    return bracket.start("inner") if letters in _initials(name.key) else None


def _initials(key: str) -> tuple[str, str]:
    words = key.split()
    return (
        "".join(word[0] for word in words),
        "".join(word[0] for word in words if word not in _SMALL),
    )


def _full_names(found: Sequence[Named]) -> dict[str, str]:
    """What a short name stands for in this document: the one longer name that it ends."""
    stands_for: dict[str, str] = {}
    ends: dict[str, set[str]] = {}
    for named in found:
        if named.kind == "alias":
            stands_for.setdefault(named.name.key, named.of)
        words = named.of.split()
        if len(words) > 1 and _SMALL.isdisjoint(words):  # Oxford is not the University of Oxford
            ends.setdefault(words[-1], set()).add(named.of)
    surnames = {last: next(iter(keys)) for last, keys in ends.items() if len(keys) == 1}
    return {**surnames, **stands_for}
