"""One training example: two or three texts and whatever is known about them."""

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

SUPPORTED, REFUTED, NEUTRAL = 0, 1, 2
"""Classes of the verdict head, in its order."""


class Example(NamedTuple):
    """What the model reads, and the target of each head; None where nothing is known."""

    origin: str
    """The set it comes from: a row of the ablation table."""
    first: str
    """Question or claim."""
    second: str
    """Passage or evidence."""
    answer: str | None = None
    """A candidate answer, for the accept head alone."""
    span: tuple[int, int] | None = None
    """Code points of the answer in ``second``, half-open; (0, 0) when it holds none."""
    relevance: float | None = None
    verdict: int | None = None
    accept: float | None = None


NO_ANSWER = (0, 0)


def save(path: Path, examples: Iterable[Example]) -> int:
    """Write the examples as gzipped JSON lines, unknown targets left out; how many."""
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        for example in examples:
            known = {key: value for key, value in example._asdict().items() if value is not None}
            file.write(json.dumps(known, ensure_ascii=False) + "\n")
            count += 1
    return count


def load(path: Path) -> Iterator[Example]:
    """Read back what ``save`` wrote."""
    for row in rows(path):
        if "span" in row:
            row["span"] = tuple(row["span"])
        yield Example(**row)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a gzipped JSON file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
