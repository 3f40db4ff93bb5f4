"""What the boundary head is fitted on: nothing that is measured, and no document on both sides."""

import gzip
import json
from pathlib import Path
from typing import Any

from training.boundary_texts import ARTICLES, BOUNDARIES, LONGEST, STITCHED_ASIDE, read_texts
from training.splits import VALIDATION_ARTICLES


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)


def meeting(name: str, turns: int = 6) -> dict[str, Any]:
    sentences = [f"{name} {n}: Words." for n in range(turns)]
    return {"id": name, "kind": "transcript", "sentences": sentences, "boundaries": [3]}


def folder_with(tmp_path: Path) -> Path:
    pep = {
        "id": "pep-1",
        "kind": "pep_lines",
        "sentences": ["The pump leaks. It is", "new.", "The bank sends a bill."],
        "boundaries": [2],
    }
    meetings = [meeting(f"m{n}") for n in range(40)]
    too_long = meeting("endless", LONGEST + 1)
    write(tmp_path / BOUNDARIES, [*meetings, meeting("seen"), too_long, pep])
    titles = ["Pump", "Bank", *VALIDATION_ARTICLES]
    contexts = [{"title": t, "context": f"{t} {n} is. It was."} for t in titles for n in range(9)]
    write(tmp_path / ARTICLES, contexts + contexts)
    return tmp_path


def test_measured_and_endless_documents_are_left_out(tmp_path: Path) -> None:
    texts = read_texts(folder_with(tmp_path), frozenset({"seen"}))

    names = {gold.id for gold in (*texts["transcript"].fit, *texts["transcript"].aside)}
    assert names == {f"m{n}" for n in range(40)}
    assert texts["transcript"].aside


def test_no_document_is_on_both_sides_and_no_name_occurs_twice(tmp_path: Path) -> None:
    texts = read_texts(folder_with(tmp_path), frozenset())

    names = [gold.id for kind in texts.values() for gold in (*kind.fit, *kind.aside)]
    assert len(names) == len(set(names))
    assert {gold.id for gold in texts["article"].aside} == set(VALIDATION_ARTICLES)
    assert len(texts["stitched"].aside) == STITCHED_ASIDE
    held = " ".join(unit.text for gold in texts["stitched"].fit for unit in gold.units)
    assert not any(title in held for title in VALIDATION_ARTICLES)


def test_a_pep_is_cut_at_the_ends_of_sentences_and_lines_within_its_sections(
    tmp_path: Path,
) -> None:
    peps = read_texts(folder_with(tmp_path), frozenset())["pep_lines"]

    [gold] = [*peps.fit, *peps.aside]
    assert [" ".join(unit.text.split()) for unit in gold.units] == [
        "The pump leaks.",
        "It is",
        "new.",
        "The bank sends a bill.",
    ]
    assert gold.boundaries == (3,)
