"""Questions that the main clause of a sentence answers, rule by rule. Pure, English.

A rule takes out what is asked for (a doer, a place, a reason, a name) and turns the rest of the
clause around; times and amounts are in ``predicting_amounts``. Each gives nothing where its form is
not met exactly.
"""

import re
from collections.abc import Callable, Iterator

from tools.predicting_amounts import bare, condition, how_many, how_often, when
from tools.predicting_clauses import Clause
from tools.predicting_verbs import BE, base_of_past, is_participle
from tools.values import dates

_MOST_WORDS = 18
_REASON = re.compile(r"\s(?:because of|because|due to|in order to|so as to)\s")
_PASSIVE_WORDS = 3
"""Of a passive verb with its adverbs; after more words, another one may be meant by *by*."""
_BY = re.compile(r"\bby (?P<who>(?:the |an? )?[\w’'.&-]+(?:,? (?:and |of )?[\w’'.&-]+){0,6})$")
_PLACED = re.compile(
    r"(?P<before>.*?\b(?:located|situated|born|held|founded|based|buried|raised|headquartered|"
    r"stored|installed|formed|mounted|educated|kept|fitted))\s(?:in|at|near|on|inside|under)\s"
    r"(?=the |an? |[A-Z])"
)
_LIVED = re.compile(r"(?:in|at|near)\s[A-Z]")
_USED = re.compile(
    r"(?P<before>(?:be |been )?(?:commonly |mainly |often )?used)\s(?P<how>to|for)\s"
)
_NAMED = re.compile(
    r"(?P<before>(?:be |been )?(?:also |commonly |often |usually |sometimes )?"
    r"(?:known as|referred to as|called|named|nicknamed))\s+\S"
)
_ATTRIBUTE = re.compile(r"the (?:[\w-]+ ){1,3}of .+")
_VALUE = re.compile(r"(?:the|an?|[A-Z][\w-]*|about|approximately|around|over|\d\S*|[€$£]\S*)\b")
_DEFINING = re.compile(
    r"(?:defined as|any|an?|one of|the (?:name|process|act|study|ability|practice|science|use|term|"
    r"part|amount|number|set|method|system|branch))\b"
)
_NOT_DEFINED = frozenset({"each", "every", "some", "many", "most", "other", "all", "several"})
_PERSON = re.compile(
    r"\b(?:\w+(?:ician|ist|ographer|inger|riter|ainter|eader|ctor|poet|mathematician|philosopher)"
    r"|king|queen|emperor|general|president|poet|author|saint|engineer|lawyer|monk|soldier"
    r"|professor|politician|architect|player|rapper|director|producer|explorer|priest|bishop"
    r"|physician|nurse|nobleman|judge|officer|model|journalist|teacher|editor|designer|inventor)\b"
)
_NAME = re.compile(r"(?:[A-Z][\w.’'-]*)(?: (?:(?:of|de|von|van|the) )?[A-Z][\w.’'-]*){1,3}")
_NOT_PERSON = re.compile(
    r"\b(?:University|City|River|Company|Inc|Corporation|Act|Church|Union|Empire|States|School|"
    r"College|War|Battle|Party|Museum|Park|Island|Islands|Street|League|Association|Society|"
    r"Institute|Council|Court|Committee|Agency|Department|Bank|Times|Post|Republic|Kingdom|House|"
    r"Treaty|Revolution|Sea|Ocean|Lake|Mountain|Mount|North|South|East|West|New|Group|Records|"
    r"System|Airport|Station|Bridge|Building|Theatre|Palace|Law|Age|Period|Century|Europe|Asia|"
    r"Africa|America|England|France|Germany|India|China|Japan|Rome|Python|Windows|Linux|Unix)\b"
)
_WITHOUT_OBJECT_WORDS = """
    have occur exist lie differ vary begin arise become apply give take make keep put come go
    remain live die work point rise fall run say tell show mean think know find get
"""
_WITHOUT_OBJECT = frozenset(_WITHOUT_OBJECT_WORDS.split())
_LEADING = frozenset({"of", "on", "from", "to", "for", "with", "against", "into"})
_PLACING = frozenset({"in", "at", "as", "by", "during", "after", "before", "until", "since"})
_HEAD = re.compile(r"(?:the|an?|its|their|all|any|every|each|both|that|how|whether)\b")
_PASSIVE = re.compile(
    r"(?P<before>(?:be |been )?(?P<participle>[a-z]+)"
    r" (?:to|from|on|with|as|into|against|after|upon))"
    r" (?P<what>(?:the|an?|any|all|[A-Z]\w+)\b.*)"
)
_SELF = re.compile(
    r"\b(?:his|her|hers|its|their|theirs|him|them|himself|herself|itself|he|she|it)\b"
)

