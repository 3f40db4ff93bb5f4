"""Free running text, grouped into articles: what the self-made examples are made from."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.examples import rows
from training.recurring import Passage
from training.splits import is_validation
from training.supervised import is_kept_aside

LENGTH = 900
"""Characters of a passage cut from a longer text."""
PEPS, MEETINGS = 120, 60
"""Documents of each: more would drown the encyclopaedia."""


def articles(data: Path, *, public: bool) -> Iterator[list[Passage]]:
    """Passages, article by article."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, text in _texts(data, public=public):
        if len(text) >= 120 and text not in groups[name]:
            groups[name].append(text)
    for name, texts in groups.items():
        yield [Passage(name, text) for text in texts]


def _texts(data: Path, *, public: bool) -> Iterator[tuple[str, str]]:
    train, uniform = data / "train", data / "uniform"
    for row in rows(train / "extractive_qa.squad_dev20articles.jsonl.gz"):
        if not is_kept_aside(row["title"]):
            yield row["title"], row["context"]
    yield from _selqa(train / "sentence_ranking.jsonl.gz")
    yield from _claims(train / "verification_pairs.jsonl.gz")
    for row in rows(train / "coref_gap.jsonl.gz"):
        yield f"gap-{row['id']}", row["text"]
    for row in rows(train / "long_answer.pubmedqa.jsonl.gz"):
        yield row["qid"], " ".join(row["contexts"])
    yield from _segmented(train / "segmentation.jsonl.gz")
    if public:
        yield from _public(uniform)


def _public(uniform: Path) -> Iterator[tuple[str, str]]:
    for row in rows(uniform / "squad_articles.docs.public.jsonl.gz"):
        yield from ((row["title"], text) for text in row["text"].split("\n") if text)
    for name in ("multihop_hotpot100", "multihop_musique100", "multihop_hotpot24_cognee"):
        for row in rows(uniform / f"{name}.docs.public.jsonl.gz"):
            yield row["title"] or row["doc_id"], row["text"]
    for name in ("covidqa.docs", "docs_books", "chunking_eval.docs"):
        for row in rows(uniform / f"{name}.public.jsonl.gz"):
            yield from ((row["doc_id"], text) for text in pieces(row["text"][:200_000]))
    yield from _selqa(uniform / "sentence_ranking.public.jsonl.gz")
    yield from _claims(uniform / "verification_pairs.public.jsonl.gz")
    for row in rows(uniform / "coref_gap.public.jsonl.gz"):
        yield f"gap-{row['id']}", row["text"]
    for row in rows(uniform / "poison_ramdocs.public.jsonl.gz"):
        yield from ((row["qid"], passage["text"]) for passage in row["passages"])


def _selqa(file: Path) -> Iterator[tuple[str, str]]:
    for row in rows(file):
        if row["source"] == "selqa" and not is_validation(row["article"]):
            yield from ((row["article"], text) for text in pieces(" ".join(row["candidates"])))


def _claims(file: Path) -> Iterator[tuple[str, str]]:
    for row in rows(file):
        if row["source"] in {"fool_me_twice", "wice"} and not is_validation(row["group"]):
            more: list[Any] = row["meta"].get("retrieved", [])
            yield from ((row["group"], text) for text in pieces(" ".join([row["evidence"], *more])))


def _segmented(file: Path) -> Iterator[tuple[str, str]]:
    left = {"pep_lines": PEPS, "transcript": MEETINGS}
    for row in rows(file):
        if left.get(row["kind"], 0) > 0:
            left[row["kind"]] -= 1
            joint = "\n" if row["kind"] == "transcript" else " "
            text = joint.join(str(sentence) for sentence in row["sentences"])
            yield from ((row["id"], piece) for piece in pieces(text[:100_000]))


def pieces(text: str) -> Iterator[str]:
    """The text in passages of about ``LENGTH`` characters that end where a sentence does."""
    start = 0
    while start < len(text):
        end = min(start + LENGTH, len(text))
        if end < len(text):
            stops = [match.end() for match in re.finditer(r"[.!?\n]\s", text[start:end])]
            end = start + stops[-1] if stops else end
        if piece := re.sub(r"\s+", " ", text[start:end]).strip():
            yield piece
        start = end
