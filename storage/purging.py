"""Taking a document or one of its versions away, with everything derived from it.

Rows that only tell of the document go with it by their foreign keys. A run that read it stays, as
do its hashes; its texts go: stored values, checkpoints, and what errors may have quoted. A stored
value goes when nothing else holds it.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.schemas.document import Version
from storage.checkpoints import CHECKPOINT_TABLES
from storage.protocols import Removed
from storage.tables import documents, jobs, memories, places, versions
from storage.transitions import check_purge

RUNS_THAT_READ = text("""
    select run_id from jobs
    where version_id = any(cast(:versions as uuid[])) and run_id is not null
    union
    select run_id from run_reads where named = any(cast(:named as uuid[]))
""")
_RUNS = "any(cast(:runs as uuid[]))"
_FORGET = (
    f"update runs set purged = true, error = split_part(error, ':', 1) where id = {_RUNS}",
    f"""update runs set status = 'cancelled', finished_at = clock_timestamp()
        where id = {_RUNS} and graph = 'building' and status = 'running'""",
    f"update steps set error = split_part(error, ':', 1) where run_id = {_RUNS}",
    f"""update entries set value = null
        where run_id = {_RUNS} and kind in ('tool', 'reader', 'model')""",
    *(
        f"delete from {table} where thread_id = any(cast(cast(:runs as uuid[]) as text[]))"
        for table in CHECKPOINT_TABLES
    ),
)
"""An error may quote the document after its type, and so may what tools and models said."""
_VALUES_OF_RUNS = text(f"delete from run_blobs where run_id = {_RUNS} returning sha256")
_VALUES_OF_VERSIONS = text("""
    select distinct value from versions v,
           unnest(array[v.content_sha256, v.text_sha256, v.units_sha256]) as value
    where v.id = any(cast(:versions as uuid[])) and value is not null
""")
_LOCK_VALUES = text("""
    select sha256 from blobs where sha256 = any(cast(:values as text[])) order by sha256 for update
""")
_DROP_VALUES = text("""
    with used as (
        select value from versions v,
               unnest(array[v.content_sha256, v.text_sha256, v.units_sha256]) as value
        where v.status <> 'purged' and value = any(cast(:values as text[]))
        union
        select sha256 from run_blobs where sha256 = any(cast(:values as text[]))
    )
    delete from blobs
    where sha256 = any(cast(:values as text[])) and sha256 not in (select value from used)
""")
_DROP_UNPLACED = text("""
    delete from memories m
    where m.document_id = :document_id
      and not exists (select from places p where p.memory_id = m.id)
""")
_MOVE_TO_LAST_PLACE = text("""
    update memories m set version_id = p.version_id, ordinal = p.ordinal
    from (select distinct on (p.memory_id) p.memory_id, p.version_id, p.ordinal
          from places p join versions v on v.id = p.version_id
          where p.memory_id in (select id from memories where version_id = :version_id)
          order by p.memory_id, v.number desc) p
    where m.id = p.memory_id and m.version_id = :version_id
""")
_EMPTIED: dict[str, Any] = {
    "filename": "",
    "title": None,
    "warnings": [],
    "hidden": [],
    "summary": [],
}


async def delete_document(connection: AsyncConnection, document_id: UUID) -> Removed:
    """The document as if it had never been; a build that is under way loses its lease."""
    await _lock(connection, document_id)
    gone = await _ids(
        connection, select(versions.c.id).where(versions.c.document_id == document_id)
    )
    lost = await _ids(
        connection, select(memories.c.id).where(memories.c.document_id == document_id)
    )
    runs, values = await _forget_runs(connection, gone, lost)
    await connection.execute(delete(documents).where(documents.c.id == document_id))
    return Removed(len(gone), len(lost), runs, await _drop_values(connection, values))


async def purge_version(connection: AsyncConnection, version: Version) -> Removed:
    """A version without its text; its row stays, so that its number and id mean nothing else.

    Raises Conflict for the active version and for one that may still become it.
    """
    await _lock(connection, version.document_id)
    await _require_purgeable(connection, version.id)
    placed = select(places.c.memory_id).where(places.c.version_id == version.id)
    elsewhere = select(places.c.memory_id).where(places.c.version_id != version.id)
    lost = await _ids(
        connection, placed.where(places.c.memory_id.not_in(elsewhere.scalar_subquery()))
    )
    runs, values = await _forget_runs(connection, [version.id], lost)
    await connection.execute(delete(places).where(places.c.version_id == version.id))
    await connection.execute(_DROP_UNPLACED, {"document_id": version.document_id})
    await connection.execute(_MOVE_TO_LAST_PLACE, {"version_id": version.id})
    await connection.execute(delete(jobs).where(jobs.c.version_id == version.id))
    emptying = update(versions).where(versions.c.id == version.id)
    await connection.execute(emptying.values(status="purged", **_EMPTIED))
    return Removed(1, len(lost), runs, await _drop_values(connection, values))


async def _lock(connection: AsyncConnection, document_id: UUID) -> None:
    """Jobs first, as every writer does that holds one; then the document. Raises NotFound."""
    of_document = select(jobs.c.id).where(jobs.c.document_id == document_id).order_by(jobs.c.id)
    await connection.execute(of_document.with_for_update())
    document = select(documents.c.id).where(documents.c.id == document_id)
    if (await connection.execute(document.with_for_update())).one_or_none() is None:
        raise NotFound(f"no document {str(document_id)!r}")


async def _require_purgeable(connection: AsyncConnection, version_id: UUID) -> None:
    status = select(versions.c.status).where(versions.c.id == version_id)
    states = select(jobs.c.state).where(jobs.c.version_id == version_id)
    check_purge(
        (await connection.execute(status)).scalar_one(),
        (await connection.execute(states)).scalars().all(),
    )


async def _forget_runs(
    connection: AsyncConnection, gone: Sequence[UUID], lost: Sequence[UUID]
) -> tuple[int, set[str]]:
    """Take the texts of every run that built or read these versions; how many runs, and the
    values that they and the versions held."""
    asked = {"versions": gone, "named": [*gone, *lost]}
    runs = [row.run_id for row in await connection.execute(RUNS_THAT_READ, asked)]
    counts = [(await connection.execute(text(each), {"runs": runs})).rowcount for each in _FORGET]
    held = (await connection.execute(_VALUES_OF_RUNS, {"runs": runs})).scalars().all()
    own = (await connection.execute(_VALUES_OF_VERSIONS, {"versions": gone})).scalars().all()
    return counts[0], {*held, *own}


async def _drop_values(connection: AsyncConnection, values: Iterable[str]) -> int:
    """Delete what nothing else holds. Whoever keeps one of them just now is waited for, and whoever
    comes later puts it again: ``storage.blobs`` locks what it finds."""
    named = {"values": sorted(values)}
    await connection.execute(_LOCK_VALUES, named)
    return (await connection.execute(_DROP_VALUES, named)).rowcount


async def _ids(connection: AsyncConnection, query: Select[Any]) -> list[UUID]:
    return list((await connection.execute(query)).scalars())
