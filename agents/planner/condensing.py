"""A question of a conversation made to stand alone, by plain rules; unsure, it stays as it is.

Knows pronouns and two ellipses ("What about …?", "And …?"). What they stand for must be the one
thing that the last question was about, or the one name that its answer brought.
"""

import re
from collections.abc import Sequence

from agents.planner.kinds import answer_kind, is_english, question_kind
from core.schemas.evidence import Turn
from tools.asking import subject_of
from tools.lexical import STOP_WORDS, words
from tools.naming import names_in
from tools.values import code_spans

RECENT_TURNS = 12
MOST_CHARACTERS = 500
"""Of a question or turn that is looked at; longer ones say what they mean."""

_ELLIPSIS = re.compile(
    r"^(?:and )?(?:what|how) about (?P<what>.+?)\W*$|^(?:and|or) (?:(?:for|of|in|with) )?"
    r"(?P<other>(?:the |an? )?[\w-]+(?: [\w-]+){0,3})\W*$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?P<person>he|she|him|his|hers?)\b|\b(?P<thing>it|its)\b|\b(?P<many>they|them|theirs?)\b",
    re.IGNORECASE,
)
_EMPTY_IT = re.compile(
    r"\bit (?:is|was|be|rains?|snows?)\b|\b(?:is|was|does|will|would|did) it (?:true|possible|take"
    r"|necessary|allowed|rain|snow|mean|matter|likely|better|safe|worth)\b|\bit(?:self|['’]s)\b",
    re.IGNORECASE,
)
_OWNERS = frozenset({"his", "her", "its", "their"})
_PLURAL = re.compile(r"^(?:the |these |those |all )?(?:[\w-]+ )*?[a-z]+(?<![sui])s(?: of\b.*)?$")


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with pronouns and ellipses spelled out; empty where it stands alone, or where
    it is not clear what they stand for. Only the last turns are looked at.

    >>> standalone("How heavy is it?", [Turn(role="user", text="What does the HP-240 cost?")])
    'How heavy is the HP-240?'
    """
    asked = reply = ""
    for turn in history[-RECENT_TURNS:]:
        if turn.role == "user":
            asked, reply = _condensed(turn.text, asked, reply) or turn.text, ""
        else:
            reply = turn.text[:MOST_CHARACTERS]
    return _condensed(question, asked, reply)


def _condensed(question: str, asked: str, reply: str) -> str:
    """The question by the one before it and the reply to that."""
    if not asked or max(len(asked), len(question)) > MOST_CHARACTERS or not is_english(question):
        return ""
    if match := _ELLIPSIS.match(question.strip()):
        return _asked_again(asked, match["what"] or match["other"])
    return _spelled_out(question, asked, reply)


def _asked_again(asked: str, other: str) -> str:
    """The last question about another thing: of the same form, and there must be but one."""
    named = _named(asked)
    new = _named(other)
    if len(named) != 1 or len(new) != 1 or _is_code(named[0]) != _is_code(new[0]):
        return ""
    return asked.replace(named[0], new[0])


def _spelled_out(question: str, asked: str, reply: str) -> str:
    found = list(_PRONOUN.finditer(question))
    if not found or _EMPTY_IT.search(question) or _named(question[: found[0].start()]):
        return ""
    kinds = {kind for match in found for kind, word in match.groupdict().items() if word}
    meant = _meant(kinds.pop(), asked, reply) if len(kinds) == 1 else ""
    if not meant:
        return ""
    rest = iter(found)
    return _PRONOUN.sub(lambda _: _instead(next(rest), question, meant), question)


def _meant(kind: str, asked: str, reply: str) -> str:
    """What a pronoun stands for: whoever answers "who", else what the question was about."""
    named = _named(asked)
    if kind == "person":
        brought = [name for name in _named(reply) if name not in named]
        people = brought if _asks_who(asked) else named
        people = [name for name in people if not _is_code(name)]
        return people[0] if len(people) == 1 else ""
    subject = subject_of(asked)
    if kind == "many" and _PLURAL.match(subject):
        return subject
    if len(named) != 1 or (kind == "many" and _asks_who(asked)):
        return ""
    holder = subject.rsplit(" of ", maxsplit=1)[-1]
    return holder if named[0] in holder else named[0]


def _asks_who(question: str) -> bool:
    return answer_kind(question, question_kind(question)) == "person"


def _instead(match: re.Match[str], question: str, meant: str) -> str:
    pronoun, after = match.group().lower(), question[match.end() :]
    owned = pronoun in _OWNERS and (pronoun != "her" or _begins_noun(after))
    return f"{meant}{_ending(meant)}" if owned or pronoun in {"hers", "theirs"} else meant


def _begins_noun(after: str) -> bool:
    following = words(after)[:1]
    return bool(following) and following[0] not in STOP_WORDS


def _ending(meant: str) -> str:
    return "'" if meant.endswith("s") and _PLURAL.match(meant) else "'s"


def _named(text: str) -> list[str]:
    """Part numbers and names, in order, each once; a name with a part number in it is one."""
    spans = [*code_spans(text), *((name.start, name.end) for name in names_in(text))]
    whole = [
        (start, end)
        for start, end in dict.fromkeys(spans)
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in spans)
    ]
    return list(dict.fromkeys(text[start:end] for start, end in sorted(whole)))


def _is_code(name: str) -> bool:
    return any(character.isdigit() for character in name)
