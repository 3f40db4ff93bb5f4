"""One request answered over in-memory storage: what its reason brings, and what it leaves out."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from core.schemas.evidence import Candidate, EvidenceRequest
from core.schemas.memory import LAYERS, SearchFilter
from graphs.answering.retrieval import retrieve
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import ENCODER, add

GUIDE = """# Care

## Seals

Seals are renewed yearly.

## Bearings

Bearings are greased monthly.

## Valves

Valves stay closed.

## Paint

Paint is blue.
"""


@pytest.fixture
async def repositories() -> Repositories:
    kept = InMemoryStorage().repositories(uuid4())
    await add(kept, "guide", GUIDE)
    return kept


async def found(kept: Repositories, **said: Any) -> list[Candidate]:
    request = EvidenceRequest(text="How often are bearings greased?", limit=1, **said)
    context: Any = SimpleNamespace(
        memories=kept.memories, network=kept.network, encoder=ENCODER, layers=LAYERS
    )
    return await retrieve(request, SearchFilter(), context)


async def texts(kept: Repositories, candidates: list[Candidate]) -> list[str]:
    memories = await kept.memories.get([candidate.memory_id for candidate in candidates])
    return [memory.text_original.splitlines()[-1] for memory in memories]


async def test_a_widened_request_brings_what_stands_beside(repositories: Repositories) -> None:
    plain = await found(repositories, reason="first")
    wide = await found(repositories, reason="widen")

    assert await texts(repositories, plain) == ["Bearings are greased monthly."]
    assert sorted(await texts(repositories, wide)) == [
        "Bearings are greased monthly.",
        "Seals are renewed yearly.",
        "Valves stay closed.",
    ]
    assert wide[0].memory_id == plain[0].memory_id


async def test_a_request_may_search_by_words_or_vectors_alone(repositories: Repositories) -> None:
    (both,) = await found(repositories, reason="first")
    (words,) = await found(repositories, reason="rewrite", mode="words")
    (vectors,) = await found(repositories, reason="rewrite", mode="vectors")

    assert {"lexical", "vector_chunk"} <= both.scores.keys()
    assert "lexical" in words.scores
    assert not [name for name in words.scores if name.startswith("vector")]
    assert "lexical" not in vectors.scores
    assert "vector_chunk" in vectors.scores


async def test_neighbours_that_are_left_out_or_quarantined_stay_out(
    repositories: Repositories,
) -> None:
    first, second = (await found(repositories, reason="widen"))[1:]
    await repositories.memories.set_status(second.memory_id, "quarantined")

    wide = await found(repositories, reason="widen", exclude_memories=(first.memory_id,))

    assert {first.memory_id, second.memory_id}.isdisjoint(one.memory_id for one in wide)


async def test_a_corroborating_request_hears_nobody_of_the_suspects_group(
    repositories: Repositories,
) -> None:
    await add(repositories, "forum", "# Tips\n\nBearings are greased daily.\n", "anonymous")

    others = await found(repositories, reason="corroborate", exclude_principals=("guide-author",))

    assert await texts(repositories, others) == ["Bearings are greased daily."]
    assert not await found(
        repositories,
        reason="corroborate",
        exclude_principals=("guide-author",),
        exclude_origins=("forum.example",),
    )
