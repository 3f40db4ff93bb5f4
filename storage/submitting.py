"""What an upload means for a document that may have had versions before: pure decisions."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Literal, NamedTuple
from uuid import UUID

from core.errors import InvalidRequest
from core.ids import content_id
from core.schemas.document import Version
from core.schemas.job import FINAL_STATES, Job
from core.text import normalise
from storage.protocols import Upload


class Past(NamedTuple):
    """A version and the last job that built it, or tries to."""

    version: Version
    job: Job

    @property
    def live(self) -> bool:
        """Whether its job may still activate it."""
        return self.job.state not in FINAL_STATES


class Decision(NamedTuple):
    """reuse: nothing to do. rebuild: a new job for this version. extend: a new version."""

    action: Literal["reuse", "rebuild", "extend"]
    past: Past | None = None


def decide(history: Sequence[Past], upload: Upload, content_sha256: str) -> Decision:
    """What to do with these bytes; ``history`` is oldest first, without what was purged. The last
    upload wins.

    An earlier upload comes back as a new version, unless its version is active and no later one
    is still being built. The same bytes from another source, for another collection, under another
    title or as a file of another kind are another upload: memories carry these, or depend on them.
    """
    if not history:
        return Decision("extend")
    latest = history[-1]
    if _holds(latest.version, upload, content_sha256):
        done_or_coming = latest.version.status == "active" or latest.live
        return Decision("reuse" if done_or_coming else "rebuild", latest)
    for past in history:
        if past.version.status == "active" and _holds(past.version, upload, content_sha256):
            later = [other for other in history if other.version.number > past.version.number]
            if not any(other.live for other in later):
                return Decision("reuse", past)
    return Decision("extend")


def _holds(version: Version, upload: Upload, content_sha256: str) -> bool:
    """Whether building the upload would give what the version is. A title that is not given is no
    other title; of a file's name only the kind counts, which loaders go by."""
    said = (upload.source, upload.collection, content_sha256, _kind(upload.filename))
    held = (version.source, version.collection, version.content_sha256, _kind(version.filename))
    return held == said and upload.title in (None, version.title)


def _kind(filename: str) -> str:
    return PurePath(filename).suffix.lower()


def described(version: Version) -> dict[str, Any]:
    """What a version says about its document."""
    return {
        "title": version.title or version.filename,
        "collection": version.collection,
        "source": version.source,
    }


def checked(upload: Upload) -> Upload:
    """The upload with names that can be stored. Raises InvalidRequest for an unusable id."""
    if not is_usable(upload.external_id):
        raise InvalidRequest("external_id must be non-empty text in normal form C, no controls")
    title = normalise(upload.title).strip() if upload.title else None
    return upload._replace(filename=normalise(upload.filename) or "unnamed", title=title or None)


def is_usable(external_id: str) -> bool:
    """Whether a document can be known by this id."""
    return external_id != "" and normalise(external_id) == external_id


def document_id_of(tenant_id: UUID, external_id: str) -> UUID:
    """The same document for the same external id of one tenant."""
    return content_id("document", tenant_id, external_id)
