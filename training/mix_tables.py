"""Invented tables that the mixes are fitted on, and questions for their cells.

The tables of ``mix_tables.toml`` are filled with a fixed seed and uploaded as CSV or Markdown, so
that their memories have the form of any table's. A question has no answer where its row or its
column is missing.
"""

import csv
import io
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from core.schemas.document import Span
from core.text import normalise
from tools.loaders.tables import row_sentence
from training.mix_documents import FOLDS, Document, Posed

FILE = Path(__file__).with_suffix(".toml")
ABSENT = 4
"""Subjects of each table that are asked about and have no row."""

Row = Mapping[str, str]
"""Cells by the names of their columns."""


def tables() -> Iterator[Document]:
    """Every table as a document, dealt out to the folds."""
    for number, theme in enumerate(tomllib.loads(FILE.read_text())["table"]):
        yield _document(theme, number % FOLDS, random.Random(theme["title"]))


def _document(theme: Mapping[str, Any], fold: int, rng: random.Random) -> Document:
    columns = theme["columns"]
    subjects = rng.sample(_subjects(theme), theme["rows"] + ABSENT)
    absent, present = subjects[:ABSENT], sorted(subjects[ABSENT:], key=lambda row: [*row.values()])
    rows = [
        {**subject, **{name: _cell(column["cell"], rng) for name, column in columns.items()}}
        for subject in present
    ]
    asked = [(name, text) for name, column in columns.items() for text in column["questions"]]
    prose = theme.get("prose")
    return Document(
        title=theme["title"],
        filename=f"{theme['title']}.{'md' if prose else 'csv'}",
        text=_markdown(theme["title"], prose, rows) if prose else _csv(rows),
        form="table",
        fold=fold,
        answerable=tuple(_posed(text, row, name) for row in rows for name, text in asked),
        unanswerable=(
            *(Posed(text.format(**subject)) for subject in absent for _, text in asked),
            *(Posed(text.format(**subject)) for subject in present for text in theme["untold"]),
        ),
    )


def _subjects(theme: Mapping[str, Any]) -> list[Row]:
    """Every combination of different values, with a number of its own where the table has one."""
    names = [*theme.get("serial", {}), *theme["subjects"]]
    codes = theme.get("serial", {}).values()
    found = [values for values in product(*theme["subjects"].values()) if _differ(values)]
    return [
        dict(zip(names, (*(code.format(400 + 7 * at) for code in codes), *values), strict=True))
        for at, values in enumerate(found)
    ]


def _differ(values: Sequence[str]) -> bool:
    return len(set(values)) == len(values)


def _cell(recipe: Mapping[str, Any], rng: random.Random) -> str:
    if "values" in recipe:
        return str(rng.choice(recipe["values"]))
    if "hours" in recipe:
        return f"{rng.randrange(*recipe['hours']):02}:{rng.randrange(0, 60, 5):02}"
    step = recipe.get("step", 1)
    steps = round((recipe["to"] - recipe["from"]) / step)
    return str(recipe.get("form", "{:g}").format(recipe["from"] + step * rng.randint(0, steps)))


def _csv(rows: Sequence[Row]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _markdown(title: str, prose: str, rows: Sequence[Row]) -> str:
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"# {title}\n\n{prose}\n\n{table}\n"


def _posed(question: str, row: Row, column: str) -> Posed:
    """A question whose answer is one cell of the row, as the loaders write it."""
    sentence = normalise(row_sentence(list(row), list(row.values())))
    start = sentence.index(f"{column}: ") + len(f"{column}: ")
    answer = Span(start=start, end=start + len(row[column]))
    return Posed(question.format(**row), sentence, (answer,))
