"""A deletion looks up by index who read what is deleted: it goes through nobody's journal."""

from datetime import UTC, datetime
from uuid import UUID

import psycopg
from sqlalchemy import text

from core.ids import new_id
from core.schemas.run import Run
from storage.database import Database
from storage.protocols import Repositories
from storage.purging import RUNS_THAT_READ

READS = 5_000


async def test_the_lookup_goes_by_index_and_reads_no_journal(
    database: Database, tenant_id: UUID, repositories: Repositories, database_owner_url: str
) -> None:
    moment = datetime.now(UTC)
    run = Run(id=new_id(), graph="answering", status="succeeded", subject={}, started_at=moment)
    await repositories.runs.start(run)
    read = fill_reads(database_owner_url, tenant_id, run.id)
    asked = {"versions": [new_id()], "named": [new_id(), read]}

    async with database.transaction(tenant_id) as connection:
        found = (await connection.execute(RUNS_THAT_READ, asked)).scalars().all()
        explaining = text(f"explain (costs off) {RUNS_THAT_READ.text}")
        plan = "\n".join((await connection.execute(explaining, asked)).scalars())

    assert found == [run.id]
    assert "run_reads_by_id" in plan
    assert "Seq Scan on run_reads" not in plan
    assert "entries" not in plan


def fill_reads(owner_url: str, tenant_id: UUID, run_id: UUID) -> UUID:
    """So many that going through them would not pay; one of them."""
    with psycopg.connect(owner_url) as connection:
        filling = (
            "insert into run_reads select %s, %s, gen_random_uuid() from generate_series(1, %s)"
        )
        connection.execute(filling, (tenant_id, run_id, READS))
        (read,) = connection.execute("select named from run_reads limit 1").fetchone() or ()
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("analyze run_reads")
    return read
