"""Whether the process runs, and whether it can serve. No key is needed."""

from fastapi import APIRouter

from api.bodies import Health
from api.dependencies import BackendDep
from api.problems import problems
from core.errors import Unavailable

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Health:
    """The process runs."""
    return Health()


@router.get("/readyz", responses=problems(503))
async def readyz(backend: BackendDep) -> Health:
    """Database, broker and encoder answer."""
    faults = await backend.faults()
    if faults:
        raise Unavailable("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
    return Health()
