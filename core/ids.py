"""Stable ids: content-derived where a repeated job must write the same rows, random elsewhere."""

import hashlib
import json
from pathlib import Path
from uuid import UUID, uuid4, uuid5

from pydantic import JsonValue

NAMESPACE = UUID("6f0c7a52-52b5-4b5e-9d0e-0a1e0f5a7c11")


def sha256_of(data: bytes | str) -> str:
    """Hex SHA-256; text is hashed as UTF-8."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(value: JsonValue) -> bytes:
    """The one byte form of a JSON value: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def content_id(*parts: str | int | UUID) -> UUID:
    """The same id for the same parts, for ever."""
    return uuid5(NAMESPACE, "\x1f".join(str(part) for part in parts))


def new_id() -> UUID:
    """A random id, for things that happen rather than are."""
    return uuid4()
