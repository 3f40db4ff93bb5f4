"""Questions a heading answers, by the form of the heading. Pure, English.

Shared by the outliner, which asks one per part, and by ``describing``, which predicts more.
"""

import re

from core.text import collapse_spaces, shorten

_NUMBERING = re.compile(
    r"^(?:(?:chapter|section|part|appendix|step)\s+[\dA-Z][\d.]*|\d[\d.]*)\s*[.):–-]?\s+",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"^#+\s*|[*`]+|\s*#+$")
_GENERIC = {
    "introduction overview abstract summary general about purpose scope": "What is {} about?",
    "motivation background rationale problem why": "Why is {} needed?",
    "specification design implementation method methods approach proposal": "How does {} work?",
    "results findings evaluation": "What are the results of {}?",
    "conclusion conclusions discussion": "What is concluded about {}?",
    "references bibliography sources links": "Which sources does {} refer to?",
    "example examples": "What are examples of {}?",
    "requirements prerequisites": "What does {} require?",
    "limitations": "What are the limits of {}?",
    "copyright license licence": "What is the licence of {}?",
}
_TEMPLATE_OF = {word: template for words, template in _GENERIC.items() for word in words.split()}
_VERBS = """
    add adjust align apply assemble attach avoid bleed build calculate calibrate check choose clean
    click close configure connect convert create cut define delete deploy describe diagnose
    disassemble disconnect disable drain enable enter fill fit flush handle hold identify insert
    inspect install keep lift locate loosen lower lubricate maintain make manage measure mount
    obtain open operate order perform place prepare press prevent prime pull purge push put read
    recover reinstall remove repair replace reset resolve restore return rinse rotate run select
    send set start stop store switch take test tighten transport troubleshoot turn understand
    uninstall unscrew update upgrade use verify wait wipe write
"""
_ALSO_NOUNS = """
    build check clean click close cut fit handle hold lift lower measure mount open order place
    press pull purge push read reset return run select set start stop store switch test transport
    turn update upgrade use wait
"""
_DETERMINERS = frozenset({"the", "a", "an", "your", "all", "each", "every", "any", "new"})
_DOUBLED = frozenset({"cut", "fit", "put", "reset", "run", "set", "stop"})
_TITLE_LIMIT = 80


def _gerund(verb: str) -> str:
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    return (verb[:-1] if verb.endswith("e") else verb) + "ing"


IMPERATIVES = frozenset(_VERBS.split())
"""Verbs that begin an instruction in manuals and procedures."""

_NOUNS_TOO = frozenset(_ALSO_NOUNS.split())
_VERB_OF_GERUND = {_gerund(verb): verb for verb in IMPERATIVES}


def plain_heading(heading: str) -> str:
    """A heading without its number and markup."""
    flat = collapse_spaces(_MARKUP.sub("", heading))
    return shorten(_NUMBERING.sub("", flat).rstrip(":.") or flat, _TITLE_LIMIT)


def is_generic(heading: str) -> bool:
    """Whether a heading names a role in any document ("Introduction") rather than a subject."""
    return plain_heading(heading).lower() in _TEMPLATE_OF


def question_of(heading: str, subject: str) -> str:
    """The question a heading answers; ``subject`` is what the text around it is about.

    >>> question_of("3.1 Replacing the mechanical seal", "HP-200 manual")
    'How does one replace the mechanical seal?'
    """
    title = plain_heading(heading)
    first, _, rest = title.partition(" ")
    word = first.lower()
    if title.endswith("?"):
        return title
    if not rest and word in _TEMPLATE_OF and subject and subject != title:
        return _TEMPLATE_OF[word].format(subject)
    if word in _VERB_OF_GERUND and rest:
        return f"How does one {_VERB_OF_GERUND[word]} {rest}?"
    if _is_imperative(word, rest):
        return f"How does one {word} {rest}?"
    if word == "how" and rest.lower().startswith("to "):
        return f"How does one {rest[3:]}?"
    return about(title, subject)


def about(title: str, subject: str) -> str:
    """The question for what is neither a question nor an instruction."""
    topic = _lowered(title)
    if subject and subject != title:
        return f"What does {subject} say about {topic}?"
    return f"What does the text say about {topic}?"


def what_is(heading: str) -> str:
    """The short form a reader would type."""
    title = plain_heading(heading)
    last = title.rsplit(" ", 1)[-1].lower()
    plural = last.endswith("s") and not last.endswith(("ss", "us", "is"))
    return f"What {'are' if plural else 'is'} {_lowered(title)}?"


def _is_imperative(word: str, rest: str) -> bool:
    if word not in IMPERATIVES or not rest:
        return False
    return word not in _NOUNS_TOO or rest.partition(" ")[0].lower() in _DETERMINERS


def _lowered(title: str) -> str:
    """Without the capital a title begins with, unless the word is a name or a code."""
    first, space, rest = title.partition(" ")
    is_plain = first[:1].isupper() and first[1:].islower() and not rest[:1].isupper()
    return first.lower() + space + rest if is_plain else title
