"""Documents: handing them in, finding them, the memories made of them, and taking them away."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response, status

from api.bodies import (
    DocumentsQuery,
    Excerpt,
    Listing,
    MemoriesQuery,
    Removal,
    Submitted,
    TextQuery,
    UploadQuery,
)
from api.dependencies import (
    BackendDep,
    RepositoriesDep,
    SettingsDep,
    TenantDep,
)
from api.errors import InvalidFields
from api.fields import ExternalId
from api.problems import FieldProblem, StoredButNotRung, problems
from api.uploads import receive_file
from core.errors import BrokerUnavailable, NotFound
from core.schemas.document import Document, Source, Version
from core.schemas.memory import Memory
from storage.protocols import Page, Repositories, Submission, Upload

router = APIRouter(prefix="/v1", tags=["documents"], responses=problems(401, 422, 503))

POLL_SECONDS = 1
"""How soon a client that asks after its job should ask again."""

DocumentId = Annotated[UUID, Path(alias="document", description="The document's id.")]

_UPLOAD_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
    },
}


@router.put(
    "/documents/{document:any_text}",
    status_code=status.HTTP_202_ACCEPTED,
    responses={
        200: {"model": Submitted, "description": "The same bytes are stored already."},
        **problems(413),
    },
    openapi_extra={"requestBody": _UPLOAD_BODY},
)
async def put_document(
    external_id: Annotated[
        ExternalId, Path(alias="document", description="Your own name for the document.")
    ],
    query: Annotated[UploadQuery, Query()],
    request: Request,
    response: Response,
    settings: SettingsDep,
    backend: BackendDep,
    tenant_id: TenantDep,
    repositories: RepositoriesDep,
) -> Submitted:
    """Store a document, or a new version of it, and start the job that builds its memories.

    The body is the file itself, or a form with one part `file`. Unchanged bytes are no new work.
    """
    received = await receive_file(request, settings.max_document_bytes)
    upload = Upload(
        external_id=external_id,
        filename=query.filename or received.filename or external_id,
        content=received.content,
        source=Source(
            principal=query.principal,
            origin=query.origin,
            channel=query.channel,
            trust=query.trust,
        ),
        title=query.title,
        collection=query.collection,
    )
    submission = await repositories.documents.submit(upload)
    response.headers["Location"] = f"/v1/jobs/{submission.job.id}"
    if submission.created:
        response.headers["Retry-After"] = str(POLL_SECONDS)
        await _ring(backend, tenant_id, submission)
    else:
        response.status_code = status.HTTP_200_OK
    return Submitted(**submission._asdict())


async def _ring(backend: BackendDep, tenant_id: UUID, submission: Submission) -> None:
    try:
        await backend.ring(tenant_id, submission.job.id)
    except BrokerUnavailable as error:
        raise StoredButNotRung(str(submission.job.id)) from error


@router.get("/documents")
async def list_documents(
    query: Annotated[DocumentsQuery, Query()], repositories: RepositoriesDep
) -> Listing[Document]:
    """Documents, the one that changed last first."""
    if query.external_id is None:
        return Listing.of(await repositories.documents.list(query.limit, query.cursor))
    found = await repositories.documents.find(query.external_id)
    return Listing.of(Page(() if found is None else (found,), None))


@router.get("/documents/{document}", responses=problems(404))
async def get_document(document_id: DocumentId, repositories: RepositoriesDep) -> Document:
    """One document."""
    return await repositories.documents.get(document_id)


@router.get("/documents/{document}/versions", responses=problems(404))
async def list_versions(
    document_id: DocumentId, repositories: RepositoriesDep
) -> tuple[Version, ...]:
    """All versions of a document, oldest first."""
    return await repositories.documents.versions(document_id)


@router.get("/documents/{document}/memories", responses=problems(404))
async def list_memories(
    document_id: DocumentId,
    query: Annotated[MemoriesQuery, Query()],
    repositories: RepositoriesDep,
) -> tuple[Memory, ...]:
    """The memories made of a document, in document order; none before its first build is done."""
    chosen = await _choose_version(repositories, document_id, query.version)
    return () if chosen is None else await repositories.memories.of_version(chosen)


async def _choose_version(
    repositories: Repositories, document_id: UUID, version_id: UUID | None
) -> UUID | None:
    document = await repositories.documents.get(document_id)
    if version_id is None:
        return document.active_version_id
    version = await repositories.documents.version(version_id)
    if version.document_id != document_id:
        raise NotFound("This document has no such version.")
    return version_id


@router.delete("/documents/{document}", responses=problems(404))
async def delete_document(document_id: DocumentId, repositories: RepositoriesDep) -> Removal:
    """Take a document away for good: files, texts, memories and all that was derived from them.

    Runs that read it stay with their hashes, without texts. A build that is under way ends.
    """
    return Removal(**(await repositories.documents.delete(document_id))._asdict())


@router.delete("/versions/{version_id}", responses=problems(404, 409))
async def purge_version(version_id: UUID, repositories: RepositoriesDep) -> Removal:
    """Take the text of an old version away for good: citations of it can no longer be looked up.

    The active version, and one that is being built, cannot be purged.
    """
    return Removal(**(await repositories.documents.purge_version(version_id))._asdict())


@router.get("/versions/{version_id}/text", responses=problems(404))
async def get_text(
    version_id: UUID, query: Annotated[TextQuery, Query()], repositories: RepositoriesDep
) -> Excerpt:
    """The text a citation refers to: `text[start:end]` of the version, in code points."""
    text = await repositories.documents.text(version_id)
    start, stop = query.start, len(text) if query.end is None else query.end
    if not start <= stop <= len(text):
        raise InvalidFields(
            FieldProblem(
                location="query",
                field="end",
                detail=f"must be at least start and at most {len(text)}, the length of the text",
            )
        )
    return Excerpt(
        version_id=version_id, start=start, end=stop, length=len(text), text=text[start:stop]
    )
