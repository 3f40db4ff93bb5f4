"""Thresholds of collections in Postgres: every fit is a row, the last one holds."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from core.schemas.audit import FittedThresholds, Thresholds
from core.schemas.job import Lease
from storage.database import Database
from storage.leases import hold
from storage.tables import thresholds as fits

_LAST: Select[Any] = (
    select(fits)
    .ext(distinct_on(fits.c.collection))
    .order_by(fits.c.collection, fits.c.made_at.desc())
)


class PostgresThresholds:
    """The thresholds of one tenant."""

    def __init__(self, database: Database, tenant_id: UUID) -> None:
        self._database = database
        self._tenant_id = tenant_id

    async def keep(
        self, collection: str, thresholds: Thresholds, lease: Lease | None = None
    ) -> None:
        """From now on these hold."""
        known = {"tenant_id": self._tenant_id, "collection": collection}
        new = {**known, "made_at": func.clock_timestamp(), **thresholds.model_dump()}
        async with self._database.transaction(self._tenant_id) as connection:
            if lease is not None:
                await hold(connection, lease)
            await connection.execute(insert(fits).values(new))

    async def of(self, collection: str) -> Thresholds | None:
        """Those that hold; None where none were fitted."""
        query = _LAST.where(fits.c.collection == collection)
        async with self._database.transaction(self._tenant_id) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _fitted(row).thresholds

    async def list(self) -> tuple[FittedThresholds, ...]:
        """Those that hold, by collection."""
        async with self._database.transaction(self._tenant_id) as connection:
            return tuple(_fitted(row) for row in await connection.execute(_LAST))


def _fitted(row: Row[Any]) -> FittedThresholds:
    known = row._mapping
    return FittedThresholds(
        collection=row.collection,
        made_at=row.made_at,
        thresholds=Thresholds(**{name: known[name] for name in Thresholds.model_fields}),
    )
