"""The door to Postgres: one pool, one transaction at a time, always on behalf of one tenant.

Row-level security does the isolating; this module tells it who the tenant is and refuses a role
it would not bind. Whatever says that the database is away leaves here as StorageUnavailable.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import exc as sa_exc
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from core.errors import ConfigurationError, InvalidRequest, StorageUnavailable

_POOL_SECONDS = 15.0
_CONNECT_SECONDS = 5

_SET_TENANT = text("select set_config('quaestor.tenant', :tenant, true)")
_SET_SESSION_TENANT = "select set_config('quaestor.tenant', %s, false)"

_ROLE = text(
    """
    select role.rolsuper, role.rolbypassrls,
           to_regclass('public.jobs') is not null as migrated,
           exists (
               select from pg_class t
               where t.relnamespace = 'public'::regnamespace and t.relrowsecurity
                 and pg_has_role(current_user, t.relowner, 'MEMBER')
           ) as owner
    from pg_roles role where role.rolname = current_user
    """
)


class Database:
    """A pool of connections as one role; made once per event loop, closed by its maker."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self._engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=_POOL_SECONDS,
            pool_pre_ping=True,
            # Prepared statements fix a plan before the tenant's data are known, and break poolers.
            connect_args={"prepare_threshold": None, "connect_timeout": _CONNECT_SECONDS},
            hide_parameters=True,
        )

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()

    async def check(self) -> None:
        """Raise StorageUnavailable when away, ConfigurationError when isolation would not hold."""
        async with self.transaction() as connection:
            role = (await connection.execute(_ROLE)).one()
        if role.rolsuper or role.rolbypassrls or role.owner:
            raise ConfigurationError(
                "the database role can bypass row-level security; use one that is no superuser, "
                "has no BYPASSRLS and owns no table"
            )
        if not role.migrated:
            raise ConfigurationError("the database has no tables yet; run `quaestor migrate`")

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID | None = None) -> AsyncIterator[AsyncConnection]:
        """One transaction that sees the rows of ``tenant_id`` only; without a tenant, none."""
        async with _translated(), self._engine.begin() as connection:
            await connection.execute(_SET_TENANT, {"tenant": str(tenant_id or "")})
            yield connection

    @asynccontextmanager
    async def session(
        self, tenant_id: UUID
    ) -> AsyncIterator[psycopg.AsyncConnection[psycopg.rows.TupleRow]]:
        """A pooled driver connection in autocommit mode that sees one tenant until given back."""
        async with _translated(), self._engine.connect() as pooled:
            await pooled.execution_options(isolation_level="AUTOCOMMIT")
            fairy = await pooled.get_raw_connection()
            driver = fairy.driver_connection
            if not isinstance(driver, psycopg.AsyncConnection):
                raise ConfigurationError("the database driver is not psycopg")
            await driver.execute(_SET_SESSION_TENANT, (str(tenant_id),))
            try:
                yield driver
            finally:
                if driver.info.transaction_status is TransactionStatus.IDLE:
                    await driver.execute(_SET_SESSION_TENANT, ("",))
                else:
                    await pooled.invalidate()


@asynccontextmanager
async def open_database(url: str, *, pool_size: int = 8) -> AsyncIterator[Database]:
    """A checked database that is closed at the end of the block."""
    database = Database(url, pool_size=pool_size)
    try:
        await database.check()
        yield database
    finally:
        await database.close()


def sqlalchemy_url(url: str) -> URL:
    """The URL as SQLAlchemy wants it, whichever form it came in."""
    try:
        return make_url(url).set(drivername="postgresql+psycopg")
    except sa_exc.ArgumentError as exc:
        raise ConfigurationError("the database URL cannot be read") from exc


def libpq_url(url: str) -> str:
    """The URL as libpq wants it, with its password."""
    plain = sqlalchemy_url(url).set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)


def conninfo(url: str) -> str:
    """``key=value`` form; always with a password, since the queue's transport insists on one."""
    return make_conninfo("", **{"password": "unused", **conninfo_to_dict(libpq_url(url))})


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except sa_exc.DataError as exc:
        raise InvalidRequest("a value cannot be stored") from exc
    except (sa_exc.OperationalError, sa_exc.InterfaceError, sa_exc.TimeoutError) as exc:
        raise StorageUnavailable from exc
    except (psycopg.OperationalError, psycopg.InterfaceError) as exc:
        raise StorageUnavailable from exc
