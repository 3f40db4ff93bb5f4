"""Claims with a verdict, made from free text: a sentence holds in its passage, and one whose
number or name was exchanged does not."""

import random
import re
from collections.abc import Iterator, Sequence

from tools.loaders.sentences import sentence_ranges
from training.examples import NEUTRAL, REFUTED, SUPPORTED, Example
from training.recurring import Passage

NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*")
"""Capitalised words inside a sentence."""
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_AUXILIARY = re.compile(r"\b(is|are|was|were|can|will|would|should|has been|had been)\b")
DROPPED = 0.25
"""Chance that a clause in commas or a trailing phrase of a true claim is left out."""


def claim_examples(passages: Sequence[Passage], rng: random.Random) -> Iterator[Example]:
    """At most one claim of each kind for a passage, in equal shares."""
    for passage in passages:
        sentences = [passage.text[start:end] for start, end in sentence_ranges(passage.text)]
        fit = [sentence for sentence in sentences if 6 <= len(sentence.split()) <= 40]
        if len(fit) < 2:
            continue
        sentence = rng.choice(fit)
        yield Example("claims", shortened(sentence, rng), passage.text, verdict=SUPPORTED)
        wrong = falsified(sentence, passage.text, rng)
        if wrong:
            yield Example("claims", wrong, passage.text, verdict=REFUTED)
        without = passage.text.replace(sentence, " ").strip()
        yield Example("claims", shortened(sentence, rng), without, verdict=NEUTRAL)


def shortened(sentence: str, rng: random.Random) -> str:
    """The sentence with some of its asides left out: what remains still holds."""
    text = re.sub(r"\s*\([^()]*\)", "", sentence)
    text = re.sub(
        r", [^,]{3,60},(?= (?:is|was|were|are|has|had)\b)",
        lambda match: "" if rng.random() < DROPPED else match.group(),
        text,
    )
    head = re.match(r"(.{40,}?),? (?:which|because|although|while|when|after|before|since) ", text)
    return f"{head[1]}." if head and rng.random() < DROPPED else text


def falsified(sentence: str, passage: str, rng: random.Random) -> str | None:
    """The sentence with another number, another name of the passage, or a negation."""
    ways = [_other_number, _other_name, _negated]
    rng.shuffle(ways)
    for way in ways:
        changed = way(sentence, passage, rng)
        if changed and changed != sentence:
            return changed
    return None


def _other_number(sentence: str, passage: str, rng: random.Random) -> str | None:
    found = list(NUMBER.finditer(sentence))
    if not found:
        return None
    old = rng.choice(found)
    others = [m.group() for m in NUMBER.finditer(passage) if len(m.group()) == len(old.group())]
    others = [number for number in others if number != old.group()]
    digits = "".join(rng.choice("123456789") if c.isdigit() else c for c in old.group())
    new = rng.choice(others) if others and rng.random() < 0.6 else digits
    return sentence[: old.start()] + new + sentence[old.end() :]


def _other_name(sentence: str, passage: str, rng: random.Random) -> str | None:
    found = list(NAME.finditer(sentence))
    others = [m.group() for m in NAME.finditer(passage) if m.group() not in sentence]
    if not found or not others:
        return None
    old = rng.choice(found)
    return sentence[: old.start()] + rng.choice(others) + sentence[old.end() :]


def _negated(sentence: str, passage: str, rng: random.Random) -> str | None:
    found = list(_AUXILIARY.finditer(sentence))
    if not found:
        return None
    end = found[0].end()
    if sentence[end : end + 4] == " not":
        return sentence[:end] + sentence[end + 4 :]
    return sentence[:end] + rng.choice((" not", " never")) + sentence[end:]
