"""How many files of a mixed collection load: a document or a typed error each, never a crash.

Files go through the same isolated parser as uploads do. A crash is any reply but a document or a
subclass of InvalidDocument; LoaderFailed means that the wall held while the parser did not, so it
counts as a crash too.
"""

import asyncio
import gzip
import json
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from core.errors import InvalidDocument, LoaderFailed
from core.settings import Settings
from tools.loaders.process import LoaderProcess

LOADED = "loaded"


class Outcome(NamedTuple):
    """What became of one file."""

    path: str
    kind: str
    code: str
    """``loaded`` or the code of the error."""
    detail: str
    units: int
    scanned: bool = False
    """Whether OCR read some of it."""


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Load every file of ``loader_docs.{part}.tar.gz``; metrics, and a table by kind of file."""
    return asyncio.run(_evaluate(data, part))


async def _evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    loader = LoaderProcess.from_settings(Settings())
    try:
        outcomes = [
            await _outcome(loader, path, kind, content)
            for path, kind, content in _files(data, part)
        ]
    finally:
        loader.close()
    return {
        "metrics": {
            "files": _count(len(outcomes), len(outcomes)),
            "loaded": _count(sum(o.code == LOADED for o in outcomes), len(outcomes)),
            "typed_errors": _count(sum(_is_typed(o) for o in outcomes), len(outcomes)),
            "crashed": _count(sum(_is_crash(o) for o in outcomes), len(outcomes)),
            "read_by_ocr": _count(sum(o.scanned for o in outcomes), len(outcomes)),
        },
        "table": list(_by_kind(outcomes)),
        "refused": [
            {"path": o.path, "code": o.code, "detail": o.detail}
            for o in outcomes
            if o.code != LOADED
        ],
    }


def _files(data: Path, part: str) -> Iterator[tuple[str, str, bytes]]:
    """Path, kind and bytes, in the order of the manifest."""
    with gzip.open(data / f"loader_docs.manifest.{part}.jsonl.gz", "rt", encoding="utf-8") as lines:
        kinds = {entry["path"]: entry["ext"] for entry in map(json.loads, lines)}
    with tarfile.open(data / f"loader_docs.{part}.tar.gz") as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is not None and member.name in kinds:
                yield member.name, kinds[member.name], stream.read()


async def _outcome(loader: LoaderProcess, path: str, kind: str, content: bytes) -> Outcome:
    try:
        loaded = await loader.load(content, path.rpartition("/")[2])
    except InvalidDocument as error:
        return Outcome(path, kind, error.code, error.detail, 0)
    scanned = any(unit.confidence is not None for unit in loaded.units)
    return Outcome(path, kind, LOADED, "", len(loaded.units), scanned)


def _by_kind(outcomes: Iterable[Outcome]) -> Iterator[dict[str, JsonValue]]:
    counts: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        column = LOADED if outcome.code == LOADED else "typed_error"
        column = "crashed" if _is_crash(outcome) else column
        counts.setdefault(outcome.kind, Counter())[column] += 1
    for kind, count in sorted(counts.items()):
        yield {"kind": kind} | {
            column: count[column] for column in (LOADED, "typed_error", "crashed")
        }


def _is_typed(outcome: Outcome) -> bool:
    return outcome.code != LOADED and not _is_crash(outcome)


def _is_crash(outcome: Outcome) -> bool:
    return outcome.code == LoaderFailed.code


def _count(value: int, files: int) -> dict[str, JsonValue]:
    """All files are counted, none is sampled: the interval is the value."""
    return {"value": value, "low": value, "high": value, "n": files}
