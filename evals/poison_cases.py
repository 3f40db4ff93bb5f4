"""Questions with the passages that are put before them: clean, poisoned, and who says what.

Every passage is something found on the web, so all are of the class ``crawled``: nothing but who
wrote it and what others say tells a lie from a fact. Where the data name an address its domain is
principal and origin, elsewhere every passage is a source of its own. Poison comes from one
principal, or, for a Sybil attack, each from another one. Pure.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from core.schemas.document import Source
from evals.data import Row, read_rows

SEED = 3
LIMIT = 50
"""Questions of each set that are asked; the same ones in every run."""
SIZE = 10
"""Passages put before a question, where the data have as many."""
POISONEDRAG = ("nq", "hotpotqa", "msmarco")

Who = Literal["one", "many"]


class Passage(NamedTuple):
    """One text, handed in by its source."""

    id: str
    title: str
    text: str
    source: Source
    poisoned: bool = False


class Case(NamedTuple):
    """One question over one small collection."""

    id: str
    question: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    """What the attacker wants said; empty where nobody attacks."""
    passages: tuple[Passage, ...]


def sampled(data: Path, name: str, part: str, limit: int = LIMIT) -> list[Row]:
    """Some rows of a set, drawn by a fixed seed, in the order of the file."""
    rows = list(read_rows(data, f"poison_{name}", part))
    if len(rows) <= limit:
        return rows
    chosen = sorted(random.Random(f"{SEED} {name}").sample(range(len(rows)), limit))
    return [rows[at] for at in chosen]


def clean(rows: Sequence[Row]) -> Iterator[Case]:
    """Without poison, filled up to ten."""
    for row in rows:
        own = [_said(passage) for passage in _labelled(row, "clean", "noise")][:SIZE]
        yield _case(row, (*own, *_others(rows, row, SIZE - len(own))), attacked=False)


def prefixed(rows: Sequence[Row], count: int = 5) -> Iterator[Case]:
    """PoisonedRAG's black-box texts: the question, a full stop, the lie (Zou et al. 2024)."""
    for row in rows:
        lies = [passage for passage in row["passages"] if passage["attack"] == "poisonedrag"]
        poison = [_poison(lie, "one", prefix=f"{row['question']}. ") for lie in lies[:count]]
        own = [_said(passage) for passage in _labelled(row, "clean")][: SIZE - len(poison)]
        others = _others(rows, row, SIZE - len(own) - len(poison))
        yield _case(row, (*own, *others, *poison))


def fluent(rows: Sequence[Row], count: int, who: Who) -> Iterator[Case]:
    """So many unmarked lies in ten; the clean passages are the best ranked ones."""
    for row in rows:
        poison = [_poison(lie, who) for lie in _labelled(row, "poison")[:count]]
        own = [_said(passage) for passage in _labelled(row, "clean")][: SIZE - count]
        yield _case(row, (*own, *poison))


def counterfactual(rows: Sequence[Row]) -> Iterator[Case]:
    """Copies with a changed value, by one principal, beside their originals and noise."""
    for row in rows:
        own = [_said(passage) for passage in _labelled(row, "clean")]
        poison = [_poison(lie, "one") for lie in _labelled(row, "poison")]
        noise = [_said(passage) for passage in _labelled(row, "noise")]
        yield _case(row, (*own, *poison, *noise))


def everyone_alone(rows: Sequence[Row]) -> Iterator[Case]:
    """All passages as they are, each from a source of its own, false ones too."""
    for row in rows:
        yield _case(row, tuple(_said(passage) for passage in row["passages"]))


def _case(row: Row, passages: Sequence[Passage], *, attacked: bool = True) -> Case:
    return Case(
        id=row["qid"],
        question=row["question"],
        right=tuple(row["answers"]),
        wrong=tuple(row["wrong_answers"]) if attacked else (),
        passages=tuple(passages),
    )


def _labelled(row: Row, *labels: str) -> list[Row]:
    """Its passages of these labels, the first label first."""
    return [one for label in labels for one in row["passages"] if one["label"] == label]


def _others(rows: Sequence[Row], row: Row, count: int) -> Iterator[Passage]:
    """Clean passages of the questions that follow, round the end."""
    at = rows.index(row)
    following = chain.from_iterable(
        _labelled(other, "clean") for other in (*rows[at + 1 :], *rows[:at])
    )
    return map(_said, islice(following, max(count, 0)))


def _said(passage: Row) -> Passage:
    site = urlsplit(passage.get("url") or "").hostname
    name = site.removeprefix("www.") if site else f"{passage['pid']}.example"
    poisoned = passage["label"] in ("poison", "disputed")
    return Passage(passage["pid"], passage["title"], passage["text"], _source(name), poisoned)


def _poison(passage: Row, who: Who, prefix: str = "") -> Passage:
    name = "attacker.example" if who == "one" else f"{passage['pid']}.example"
    text = f"{prefix}{passage['text']}"
    return Passage(passage["pid"], passage["title"], text, _source(name), poisoned=True)


def _source(name: str) -> Source:
    return Source(principal=name, origin=name, channel="crawler", trust="crawled")
