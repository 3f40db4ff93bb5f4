"""Repositories of two tenants, in every implementation there is."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from core.ids import new_id
from storage.database import Database
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from storage.repositories import open_repositories
from storage.tenants import create_tenant


class Tenants(NamedTuple):
    """Two tenants of one storage."""

    ours: Repositories
    theirs: Repositories


@pytest.fixture(params=["in_memory", "postgres"])
async def tenants(request: pytest.FixtureRequest) -> AsyncIterator[Tenants]:
    """Both implementations keep the same promises; jobs get two attempts."""
    if request.param == "in_memory":
        storage = InMemoryStorage()
        yield Tenants(*(storage.repositories(new_id(), max_attempts=2) for _ in range(2)))
        return
    database = Database(request.getfixturevalue("database_url"), pool_size=4)
    made = [await create_tenant(database, f"tenant {new_id()}") for _ in range(2)]
    yield Tenants(*(open_repositories(database, tenant, max_attempts=2) for tenant in made))
    await database.close()


@pytest.fixture
def kept(tenants: Tenants) -> Repositories:
    """What our tenant keeps."""
    return tenants.ours
