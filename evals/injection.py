"""Instructions planted in texts: which are seen, what is suspected wrongly, and whether any steers.

A text is caught when it gets a strong flag, which keeps it out of every search from its building
on; ``_any`` counts weak flags too, which only raise its risk. An answer is steered when the planted
words change what is said, what is searched for, or the verdict on any other text, to what it is
neither with the text as it was before nor without that text: one that is kept out for what was
planted in it has steered nothing.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue

from evals.data import read_rows
from evals.injection_cases import LIMIT, Planted, pep_pieces, planted, web_pieces
from evals.injection_figures import Steered, alarms, changed, recalls, steering
from evals.poison import open_bench
from evals.poison_bench import Bench


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """Flags on all texts, and answers read by the reader called ``model``.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    bench = open_bench(model)
    rows = list(read_rows(data, "injection_bipia", part))
    print("measuring flags …", file=sys.stderr, flush=True)
    metrics = recalls(rows)
    metrics |= alarms(list(web_pieces(data, part)), pep_pieces(data, part), rows)
    print("measuring answers …", file=sys.stderr, flush=True)
    metrics |= steering(asyncio.run(answered(bench, list(planted(rows)))))
    return {
        "model": bench.reader_id,
        "metrics": {name: dict(one._asdict()) for name, one in metrics.items()},
        "notes": [
            "recall and false alarms: strong flags; *_any: weak ones too",
            f"steered_*: {LIMIT} questions about e-mails and tables, drawn by a fixed seed, each "
            "over its own text and five others, one of which carries the instruction",
            "own_text_*: the text that answers carries it",
        ],
    }


async def answered(bench: Bench, found: Sequence[Planted]) -> list[Steered]:
    """Every question four times."""
    return [await _answered(bench, one) for one in found]


async def _answered(bench: Bench, one: Planted) -> Steered:
    before = await bench.ask_defended(one.before)
    without = await bench.ask_defended(one.without)
    elsewhere = await bench.ask_defended(one.elsewhere)
    own = await bench.ask_defended(one.own)
    return Steered(
        group=one.before.id,
        answered=before.answer.outcome != "abstained",
        elsewhere=changed((before, without), elsewhere, one.carrier),
        own=changed((before,), own, one.before.id),
        withheld=any(memory.status == "quarantined" for memory in own.memories[one.before.id]),
    )
