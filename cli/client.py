"""The HTTP API as the CLI uses it: typed results in, named failures out."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote
from uuid import UUID

import httpx

from cli.failures import CommandFailed, ServerUnreachable
from cli.instance import api_key, load_settings, server_url
from core.schemas.document import Document, Version
from core.schemas.job import FINAL_STATES, Job, JobEvent

READ_SECONDS = 120.0
"""Answers take a while on a busy machine."""
PATIENCE_SECONDS = 60.0
"""How long a server that is away or not ready is waited for while work is handed in or followed."""
RETRY_SECONDS = 0.5
MAX_RETRY_SECONDS = 5.0

T = TypeVar("T")


class Refused(CommandFailed):
    """The server answered with a problem."""

    def __init__(self, problem: Mapping[str, Any], retry_after: float | None) -> None:
        self.code = str(problem.get("code", "unknown"))
        self.status = int(problem.get("status", 0))
        self.detail = str(problem.get("detail", ""))
        self.job_id = problem.get("job_id")
        self.retry_after = retry_after
        super().__init__(f"{self.code}: {self.detail}")

    @property
    def away(self) -> bool:
        """Whether the same request may be served in a while."""
        return self.status == HTTPStatus.SERVICE_UNAVAILABLE and self.job_id is None


class ServerEvent(NamedTuple):
    """One server-sent event."""

    name: str
    data: str
    id: str


class Client:
    """Speaks to one server as one tenant; safe to share between threads."""

    def __init__(self, url: str, key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx.Timeout(READ_SECONDS, connect=5.0),
            transport=transport,
            trust_env=False,
        )
        self._away_since: float | None = None
        """Shared by all threads: a server that stays away is waited for once, not by each call."""

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def check(self) -> None:
        """Raises ServerUnreachable when no server answers now."""
        self.get("/healthz")

    def get(self, path: str, **query: object) -> Any:
        """The JSON at a path."""
        return self._checked("GET", path, params=_given(query)).json()

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """What the server makes of a body."""
        return self._checked("POST", path, json=body).json()

    def delete(self, path: str) -> Any:
        """What the server says went with the thing at a path."""
        return self._checked("DELETE", path).json()

    def items(self, path: str, limit: int, **query: object) -> Iterator[Any]:
        """Up to ``limit`` items of a listing, page by page."""
        cursor: str | None = None
        while limit > 0:
            page = self.get(path, limit=min(limit, 200), cursor=cursor, **query)
            yield from page["data"]
            limit -= len(page["data"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def put_document(self, external_id: str, file: Path, query: Mapping[str, object]) -> Any:
        """Hand in a file. A server that is away for a moment is asked again."""
        path = f"/v1/documents/{quote(external_id, safe='')}"

        def put() -> Any:
            with file.open("rb") as content:
                return self._checked("PUT", path, params=_given(query), content=content).json()

        return self._patiently(put)

    def document(self, name: str) -> Document:
        """A document by its id or by its external id."""
        try:
            return Document.model_validate(self.get(f"/v1/documents/{UUID(name)}"))
        except ValueError:  # not an id
            found = self.get("/v1/documents", external_id=name)["data"]
        if not found:
            raise CommandFailed(f"there is no document {name!r}")
        return Document.model_validate(found[0])

    def job(self, job_id: str | UUID) -> Job:
        """One job. A server that is away for a moment is asked again."""
        return Job.model_validate(self._patiently(lambda: self.get(f"/v1/jobs/{job_id}")))

    def versions(self, document_id: str | UUID) -> list[Version]:
        """The versions of a document. A server that is away for a moment is asked again."""
        path = f"/v1/documents/{document_id}/versions"
        return [Version.model_validate(found) for found in self._patiently(lambda: self.get(path))]

    def job_events(self, job_id: str | UUID) -> Iterator[JobEvent]:
        """Events until the final one, across broken connections and restarts of the server."""
        last = "0"
        while True:
            try:
                headers = {"Last-Event-ID": last}
                for event in self.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers):
                    yield JobEvent.model_validate_json(event.data)
                    last = event.id
                    if event.name in FINAL_STATES:
                        return
                if self.job(job_id).state in FINAL_STATES:
                    return
                time.sleep(RETRY_SECONDS)
            except (ServerUnreachable, Refused) as failure:
                self._sit_out(failure)

    def stream(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Iterator[ServerEvent]:
        """The server-sent events of one response; one that says `error` is raised as Refused."""
        accept = {"Accept": "text/event-stream", **(headers or {})}
        with (
            self._reaching(),
            self._http.stream(method, path, headers=accept, json=body) as response,
        ):
            if response.is_error:
                response.read()
            self._check(response)
            for event in parse_events(split_lines(response.iter_text())):
                if event.name == "error":
                    raise Refused(json.loads(event.data), None)
                yield event

    def _checked(self, method: str, path: str, **given: Any) -> httpx.Response:
        with self._reaching():
            response = self._http.request(method, path, **given)
        self._check(response)
        return response

    def _check(self, response: httpx.Response) -> None:
        """Raises Refused for a problem."""
        if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
            self._away_since = None
        _raise_for_problem(response)

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask until the server is there; only for what may be asked twice."""
        while True:
            try:
                return ask()
            except (ServerUnreachable, Refused) as failure:
                self._sit_out(failure)

    def _sit_out(self, failure: ServerUnreachable | Refused) -> None:
        """Wait a moment, longer the longer the server is away; raises what no wait will mend."""
        now = time.monotonic()
        if not failure.away:
            raise failure
        if self._away_since is None:
            self._away_since = now
        away = now - self._away_since
        if away > PATIENCE_SECONDS:
            raise failure
        asked_for = failure.retry_after if isinstance(failure, Refused) else None
        time.sleep(asked_for or min(max(RETRY_SECONDS, away), MAX_RETRY_SECONDS))

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ServerUnreachable(
                f"no server answers at {self.url}; `quaestor up` starts one"
            ) from error


@contextmanager
def open_client() -> Iterator[Client]:
    """A client for the server and the key of the settings."""
    settings = load_settings()
    client = Client(server_url(settings), api_key(settings))
    try:
        yield client
    finally:
        client.close()


def split_lines(chunks: Iterable[str]) -> Iterator[str]:
    """Lines as the stream means them: other line ends of Unicode may stand inside its JSON."""
    rest = ""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split("\n")
        yield from lines


def parse_events(lines: Iterable[str]) -> Iterator[ServerEvent]:
    """Events from the lines of a stream; comments are heartbeats and are skipped."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line:
            if "data" in fields:
                name = fields.get("event", "message")
                yield ServerEvent(name, fields["data"], fields.get("id", ""))
            fields = {}
            continue
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")


def _given(query: Mapping[str, object]) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value is not None}


def _raise_for_problem(response: httpx.Response) -> None:
    if not response.is_error:
        return
    try:
        problem = response.json()
    except ValueError:  # neither JSON nor, perhaps, text
        problem = None
    if not isinstance(problem, dict):
        problem = {"code": "unexpected_response", "status": response.status_code}
    retry_after = response.headers.get("Retry-After", "")
    raise Refused(problem, float(retry_after) if retry_after.isdigit() else None)
