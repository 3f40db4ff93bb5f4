"""Rows of documents and versions: how they are read, and what changes in them by itself."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Row, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.schemas.document import Document, LoadedDocument, Version
from storage.jobs import JOB_COLUMNS, job_of
from storage.protocols import Upload
from storage.submitting import Past, described
from storage.tables import documents, jobs, versions

_SUMMARY = (
    select(versions.c.summary)
    .where(versions.c.id == documents.c.active_version_id)
    .scalar_subquery()
)
DOCUMENT = [
    *(documents.c[name] for name in Document.model_fields if name != "summary"),
    func.coalesce(_SUMMARY, literal([], JSON)).label("summary"),
]
VERSION = [versions.c[name] for name in Version.model_fields]


def loaded_fields(loaded: LoadedDocument) -> dict[str, Any]:
    """What a version's row says about its text."""
    return {
        "media_type": loaded.media_type,
        "text_length": len(loaded.text),
        "unit_count": len(loaded.units),
        "warnings": loaded.warnings,
        "hidden": loaded.hidden,
    }


def document_of(row: Row[Any]) -> Document:
    """The document in a row of ``DOCUMENT``."""
    return Document.model_validate(dict(row._mapping))


def version_of(row: Row[Any]) -> Version:
    """The version in a row of ``VERSION``."""
    return Version.model_validate(dict(row._mapping))


async def read_document(
    connection: AsyncConnection, document_id: UUID, *, lock: bool = False
) -> Document:
    """One document. Raises NotFound."""
    query = select(*DOCUMENT).where(documents.c.id == document_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFound(f"no document {str(document_id)!r}")
    return document_of(row)


async def read_external_ids(
    connection: AsyncConnection, document_ids: Collection[UUID]
) -> dict[UUID, str]:
    """What clients call documents, by id. Raises NotFound if one is missing."""
    query = select(documents.c.id, documents.c.external_id)
    rows = await connection.execute(query.where(documents.c.id.in_(set(document_ids))))
    found = {row.id: row.external_id for row in rows}
    for document_id in document_ids:
        if document_id not in found:
            raise NotFound(f"no document {str(document_id)!r}")
    return found


async def read_version(connection: AsyncConnection, version_id: UUID) -> Version:
    """One version. Raises NotFound."""
    query = select(*VERSION).where(versions.c.id == version_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"no version {str(version_id)!r}")
    return version_of(row)


async def read_versions(connection: AsyncConnection, document_id: UUID) -> tuple[Version, ...]:
    """All versions of a document, oldest first."""
    query = select(*VERSION).where(versions.c.document_id == document_id)
    rows = await connection.execute(query.order_by(versions.c.number))
    return tuple(version_of(row) for row in rows)


async def read_history(connection: AsyncConnection, document_id: UUID) -> tuple[Past, ...]:
    """Every version that was not purged, with its last job, oldest first."""
    query = (
        select(*JOB_COLUMNS)
        .where(jobs.c.document_id == document_id)
        .order_by(jobs.c.created_at, jobs.c.id)
    )
    last = {job.version_id: job for job in map(job_of, await connection.execute(query))}
    kept = [v for v in await read_versions(connection, document_id) if v.status != "purged"]
    return tuple(Past(version, last[version.id]) for version in kept)


async def revive(connection: AsyncConnection, version: Version, upload: Upload) -> Version:
    """A version that was not built is tried again, as what it was uploaded now."""
    await set_version(
        connection, version.id, status="received", title=upload.title, filename=upload.filename
    )
    return await read_version(connection, version.id)


async def touch(connection: AsyncConnection, document: Document, version: Version) -> Document:
    """The document has just changed."""
    changing = update(documents).where(documents.c.id == document.id)
    await connection.execute(changing.values(updated_at=func.clock_timestamp()))
    await describe(connection, version)
    return await read_document(connection, document.id)


async def describe(connection: AsyncConnection, version: Version) -> None:
    """Until one version is active, the latest speaks for the document."""
    document = await read_document(connection, version.document_id, lock=True)
    latest = (await read_versions(connection, document.id))[-1]
    if document.active_version_id is None and latest.id == version.id:
        said = {**described(version), "source": version.source.model_dump()}
        await connection.execute(update(documents).filter_by(id=document.id).values(said))


async def set_version(connection: AsyncConnection, version_id: UUID, **values: Any) -> None:
    """Change columns of a version."""
    await connection.execute(update(versions).where(versions.c.id == version_id).values(**values))
