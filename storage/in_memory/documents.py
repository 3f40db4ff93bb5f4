"""Documents and versions in dictionaries."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from core.errors import NotFound
from core.ids import new_id, sha256_of
from core.schemas.document import Document, LoadedDocument, SummarySentence, Unit, Version
from core.schemas.job import Job, Lease
from storage.in_memory.purging import forget_document, forget_version
from storage.in_memory.shelf import Shelf, Work, find, now, page_of
from storage.protocols import Page, Removed, Submission, Upload
from storage.submitting import (
    Past,
    checked,
    decide,
    described,
    document_id_of,
    is_usable,
)


class InMemoryDocuments:
    """The documents of one tenant."""

    def __init__(self, shelf: Shelf, *, max_attempts: int) -> None:
        self._shelf = shelf
        self._max_attempts = max_attempts

    async def submit(self, upload: Upload) -> Submission:
        """Store an upload and the job that builds it, or find that there is nothing to do."""
        upload = checked(upload)
        sha256 = sha256_of(upload.content)
        document = self._document(upload)
        history = self._history(document.id)
        action, past = decide(history, upload, sha256)
        if past is not None and action == "reuse":
            return Submission(document, past.version, past.job, created=False)
        self._shelf.blobs[sha256] = upload.content
        if past is None:
            version = self._new_version(document, upload, sha256)
        else:
            revived = {"status": "received", "title": upload.title, "filename": upload.filename}
            version = past.version.model_copy(update=revived)
        self._shelf.versions[version.id] = version
        touched = document.model_copy(update={"updated_at": now()})
        self._shelf.documents[document.id] = touched
        self._describe(version)
        job = self._enqueue(version)
        return Submission(self._shelf.documents[document.id], version, job, created=True)

    async def get(self, document_id: UUID) -> Document:
        """One document. Raises NotFound."""
        return self._summed_up(find(self._shelf.documents, document_id, "document"))

    async def external_ids(self, document_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """What clients call these documents. Raises NotFound if one is missing."""
        return {i: find(self._shelf.documents, i, "document").external_id for i in document_ids}

    async def find(self, external_id: str) -> Document | None:
        """The document a client knows by this id."""
        if not is_usable(external_id):
            return None
        document_id = document_id_of(self._shelf.tenant_id, external_id)
        found = self._shelf.documents.get(document_id)
        return None if found is None else self._summed_up(found)

    async def list(self, limit: int = 50, cursor: str | None = None) -> Page[Document]:
        """Newest change first."""
        documents = map(self._summed_up, self._shelf.documents.values())
        rows = [((d.updated_at, d.id), d) for d in documents]
        return page_of(rows, limit, cursor)

    async def versions(self, document_id: UUID) -> tuple[Version, ...]:
        """All versions, oldest first. Raises NotFound for an unknown document."""
        find(self._shelf.documents, document_id, "document")
        return self._of_document(document_id)

    async def version(self, version_id: UUID) -> Version:
        """One version. Raises NotFound."""
        return find(self._shelf.versions, version_id, "version")

    async def content(self, version_id: UUID) -> bytes:
        """The original bytes."""
        return self._shelf.blobs[(await self._unpurged(version_id)).content_sha256]

    async def text(self, version_id: UUID) -> str:
        """The normalised text. Raises NotFound before the version was loaded."""
        key = (await self._unpurged(version_id)).text_sha256
        if key is None:
            raise NotFound(f"version {str(version_id)!r} is not loaded yet")
        return self._shelf.blobs[key].decode()

    async def units(self, version_id: UUID) -> tuple[Unit, ...]:
        """The units of the text. Raises NotFound before the version was loaded."""
        return find(self._shelf.units, version_id, "loaded version")

    async def save_loaded(self, version_id: UUID, loaded: LoadedDocument, lease: Lease) -> Version:
        """Keep text and units; those of a version that was built never change."""
        self._shelf.held(lease)
        version = await self.version(version_id)
        if version.status != "received":
            return version
        text_sha256 = sha256_of(loaded.text)
        self._shelf.blobs[text_sha256] = loaded.text.encode()
        self._shelf.units[version_id] = loaded.units
        self._shelf.versions[version_id] = version.model_copy(
            update={
                "title": version.title or loaded.title or None,
                "media_type": loaded.media_type,
                "text_sha256": text_sha256,
                "text_length": len(loaded.text),
                "unit_count": len(loaded.units),
                "warnings": loaded.warnings,
                "hidden": loaded.hidden,
            }
        )
        self._describe(self._shelf.versions[version_id])
        return self._shelf.versions[version_id]

    async def save_summary(
        self, version_id: UUID, summary: Sequence[SummarySentence], lease: Lease
    ) -> None:
        """Keep it with the version; that of a version that was built never changes."""
        self._shelf.held(lease)
        version = await self.version(version_id)
        if version.status == "received":
            summed_up = version.model_copy(update={"summary": tuple(summary)})
            self._shelf.versions[version_id] = summed_up

    async def fail_version(self, version_id: UUID, lease: Lease) -> None:
        """The build of this version has ended for good; the active one stays."""
        self._shelf.held(lease)
        version = await self.version(version_id)
        if version.status == "received":
            failed = version.model_copy(update={"status": "failed"})
            self._shelf.versions[version_id] = failed

    def _summed_up(self, document: Document) -> Document:
        """With the summary of its active version."""
        if document.active_version_id is None:
            return document
        active = self._shelf.versions[document.active_version_id]
        return document.model_copy(update={"summary": active.summary})

    async def purge_version(self, version_id: UUID) -> Removed:
        """Take the text of an old version away, with everything derived from it."""
        return forget_version(self._shelf, await self.version(version_id))

    async def delete(self, document_id: UUID) -> Removed:
        """Take a document away, with everything derived from it."""
        return forget_document(self._shelf, await self.get(document_id))

    async def _unpurged(self, version_id: UUID) -> Version:
        version = await self.version(version_id)
        if version.status == "purged":
            raise NotFound(f"version {str(version_id)!r} was purged")
        return version

    def _document(self, upload: Upload) -> Document:
        document_id = document_id_of(self._shelf.tenant_id, upload.external_id)
        if document_id not in self._shelf.documents:
            at = now()
            self._shelf.documents[document_id] = Document(
                id=document_id,
                external_id=upload.external_id,
                title=upload.title or upload.filename,
                collection=upload.collection,
                source=upload.source,
                active_version_id=None,
                created_at=at,
                updated_at=at,
            )
        return self._shelf.documents[document_id]

    def _describe(self, version: Version) -> None:
        """Until one version is active, the latest speaks for the document."""
        document = self._shelf.documents[version.document_id]
        latest = self._of_document(document.id)[-1]
        if document.active_version_id is None and latest.id == version.id:
            said = document.model_copy(update=described(version))
            self._shelf.documents[document.id] = said

    def _of_document(self, document_id: UUID) -> tuple[Version, ...]:
        versions = self._shelf.versions.values()
        return tuple(v for v in versions if v.document_id == document_id)

    def _history(self, document_id: UUID) -> tuple[Past, ...]:
        last = {work.job.version_id: work.job for work in self._shelf.jobs.values()}
        kept = [v for v in self._of_document(document_id) if v.status != "purged"]
        return tuple(Past(version, last[version.id]) for version in kept)

    def _new_version(self, document: Document, upload: Upload, sha256: str) -> Version:
        return Version(
            id=new_id(),
            document_id=document.id,
            number=len(self._of_document(document.id)) + 1,
            content_sha256=sha256,
            filename=upload.filename,
            size=len(upload.content),
            source=upload.source,
            collection=upload.collection,
            title=upload.title,
            status="received",
            batch=new_id(),
            created_at=now(),
        )

    def _enqueue(self, version: Version) -> Job:
        job = Job(
            id=new_id(),
            tenant_id=self._shelf.tenant_id,
            kind="memories.build",
            document_id=version.document_id,
            version_id=version.id,
            state="queued",
            max_attempts=self._max_attempts,
            created_at=now(),
        )
        work = self._shelf.jobs[job.id] = Work(job)
        self._shelf.change(work, "queued")
        return job
