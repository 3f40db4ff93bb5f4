"""`quaestor documents`: listing, purging and deleting, as the server is asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner

import cli.commands.documents
from cli.client import Client
from cli.main import app
from core.schemas.document import Document, Source, Version

runner = CliRunner()
SOURCE = Source(principal="ada", origin="handbook")
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
REMOVED = {"versions": 1, "memories": 2, "runs": 0, "values": 3}


def make_document() -> Document:
    return Document(
        id=uuid4(),
        external_id="manual",
        title="Pump manual",
        collection="default",
        source=SOURCE,
        active_version_id=None,
        created_at=MOMENT,
        updated_at=MOMENT,
    )


def make_version(document: Document, number: int) -> Version:
    return Version(
        id=uuid4(),
        document_id=document.id,
        number=number,
        content_sha256="00",
        filename=f"manual-{number}.txt",
        size=1,
        source=SOURCE,
        collection="default",
        status="superseded",
        batch=uuid4(),
        created_at=MOMENT,
    )


class Server:
    """One document with two versions; remembers what it was told to remove."""

    def __init__(self) -> None:
        self.document = make_document()
        self.versions = [make_version(self.document, number) for number in (1, 2)]
        self.removed: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            self.removed.append(request.url.path)
            return httpx.Response(200, json=REMOVED)
        listed: Any = {"data": [self.document.model_dump(mode="json")], "next_cursor": None}
        if request.url.path.endswith("/versions"):
            listed = [version.model_dump(mode="json") for version in self.versions]
        return httpx.Response(200, json=listed)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    served = Server()

    @contextmanager
    def open_client() -> Iterator[Client]:
        yield Client("http://test", "qst_key", transport=httpx.MockTransport(served))

    monkeypatch.setattr(cli.commands.documents, "open_client", open_client)
    return served


def test_without_a_command_documents_are_listed(server: Server) -> None:
    (listed,) = json.loads(runner.invoke(app, ["documents", "--json"]).stdout)
    assert listed["external_id"] == "manual"


def test_versions_are_listed_with_their_numbers(server: Server) -> None:
    shown = runner.invoke(app, ["documents", "versions", "manual"]).stdout
    assert "manual-1.txt" in shown
    assert "superseded" in shown


def test_a_version_is_purged_by_its_number(server: Server) -> None:
    result = runner.invoke(app, ["documents", "purge", "manual", "2", "--yes"])
    assert result.exit_code == 0
    assert server.removed == [f"/v1/versions/{server.versions[1].id}"]
    assert "1 version, 2 memories, 3 stored values; the texts of 0 runs" in result.stdout


def test_a_version_that_is_not_there_is_named(server: Server) -> None:
    result = runner.invoke(app, ["documents", "purge", "manual", "3", "--yes"])
    assert result.exit_code == 1
    assert "has no version 3" in result.stderr
    assert server.removed == []


def test_a_document_is_deleted_only_when_one_is_sure(server: Server) -> None:
    assert runner.invoke(app, ["documents", "delete", "manual"], input="n\n").exit_code == 1
    assert server.removed == []

    result = runner.invoke(app, ["documents", "delete", "manual", "--json"], input="y\n")

    assert result.exit_code == 0
    assert server.removed == [f"/v1/documents/{server.document.id}"]


def test_json_is_all_that_is_printed_when_one_is_sure(server: Server) -> None:
    result = runner.invoke(app, ["documents", "delete", "manual", "--yes", "--json"])
    assert json.loads(result.stdout) == REMOVED
