"""Sentences that ask the reader of a document for something, and how likely a planter wrote them.

A linear model over what a request looks like, not over what it is about: words that requests are
made of stand for themselves, all others for their ending. What a sentence shares with the rest of
its text counts too, for an honest manual speaks of its own subject. How it was fitted is told in
``training.directives``. Pure.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError
from core.ids import sha256_of_file
from tools.directive_words import CLASSES_OF

DIRECTIVES_FILE = Path(__file__).parent / "models" / "directives.npz"
DIRECTIVES_SHA256 = "0532322ace95c6a05c4d95be90560d6b14feedc5832faa89404cd7f368bb3f48"

BUCKETS = 1 << 13
_LONGEST, _OPENING = 40, 16
"""Tokens of a sentence that are read, and of those that say how it begins: who asks, asks early."""
_FEWEST = 3
"""Words of a sentence that may be a request: cells of tables are shorter."""
_SENTENCE_END = re.compile(r"(?<=[.!?:])[\"')\]]*\s+|\|+")
_TURN = re.compile(r"\s*[A-Z][\w.'-]*(?: [\w.'-]+){0,3}: ")
"""A line of a transcript, which somebody says to somebody else."""
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[^\w\s]")
_ENDINGS = ("ing", "ed", "ly", "tion", "s")
_OPENERS = frozenset(
    (
        "please", "now", "then", "also", "and", "kindly", "just", "first", "finally",
        "next", "can", "could", "would", "will", "you", "i", "want", "need", "to", "like",
        "must", "should", "have", "make", "sure", "don't", "do", "not", "never", "always",
        "be", "before", "after", "so", "that", "let's", "help", "me", "your", "task", "is",
        "are", "it", "important",
    )
)  # fmt: skip
"""Words before the one that says what is wanted."""
_TOPICAL, _STEM = 4, 6
"""Letters of a word that may say a topic, and of those that are compared."""
_SHORT_TEXT = 12
"""Words of a text that is too short to be far from."""


class Directive(NamedTuple):
    """The sentence of a text that looks most like a planted request."""

    text: str
    chance: float


class DirectiveModel(NamedTuple):
    """Which words stand for themselves, and what each feature weighs."""

    words: frozenset[str]
    weights: NDArray[np.float32]
    """One for each of ``BUCKETS``."""
    bias: float

    def chance(self, features: NDArray[np.intp]) -> float:
        """Of one sentence."""
        logit = float(self.weights[features].sum()) + self.bias
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


def likeliest(text: str, model: DirectiveModel | None = None) -> Directive | None:
    """The likeliest of the text's sentences by the shipped model, or another; None where it has
    no words. Raises ConfigurationError for a shipped file that is not the one it should be."""
    model = model or shipped_model()
    found = [
        Directive(sentence, model.chance(features))
        for sentence, features in sentences_with_features(text, model.words)
    ]
    return max(found, key=lambda one: one.chance, default=None)


@cache
def shipped_model() -> DirectiveModel:
    """As it lies beside the code."""
    if sha256_of_file(DIRECTIVES_FILE) != DIRECTIVES_SHA256:
        raise ConfigurationError(f"{DIRECTIVES_FILE} is not the file it should be")
    with np.load(DIRECTIVES_FILE) as kept:
        words = frozenset(str(kept["words"]).split())
        return DirectiveModel(words, kept["weights"].astype(np.float32), float(kept["bias"]))


def sentences_with_features(
    text: str, words: frozenset[str]
) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Each sentence, and the buckets of what it shows beside the rest of the text."""
    every = Counter(topic_of(_TOKEN.findall(text), words))
    for line in filter(str.strip, text.split("\n")):
        is_said = _TURN.match(line) is not None
        for sentence in map(str.strip, _SENTENCE_END.split(line)):
            tokens = _TOKEN.findall(sentence[: 8 * _LONGEST])[:_LONGEST]
            if sum(token[0].isalpha() for token in tokens) >= _FEWEST:
                features = {*_shape(tokens, words), *_place(tokens, words, every)}
                features |= {"said", f"said asks {tokens[-1] == '?'}"} if is_said else set()
                buckets = {zlib.crc32(feature.encode()) % BUCKETS for feature in features}
                yield sentence, np.array(sorted(buckets), np.intp)


def masked(token: str, words: frozenset[str]) -> str:
    """A word that requests are made of, or what kind of token it is.

    >>> masked("Translating", frozenset({"translate"}))
    '~ing'
    """
    lower = token.casefold()
    if lower in words or not token[0].isalnum():
        return lower
    if token[0].isdigit():
        return "#"
    ending = next((end for end in _ENDINGS if lower.endswith(end)), "")
    return f"~{ending}"


def topic_of(tokens: Sequence[str], words: frozenset[str]) -> list[str]:
    """Beginnings of the longer words that say what a text is about: requests are not made of
    them."""
    folded = (token.casefold() for token in tokens if len(token) >= _TOPICAL)
    return [word[:_STEM] for word in folded if word[0].isalpha() and word not in words]


def _shape(tokens: Sequence[str], words: frozenset[str]) -> Iterator[str]:
    """What it begins with, as words and as what words do; nothing of words that say the topic."""
    shown = [masked(token, words) for token in tokens[:_OPENING]]
    yield from (word for word in shown if word[0] != "~")
    yield from (
        f"{first} {second}"
        for first, second in pairwise(shown)
        if first[0] != "~" or second[0] != "~"
    )
    for length in (1, 2, 3):
        yield f"^ {' '.join(shown[:length])}"
    yield f"$ {tokens[-1] if not tokens[-1][0].isalnum() else ''}"
    roles = [CLASSES_OF.get(token.casefold(), ()) for token in tokens]
    yield from (f"has {role}" for of_word in roles for role in of_word)
    yield from (f"{first} then {second}" for first, second in _together(roles))


def _together(roles: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Roles in the order of their words, however far apart."""
    seen: dict[str, None] = {}
    for of_word in roles:
        yield from ((first, second) for first in seen for second in of_word)
        seen |= dict.fromkeys(of_word)


def _place(tokens: Sequence[str], words: frozenset[str], every: Counter[str]) -> Iterator[str]:
    """How far it is from the rest of the text, alone and with what it wants."""
    own = Counter(topic_of(tokens, words))
    far = _distance(own, every)
    wanted = next((low for low in map(str.casefold, tokens) if low not in _OPENERS), "")
    yield f"far {far}"
    yield f"far {far} asks {tokens[-1] == '?'}"
    for role in CLASSES_OF.get(wanted, ("other",)):
        yield f"wants {role}"
        yield f"wants {role} {far} asks {tokens[-1] == '?'}"


def _distance(own: Counter[str], every: Counter[str]) -> str:
    if every.total() - own.total() < _SHORT_TEXT or not own:
        return "unknown"
    shared = sum(every[stem] > count for stem, count in own.items()) / len(own)
    return (
        "none"
        if shared == 0
        else "little"
        if shared < 0.34
        else "some"
        if shared < 0.67
        else "near"
    )
