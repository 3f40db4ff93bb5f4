"""Comparisons taken apart: one question for each of two sides, about what they are compared by.

Only forms whose two questions follow from the words are taken apart; all others stay whole.
"""

import re

from agents.planner.hopping import PERSON_NOUNS
from tools.naming import names_in
from tools.values import codes, numbers

_WORD = r"[\w'’.&-]+"
_SIDE = rf"(?:(?:the|an?|his|her) )?{_WORD}(?: (?!or\b|and\b|than\b){_WORD}){{0,7}}?"
_OR = rf"(?:: ?|, |\? ?)?(?P<left>{_SIDE}),? or (?P<right>{_SIDE})"
_IS = r"(?:is|are|was|were)"

_BASES = {
    "older": "old",
    "younger": "old",
    "taller": "tall",
    "shorter": "long",
    "longer": "long",
    "higher": "high",
    "deeper": "deep",
    "wider": "wide",
    "larger": "large",
    "bigger": "big",
    "smaller": "large",
    "heavier": "heavy",
    "lighter": "heavy",
    "faster": "fast",
    "slower": "fast",
    "hotter": "hot",
    "colder": "cold",
    "warmer": "warm",
    "thicker": "thick",
    "stronger": "strong",
    "farther": "far",
}
"""Comparatives and the adjective by which both sides are asked ("lighter": how heavy)."""

_DEGREE = rf"(?P<degree>{'|'.join(_BASES)})"
_NOT_NOUNS = "|".join(["first", "last", "earlier", "later", "more", "both", "the", "same"])
_NOUN = rf"(?P<noun>(?!(?:{_NOT_NOUNS})\b)[\w-]+(?: [\w-]+){{0,2}}?)"
_FIRST = r"(?:first|earlier|last|later|before|most recently|earliest)"
_WHO = r"(?:who|what|which)(?: \w+){0,2}?"
_EITHER = rf"(?:who|what|which)(?: \w+){{0,3}}?, (?P<left>{_SIDE}),? or (?P<right>{_SIDE}),"
_BOTH = rf"(?P<left>{_SIDE}) and (?P<right>{_SIDE}) (?:both )?"

_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"^{pattern}$", re.IGNORECASE), asking)
    for pattern, asking in (
        (rf"who (?:is|was) (?:older|younger){_OR}", "When was {side} born?"),
        (rf"who was born {_FIRST}{_OR}", "When was {side} born?"),
        (rf"(?:who|which \w+) died {_FIRST}{_OR}", "When did {side} die?"),
        (
            rf"was (?P<left>{_SIDE}) (?:older|younger) than (?P<right>{_SIDE})",
            "When was {side} born?",
        ),
        (rf"{_WHO} came out {_FIRST}{_OR}", "When did {side} come out?"),
        (
            rf"{_WHO} (?P<be>was|were) (?P<verb>\w+(?:ed|n|t|und)) {_FIRST}{_OR}",
            "When {be} {side} {verb}?",
        ),
        (
            rf"{_WHO} (?P<be>was|were) (?:first|last) (?P<verb>\w+(?:ed|n|t|und)){_OR}",
            "When {be} {side} {verb}?",
        ),
        (rf"{_EITHER} (?:was born|is|was) (?:older|younger)", "When was {side} born?"),
        (
            rf"{_EITHER} (?P<be>was|were) (?P<verb>\w+(?:ed|n|t|und)) {_FIRST}",
            "When {be} {side} {verb}?",
        ),
        (rf"{_EITHER} (?P<be>{_IS}) (?:the )?{_DEGREE}", "How {base} {be} {side}?"),
        (rf"{_WHO} (?P<be>{_IS}) (?:the )?{_DEGREE}{_OR}", "How {base} {be} {side}?"),
        (
            rf"(?P<be>{_IS}) (?P<left>{_SIDE}) {_DEGREE} than (?P<right>{_SIDE})",
            "How {base} {be} {side}?",
        ),
        (
            rf"{_WHO} (?P<have>has|have|had) (?:more|fewer|the most) {_NOUN}{_OR}",
            "How many {noun} {does} {side} have?",
        ),
        (rf"{_IS} {_BOTH}(?:of|in|from) the same {_NOUN}", "{what} is the {noun} of {side}?"),
        (
            rf"(?:do|did) {_BOTH}(?:have|share|had|shared) the same {_NOUN}",
            "{what} is the {noun} of {side}?",
        ),
        (
            rf"(?:what (?:is|are) the differences? (?:in|of)|compare) (?:the )?{_NOUN}"
            rf" (?:of|between|for) (?P<left>{_SIDE}) (?:and|with|to) (?P<right>{_SIDE})",
            "{what} is the {noun} of {side}?",
        ),
    )
)
_HAVE = {"has": "does", "have": "do", "had": "did"}


def sides(question: str) -> tuple[str, ...]:
    """One question for each side of a comparison; empty where its form does not tell them apart.

    >>> sides("Which pump is heavier, the HP-240 or the HP-260?")
    ('How heavy is the HP-240?', 'How heavy is the HP-260?')
    """
    text = question.strip().rstrip("?").strip()
    for pattern, asking in _FORMS:
        match = pattern.match(text)
        if match and _is_named(match["left"]) and _is_named(match["right"]):
            return tuple(_asked(asking, match, match[side]) for side in ("left", "right"))
    return ()


def _is_named(side: str) -> bool:
    """Nothing is asked of "50 kg" or "in the past", to which a thing may be compared too."""
    return not numbers(side) and bool(names_in(side) or codes(side))


def _asked(asking: str, match: re.Match[str], side: str) -> str:
    parts = match.groupdict()
    noun = parts.get("noun") or ""
    return asking.format(
        side=side.strip(" ,:"),
        base=_BASES.get((parts.get("degree") or "").lower(), ""),
        be=(parts.get("be") or "").lower(),
        verb=parts.get("verb"),
        noun=noun,
        what="Who" if noun in PERSON_NOUNS else "What",
        does=_HAVE.get((parts.get("have") or "").lower(), ""),
    )
