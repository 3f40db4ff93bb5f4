"""Where suites find their data: ``NAME.PART.jsonl.gz`` in one folder, one JSON object a line."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import NotFound

Row = dict[str, Any]
"""One record; its fields depend on the kind of file."""


def read_rows(data: Path, name: str, part: str) -> Iterator[Row]:
    """The records of one file, in its order.

    Documents may be kept once for both halves: where ``NAME.docs`` has no file of this part, the
    public one is read. Raises NotFound when there is no file.
    """
    path = _path(data, name, part)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _path(data: Path, name: str, part: str) -> Path:
    parts = (part, "public") if name.endswith(".docs") else (part,)
    for candidate in parts:
        path = data / f"{name}.{candidate}.jsonl.gz"
        if path.is_file():
            return path
    raise NotFound(f"there is no {name}.{part}.jsonl.gz in {data}")
