"""Stories as a chat product lives them: through HTTP only, on a real instance."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.instance import start, stop, temporary_home, wait_until

pytestmark = pytest.mark.slow

FIRST = """# Seal bulletin

The mechanical seal of the KX-10 pump is replaced every 4,000 hours.
"""
SECOND = FIRST.replace("4,000", "3,000")
QUESTION = "How often is the mechanical seal of the KX-10 pump replaced?"
SOURCE = {"principal": "works", "origin": "works.example", "trust": "owner"}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with temporary_home() as home:
        running = start(home)
        key = (home / "api.key").read_text().strip()
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=running.state["url"], headers=headers, timeout=60) as client:
            yield client
        assert stop(running) == 0


def put(client: httpx.Client, name: str, content: bytes, filename: str) -> dict[str, Any]:
    reply = client.put(
        f"/v1/documents/{name}", content=content, params={**SOURCE, "filename": filename}
    )
    assert reply.status_code in {200, 202}, reply.text
    submission: dict[str, Any] = reply.json()
    return submission


def finished(client: httpx.Client, job_id: str) -> dict[str, Any]:
    def job() -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"/v1/jobs/{job_id}").json()
        return found

    wait_until(lambda: job()["state"] in {"succeeded", "partial", "failed", "cancelled"}, 60)
    return job()


def ask(client: httpx.Client, question: str) -> dict[str, Any]:
    reply = client.post("/v1/answers", json={"question": question})
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def quoted(client: httpx.Client, citation: dict[str, Any]) -> str:
    """The stored text at the place that the citation names."""
    span = citation["source_span"]
    reply = client.get(f"/v1/versions/{citation['version_id']}/text", params=span)
    text: str = reply.json()["text"]
    return text


def test_bulletin_is_superseded_and_the_old_answer_can_still_be_checked(
    client: httpx.Client,
) -> None:
    first = put(client, "bulletin", FIRST.encode(), "bulletin.md")
    assert finished(client, first["job"]["id"])["state"] == "succeeded"
    before = ask(client, QUESTION)

    second = put(client, "bulletin", SECOND.encode(), "bulletin.md")
    assert finished(client, second["job"]["id"])["state"] == "succeeded"
    after = ask(client, QUESTION)

    assert "4,000" in before["text"]
    assert "3,000" in after["text"]
    assert "4,000" not in after["text"]
    for answer in (before, after):
        for citation in answer["citations"]:
            assert quoted(client, citation) == citation["quote"]


def test_run_of_an_answer_can_be_read_step_by_step(client: httpx.Client) -> None:
    submission = put(client, "run-story", FIRST.encode(), "story.md")
    finished(client, submission["job"]["id"])

    answer = ask(client, QUESTION)
    run = client.get(f"/v1/runs/{answer['run_id']}").json()

    nodes = [step["node"] for step in run["steps"]]
    assert nodes[0] == "guard_question"
    assert nodes[-1] == "finish_answer"
    kinds = {entry["kind"] for step in run["steps"] for entry in step["entries"]}
    assert {"clock", "encoder", "retrieval"} <= kinds
    digest = run["steps"][-1]["outputs"]["answer"]
    kept = client.get(f"/v1/runs/{answer['run_id']}/blobs/{digest}")
    assert json.loads(kept.content)["text"] == answer["text"]


def truncated_docx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>" * 1_000)
    return buffer.getvalue()[:500]


def image_only_pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.rect(10, 10, 100, 100, fill=1)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.txt", b"", "empty_document"),
        ("blank.txt", b" \n\x00\n", "empty_extraction"),
        ("scan.pdf", image_only_pdf(), "empty_extraction"),
        ("cut.docx", truncated_docx(), "corrupt_document"),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "corrupt_document"),
        ("pump.exe", b"MZ\x90\x00" + b"\x00" * 64, "unsupported_format"),
    ],
)
def test_document_that_cannot_be_read_names_its_cause_and_harms_nothing(
    client: httpx.Client, name: str, content: bytes, code: str
) -> None:
    reply = client.put(
        f"/v1/documents/{name}", content=content, params={**SOURCE, "filename": name}
    )
    if reply.status_code == 202:
        job = finished(client, reply.json()["job"]["id"])
        assert job["state"] == "failed"
        assert job["error"]["code"] == code
    else:
        assert reply.status_code == 422
        assert reply.json()["code"] == code

    good = put(client, f"beside-{name}", SECOND.encode(), "good.md")
    assert finished(client, good["job"]["id"])["state"] == "succeeded"


def test_wrong_extension_is_read_by_its_content(client: httpx.Client) -> None:
    submission = put(
        client, "misnamed", b"<html><body><p>Grease lasts a year.</p></body></html>", "a.pdf"
    )

    assert finished(client, submission["job"]["id"])["state"] == "succeeded"
    version = client.get(f"/v1/documents/{submission['document']['id']}/versions").json()
    assert version[0]["media_type"] == "text/html"
