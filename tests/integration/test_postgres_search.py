"""Lexical search in SQL against BM25 written down a second time, and the vector index."""

import asyncio
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.ids import new_id
from core.schemas.memory import SearchFilter
from storage.database import open_database
from storage.repositories import open_repositories
from storage.tenants import create_tenant

WORDS = ["pump", "valve", "gasket", "seal", "red", "blue", "the", "of", "torque"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), min_size=1, max_size=12)
QUERIES = st.dictionaries(st.sampled_from([*WORDS, "unheard"]), st.integers(1, 3), max_size=5)


def bm25(texts, query, k1=1.2, b=0.75):
    """Robertson's formula with Lucene's non-negative idf; one score per text that has a term."""
    average = sum(map(len, texts)) / len(texts)
    scores = {}
    for number, words in enumerate(texts):
        score = 0.0
        for term, times in query.items():
            frequency = words.count(term)
            holding = sum(term in other for other in texts)
            idf = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            saturation = frequency + k1 * (1 - b + b * len(words) / average)
            score += times * idf * frequency * (k1 + 1) / saturation
        if any(term in words for term in query):
            scores[number] = score
    return scores


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts=TEXTS, query=QUERIES, hidden=st.integers(0, 11))
def test_scores_in_sql_are_bm25(database_url, library, texts, query, hidden):
    async def scores_in_sql():
        async with open_database(database_url, pool_size=2) as database:
            kept = open_repositories(database, await create_tenant(database, f"t {new_id()}"))
            # Noise that must not count: an old version, another collection, something quarantined.
            await library.build(kept, "manual", ["an outdated pump"])
            _, made = await library.build(kept, "manual", [" ".join(words) for words in texts])
            await library.build(kept, "archive", ["red pump"], collection="archive")
            _, (bad,) = await library.build(kept, "bad", ["red red pump"])
            await kept.memories.set_status(bad.id, "quarantined")
            if hidden < len(texts) - 1:
                await kept.memories.set_status(made[hidden].id, "quarantined")
            hits = await kept.memories.search_lexical(query, 100, SearchFilter())
        numbers = {memory.id: number for number, memory in enumerate(made)}
        return {numbers[hit.memory_id]: hit.score for hit in hits}

    shown = [n for n in range(len(texts)) if not (n == hidden and hidden < len(texts) - 1)]
    expected = bm25([texts[n] for n in shown], query)

    found = asyncio.run(scores_in_sql())

    assert found == pytest.approx({shown[n]: score for n, score in expected.items()}, abs=1e-6)


@pytest.fixture
async def many_vectors(database, tenant_id, repositories, library):
    """A document with 400 memories whose vectors point in random directions."""
    submission = await repositories.documents.submit(library.upload())
    lease = await library.claim(repositories, submission)
    random = np.random.default_rng(7).normal(size=(400, 384))
    unit = random / np.linalg.norm(random, axis=1, keepdims=True)
    vectors = unit.astype(np.float16).astype(np.float32)
    made = [
        library.memory(submission.version, n, f"text {n}")._replace(vectors={"chunk": vector})
        for n, vector in enumerate(vectors)
    ]
    await repositories.memories.activate(submission.version.id, made, "random", lease)
    return [item.memory.id for item in made], vectors


async def test_the_nearest_vectors_are_found(repositories, many_vectors):
    ids, vectors = many_vectors
    asked = vectors[3] + 0.5 * vectors[5]
    similar = vectors @ asked / np.linalg.norm(asked)

    hits = await repositories.memories.search_vector("chunk", asked, "random", 20, SearchFilter())

    best = [ids[n] for n in np.argsort(-similar)[:20]]
    assert len({hit.memory_id for hit in hits} & set(best)) >= 19
    assert [hit.memory_id for hit in hits[:2]] == best[:2]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


async def test_a_narrow_filter_still_finds_everything_it_lets_through(repositories, many_vectors):
    ids, vectors = many_vectors
    where = SearchFilter(exclude_memories=tuple(ids[5:]))

    hits = await repositories.memories.search_vector("chunk", vectors[300], "random", 40, where)

    assert {hit.memory_id for hit in hits} == set(ids[:5])


@pytest.mark.parametrize("layer", ["question", "core", "chunk"])
async def test_each_layer_has_an_index_that_serves_the_search(database, tenant_id, layer):
    explain = text(f"""
        explain select memory_id from memory_vectors v
        where layer = '{layer}' and dimensions = 384
        order by v.embedding::halfvec(384) <=> cast(:vector as halfvec) limit 5
    """)
    async with database.transaction(tenant_id) as connection:
        await connection.execute(text("set local enable_seqscan = off"))
        await connection.execute(text("set local enable_sort = off"))
        await connection.execute(text("set local enable_bitmapscan = off"))
        plan = await connection.execute(explain, {"vector": str([0.5] * 384)})
        lines = "\n".join(plan.scalars())

    assert f"memory_vectors_{layer}" in lines


def test_the_second_bm25_counts_words():
    assert bm25([["a", "a"], ["b", "b"]], Counter("a")) == pytest.approx(
        {0: math.log(2) * 2 * 2.2 / (2 + 1.2)}
    )
