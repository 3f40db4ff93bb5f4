"""Tenants and the keys by which they are known. A key is shown once; only its hash is kept."""

import secrets
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from core.errors import Unauthorized
from core.ids import content_id, new_id, sha256_of
from storage.database import Database
from storage.tables import api_keys, tenants

_TENANT_OF_KEY = text("select tenant_of_key(:key_hash)")


async def create_tenant(database: Database, name: str) -> UUID:
    """The tenant of this name, made if need be."""
    tenant_id = content_id("tenant", name)
    new = insert(tenants).values(id=tenant_id, name=name).on_conflict_do_nothing()
    async with database.transaction(tenant_id) as connection:
        await connection.execute(new)
    return tenant_id


async def create_key(database: Database, tenant_id: UUID, name: str) -> str:
    """A new key in plain text; it cannot be read again."""
    key = f"qst_{secrets.token_urlsafe(32)}"
    row = {"tenant_id": tenant_id, "id": new_id(), "name": name, "key_sha256": sha256_of(key)}
    async with database.transaction(tenant_id) as connection:
        await connection.execute(insert(api_keys).values(row))
    return key


async def tenant_of_key(database: Database, key: str) -> UUID:
    """Whose key this is. Raises Unauthorized. 256 random bits need no slow hash."""
    if not key.isascii():
        raise Unauthorized
    async with database.transaction() as connection:
        found = await connection.execute(_TENANT_OF_KEY, {"key_hash": sha256_of(key)})
        tenant_id: UUID | None = found.scalar_one()
    if tenant_id is None:
        raise Unauthorized
    return tenant_id
