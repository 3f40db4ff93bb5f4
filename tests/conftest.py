"""One Postgres for the session, one database for each test module, one tenant for each test.

The server is the embedded one in fast mode, so the tests need nothing installed and never skip.
Under pytest-xdist every worker starts its own.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest
from psycopg import sql

from core.ids import content_id, new_id, sha256_of
from core.schemas.document import LoadedDocument, Source, Span, Unit, Version
from core.schemas.job import Lease
from core.schemas.memory import LAYERS, Memory
from storage.database import Database
from storage.embedded import APP, DATABASE, OWNER, EmbeddedPostgres
from storage.migrating import migrate
from storage.protocols import IndexedMemory, Repositories, Submission, Upload, Vector
from storage.repositories import open_repositories
from storage.tenants import create_tenant

MAY_BE_SKIPPED = (
    "only root",
    "only Linux",
    "QUAESTOR_TEST_AMQP_URL",
    "the extra evals is not installed",
)
"""Reasons that hold on some machines for good; in CI any other skip fails the session."""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that should have run and did not is a failure where CI is set."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") is None or reporter is None:
        return
    allowed = (*MAY_BE_SKIPPED, *filter(None, os.environ.get("QUAESTOR_MAY_SKIP", "").split(";")))
    for report in reporter.stats.get("skipped", []):
        reason = str(report.longrepr[-1]) if isinstance(report.longrepr, tuple) else ""
        if not any(part in reason for part in allowed):
            reporter.write_line(
                f"should not have been skipped: {report.nodeid}: {reason}", red=True
            )
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A running server whose database ``quaestor`` is migrated and serves as the template."""
    home = Path(tempfile.mkdtemp(prefix="quaestor-test-", dir="/tmp"))
    home.chmod(0o711)  # as root, Postgres runs as another user who must pass through
    server = EmbeddedPostgres(home, fast=True)
    try:
        server.start()
        migrate(server.owner_url, queue=True)
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


def _cloned(server: EmbeddedPostgres) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    names = {
        "name": sql.Identifier(name),
        "owner": sql.Identifier(OWNER),
        "template": sql.Identifier(DATABASE),
    }
    create = "create database {name} owner {owner} template {template} strategy file_copy"
    drop = "drop database {name} with (force)"
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(create).format(**names))
        yield name
        connection.execute(sql.SQL(drop).format(**names))


@pytest.fixture(scope="module")
def database_name(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated, empty database shared by the tests of one module."""
    yield from _cloned(postgres)


@pytest.fixture(scope="module")
def database_url(postgres: EmbeddedPostgres, database_name: str) -> str:
    """The module's database as the application role."""
    return postgres.url(APP, database_name)


@pytest.fixture(scope="module")
def database_owner_url(postgres: EmbeddedPostgres, database_name: str) -> str:
    """The module's database as the role that owns the tables."""
    return postgres.url(OWNER, database_name)


@pytest.fixture
def fresh_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database of this one test, for what crosses tenants."""
    for name in _cloned(postgres):
        yield postgres.url(APP, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The module's database, opened in this test's event loop."""
    opened = Database(database_url, pool_size=4)
    yield opened
    await opened.close()


@pytest.fixture
async def tenant_id(database: Database) -> UUID:
    """A tenant nobody else uses."""
    return await create_tenant(database, f"tenant {new_id()}")


@pytest.fixture
def repositories(database: Database, tenant_id: UUID) -> Repositories:
    """What that tenant keeps, in Postgres."""
    return open_repositories(database, tenant_id)


SOURCE = Source(principal="ada", origin="handbook", trust="upload")
ENCODER = "letters"


class Library:
    """Makes uploads and memories, and takes documents through the steps of a build."""

    source = SOURCE
    encoder = ENCODER

    @staticmethod
    def upload(external_id: str = "pump", text: str = "The pump is red.", **other: Any) -> Upload:
        named = {"filename": f"{external_id}.txt", "source": SOURCE, **other}
        return Upload(external_id=external_id, content=text.encode(), **named)

    @staticmethod
    def loaded(text: str, **other: Any) -> LoadedDocument:
        unit = Unit(index=0, kind="sentence", start=0, end=len(text), text=text)
        known = {"media_type": "text/plain", "title": "Pump manual", "units": (unit,), **other}
        return LoadedDocument(text=text, **known)

    @staticmethod
    def vector(text: str, dimensions: int = 384) -> Vector:
        """Deterministic, of length one, exact in half precision, and near for alike texts."""
        counts = np.zeros(dimensions, dtype=np.float32)
        for letter, count in Counter(text.lower()).items():
            counts[ord(letter) % dimensions] += count
        return (counts / np.linalg.norm(counts)).astype(np.float16).astype(np.float32)

    @classmethod
    def memory(cls, version: Version, ordinal: int, text: str, **other: Any) -> IndexedMemory:
        known = {
            "id": content_id("memory", version.id, ordinal),
            "document_id": version.document_id,
            "version_id": version.id,
            "ordinal": ordinal,
            "status": "verified",
            "title": "Pump manual",
            "heading_path": ("Pumps",),
            "span": Span(start=0, end=len(text)),
            "page": None,
            "text_original": text,
            "text_completed": text,
            "text_sha256": sha256_of(text),
            "core": text,
            "question": "What about it?",
            "content_type": "concept",
            "unit_first": 0,
            "unit_stop": 1,
            "source": version.source,
            "batch": version.batch,
            "collection": version.collection,
            "created_at": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
            **other,
        }
        terms = Counter(text.lower().replace(".", "").split())
        vectors = {layer: cls.vector(text) for layer in LAYERS}
        digests = {layer: sha256_of(text) for layer in LAYERS}
        return IndexedMemory(Memory(**known), vectors, terms, digests)

    @staticmethod
    async def claim(repositories: Repositories, submission: Submission) -> Lease:
        lease = await repositories.jobs.claim(submission.job.id, "worker", 30)
        assert lease is not None
        return lease

    @classmethod
    async def build(
        cls, repositories: Repositories, external_id: str, texts: Sequence[str], **other: Any
    ) -> tuple[Submission, tuple[Memory, ...]]:
        """Submit, load, activate and finish a document with one memory per text."""
        upload = cls.upload(external_id, "\n".join(texts))
        submission = await repositories.documents.submit(upload)
        lease = await cls.claim(repositories, submission)
        version = submission.version
        loaded = cls.loaded("\n".join(texts))
        await repositories.documents.save_loaded(version.id, loaded, lease)
        made = [cls.memory(version, number, text, **other) for number, text in enumerate(texts)]
        await repositories.memories.activate(version.id, made, ENCODER, lease)
        await repositories.jobs.finish(lease, "succeeded")
        return submission, tuple(item.memory for item in made)


@pytest.fixture
def library() -> type[Library]:
    """Realistic small documents, without loaders or an encoder."""
    return Library
