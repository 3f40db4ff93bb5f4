"""Writes what a checkpoint says of a few fixed inputs, for the test that the shipped file agrees.

python -m training.reference CHECKPOINT FOLDER tests/unit/data/reader_reference.json
"""

import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

from training.batches import encode
from training.examples import Example
from training.predict import predict
from training.weights import open_student

PAIRS = (
    ("Who designed the pump?", None, "The pump was designed by Ada Lovelace in 1843."),
    ("How long is the warranty?", None, "Bearings are greased twice a year, more often in dust."),
    ("What colour is the housing?", "red", "The housing is red and the lid is black."),
    ("What colour is the housing?", "black", "The housing is red and the lid is black."),
    ("The lid is black.", None, "The housing is red and the lid is black."),
    ("The lid is white.", None, "The housing is red and the lid is black."),
)


def main() -> None:
    """Raw logits of every head, start and end per token, in full precision."""
    checkpoint, folder, target = map(Path, sys.argv[1:])
    tokenizer = Tokenizer.from_file(str(folder / "base" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    examples = [Example("", first, second, answer=answer) for first, answer, second in PAIRS]
    items = encode(examples, tokenizer)
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for item, said in zip(items, predict(open_student(checkpoint), items), strict=True):
        rows.append(
            {
                "first": item.example.first,
                "answer": item.example.answer,
                "second": item.example.second,
                "relevance": said.relevance,
                "accept": said.accept,
                "verdict": said.verdict.tolist(),
                "start": said.start.tolist(),
                "end": said.end.tolist(),
            }
        )
    target.write_text(json.dumps({"pairs": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
