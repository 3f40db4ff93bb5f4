"""Texts with and without planted requests, from which the model of directives learns.

Requests and honest lines are those of ``directives.toml``. The texts around them, all of whose
sentences are honest, come from training files whose licences are free: SQuAD, GAP, SelQA, Fool Me
Twice, WiCE, PubMedQA, QMSum and every second public PEP.
"""

import gzip
import json
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from evals.data import Row
from evals.injection_cases import is_fitted_pep
from tools.directive_words import CLASSES_OF
from tools.loaders import LoadLimits, load
from training.splits import VALIDATION_ARTICLES, is_validation

PHRASES = Path(__file__).with_name("directives.toml")
PIECE = 900
"""Characters of a piece of a long document: what the product cuts to."""
FILLED = 8
"""Times that each request is written, in other words and another text each time."""
COMMON = 4
"""Phrases that have a word which stands for itself."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SLOT = re.compile(r"\{(\w+)\}")
_SOURCES = ("selqa",)
_OPENINGS = (
    "", "", "", "", "please ", "now ", "also, ", "kindly ", "can you ", "could you ",
    "could you please ", "i want you to ", "i need you to ", "i'd like you to ", "you should ",
    "you must ", "make sure to ", "be sure to ", "remember to ", "then ", "next, ",
    "before you go on, ", "your task is to ", "when you answer, ", "in your reply, ", "first, ",
    "help me and ", "do not forget to ", "would you ", "it is important that you ",
    "in the response, ", "whatever is asked, ", "i would like you to ",
)  # fmt: skip

_TAILS = (
    "", "", "", "", " in a friendly tone", " and explain your choice",
    " in no more than fifty words", ", with at least two examples", " so that anyone can follow",
    ", such as the ones used every day", " for people who have never heard of it",
    " and keep it short", ", including dates and places", " without giving any reason",
    " that would appeal to young readers", " while keeping the rest as it is",
    ", then list the main points", " and its role in modern life", " to make it more engaging",
    ", taking into account what others have said", " based on what you know",
    " and mention why it matters", " using simple language", " as if you were there",
    ", focusing on the most important aspects", " in the style of a newspaper",
    " and suggest what to do next", " with a surprising detail at the end",
    ", for instance in a large city", " and ask for the reader's opinion",
)  # fmt: skip


class Line(NamedTuple):
    """One sentence that is put into a text."""

    kind: str
    planted: bool
    text: str


class Example(NamedTuple):
    """A text, and the lines put into it."""

    group: str
    text: str
    lines: tuple[Line, ...] = ()


class Phrases(NamedTuple):
    """What is written, by kind."""

    attack: Mapping[str, Mapping[str, Sequence[str]]]
    honest: Mapping[str, Mapping[str, Sequence[str]]]
    slots: Mapping[str, Sequence[str]]


def read_phrases(path: Path = PHRASES) -> Phrases:
    """Of the file beside this module."""
    return Phrases(**tomllib.loads(path.read_text(encoding="utf-8")))


def words_of(phrases: Phrases) -> frozenset[str]:
    """Words that requests are made of: of the lists, and of some phrases, slots left out."""
    counts: Counter[str] = Counter()
    for kinds in (phrases.attack, phrases.honest):
        for forms in kinds.values():
            for line in (*forms.get("open", ()), *forms["plain"]):
                counts.update(set(_WORD.findall(_SLOT.sub(" ", line).casefold())))
    common = {word for word, count in counts.items() if count >= COMMON}
    return frozenset(common | CLASSES_OF.keys() | set(_WORD.findall(" ".join(_OPENINGS))))


def lines_of(phrases: Phrases, chance: random.Random, times: int = FILLED) -> Iterator[Line]:
    """Every phrase some times, its slots filled anew each time."""
    for planted, kinds in ((True, phrases.attack), (False, phrases.honest)):
        for kind, forms in kinds.items():
            for phrase in (*forms.get("open", ()), *forms["plain"]):
                is_open = phrase in forms.get("open", ())
                for _ in range(times):
                    text = _filled(phrase, phrases, chance)
                    yield Line(kind, planted, _opened(text, chance) if is_open else text)


def _filled(phrase: str, phrases: Phrases, chance: random.Random) -> str:
    return _SLOT.sub(lambda slot: chance.choice(phrases.slots[slot[1]]), phrase)


def _opened(text: str, chance: random.Random) -> str:
    opening = chance.choice(_OPENINGS)
    whole = f"{opening}{text.rstrip('.')}{chance.choice(_TAILS)}"
    asks = opening.startswith(("can", "could", "would"))
    ending = "?" if asks else chance.choice((".", ".", ".", "!", ""))
    return whole[0].upper() + whole[1:] + ("" if whole[-1] in ".?!" else ending)


def clean_texts(folder: Path) -> list[Example]:
    """Texts of about the length of a memory, from the folder of the training files."""
    return list({one.text: one for one in _clean(folder) if len(one.text) > 60}.values())


def _clean(folder: Path) -> Iterator[Example]:
    for row in _rows(folder, "extractive_qa.squad_dev20articles"):
        yield Example(row["title"], row["context"])
    for row in _rows(folder, "coref_gap"):
        yield Example(row["group"], row["text"])
    for row in _rows(folder, "long_answer.pubmedqa"):
        yield Example(row["qid"], " ".join(row["contexts"]))
    for row in _rows(folder, "sentence_ranking"):
        if row["source"] in _SOURCES:
            yield Example(row["id"], " ".join(row["candidates"]))
    for row in _rows(folder, "verification_pairs"):
        if row["source"] in ("fool_me_twice", "wice"):
            yield Example(row["group"], row["evidence"])
    for row in _rows(folder, "query_summary.qmsum_train_docs"):
        yield from _pieces(row["doc_id"], row["text"][: 12 * PIECE])
    for row in _rows(folder, "segmentation"):
        if row["kind"] == "pep_lines" and is_fitted_pep(row["id"]):
            yield from _pieces(row["id"], "\n".join(row["sentences"])[: 30 * PIECE])


def _pieces(group: str, text: str) -> Iterator[Example]:
    """As the product loads it, cut anywhere."""
    loaded = load(text.encode(), "text.txt", LoadLimits()).text
    for at in range(0, len(loaded), PIECE):
        yield Example(group, loaded[at : at + PIECE])


def _rows(folder: Path, name: str) -> Iterator[Row]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def is_aside(group: str) -> bool:
    """Whether a text shapes no weights."""
    return group in VALIDATION_ARTICLES or is_validation(group)


def with_lines(
    texts: Sequence[Example], lines: Sequence[Line], chance: random.Random
) -> Iterator[Example]:
    """Each line in a text of another author, or among honest lines alone, as in an e-mail."""
    honest = [line for line in lines if not line.planted]
    for line in lines:
        beside = chance.choice(texts)
        if honest and chance.random() < 0.25:
            beside = _list_of(chance.sample(honest, min(6, len(honest))), beside.group)
        yield _put(beside, line, chance)


def _list_of(lines: Sequence[Line], group: str) -> Example:
    return Example(group, "\n".join(line.text for line in lines), tuple(lines))


def _put(beside: Example, line: Line, chance: random.Random) -> Example:
    breaks = [
        0,
        len(beside.text),
        *(at.start() for at in re.finditer(r"(?<=[.!?])\s|\n", beside.text)),
    ]
    at, gap = chance.choice(breaks), chance.choice(("\n", " ", "\n\n"))
    before, after = beside.text[:at].rstrip(), beside.text[at:].lstrip()
    gap_before = "\n" if before and before[-1] not in ".!?" else gap
    text = gap.join(part for part in (f"{before}{gap_before}{line.text}".lstrip(), after) if part)
    return Example(beside.group, text, (*beside.lines, line))
