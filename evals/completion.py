"""Completion over whole documents: what is missing before and after, what is lost, what is refused.

Documents are taken from every file of the folder through the local engine's own steps up to the
last round of review. Shares are of all chunks, gaps or statements; intervals are over documents.
"""

import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import JsonValue

from agents.memory_verifier.rules import failed_checks
from core.settings import Settings
from evals.completion_building import Building, Completed, Source, sources
from evals.completion_counts import KINDS, Counts, counts_of
from evals.completion_retrieval import compare
from evals.corruptions import CHANGES, Elsewhere, cases, is_usable, names_in
from evals.intervals import Estimate
from tools.encoder_models import configured_encoder

CORRUPTED = 12
"""Sentences of one document that are changed; documents with fewer are left out."""
RESAMPLES, SEED, AT_ONCE = 1_000, 3, 50

SHARES: Mapping[str, tuple[str, str]] = {
    "pronoun_starts": ("pronouns_before", "chunks"),
    "unresolved_pronoun_starts": ("pronouns_after", "chunks"),
    "chunks_needing_completion": ("needing", "chunks"),
    "chunks_completed": ("completed", "chunks"),
    **{
        f"gaps_{kind}_{when}": (f"gaps_{kind}_{when}", "chunks")
        for kind in KINDS
        for when in ("before", "after")
    },
    "insertions_accepted": ("accepted", "gaps"),
    "insertions_reverted": ("reverted", "gaps"),
    **{
        f"rejected_{reason}": (f"rejected_{reason}", "gaps")
        for reason in ("not_critical", "not_explicit", "new_topic", "too_long")
    },
    "size_of_completed": ("characters_completed", "characters"),
    **{f"verdict_{kind}": (f"rejected:{kind}", f"judged:{kind}") for kind in CHANGES},
}
"""Metric to what is counted, and of what, in percent."""
TOTALS = ("numbers_lost", "names_lost", "documents", "chunks", "gaps")


class Neighbour(NamedTuple):
    """The document before, for what is taken from elsewhere."""

    names: list[str]
    sentences: list[str]


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """All figures, and a table by file."""
    return asyncio.run(_evaluate(data, part))


async def _evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    settings = Settings()
    rows = await count(sources(data, part), Building(settings))
    metrics = {name: _json(one) for name, one in figures([one for _, one in rows]).items()}
    retrieval = await compare(data, part, settings, configured_encoder(settings))
    return {
        "metrics": {**metrics, **{name: _json(one) for name, one in retrieval.items()}},
        "table": list(_by_file(rows)),
        "notes": [
            "shares in percent, n in documents; gaps_* are per hundred chunks",
            "verdict_*: share that the memory verifier's rules reject of sentences changed so",
            "*_completed and *_original: what is searched; differences are paired",
        ],
    }


async def count(documents: Iterable[Source], building: Building) -> list[tuple[str, Counts]]:
    """The counts of each document, with the name of its file; none is held for long."""
    rows: list[tuple[str, Counts]] = []
    before = Neighbour([], [])
    file = ""
    for source in documents:
        if source.file != file:
            file = source.file
            print(f"completing {file} …", file=sys.stderr, flush=True)
        document = await building.complete(source)
        if document is None:
            continue
        usable = [unit.text for unit in document.units if is_usable(unit)]
        counts = counts_of(document)
        if len(usable) >= CORRUPTED and before.sentences:
            counts.update(verdicts_of(document, before))
        rows.append((file, counts))
        if len(usable) >= CORRUPTED:
            before = Neighbour([name for text in usable for name in names_in(text)], usable)
    return rows


def verdicts_of(document: Completed, before: Neighbour) -> Counts:
    """How many changed sentences of each kind were judged, and how many rejected."""
    counts: Counts = Counter()
    elsewhere = Elsewhere(before.names, before.sentences)
    for case in cases(document.source.id, document.units, elsewhere, most=CORRUPTED):
        counts[f"judged:{case.kind}"] += 1
        if failed_checks(case.statement, [case.cited], case.window):
            counts[f"rejected:{case.kind}"] += 1
    return counts


def figures(rows: Sequence[Counts]) -> dict[str, Estimate]:
    """Every share with its interval, and the totals, which are counts of all there is."""
    found = {name: _total(name, rows) for name in TOTALS}
    for name, (over, under) in SHARES.items():
        of = [row for row in rows if row[under]]
        if of:
            found[name] = _share([row[over] for row in of], [row[under] for row in of])
    return found


def _total(name: str, rows: Sequence[Counts]) -> Estimate:
    value = sum(row[name] for row in rows)
    return Estimate(value, value, value, len(rows))


def _share(over: Sequence[float], under: Sequence[float]) -> Estimate:
    """Sum over sum in percent; documents are drawn anew some at a time, for there are many."""
    columns = np.array([over, under], dtype=float)
    random = np.random.default_rng(SEED)
    drawn = [
        columns @ random.multinomial(len(over), [1 / len(over)] * len(over), size=AT_ONCE).T
        for _ in range(RESAMPLES // AT_ONCE)
    ]
    sums = np.concatenate(drawn, axis=1)
    shares = 100 * sums[0][sums[1] > 0] / sums[1][sums[1] > 0]
    low, high = np.percentile(shares, [2.5, 97.5])
    return Estimate(100 * sum(over) / sum(under), float(low), float(high), len(over))


def _by_file(rows: Iterable[tuple[str, Counts]]) -> Iterable[dict[str, JsonValue]]:
    files: dict[str, Counts] = defaultdict(Counter)
    for file, counts in rows:
        files[file].update(counts)
    for file, counts in files.items():
        chunks = counts["chunks"]
        yield {
            "file": file,
            "documents": counts["documents"],
            "chunks": chunks,
            "numbers lost": counts["numbers_lost"],
            "names lost": counts["names_lost"],
            "pronoun starts": _percent(counts["pronouns_before"], chunks),
            "unresolved": _percent(counts["pronouns_after"], chunks),
            "completed": _percent(counts["completed"], chunks),
            "gaps": counts["gaps"],
            "accepted": counts["accepted"],
        }


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}" if whole else "–"


def _json(estimate: Estimate) -> dict[str, Any]:
    return dict(estimate._asdict())
