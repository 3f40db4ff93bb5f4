"""Writes the grammar's questions about the passages that ``training.prepare`` wrote.

    pip install spacy en_core_web_sm==3.8.0
    python -m training.ask --folder .training

A step of its own, because nothing else needs spaCy.
"""

import argparse
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from training.examples import NO_ANSWER, Example, load, save
from training.grammar import questions

SEED = 20_262
ELSEWHERE = 0.2
"""Chance that a question is also put to the article's passage before, which does not answer it."""
SPOKEN = "{disfmarker}"
"""Marks transcripts, whose sentences have no grammar to ask by."""


def main() -> None:
    """Both fits; a passage that both have is read once for each."""
    import spacy

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--model", default="en_core_web_sm")
    given = parser.parse_args()
    language = spacy.load(given.model)
    for fit in ("twin", "full"):
        every = load(given.folder / f"passages.{fit}.jsonl.gz")
        passages = [(e.origin, e.second) for e in every if SPOKEN not in e.second]
        docs = language.pipe((text for _, text in passages), batch_size=64)
        made = grammar_examples(zip((name for name, _ in passages), docs, strict=True))
        print(fit, save(given.folder / f"grammar.{fit}.jsonl.gz", made))


def grammar_examples(docs: Iterable[tuple[str, Any]]) -> Iterator[Example]:
    """Questions with the passage that they were made from, and some with one that is silent."""
    rng = random.Random(SEED)
    before, last = "", ""
    for article, doc in docs:
        text = doc.text
        for question in questions(doc, rng):
            span = (question.start, question.end)
            yield Example("grammar", question.text, text, span=span, relevance=1.0)
            silent = article == last and text[slice(*span)].lower() not in before.lower()
            if silent and rng.random() < ELSEWHERE:
                yield Example("grammar", question.text, before, span=NO_ANSWER, relevance=0.0)
        before, last = text, article


if __name__ == "__main__":
    main()
