"""Every error a caller can meet, one tree. A negative judgement is a verdict, not an exception.

QuaestorError
├── NotFound                 404  no such thing for this tenant
├── Conflict                 409  the thing is in a state that forbids the request
│   └── Purged                    what it needs was deleted; a retry cannot mend it
├── InvalidRequest           422  the request itself is wrong
├── Unauthorized             401  no key, or one we do not know
├── InvalidDocument          422  the bytes cannot become a document; a retry cannot mend it
│   ├── EmptyDocument             no bytes at all
│   ├── EmptyExtraction           bytes, but no text in them
│   ├── UnsupportedFormat    415  a format no loader reads
│   ├── EncryptedDocument         a password is needed
│   ├── CorruptDocument           the format's own structure is broken
│   ├── DocumentTooLarge     413  over a size limit, packed or unpacked
│   └── LoaderFailed              the parser crashed or ran out of time or memory
├── Unavailable              503  something outside is away; retried
│   ├── StorageUnavailable
│   ├── BrokerUnavailable
│   └── ModelUnavailable
├── LeaseLost                     somebody else owns the job now; stop quietly
├── RunCancelled                  the job was cancelled while it ran
└── ConfigurationError            settings that cannot work; the process must not start
"""

from typing import ClassVar


class QuaestorError(Exception):
    """Something went wrong that has a name."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip().split("\n")[0]
        super().__init__(self.detail)


class NotFound(QuaestorError):
    """There is no such thing."""

    code = "not_found"
    status = 404


class Conflict(QuaestorError):
    """The thing is in a state that forbids the request."""

    code = "conflict"
    status = 409


class Purged(Conflict):
    """What this needs was deleted."""

    code = "purged"


class InvalidRequest(QuaestorError):
    """The request is not valid."""

    code = "invalid_request"
    status = 422


class Unauthorized(QuaestorError):
    """A valid API key is needed."""

    code = "unauthorized"
    status = 401


class InvalidDocument(QuaestorError):
    """The bytes cannot become a document."""

    code = "invalid_document"
    status = 422


class EmptyDocument(InvalidDocument):
    """The file has no bytes."""

    code = "empty_document"


class EmptyExtraction(InvalidDocument):
    """The file holds no text that could be read."""

    code = "empty_extraction"


class UnsupportedFormat(InvalidDocument):
    """No loader reads this format."""

    code = "unsupported_format"
    status = 415


class EncryptedDocument(InvalidDocument):
    """The file is protected by a password."""

    code = "encrypted_document"


class CorruptDocument(InvalidDocument):
    """The file is damaged."""

    code = "corrupt_document"


class DocumentTooLarge(InvalidDocument):
    """The file is over a size limit."""

    code = "document_too_large"
    status = 413


class LoaderFailed(InvalidDocument):
    """The parser crashed, or ran out of time or memory, on this file."""

    code = "loader_failed"


class Unavailable(QuaestorError):
    """Something this service needs is away; try again."""

    code = "unavailable"
    status = 503
    retryable = True


class StorageUnavailable(Unavailable):
    """The database is away."""

    code = "storage_unavailable"


class BrokerUnavailable(Unavailable):
    """The message broker is away."""

    code = "broker_unavailable"


class ModelUnavailable(Unavailable):
    """The model is away."""

    code = "model_unavailable"


class LeaseLost(QuaestorError):
    """Somebody else owns this job now."""

    code = "lease_lost"


class RunCancelled(QuaestorError):
    """The job was cancelled."""

    code = "cancelled"


class ConfigurationError(QuaestorError):
    """The settings cannot work together."""

    code = "configuration"
