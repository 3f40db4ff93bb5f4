"""Documents and versions in Postgres; their bytes, texts and units are blobs.

What an upload means for a document with a history is decided in ``storage.submitting``.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.ids import new_id, sha256_of
from core.schemas.document import Document, LoadedDocument, SummarySentence, Unit, Version
from core.schemas.job import Job, Lease
from storage.blobs import get_blob, pack_blobs, put_blobs
from storage.database import Database
from storage.document_rows import (
    DOCUMENT,
    VERSION,
    describe,
    document_of,
    loaded_fields,
    read_document,
    read_external_ids,
    read_history,
    read_version,
    read_versions,
    revive,
    set_version,
    touch,
    version_of,
)
from storage.jobs import JOB_COLUMNS, add_event, job_of
from storage.leases import hold
from storage.paging import cut_page, one_page
from storage.protocols import Page, Removed, Submission, Upload
from storage.purging import delete_document, purge_version
from storage.submitting import (
    checked,
    decide,
    document_id_of,
    is_usable,
)
from storage.tables import documents, jobs, versions

_REMOVE_SECONDS = 120.0
"""For one statement of a removal: all journals are looked through for who read the document."""
_UNITS = TypeAdapter(tuple[Unit, ...])


class PostgresDocuments:
    """The documents of one tenant."""

    def __init__(self, database: Database, tenant_id: UUID, *, max_attempts: int = 5) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._max_attempts = max_attempts

    async def submit(self, upload: Upload) -> Submission:
        """Store an upload and the job that builds it, or find that there is nothing to do."""
        upload = checked(upload)
        sha256 = await asyncio.to_thread(sha256_of, upload.content)
        packed = await pack_blobs({sha256: upload.content})
        async with self._database.transaction(self._tenant_id) as connection:
            document = await self._locked_document(connection, upload)
            history = await read_history(connection, document.id)
            action, past = decide(history, upload, sha256)
            if past is not None and action == "reuse":
                return Submission(document, past.version, past.job, created=False)
            await put_blobs(connection, self._tenant_id, packed)
            if past is None:
                version = await self._add_version(connection, document, upload, sha256)
            else:
                version = await revive(connection, past.version, upload)
            document = await touch(connection, document, version)
            return Submission(
                document, version, await self._enqueue(connection, version), created=True
            )

    async def get(self, document_id: UUID) -> Document:
        """One document. Raises NotFound."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await read_document(connection, document_id)

    async def external_ids(self, document_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """What clients call these documents. Raises NotFound if one is missing."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await read_external_ids(connection, document_ids)

    async def find(self, external_id: str) -> Document | None:
        """The document a client knows by this id."""
        if not is_usable(external_id):
            return None
        document_id = document_id_of(self._tenant_id, external_id)
        query = select(*DOCUMENT).where(documents.c.id == document_id)
        async with self._database.transaction(self._tenant_id) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else document_of(row)

    async def list(self, limit: int = 50, cursor: str | None = None) -> Page[Document]:
        """Newest change first."""
        key = (documents.c.updated_at, documents.c.id)
        query = one_page(select(*DOCUMENT), key, limit=limit, cursor=cursor)
        async with self._database.transaction(self._tenant_id) as connection:
            rows = (await connection.execute(query)).all()
        found = [document_of(row) for row in rows]
        return cut_page(found, limit, lambda document: (document.updated_at, document.id))

    async def versions(self, document_id: UUID) -> tuple[Version, ...]:
        """All versions, oldest first. Raises NotFound for an unknown document."""
        async with self._database.transaction(self._tenant_id) as connection:
            await read_document(connection, document_id)
            return await read_versions(connection, document_id)

    async def version(self, version_id: UUID) -> Version:
        """One version. Raises NotFound."""
        async with self._database.transaction(self._tenant_id) as connection:
            return await read_version(connection, version_id)

    async def content(self, version_id: UUID) -> bytes:
        """The original bytes."""
        return await self._blob_of(version_id, versions.c.content_sha256)

    async def text(self, version_id: UUID) -> str:
        """The normalised text. Raises NotFound before the version was loaded."""
        return (await self._blob_of(version_id, versions.c.text_sha256)).decode()

    async def units(self, version_id: UUID) -> tuple[Unit, ...]:
        """The units of the text. Raises NotFound before the version was loaded."""
        data = await self._blob_of(version_id, versions.c.units_sha256)
        return await asyncio.to_thread(_UNITS.validate_json, data)

    async def save_loaded(self, version_id: UUID, loaded: LoadedDocument, lease: Lease) -> Version:
        """Keep text and units; those of a version that was built never change."""
        text = loaded.text.encode()
        units = await asyncio.to_thread(_UNITS.dump_json, loaded.units)
        keys = {"text_sha256": sha256_of(text), "units_sha256": sha256_of(units)}
        packed = await pack_blobs({keys["text_sha256"]: text, keys["units_sha256"]: units})
        async with self._database.transaction(self._tenant_id) as connection:
            await hold(connection, lease)
            version = await read_version(connection, version_id)
            if version.status != "received":
                return version
            await put_blobs(connection, self._tenant_id, packed)
            found = {**loaded_fields(loaded), "title": version.title or loaded.title or None}
            await set_version(connection, version_id, **keys, **found)
            version = await read_version(connection, version_id)
            await describe(connection, version)
            return version

    async def save_summary(
        self, version_id: UUID, summary: Sequence[SummarySentence], lease: Lease
    ) -> None:
        """Keep it with the version; that of a version that was built never changes."""
        said = [sentence.model_dump() for sentence in summary]
        await self._change_received(version_id, lease, summary=said)

    async def fail_version(self, version_id: UUID, lease: Lease) -> None:
        """The build of this version has ended for good; the active one stays."""
        await self._change_received(version_id, lease, status="failed")

    async def purge_version(self, version_id: UUID) -> Removed:
        """Take the text of an old version away, with everything derived from it."""
        async with self._removing() as connection:
            return await purge_version(connection, await read_version(connection, version_id))

    async def delete(self, document_id: UUID) -> Removed:
        """Take a document away, with everything derived from it."""
        async with self._removing() as connection:
            return await delete_document(connection, document_id)

    async def _change_received(self, version_id: UUID, lease: Lease, **values: Any) -> None:
        async with self._database.transaction(self._tenant_id) as connection:
            await hold(connection, lease)
            version = await read_version(connection, version_id)
            if version.status == "received":
                await set_version(connection, version_id, **values)

    def _removing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._database.transaction(self._tenant_id, statement_seconds=_REMOVE_SECONDS)

    async def _blob_of(self, version_id: UUID, column: ColumnElement[Any]) -> bytes:
        query = select(column).where(versions.c.id == version_id, versions.c.status != "purged")
        async with self._database.transaction(self._tenant_id) as connection:
            key = (await connection.execute(query)).scalar_one_or_none()
            if key is None:
                raise NotFound(f"version {str(version_id)!r} is unknown, purged or not loaded yet")
            return await get_blob(connection, key)

    async def _locked_document(self, connection: AsyncConnection, upload: Upload) -> Document:
        """The document's row, made if need be; other uploads of it wait for this transaction."""
        new = {
            "tenant_id": self._tenant_id,
            "id": document_id_of(self._tenant_id, upload.external_id),
            "external_id": upload.external_id,
            "title": upload.title or upload.filename,
            "collection": upload.collection,
            "source": upload.source.model_dump(),
        }
        locking = select(*DOCUMENT).where(documents.c.id == new["id"]).with_for_update()
        while True:  # a deletion may come between the two
            await connection.execute(insert(documents).values(new).on_conflict_do_nothing())
            row = (await connection.execute(locking)).one_or_none()
            if row is not None:
                return document_of(row)

    async def _add_version(
        self, connection: AsyncConnection, document: Document, upload: Upload, sha256: str
    ) -> Version:
        numbers = select(func.max(versions.c.number)).where(versions.c.document_id == document.id)
        last: int | None = (await connection.execute(numbers)).scalar_one()
        new = {
            "tenant_id": self._tenant_id,
            "id": new_id(),
            "document_id": document.id,
            "number": (last or 0) + 1,
            "content_sha256": sha256,
            "filename": upload.filename,
            "size": len(upload.content),
            "source": upload.source.model_dump(),
            "collection": upload.collection,
            "title": upload.title,
            "status": "received",
            "batch": new_id(),
        }
        row = (await connection.execute(insert(versions).values(new).returning(*VERSION))).one()
        return version_of(row)

    async def _enqueue(self, connection: AsyncConnection, version: Version) -> Job:
        new = {
            "tenant_id": self._tenant_id,
            "id": new_id(),
            "kind": "memories.build",
            "document_id": version.document_id,
            "version_id": version.id,
            "max_attempts": self._max_attempts,
        }
        row = (await connection.execute(insert(jobs).values(new).returning(*JOB_COLUMNS))).one()
        job = job_of(row)
        await add_event(connection, self._tenant_id, job.id, "queued", {})
        return job
