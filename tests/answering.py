"""Documents and questions for tests of the answering graph, on local agents and in memory."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from langchain_core.runnables import RunnableConfig

from agents.answer_verifier.local import LocalAnswerVerifier
from agents.answerer.local import LocalAnswerer
from agents.evidence_verifier.local import LocalEvidenceVerifier
from agents.outliner.local import LocalOutliner
from agents.planner.local import LocalPlanner
from agents.requester.local import LocalRequester
from agents.selector.local import LocalSelector
from core.schemas.answer import Answer
from core.schemas.document import Source, TrustClass
from core.schemas.evidence import Budget
from core.schemas.outline import Chunk
from core.schemas.run import Run
from graphs.answering.graph import RECURSION_LIMIT, make_answering_graph
from graphs.answering.state import AnswerContext
from graphs.building.memories import Cut, assemble_memories, describe, layer_texts, lexical_terms
from graphs.running import RunJournal
from storage.protocols import IndexedMemory, Repositories, Upload
from tests.builders import HashingEncoder, WordsReader
from tools.loaders import LoadLimits, load
from tools.network import link

ENCODER = HashingEncoder()
READER = WordsReader()

MANUAL = """# KX-10 pump manual

## Casing

The casing nuts of the KX-10 pump are tightened to 62 Nm. Lift the casing with two slings.

## Lubrication

The bearings of the KX-10 pump are regreased every 2,500 operating hours. Use lithium grease only.
"""
FORUM = "The casing nuts of the KX-10 pump are tightened to 95 Nm.\n"
TORQUE = "To what torque are the casing nuts of the KX-10 pump tightened?"


async def add(
    repositories: Repositories, name: str, text: str, trust: TrustClass = "owner"
) -> None:
    """Build a document the short way: one memory per heading block."""
    source = Source(principal=f"{name}-author", origin=f"{name}.example", trust=trust)
    upload = Upload(name, f"{name}.md", text.encode(), source)
    submission = await repositories.documents.submit(upload)
    lease = await repositories.jobs.claim(submission.job.id, "me", 60)
    assert lease is not None
    loaded = load(upload.content, upload.filename, LoadLimits(100_000, 100_000))
    version = await repositories.documents.save_loaded(submission.version.id, loaded, lease)
    outline = await LocalOutliner().outline(loaded.title, loaded.units)
    starts = [unit.index for unit in loaded.units if unit.kind == "heading"] or [0]
    starts[0] = 0
    stops = [*starts[1:], len(loaded.units)]
    chunks = [
        Chunk(index=n, first=first, stop=stop, part=0)
        for n, (first, stop) in enumerate(zip(starts, stops, strict=True))
    ]
    cut = Cut(
        submission.document,
        version,
        loaded.title,
        loaded.text,
        loaded.units,
        outline,
        chunks,
        (),
    )
    memories = assemble_memories(cut, describe(cut))
    indexed = []
    for memory in memories:
        texts = layer_texts(memory)
        vectors = await ENCODER.encode(list(texts.values()))
        by_layer = dict(zip(texts, vectors, strict=True))
        indexed.append(IndexedMemory(memory, by_layer, lexical_terms(memory), {}))
    await repositories.memories.activate(version.id, indexed, ENCODER.id, lease)
    await repositories.network.replace(version.id, link(memories), [], lease)
    await repositories.jobs.finish(lease, "succeeded")


async def ask(repositories: Repositories, question: str, **other: Any) -> Answer:
    run_id = other.pop("run_id", None) or uuid4()
    run = Run(
        id=run_id, graph="answering", status="running", subject={}, started_at=datetime.now(UTC)
    )
    await repositories.runs.start(run)
    known: dict[str, Any] = {
        "journal": RunJournal(repositories.runs, run_id),
        "documents": repositories.documents,
        "memories": repositories.memories,
        "network": repositories.network,
        "encoder": ENCODER,
        "reader": READER,
        "planner": LocalPlanner(),
        "requester": LocalRequester(),
        "selector": LocalSelector(READER),
        "evidence_verifier": LocalEvidenceVerifier(READER),
        "answerer": LocalAnswerer(READER, ENCODER),
        "answer_verifier": LocalAnswerVerifier(READER),
        "budget": Budget(),
    }
    given: Any = {"question": question, "content_types": other.pop("content_types", [])}
    given["history"] = other.pop("history", [])
    state = await make_answering_graph().ainvoke(
        given,
        RunnableConfig(recursion_limit=RECURSION_LIMIT),
        context=AnswerContext(**{**known, **other}),
    )
    answer: Answer = state["answer"]
    return answer
