"""The door to Postgres: one pool, one transaction at a time, always on behalf of one tenant.

Row-level security does the isolating; this module tells it who the tenant is and refuses a role
it would not bind. Whatever says that the database is away leaves here as StorageUnavailable.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
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
_STATEMENT_SECONDS = 30.0
_SPARE_SECONDS = 20.0
"""What a transaction may take beyond its longest statement, the wait for a connection included."""
_CONNECTION: dict[str, Any] = {
    "connect_timeout": 5,
    # A peer that vanished without a word is noticed in half a minute, not in two hours.
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    # Prepared statements fix a plan before the tenant's data are known, and break poolers.
    "prepare_threshold": None,
}

# Set with the tenant, since many poolers refuse it as a parameter of the connection.
_BEGIN = text(
    "select set_config('quaestor.tenant', :tenant, true),"
    " set_config('statement_timeout', :timeout, true)"
)
_SET_SESSION = (
    "select set_config('quaestor.tenant', %s, false), set_config('statement_timeout', %s, false)"
)

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
    """A pool of connections as one role; made once per event loop, closed by its maker.

    A statement that takes longer than ``statement_seconds`` is given up as StorageUnavailable.
    """

    def __init__(
        self, url: str, *, pool_size: int = 8, statement_seconds: float = _STATEMENT_SECONDS
    ) -> None:
        self._statement_seconds = statement_seconds
        self._engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=_POOL_SECONDS,
            pool_pre_ping=True,
            connect_args=_CONNECTION,
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
    async def transaction(
        self, tenant_id: UUID | None = None, *, statement_seconds: float | None = None
    ) -> AsyncIterator[AsyncConnection]:
        """One transaction that sees the rows of ``tenant_id`` only; without a tenant, none."""
        seconds = statement_seconds or self._statement_seconds
        asked = {"tenant": str(tenant_id or ""), "timeout": _milliseconds(seconds)}
        # A server that is stopped does not even time out: then this side hangs up.
        deadline = asyncio.timeout(seconds + _SPARE_SECONDS)
        async with _translated(), deadline, self._engine.begin() as connection:
            await connection.execute(_BEGIN, asked)
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
            timeout = _milliseconds(self._statement_seconds)
            await driver.execute(_SET_SESSION, (str(tenant_id), timeout))
            try:
                yield driver
            finally:
                if driver.info.transaction_status is TransactionStatus.IDLE:
                    await driver.execute(_SET_SESSION, ("", timeout))
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
    start, mark, query = plain.render_as_string(hide_password=False).partition("?")
    # libpq does not read a plus sign as a space.
    return start + mark + query.replace("+", "%20")


def conninfo(url: str) -> str:
    """``key=value`` form; always with a password, since the queue's transport insists on one."""
    return make_conninfo("", **{"password": "unused", **conninfo_to_dict(libpq_url(url))})


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except sa_exc.DataError as exc:
        raise InvalidRequest("a value cannot be stored") from exc
    except (sa_exc.OperationalError, sa_exc.InterfaceError, sa_exc.TimeoutError) as exc:
        raise StorageUnavailable from exc
    except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError) as exc:
        raise StorageUnavailable from exc
