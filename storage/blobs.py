"""Bytes kept once per tenant under their SHA-256, compressed where that pays."""

import asyncio
import zlib
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from storage.tables import blobs

# One statement, however many: a step keeps a dozen small values.
_INSERT = text("""
    insert into blobs (tenant_id, sha256, compressed, data)
    select :tenant_id, r.sha256, r.compressed, r.data
    from unnest(cast(:keys as text[]), cast(:compressed as boolean[]), cast(:data as bytea[]))
         as r(sha256, compressed, data)
    on conflict do nothing
""")

_WORTH_PACKING = 256
_PAYS = 0.9
"""Compressed bytes are kept when they are at most this share of the plain ones."""


class Packed(NamedTuple):
    """Bytes as they are stored."""

    compressed: bool
    data: bytes


async def pack_blobs(contents: Mapping[str, bytes]) -> dict[str, Packed]:
    """Compress outside the event loop; done before a transaction opens."""
    return await asyncio.to_thread(lambda: {key: _pack(data) for key, data in contents.items()})


async def put_blobs(
    connection: AsyncConnection, tenant_id: UUID, packed: Mapping[str, Packed]
) -> None:
    """Keep them; what is there already stays, and cannot be purged before this transaction has
    told who holds it. In one order, so that writers never deadlock."""
    missing = sorted(packed)
    while missing:
        compressed, data = zip(*(packed[key] for key in missing), strict=True)
        columns = {"keys": missing, "compressed": list(compressed), "data": list(data)}
        await connection.execute(_INSERT, {"tenant_id": tenant_id, **columns})
        locking = select(blobs.c.sha256).where(blobs.c.sha256.in_(missing))
        locking = locking.order_by(blobs.c.sha256).with_for_update(read=True, key_share=True)
        held = set((await connection.execute(locking)).scalars())
        missing = [key for key in missing if key not in held]


async def get_blob(connection: AsyncConnection, sha256: str) -> bytes:
    """The bytes as they came in. Raises NotFound."""
    query = select(blobs.c.compressed, blobs.c.data).where(blobs.c.sha256 == sha256)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"no stored value {sha256!r}")
    return await asyncio.to_thread(_unpack, Packed(row.compressed, row.data))


def _pack(data: bytes) -> Packed:
    if len(data) >= _WORTH_PACKING:
        smaller = zlib.compress(data)
        if len(smaller) <= _PAYS * len(data):
            return Packed(True, smaller)
    return Packed(False, data)


def _unpack(packed: Packed) -> bytes:
    return zlib.decompress(packed.data) if packed.compressed else packed.data
