"""The fence: a write on behalf of a job counts only while the job is still the writer's."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import LeaseLost
from core.schemas.job import Lease
from storage.tables import jobs


def mine(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    """True of the job's row while nobody has claimed it since and it has not ended."""
    return (jobs.c.id == lease.job_id, jobs.c.fence == lease.fence, jobs.c.state == "running")


async def hold(connection: AsyncConnection, lease: Lease) -> None:
    """Keep others from claiming the job until this transaction ends. Raises LeaseLost."""
    query = select(jobs.c.id).where(*mine(lease)).with_for_update()
    if (await connection.execute(query)).one_or_none() is None:
        raise LeaseLost
