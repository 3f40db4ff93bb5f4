"""The reader on public data: spans, ranking, claims against evidence, candidate answers, speed.

Another model than the configured one can be measured. Figures on data that a model was fitted on
are marked as seen: they say how well it remembers, not how good it is.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from pydantic import JsonValue

from core.settings import Settings
from evals import accepting, judging, ranking, spans, throughput
from evals.intervals import Estimate
from evals.section import Section
from tools.encoder_models import configured_encoder
from tools.reader import OnnxReader, Reader
from tools.reader_files import read_files


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """Metrics and reliability tables of the reader called ``model``; default: the configured one.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    return asyncio.run(_evaluate(data, part, model))


async def _evaluate(data: Path, part: str, model: str | None) -> dict[str, JsonValue]:
    settings = Settings()
    threads = settings.reader_threads
    files = read_files(model or settings.reader)
    open_reader = partial(OnnxReader, files, threads)
    open_other = partial(configured_encoder, settings, threads=threads)
    reader = open_reader()
    sections = await measure(reader, data, part)
    _say("speed")
    sections.append(await throughput.measure(open_reader, open_other, data, part))
    return {"model": reader.id, **report(sections, part, files.manifest.fitted_on)}


async def measure(reader: Reader, data: Path, part: str) -> list[Section]:
    """Everything but speed, in the order of the report."""
    _say("spans")
    sections = [await spans.measure(reader, data, part)]
    _say("ranking")
    sections += await ranking.measure(reader, data, part)
    _say("claims")
    sections += await judging.measure(reader, data, part)
    _say("candidate answers")
    return [*sections, await accepting.measure(reader, data, part)]


def report(
    sections: Sequence[Section], part: str, fitted_on: Sequence[str]
) -> dict[str, JsonValue]:
    """The sections as one JSON value; ``fitted_on`` names data as NAME.PART or NAME.SOURCE.PART."""
    metrics: dict[str, JsonValue] = {}
    tables: dict[str, JsonValue] = {}
    notes = [note for section in sections for note in section.notes]
    for section in sections:
        seen = [f"{name}.{part}" for name in section.data if f"{name}.{part}" in fitted_on]
        metrics |= {name: _metric(one, bool(seen)) for name, one in section.metrics.items()}
        for name, table in section.reliability.items():
            tables[name] = [row._asdict() for row in table]
        notes += _warning(section, seen)
    return {
        "fitted_on": list(fitted_on),
        "metrics": metrics,
        "reliability": tables,
        "notes": list(notes),
    }


def _metric(estimate: Estimate, seen: bool) -> dict[str, JsonValue]:
    return {**estimate._asdict(), **({"seen": True} if seen else {})}


def _warning(section: Section, seen: Sequence[str]) -> Iterator[str]:
    if seen:
        yield (
            f"not held out: this model was fitted on {' and '.join(seen)}, so it has seen the data "
            f"of {', '.join(section.metrics)}"
        )


def _say(stage: str) -> None:
    """Minutes pass: what is being measured goes to standard error."""
    print(f"measuring {stage} …", file=sys.stderr, flush=True)
