"""Writes the examples of both fits, ``twin`` and ``full``, and of the validation split to a folder.

python -m training.prepare --data ../shared/data --out .training
"""

import argparse
import itertools
import random
from pathlib import Path

from training.claims import claim_examples
from training.examples import Example, save
from training.passages import articles
from training.recurring import recurring_examples
from training.supervised import (
    accept_examples,
    foil_examples,
    is_kept_aside,
    other_span_examples,
    selqa_examples,
    sentence_examples,
    squad_examples,
    squad_rows,
    variant_examples,
    verdict_examples,
)

SEED = 20_261


def main() -> None:
    """Both fits and the validation split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for fit in ("twin", "full"):
        print(fit, write_fit(given.data, given.out, public=fit == "full", fit=fit))
    print("validation", write_validation(given.data, given.out))


def write_fit(data: Path, out: Path, *, public: bool, fit: str) -> dict[str, int]:
    """Supervised and self-made examples of one fit; how many of each."""
    rng = random.Random(SEED)
    squad = [row for row in squad_rows(data, public=public) if not is_kept_aside(row["title"])]
    supervised = itertools.chain(
        squad_examples(squad, rng),
        sentence_examples(squad, rng),
        foil_examples(squad, rng),
        variant_examples(squad, random.Random(SEED)),
        accept_examples(data, public=public),
        selqa_examples(data, public=public),
        verdict_examples(data, public=public),
        other_span_examples(data, rng) if public else (),
    )
    groups = list(articles(data, public=public))
    texts = (Example(passage.article, "", passage.text) for group in groups for passage in group)
    recurring = (example for group in groups for example in recurring_examples(group, rng))
    claims = (example for group in groups for example in claim_examples(group, rng))
    return {
        "supervised": save(out / f"supervised.{fit}.jsonl.gz", supervised),
        "recurring": save(out / f"recurring.{fit}.jsonl.gz", recurring),
        "claims": save(out / f"claims.{fit}.jsonl.gz", claims),
        "passages": save(out / f"passages.{fit}.jsonl.gz", texts),
    }


def write_validation(data: Path, out: Path) -> int:
    """Validation articles and groups of every head."""
    rng = random.Random(SEED)
    squad = [row for row in squad_rows(data, public=False) if is_kept_aside(row["title"])]
    return save(
        out / "validation.jsonl.gz",
        itertools.chain(
            (e for e in squad_examples(squad, rng) if e.origin != "more_negatives"),
            accept_examples(data, public=False, validation=True),
            selqa_examples(data, public=False, validation=True),
            verdict_examples(data, public=False, validation=True),
        ),
    )


if __name__ == "__main__":
    main()
