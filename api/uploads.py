"""Reads an uploaded file from the wire: raw or multipart, never more than the limit in memory."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import NamedTuple

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.errors import InvalidFields
from api.problems import FieldProblem
from core.errors import DocumentTooLarge, EmptyDocument

_FORM_OVERHEAD = 64_000
_DISCARD_TIMES = 8
"""A refused body is read on, up to so many times the limit, and thrown away: a client that is still
sending when the connection closes would see a broken pipe instead of the reason."""


class ReceivedFile(NamedTuple):
    """The bytes, and the file name the form gave."""

    content: bytes
    filename: str | None


async def receive_file(request: Request, limit: int) -> ReceivedFile:
    """The file in the body. Raises DocumentTooLarge, EmptyDocument, InvalidRequest."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        received = await _receive_form(request, limit)
    else:
        chunks = [chunk async for chunk in _limited(request.stream(), limit)]
        received = ReceivedFile(b"".join(chunks), None)
    if not received.content:
        raise EmptyDocument
    return received


async def _receive_form(request: Request, limit: int) -> ReceivedFile:
    stream = _limited(request.stream(), limit + _FORM_OVERHEAD)
    try:
        form = await MultiPartParser(request.headers, stream, max_files=1, max_fields=0).parse()
    except (MultiPartException, KeyError) as error:
        raise _bad_form("a form with exactly one part, `file`, is needed") from error
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise _bad_form("the form has no part `file`")
        if (file.size or 0) > limit:
            raise _too_large(limit)
        return ReceivedFile(await file.read(), file.filename or None)
    finally:
        await form.close()


def _bad_form(detail: str) -> InvalidFields:
    return InvalidFields(FieldProblem(location="body", field="file", detail=detail))


async def _limited(stream: AsyncIterator[bytes], limit: int) -> AsyncGenerator[bytes]:
    received = 0
    async for chunk in stream:
        received += len(chunk)
        if received > limit:
            await _discard(stream, limit * _DISCARD_TIMES)
            raise _too_large(limit)
        yield chunk


async def _discard(stream: AsyncIterator[bytes], limit: int) -> None:
    discarded = 0
    async for chunk in stream:
        discarded += len(chunk)
        if discarded > limit:
            return


def _too_large(limit: int) -> DocumentTooLarge:
    return DocumentTooLarge(f"The document is larger than {limit:,} bytes.")
