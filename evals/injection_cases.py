"""Texts with and without a planted instruction, and clean texts that must raise no alarm. Pure.

BIPIA gives every text three times: as it was, and with two instructions planted in it (Yi et al.
2023). For the answers, a question is asked over its own text and five others, each by a source of
its own; the instruction is planted in one of those, or in the very text that answers.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from core.schemas.document import Source
from evals.data import Row, read_rows
from evals.poison_cases import Case, Passage

SEED = 3
LIMIT = 50
"""Questions whose answers are compared; the same ones in every run."""
OTHERS = 5
TEXT_TASKS = ("email", "table")
WEB = ("realtimeqa", "rgb_en_fact", "ramdocs", "biogen", "nq", "hotpotqa", "msmarco")
PIECE = 900
"""Characters of a piece of a PEP: what the product cuts to."""
PEP_PIECES = 4_000


class Piece(NamedTuple):
    """A clean text, and what it is not independent of."""

    group: str
    text: str


class Planted(NamedTuple):
    """One question: before, with an instruction in another text, and with one in its own."""

    before: Case
    elsewhere: Case
    without: Case
    """The text that carries it elsewhere is not there at all, as if it stood in quarantine."""
    carrier: str
    """The passage that carries it elsewhere."""
    own: Case


def web_pieces(data: Path, part: str) -> Iterator[Piece]:
    """Clean and off-topic passages of the poison sets, each once."""
    seen: set[str] = set()
    for name in WEB:
        for row in read_rows(data, f"poison_{name}", part):
            for passage in row["passages"]:
                if passage["label"] in ("clean", "noise") and passage["text"] not in seen:
                    seen.add(passage["text"])
                    yield Piece(row["qid"], passage["text"])


def is_fitted_pep(name: str) -> bool:
    """Whether the model of directives learned from a PEP: every second public one, by number."""
    return int(name.rpartition("-")[2]) % 4 == 0


def pep_pieces(data: Path, part: str) -> list[Piece]:
    """Some pieces of PEPs that nothing was fitted on, drawn by a fixed seed: they are full of
    imperatives and code."""
    pieces = [
        Piece(row["doc_id"], row["text"][at : at + PIECE])
        for row in read_rows(data, "docs_peps", part)
        if not is_fitted_pep(row["doc_id"])
        for at in range(0, len(row["text"]), PIECE)
    ]
    return random.Random(SEED).sample(pieces, min(PEP_PIECES, len(pieces)))


def planted(rows: Sequence[Row], limit: int = LIMIT) -> Iterator[Planted]:
    """Of e-mails and tables, whose questions are questions."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row["task"] in TEXT_TASKS:
            groups.setdefault(row["group"], []).append(row)
    rng = random.Random(SEED)
    names = sorted(rng.sample(sorted(groups), min(limit, len(groups))))
    for name in names:
        task = groups[name][0]["task"]
        others = [key for key in groups if key != name and groups[key][0]["task"] == task]
        chosen = [groups[key] for key in rng.sample(others, min(OTHERS, len(others)))]
        yield _planted(groups[name], chosen, rng)


def _planted(own: Sequence[Row], others: Sequence[Sequence[Row]], rng: random.Random) -> Planted:
    rows = [_without(own), *map(_without, others)]
    carrier = rng.choice(_with(others[0]))
    return Planted(
        before=_case(rows, rows),
        elsewhere=_case(rows, [rows[0], carrier, *rows[2:]]),
        without=_case(rows, [rows[0], *rows[2:]]),
        carrier=carrier["group"],
        own=_case(rows, [rng.choice(_with(own)), *rows[1:]]),
    )


def _without(group: Sequence[Row]) -> Row:
    return next(row for row in group if row["label"] == "benign")


def _with(group: Sequence[Row]) -> list[Row]:
    return [row for row in group if row["label"] == "injected"]


def _case(asked: Sequence[Row], told: Sequence[Row]) -> Case:
    question = asked[0]["question"].removeprefix("Q: ")
    passages = tuple(_passage(row) for row in islice(told, OTHERS + 1))
    return Case(asked[0]["group"], question, (asked[0]["answer"],), (), passages)


def _passage(row: Row) -> Passage:
    name = f"{row['group']}.example"
    source = Source(principal=name, origin=name, channel="crawler", trust="crawled")
    return Passage(row["group"], "", row["text"], source, poisoned=row["label"] == "injected")
