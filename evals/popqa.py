"""Whether asking again pays: PopQA questions with the texts that CRAG found for them.

The texts of all sampled questions, found in an encyclopaedia and on the web, are one collection.
Each question is asked by the product's graph as it is, which asks again where evidence is missing,
and (``_single``) in a single pass. CRAG's own figures are of 1,399 questions and another reader.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from evals.data import Row, read_rows
from evals.one_collection import SOURCE, Arms, reported
from evals.poison_cases import Case, Passage

NAME = "popqa_crag406"
BASELINE = "single"
QUESTIONS, SEED = 100, 7
ARMS: Arms = {"corrective": {}, BASELINE: {"max_rounds": 1}}


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """Figures of both arms, read by the reader called ``model``.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    notes: list[JsonValue] = ["corrective: as it is", "single: one round of requests"]
    return {**reported("popqa", model, cases(data, part), ARMS, BASELINE), "notes": notes}


def cases(data: Path, part: str) -> list[Case]:
    """Some questions, the same in every run, each over the texts of all of them."""
    rows = list(read_rows(data, f"{NAME}.questions", part))
    places = random.Random(SEED).sample(range(len(rows)), min(QUESTIONS, len(rows)))
    drawn = [rows[place] for place in sorted(places)]
    passages = tuple(passage for row in drawn for passage in _passages(row))
    return [Case(row["qid"], row["question"], tuple(row["answers"]), (), passages) for row in drawn]


def _passages(row: Row) -> Iterator[Passage]:
    """What was found for one question; nothing tells the question which texts are its own."""
    for found in ("crag_internal", "crag_web"):
        text = row["meta"].get(found)
        if text:
            yield Passage(f"{row['qid']}-{found}", "", text, SOURCE)
