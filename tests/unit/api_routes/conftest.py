"""The API as one tenant sees it."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.api_routes import FakeBackend, make_app


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def client(backend: FakeBackend) -> Iterator[TestClient]:
    headers = {"Authorization": "Bearer qst_alice"}
    with TestClient(make_app(backend), headers=headers, raise_server_exceptions=False) as opened:
        yield opened
