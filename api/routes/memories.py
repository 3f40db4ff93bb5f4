"""Memories: taking one out of retrieval, and putting it back."""

from uuid import UUID

from fastapi import APIRouter

from api.dependencies import RepositoriesDep
from api.problems import problems
from core.schemas.memory import Memory

router = APIRouter(
    prefix="/v1/memories", tags=["memories"], responses=problems(401, 404, 409, 422, 503)
)


@router.post("/{memory_id}/quarantine")
async def quarantine_memory(memory_id: UUID, repositories: RepositoriesDep) -> Memory:
    """Take a memory out of retrieval until it is released."""
    return await repositories.memories.set_status(memory_id, "quarantined")


@router.post("/{memory_id}/release")
async def release_memory(memory_id: UUID, repositories: RepositoriesDep) -> Memory:
    """Let a quarantined memory be retrieved again, whoever held it."""
    return await repositories.memories.set_status(memory_id, "verified")
