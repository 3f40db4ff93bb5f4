"""Listings in pages: newest first, continued after the last item seen."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_

from core.errors import InvalidRequest
from storage.protocols import Page

T = TypeVar("T")

Key = tuple[datetime, UUID]
"""What a listing is ordered by, descending: a time, and the id among equal times."""


def one_page(
    query: Select[Any],
    key: tuple[ColumnElement[Any], ColumnElement[Any]],
    *,
    limit: int,
    cursor: str | None,
) -> Select[Any]:
    """The query for the items of one page and one more."""
    if cursor is not None:
        query = query.where(tuple_(*key) < tuple_(*after(cursor)))
    return query.order_by(*(column.desc() for column in key)).limit(limit + 1)


def cut_page(items: Sequence[T], limit: int, key: Callable[[T], Key]) -> Page[T]:
    """A page from up to ``limit + 1`` items: the one too many says that there is more."""
    kept = tuple(items[:limit])
    more = len(items) > limit and len(kept) > 0
    return Page(kept, _encode(key(kept[-1])) if more else None)


def after(cursor: str) -> Key:
    """The key of the last item seen. Raises InvalidRequest for a cursor we never gave out."""
    try:
        at, item = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(at), UUID(item)
    except (ValueError, TypeError, AttributeError, binascii.Error) as exc:
        raise InvalidRequest("the cursor is not one of ours") from exc


def _encode(key: Key) -> str:
    at, item = key
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), str(item)]).encode()).decode()
