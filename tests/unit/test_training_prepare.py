"""The command that writes training data, on a folder of a few rows: what is kept aside stays so."""

import gzip
import json

import pytest

from training.examples import load
from training.prepare import write_fit, write_validation
from training.splits import VALIDATION_ARTICLES, is_validation

ASIDE = next(letter for letter in "abcdefghijklmnopqrstuvwxyz" if is_validation(letter))
USED = next(letter for letter in "abcdefghijklmnopqrstuvwxyz" if not is_validation(letter))
TITLES = (VALIDATION_ARTICLES[0], "Pump")


def sentences(name):
    return [
        f"The {name} pump was built in Basel in 1931 by the engineers of the old Rieter works.",
        f"In 1958 a second {name} pump followed, and the Rieter works gave it a larger motor.",
        f"Oil of the {name} pump is changed every 400 hours, and its filter every 90 hours.",
    ]


def squad(title):
    return {
        "id": title,
        "title": title,
        "context": " ".join(sentences(title)),
        "question": f"Where was the {title} pump built?",
        "answers": ["Basel"],
        "answer_start": [" ".join(sentences(title)).index("Basel")],
        "answerable": True,
    }


def trial(title):
    row = squad(title)
    return {
        "group": title,
        "question": row["question"],
        "context": row["context"],
        "candidate": "Basel",
        "gold": ["Basel"],
        "label": "correct",
    }


def ranked(article):
    return {
        "source": "selqa",
        "article": article,
        "question": f"Where was the {article} pump built?",
        "candidates": sentences(article),
        "labels": [1, 0, 0],
    }


def claim(group):
    return {
        "source": "fool_me_twice",
        "group": group,
        "claim": f"The {group} pump was built in Basel.",
        "evidence": sentences(group)[0],
        "label": "supported",
        "meta": {"retrieved": sentences(group)},
    }


@pytest.fixture
def data(tmp_path):
    files = {
        "extractive_qa.squad_dev20articles": [squad(title) for title in TITLES],
        "answer_verification.squad_predictions": [trial(title) for title in TITLES],
        "sentence_ranking": [ranked(article) for article in (ASIDE, USED)],
        "verification_pairs": [claim(group) for group in (ASIDE, USED)],
        "coref_gap": [{"id": "1", "text": " ".join(sentences("gap"))}],
        "long_answer.pubmedqa": [{"qid": "p", "contexts": sentences("medical")}],
        "segmentation": [{"id": "pep", "kind": "pep_lines", "sentences": sentences("pep")}],
    }
    (tmp_path / "train").mkdir()
    for name, rows in files.items():
        with gzip.open(tmp_path / "train" / f"{name}.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_what_is_kept_aside_shapes_no_fit_and_everything_else_does(data, tmp_path):
    counts = write_fit(data, tmp_path, public=False, fit="twin")
    written = [
        example
        for kind in ("supervised", "recurring", "claims", "passages")
        for example in load(tmp_path / f"{kind}.twin.jsonl.gz")
    ]
    assert len(written) == sum(counts.values())
    read = "\n".join(f"{example.first}\n{example.second}" for example in written)
    assert not any(f"The {name} pump" in read for name in (TITLES[0], ASIDE))
    assert all(f"The {name} pump" in read for name in (TITLES[1], USED, "gap", "medical", "pep"))


def test_validation_is_what_was_kept_aside(data, tmp_path):
    count = write_validation(data, tmp_path)
    examples = list(load(tmp_path / "validation.jsonl.gz"))
    assert count == len(examples)
    assert {e.origin for e in examples} == {
        "squad",
        "accept",
        "selqa",
        "fool_me_twice",
        "fm2_neutral",
    }
    assert all(f" {ASIDE} pump" in e.second or TITLES[0] in e.second for e in examples)


def test_two_runs_write_the_same(data, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_fit(data, tmp_path / folder, public=False, fit="twin")
    one, two = (
        [list(load(path)) for path in sorted((tmp_path / folder).iterdir())]
        for folder in ("one", "two")
    )
    assert one == two
