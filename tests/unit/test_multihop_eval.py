"""The multihop suite on a handful of rows: its ways, its names, and PageRank by hand."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import NotFound
from evals.multihop import measure_sets
from evals.multihop_titles import scan, slug
from evals.multihop_ways import BASELINE, CHAINS, WAYS, pagerank
from tests.builders import HashingEncoder, make_id
from tools.chains import Chain, Hop

TEXTS = {
    "film": ("The Red Kiln", "The Red Kiln is a film of 1971 directed by Ada Marlbeck."),
    "ada": ("Ada Marlbeck", "Ada Marlbeck came into the world in a town by the river."),
    **{
        f"other{n}": (f"Kiln {n}", f"A director was born where the kiln number {n} is red.")
        for n in range(12)
    },
}
QUESTION = "Where was the director of The Red Kiln born?"


def write(folder: Path, name: str) -> None:
    texts = [
        {"doc_id": key, "title": title, "text": text, "meta": {}}
        for key, (title, text) in TEXTS.items()
    ]
    asked = {"qid": "q", "question": QUESTION, "doc_ids": ["film", "ada"], "spans": [], "meta": {}}
    for kind, rows in (("docs", texts), ("questions", [asked])):
        path = folder / f"multihop_{name}.{kind}.public.jsonl.gz"
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in rows)


def measured(folder: Path) -> dict[str, Any]:
    for name in ("2wiki101", "musique100", "hotpot100"):
        write(folder, name)
    return asyncio.run(measure_sets(HashingEncoder(), folder, "public"))


def test_every_way_has_its_figure_and_its_difference_to_one_search(tmp_path: Path) -> None:
    metrics = measured(tmp_path)

    for name in ("twowiki_all8", "musique_r5", "hotpot100_all10"):
        search = metrics[f"{name}_{BASELINE}"]
        for way in WAYS:
            label = f"{name}_{way}" if way else name
            assert metrics[label].n == 1
            if way != BASELINE:
                gap = metrics[f"{label}_over_{BASELINE}"]
                assert gap.value == pytest.approx(metrics[label].value - search.value)


def test_chains_find_the_second_memory_that_one_search_does_not(tmp_path: Path) -> None:
    metrics = measured(tmp_path)

    assert metrics["musique_r5"].value == 100.0
    assert metrics["musique_r5_starts"].value == 50.0
    assert metrics["musique_r5_bm25"].value < 100.0


def test_what_documents_are_called_is_measured_too(tmp_path: Path) -> None:
    metrics = measured(tmp_path)

    assert metrics["musique_r5_slugs"].n == 1
    assert metrics["musique_r5_untitled"].n == 1
    assert slug(1, "The Lodger (1927 film)") == "the-lodger-1927-film"
    assert "Kiln" not in scan(1, "The Red Kiln")


def test_data_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="multihop_2wiki101"):
        asyncio.run(measure_sets(HashingEncoder(), tmp_path, "public"))


def chain(*names: str) -> Chain:
    return Chain(tuple(Hop(name, make_id(name), 1.0) for name in names))


def test_pagerank_prefers_the_start_then_what_leads_further() -> None:
    star = [chain("a"), chain("a", "b"), chain("a", "c"), chain("a", "c", "d")]

    ranked = pagerank([star])

    assert ranked[0] == make_id("a")
    assert ranked[1] == make_id("c")
    assert set(ranked) == {make_id(name) for name in "abcd"}
    assert pagerank([]) == []


def test_the_default_way_is_the_one_without_a_suffix() -> None:
    assert CHAINS == ""
    assert next(iter(WAYS)) == CHAINS
