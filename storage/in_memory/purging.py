"""Taking documents and versions out of dictionaries, with everything derived from them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from core.schemas.document import Document, Version
from core.schemas.run import Run, Step
from storage.in_memory.shelf import Shelf, now
from storage.protocols import Removed
from storage.transitions import check_purge


def forget_document(shelf: Shelf, document: Document) -> Removed:
    """The document as if it had never been."""
    gone = {v.id for v in shelf.versions.values() if v.document_id == document.id}
    lost = {
        memory_id
        for memory_id, kept in shelf.memories.items()
        if kept.item.memory.document_id == document.id
    }
    values = _values_of(shelf, gone)
    runs = _forget_runs(shelf, gone, lost, values)
    _take_away(shelf, gone, lost)
    for version_id in gone:
        del shelf.versions[version_id]
    del shelf.documents[document.id]
    return Removed(len(gone), len(lost), runs, _drop_values(shelf, values))


def forget_version(shelf: Shelf, version: Version) -> Removed:
    """A version without its text. Raises Conflict for one that is or may become active."""
    states = [w.job.state for w in shelf.jobs.values() if w.job.version_id == version.id]
    check_purge(version.status, states)
    placed = {p.memory_id for p in shelf.places if p.version_id == version.id}
    elsewhere = {p.memory_id for p in shelf.places if p.version_id != version.id}
    values = _values_of(shelf, {version.id})
    runs = _forget_runs(shelf, {version.id}, placed - elsewhere, values)
    _take_away(shelf, {version.id}, placed - elsewhere)
    for memory_id in placed & elsewhere:
        _move_to_last_place(shelf, memory_id, version.id)
    emptied = {"filename": "", "title": None, "warnings": (), "hidden": (), "summary": ()}
    purged = version.model_copy(update={"status": "purged", **emptied})
    shelf.versions[version.id] = purged
    return Removed(1, len(placed - elsewhere), runs, _drop_values(shelf, values))


def _take_away(shelf: Shelf, gone: Collection[UUID], lost: Collection[UUID]) -> None:
    for place in [place for place in shelf.places if place.version_id in gone]:
        del shelf.places[place]
    for memory_id in lost:
        del shelf.memories[memory_id]
        shelf.mentions.pop(memory_id, None)
        shelf.facts.pop(memory_id, None)
        for covered in shelf.revoked.values():
            covered.discard(memory_id)
    shelf.items = {key: item for key, item in shelf.items.items() if item.memory_id not in lost}
    for version_id in gone:
        shelf.units.pop(version_id, None)
    jobs = {job_id for job_id, work in shelf.jobs.items() if work.job.version_id in gone}
    for job_id in jobs:
        del shelf.jobs[job_id]
    shelf.events = [event for event in shelf.events if event.job_id not in jobs]


def _move_to_last_place(shelf: Shelf, memory_id: UUID, gone: UUID) -> None:
    kept = shelf.memories[memory_id]
    if kept.item.memory.version_id == gone:
        places = [place for place in shelf.places if place.memory_id == memory_id]
        last = max(places, key=lambda place: shelf.versions[place.version_id].number)
        memory = shelf.places[last].model_copy(update={"status": "superseded"})
        kept.item = kept.item._replace(memory=memory)


def _forget_runs(
    shelf: Shelf, gone: Collection[UUID], lost: Collection[UUID], values: set[str]
) -> int:
    built = {work.job.run_id for work in shelf.jobs.values() if work.job.version_id in gone}
    named = {*gone, *lost}
    read = {run_id for run_id, ids in shelf.run_reads.items() if not named.isdisjoint(ids)}
    found = [run for run in shelf.runs.values() if run.id in built | read]
    for run in found:
        shelf.runs[run.id] = _purged(run)
        values |= shelf.run_blobs.pop(run.id, set())
    for key, step in shelf.steps.items():
        if shelf.runs[step.run_id].purged:
            shelf.steps[key] = _without_texts(step)
    return len(found)


def _purged(run: Run) -> Run:
    ended: dict[str, Any] = {"purged": True, "error": _type_of(run.error)}
    if run.graph == "building" and run.status == "running":
        ended |= {"status": "cancelled", "finished_at": now()}
    return run.model_copy(update=ended)


def _without_texts(step: Step) -> Step:
    entries = tuple(
        entry.model_copy(update={"value": None, "payload": None})
        if entry.kind in ("tool", "reader", "model")
        else entry.model_copy(update={"payload": None})
        for entry in step.entries
    )
    return step.model_copy(update={"entries": entries, "error": _type_of(step.error)})


def _type_of(error: str | None) -> str | None:
    return None if error is None else error.split(":")[0]


def _values_of(shelf: Shelf, version_ids: Collection[UUID]) -> set[str]:
    versions = [shelf.versions[version_id] for version_id in version_ids]
    return {key for v in versions for key in (v.content_sha256, v.text_sha256) if key is not None}


def _drop_values(shelf: Shelf, values: set[str]) -> int:
    kept = [version.id for version in shelf.versions.values() if version.status != "purged"]
    used = _values_of(shelf, kept).union(*shelf.run_blobs.values())
    dropped = [key for key in values - used if shelf.blobs.pop(key, None) is not None]
    return len(dropped)
