"""Who keeps memories out of retrieval, in dictionaries."""

from collections.abc import Iterable
from uuid import UUID

from core.schemas.audit import ItemDecision, Note
from core.schemas.memory import Memory, MemoryStatus
from storage.audit_rows import item_id_of
from storage.in_memory.shelf import Kept, Shelf, now
from storage.transitions import DECIDED, HAND, freed


def take_out(shelf: Shelf, memory_ids: Iterable[UUID], holder: str) -> None:
    """Hold memories; what was in retrieval leaves it, what is superseded stays so."""
    for memory_id in memory_ids:
        kept = shelf.memories[memory_id]
        kept.holders |= {holder}
        if kept.item.memory.status == "verified":
            set_status(kept, "quarantined")


def let_go(shelf: Shelf, holder: str) -> None:
    """Put back what nobody else holds."""
    for kept in shelf.memories.values():
        if holder in kept.holders:
            kept.holders -= {holder}
            memory = kept.item.memory
            if not kept.holders:
                set_status(kept, freed(memory.status, kept.decision, memory.flags))


def settle(shelf: Shelf, memory_id: UUID, decision: ItemDecision, note: Note) -> Memory:
    """Let a person's decision about a memory hold, and close its item."""
    kept = shelf.memories[memory_id]
    released = decision == "release"
    kept.holders = frozenset() if released else kept.holders | {HAND}
    kept.decision = "verified" if released else None
    if kept.item.memory.status != "superseded":
        set_status(kept, DECIDED[decision])
    item = shelf.items.get(item_id_of(memory_id))
    if item is not None:
        closed = {"by": note.by, "reason": note.reason, "decided_at": now()}
        shelf.items[item.id] = item.model_copy(update={"decision": decision, **closed})
    return kept.item.memory


def set_status(kept: Kept, status: MemoryStatus) -> Memory:
    """The memory as it stands from now on."""
    changed = kept.item.memory.model_copy(update={"status": status})
    kept.item = kept.item._replace(memory=changed)
    return changed
