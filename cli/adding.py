"""Handing files in and following their jobs, several at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Protocol

from cli.client import Client, Refused
from cli.failures import ServerUnreachable, UsageFailed
from core.schemas.job import Job, JobError, JobEvent

PARALLEL = 4
"""Documents handed in and followed at once; the worker decides how many it builds at once."""


class FileToAdd(NamedTuple):
    """A file, the name it will be known by, and what is said about it."""

    path: Path
    external_id: str
    said: Mapping[str, object] = {}
    """Title, principal, origin, channel, trust, collection."""


class Added(NamedTuple):
    """What became of one file."""

    external_id: str
    state: str
    """Of its job; ``refused`` when the server did not take the file, ``unknown`` when it went away
    before it said."""
    document_id: str | None = None
    job_id: str | None = None
    error: JobError | None = None
    warnings: tuple[str, ...] = ()
    """What the loader had to leave out."""
    seconds: float | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong so far."""
        return self.state not in ("refused", "unknown", "failed", "cancelled")


class Watcher(Protocol):
    """Is told how far each file is; called from several threads."""

    def started(self, file: FileToAdd) -> None: ...

    def progressed(self, file: FileToAdd, event: JobEvent) -> None: ...

    def ended(self, file: FileToAdd, added: Added) -> None: ...


def find_files(paths: Sequence[Path], said: Mapping[str, object]) -> list[FileToAdd]:
    """Files as given, and all files below folders, except hidden ones.

    A file is named by its name, one found in a folder by its path from that folder on. Raises
    UsageFailed for a path that is not there and for two files of one name.
    """
    found = [file for path in paths for file in _below(path)]
    named: dict[str, Path] = {}
    for file in found:
        other = named.setdefault(file.external_id, file.path)
        if other != file.path:
            raise UsageFailed(f"{other} and {file.path} would both be {file.external_id!r}")
    unique = {file.external_id: file._replace(said=said) for file in found}
    return list(unique.values())


def _below(path: Path) -> Iterator[FileToAdd]:
    if path.is_file():
        yield FileToAdd(path, path.name)
    elif path.is_dir():
        root = path.resolve()
        for file in sorted(root.rglob("*")):
            relative = file.relative_to(root)
            if file.is_file() and not any(part.startswith(".") for part in relative.parts):
                yield FileToAdd(file, f"{root.name}/{relative.as_posix()}")
    else:
        raise UsageFailed(f"there is no {str(path)!r}")


def add_files(
    client: Client,
    files: Iterable[FileToAdd],
    *,
    wait: bool,
    watcher: Watcher,
) -> list[Added]:
    """Hand in every file and, if asked to, wait for its job; in the order of ``files``."""

    def add(file: FileToAdd) -> Added:
        watcher.started(file)
        added = _add(client, file, wait, watcher.progressed)
        watcher.ended(file, added)
        return added

    with ThreadPoolExecutor(PARALLEL) as pool:
        try:
            return list(pool.map(add, files))
        except BaseException:
            # The jobs go on without us; the threads that follow them end with their connections.
            pool.shutdown(wait=False, cancel_futures=True)
            client.close()
            raise


def _add(
    client: Client,
    file: FileToAdd,
    wait: bool,
    progressed: Callable[[FileToAdd, JobEvent], None],
) -> Added:
    """Hand one in and follow its job; a server that goes away meanwhile is its outcome, no more."""
    try:
        document_id, job_id = _hand_in(client, file)
    except (Refused, ServerUnreachable) as failure:
        state = "unknown" if failure.away else "refused"
        return Added(file.external_id, state, error=_cause(failure))
    except OSError as error:
        cause = JobError(code="unreadable_file", detail=str(error), retryable=False)
        return Added(file.external_id, "refused", error=cause)
    try:
        if wait:
            for event in client.job_events(job_id):
                progressed(file, event)
        return _added(client, file, document_id, client.job(job_id))
    except (Refused, ServerUnreachable) as failure:
        return Added(file.external_id, "unknown", document_id, job_id, _cause(failure))


def _cause(failure: Refused | ServerUnreachable) -> JobError:
    if isinstance(failure, Refused):
        return JobError(code=failure.code, detail=failure.detail, retryable=failure.away)
    return JobError(code="server_unreachable", detail=str(failure), retryable=True)


def _hand_in(client: Client, file: FileToAdd) -> tuple[str, str]:
    """The ids of document and job. A job that waits for the broker is a job all the same."""
    query = {"filename": file.path.name, **file.said}
    try:
        submitted = client.put_document(file.external_id, file.path, query)
    except Refused as refused:
        if refused.job_id is None:
            raise
        job = client.job(refused.job_id)
        return str(job.document_id), str(job.id)
    return submitted["document"]["id"], submitted["job"]["id"]


def _added(client: Client, file: FileToAdd, document_id: str, job: Job) -> Added:
    took = None
    if job.finished_at is not None:
        took = (job.finished_at - job.created_at).total_seconds()
    return Added(
        external_id=file.external_id,
        state=job.state,
        document_id=document_id,
        job_id=str(job.id),
        error=job.error,
        warnings=_warnings(client, document_id, job) if job.state == "partial" else (),
        seconds=took,
    )


def _warnings(client: Client, document_id: str, job: Job) -> tuple[str, ...]:
    versions = client.versions(document_id)
    return next(version.warnings for version in versions if version.id == job.version_id)