_INDEFINITE = re.compile(r"(?:an?|every|each|all)\b")
_SUPERLATIVE = re.compile(r"the .+ (?:of|for|in|to) ")
_BROKEN = re.compile(
    r"\b(?:the|an?|and|or|that|because|was|were|is|are|has|had|which|than|their|its|be|been)\?$"
    r"|\bbecause\b|\bthat \w+\?$|^Why .*\bthat\b"
)

Rule = Callable[[Clause], Iterator[str]]


def fact_questions(clause: Clause) -> Iterator[str]:
    """What the clause answers, the most telling first; none twice as long as people ask."""
    for rule in _RULES:
        for question in rule(clause):
            if len(question.split()) <= _MOST_WORDS and _is_whole(question):
                yield question


def _is_whole(question: str) -> bool:
    return not _BROKEN.search(question) and question.count('"') % 2 == 0


def definition_of(clause: Clause) -> str | None:
    """The question for what a subject is, or who."""
    words = clause.subject.split()
    if clause.verb not in BE or len(words) > 4 or not _DEFINING.match(clause.rest):
        return None
    if words[0] in _NOT_DEFINED:
        return None
    is_person = _PERSON.search(clause.rest[:80]) and _NAME.fullmatch(clause.subject)
    return clause.asked("Who" if is_person else "What", "")


def _by_whom(clause: Clause) -> Iterator[str]:
    main = clause.rest.split(", ", 1)[0]
    head = main.split(" ", 1)[0].lower()
    is_passive = clause.verb in BE or head == "been"
    if not is_passive or not (found := _BY.search(main)):
        return
    kept = main[: found.start()].strip()
    words = kept.split()
    is_short = 0 < len(words) <= _PASSIVE_WORDS and is_participle(words[0].lower())
    if not is_short or dates(found["who"]) or _SELF.search(kept) or " by " in kept:
        return
    is_person = found["who"][:1].isupper()
    yield clause.asked("Who" if is_person else "What", f"{kept} by")


def _where(clause: Clause) -> Iterator[str]:
    if (found := _PLACED.match(clause.rest)) and not dates(clause.rest[found.end() :][:14]):
        yield clause.asked("Where", found["before"])
    elif clause.base in {"live", "die", "occur", "reside", "work"} and _LIVED.match(clause.rest):
        yield clause.asked("Where", "")


def _why(clause: Clause) -> Iterator[str]:
    if found := _REASON.search(clause.rest):
        yield clause.asked("Why", clause.rest[: found.start()])


def _what_for(clause: Clause) -> Iterator[str]:
    if clause.verb in BE | {"can"} and (found := _USED.match(clause.rest)):
        yield clause.asked("What", f"{found['before']} for")


def _what_called(clause: Clause) -> Iterator[str]:
    if found := _NAMED.match(clause.rest):
        yield clause.asked("What", found["before"])


def _attribute(clause: Clause) -> Iterator[str]:
    if clause.verb in BE and _ATTRIBUTE.fullmatch(clause.subject) and _VALUE.match(clause.rest):
        yield clause.asked("What", "")


def _subject(clause: Clause) -> Iterator[str]:
    """Who or what did it: the clause as it stands, its subject replaced."""
    kept = bare(clause.rest)
    if len(kept.split()) < 3 or _SELF.search(kept):
        return
    if base_of_past(clause.verb) and _NAME.fullmatch(clause.subject):
        if not _NOT_PERSON.search(clause.subject):
            yield f"Who {clause.verb} {kept}?"
    elif clause.verb in {"is", "was"} and _names_one(clause.subject, kept):
        is_name = _NAME.fullmatch(clause.subject) and _PERSON.search(kept)
        yield f"{'Who' if is_name else 'What'} {clause.verb} {kept}?"


def _names_one(subject: str, kept: str) -> bool:
    return bool(_SUPERLATIVE.match(kept)) and not _INDEFINITE.match(subject)


def _object(clause: Clause) -> Iterator[str]:
    """What a thing contains, requires, established or led to."""
    if not clause.base or clause.base in _WITHOUT_OBJECT or not clause.rest:
        return
    first, _, then = clause.rest.partition(" ")
    if first in _LEADING and _HEAD.match(then):
        yield clause.asked("What", first)
    elif _HEAD.match(clause.rest) and first not in _PLACING:
        yield clause.asked("What", "")


def _oblique(clause: Clause) -> Iterator[str]:
    """What a thing can be reduced to, was named after, is made from."""
    found = _PASSIVE.match(clause.rest)
    if found and is_participle(found["participle"]) and not dates(found["what"]):
        yield clause.asked("What", found["before"])


_RULES: tuple[Rule, ...] = (
    how_often,
    when,
    how_many,
    condition,
    _by_whom,
    _where,
    _why,
    _what_for,
    _what_called,
    _attribute,
    _oblique,
    _subject,
    _object,
)
