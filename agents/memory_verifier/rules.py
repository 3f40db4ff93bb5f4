"""Whether a statement is made by a few cited sentences: numbers, names, words, order. Pure.

The window is narrow on purpose. Against a whole document, a name swapped for another one of the
same document and an added "not" both pass; against the cited sentences and their neighbours
hardly any do (measured on real sentences, see the tests for the kinds of corruption).
"""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from tools.lexical import STOP_WORDS, content_terms, words
from tools.units import WORD_NUMBERS
from tools.values import names

COVERAGE_NEEDED = 0.7
NEAR_COPY = 0.8
"""From this share of its words on, a statement copies its source and must keep to it alone."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NEGATIONS = frozenset(
    {"not", "no", "never", "neither", "nor", "none", "without", "cannot", "nobody", "nothing"}
)
GLOSS = re.compile(r"(?P<short>[A-Z][A-Z0-9]{1,6}) = (?P<long>[^=]+)")
"""How an abbreviation is spelt out in front of a chunk."""
_WORDED = frozenset(WORD_NUMBERS) - {"a", "an", "one"}
_WORD = re.compile(r"\w+(?:[.,'’-]\w+)*")
_MODALS = {
    **dict.fromkeys(("must", "shall"), "obliged"),
    **dict.fromkeys(("should", "ought"), "advised"),
    **dict.fromkeys(("may", "might", "can", "could"), "possible"),
    **dict.fromkeys(("will", "would"), "expected"),
}
_MOST_ALIGNED = 400
"""Words of a sentence that is compared word by word; longer ones are tables and code."""


def failed_checks(statement: str, cited: Sequence[str], window: Sequence[str]) -> tuple[str, ...]:
    """Codes of the checks that fail: numbers, entities, coverage, negation, exchanged, modality.

    None is support. ``cited`` are the cited sentences, ``window`` the same with their neighbours.
    """
    nearest = max(cited, key=lambda sentence: coverage(statement, sentence))
    same_polarity = _negations(statement) == _negations(nearest)
    if same_polarity and any(_stands_in(statement, sentence) for sentence in cited):
        return ()
    source = "\n".join(cited)
    text = source if coverage(statement, source) >= NEAR_COPY else "\n".join(window)
    gloss = is_gloss(statement, cited)
    checks = {
        "numbers": _numbers(statement) <= _numbers(text),
        "entities": _names_stand(statement, text),
        "coverage": coverage(statement, text) >= COVERAGE_NEEDED,
        "negation": gloss or same_polarity,
        "exchanged": gloss or not _exchanges(statement, nearest),
        "modality": _modals(statement) <= _modals(nearest),
    }
    return tuple(code for code, holds in checks.items() if not holds)


def coverage(statement: str, text: str) -> float:
    """Share of the statement's content words that the text holds; 1 when it has none."""
    wanted = set(content_terms(statement))
    return len(wanted & set(content_terms(text))) / len(wanted) if wanted else 1.0


def is_gloss(statement: str, cited: Sequence[str]) -> bool:
    """Whether the statement is "LF = Long Form" and a cited sentence writes both side by side.

    It states nothing beyond the equation, so the polarity of the sentence does not matter.
    """
    match = GLOSS.fullmatch(statement)
    if match is None:
        return False
    short, long = re.escape(match["short"]), re.escape(match["long"])
    pairs = re.compile(rf"{long}\s*\(\s*{short}s?\b|\b{short}\s*(?:\(|[:=–—]|stands for)\s*{long}")
    return any(pairs.search(sentence) for sentence in cited)


def _stands_in(statement: str, sentence: str) -> bool:
    """Whether the sentence says it in these very words: "5 V" does not stand in "15 V"."""
    return bool(re.search(rf"(?<![\w.,]){re.escape(statement)}(?![\w]|[.,]\w)", sentence))


def _numbers(text: str) -> set[str]:
    digits = {_without_thousands(number) for number in _NUMBER.findall(text)}
    return digits | (_WORDED & set(words(text)))


def _without_thousands(number: str) -> str:
    return re.sub(r",(?=\d{3}(?!\d))", "", number)


def _names_stand(statement: str, text: str) -> bool:
    """Every name as a phrase, or every word of it, as whole words."""
    held = set(words(text))
    folded = text.casefold()
    return all(name.text in folded or set(words(name.text)) <= held for name in names(statement))


def _exchanges(statement: str, cited: str) -> bool:
    """Whether it is the cited sentence with one name or number in another's place.

    Either another one stands where one stood, between the same words, or two changed places. In a
    near copy that counts even where both occur elsewhere in the sentence.
    """
    said, source = _WORD.findall(statement), _WORD.findall(cited)
    if max(len(said), len(source)) > _MOST_ALIGNED:
        return False
    near = coverage(statement, cited) >= NEAR_COPY
    here, there = Counter(said), Counter(source)
    for change, a, b, c, d in SequenceMatcher(None, source, said, autojunk=False).get_opcodes():
        lost = {w for w in source[a:b] if _tells_apart(w) and (near or there[w] > here[w])}
        new = {w for w in said[c:d] if _tells_apart(w) and (near or here[w] > there[w])}
        if change == "replace" and lost - new and new - lost:
            return True
    return near and not _in_order(said, source)


def _in_order(said: Sequence[str], source: Sequence[str]) -> bool:
    """Whether names and numbers that both hold once follow each other as in the source."""
    here, there = Counter(said), Counter(source)
    shared = [w for w in said if _tells_apart(w) and here[w] == there[w] == 1]
    places = [source.index(word) for word in shared]
    return places == sorted(places)


def _tells_apart(word: str) -> bool:
    """Whether it is a name, part of one, or a number."""
    is_name = word[0].isupper() and word.casefold() not in STOP_WORDS
    return is_name or any(letter.isdigit() for letter in word)


def _modals(text: str) -> Counter[str]:
    return Counter(_MODALS[word] for word in words(text) if word in _MODALS)


def _negations(text: str) -> int:
    return sum(word in _NEGATIONS or word.endswith("n't") for word in words(text))
