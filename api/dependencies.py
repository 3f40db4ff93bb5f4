"""What routes ask for: the backend of this process, and the repositories of the key's tenant."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.backend import Backend
from core.errors import Unauthorized
from core.settings import Settings
from storage.protocols import Repositories

_bearer = HTTPBearer(auto_error=False, description="An API key of one tenant.")


def _settings(request: Request) -> Settings:
    return cast(Settings, request.state.settings)


def _backend(request: Request) -> Backend:
    return cast(Backend, request.state.backend)


SettingsDep = Annotated[Settings, Depends(_settings)]
BackendDep = Annotated[Backend, Depends(_backend)]


async def _tenant(
    backend: BackendDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> UUID:
    if credentials is None or "\x00" in credentials.credentials:
        raise Unauthorized
    return await backend.tenant_of_key(credentials.credentials)


TenantDep = Annotated[UUID, Depends(_tenant)]


async def _repositories(backend: BackendDep, tenant_id: TenantDep) -> Repositories:
    return backend.repositories(tenant_id)


RepositoriesDep = Annotated[Repositories, Depends(_repositories)]
