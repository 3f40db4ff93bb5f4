"""`quaestor memories`: what a document says in its own words comes before its memories."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner

import cli.commands.memories
from cli.client import Client
from cli.main import app
from core.schemas.document import Document, Source, Span, SummarySentence

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
SAID = SummarySentence(text="The pump moves water.", span=Span(start=4, end=25))


def _document(summary: tuple[SummarySentence, ...]) -> Document:
    return Document(
        id=uuid4(),
        external_id="manual",
        title="Pump manual",
        collection="default",
        source=Source(principal="ada", origin="handbook"),
        active_version_id=uuid4(),
        summary=summary,
        created_at=MOMENT,
        updated_at=MOMENT,
    )


@pytest.mark.parametrize("summary", [(), (SAID,)])
def test_a_summary_is_shown_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, summary: tuple[SummarySentence, ...]
) -> None:
    document = _document(summary)

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/memories"):
            return httpx.Response(200, json=[])
        listed = {"data": [json.loads(document.model_dump_json())], "next_cursor": None}
        return httpx.Response(200, json=listed)

    @contextmanager
    def open_client() -> Iterator[Client]:
        yield Client("http://test", "qst_key", transport=httpx.MockTransport(serve))

    monkeypatch.setattr(cli.commands.memories, "open_client", open_client)
    shown = CliRunner().invoke(app, ["memories", "manual"]).stdout

    assert ("In its own words" in shown) == bool(summary)
    assert (SAID.text in shown) == bool(summary)
