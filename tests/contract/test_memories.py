"""What every implementation of Memories promises."""

import numpy as np
import pytest

from core.errors import Conflict, LeaseLost, NotFound
from core.ids import new_id, sha256_of
from core.schemas.document import Source
from core.schemas.memory import Flag, SearchFilter
from storage.protocols import Place

ANYWHERE = SearchFilter()
PUMP = {"pump": 1}


def ids_of(hits):
    return [hit.memory_id for hit in hits]


async def activated(kept, library, submission, texts, **other):
    lease = await library.claim(kept, submission)
    made = [library.memory(submission.version, n, text, **other) for n, text in enumerate(texts)]
    await kept.memories.activate(submission.version.id, made, library.encoder, lease)
    return lease, made


async def test_activating_makes_a_version_the_active_one(kept, library):
    submission, made = await library.build(kept, "pump", ["The pump is red.", "The valve is not."])

    document = await kept.documents.get(submission.document.id)
    assert document.active_version_id == submission.version.id
    assert document.updated_at > submission.document.updated_at
    assert (await kept.documents.version(submission.version.id)).status == "active"
    assert await kept.memories.of_version(submission.version.id) == made
    assert await kept.memories.get([made[1].id, made[0].id]) == (made[1], made[0])


async def test_a_memory_comes_back_with_everything_it_had(kept, library):
    flag = Flag(code="hidden_text", strong=True, detail="psst\x00")
    _, made = await library.build(
        kept, "pump", ["The pump is red."], flags=(flag,), page=3, keywords=("pump",)
    )

    assert await kept.memories.get([made[0].id]) == made


async def test_activating_again_changes_nothing(kept, library):
    submission = await kept.documents.submit(library.upload())
    lease, made = await activated(kept, library, submission, ["The pump is red."])
    document = await kept.documents.get(submission.document.id)
    hits = await kept.memories.search_lexical(PUMP, 10, ANYWHERE)

    await kept.memories.activate(submission.version.id, made, library.encoder, lease)

    assert await kept.documents.get(submission.document.id) == document
    assert await kept.memories.search_lexical(PUMP, 10, ANYWHERE) == hits
    assert len(hits) == 1


async def test_a_late_writer_cannot_activate(kept, library):
    submission = await kept.documents.submit(library.upload())
    stale = await library.claim(kept, submission)
    await kept.jobs.release(stale)
    await library.claim(kept, submission)
    made = [library.memory(submission.version, 0, "The pump is red.")]

    with pytest.raises(LeaseLost):
        await kept.memories.activate(submission.version.id, made, library.encoder, stale)

    assert await kept.memories.of_version(submission.version.id) == ()
    assert await kept.memories.search_lexical(PUMP, 10, ANYWHERE) == ()


async def test_a_new_version_supersedes_the_memories_of_the_old_one(kept, library):
    first, old = await library.build(kept, "pump", ["The pump is red."])
    _, new = await library.build(kept, "pump", ["The pump is blue."])

    assert (await kept.documents.version(first.version.id)).status == "superseded"
    assert [m.status for m in await kept.memories.of_version(first.version.id)] == ["superseded"]
    lexical = await kept.memories.search_lexical(PUMP, 10, ANYWHERE)
    vector = library.vector("The pump is red.")
    near = await kept.memories.search_vector("chunk", vector, library.encoder, 10, ANYWHERE)
    assert ids_of(lexical) == ids_of(near) == [new[0].id]
    with pytest.raises(Conflict):
        await kept.memories.set_status(old[0].id, "verified")


async def test_a_version_that_is_built_late_does_not_replace_a_newer_one(kept, library):
    slow = await kept.documents.submit(library.upload("pump", "The pump is red."))
    fast, made = await library.build(kept, "pump", ["The pump is blue."])

    await activated(kept, library, slow, ["The pump is red."])

    document = await kept.documents.get(fast.document.id)
    assert document.active_version_id == fast.version.id
    assert (await kept.documents.version(slow.version.id)).status == "superseded"
    assert ids_of(await kept.memories.search_lexical(PUMP, 10, ANYWHERE)) == [made[0].id]


async def rebuilt(kept, library, texts, ids, **other):
    """A further version of the pump, whose memories bear the given ids."""
    submission = await kept.documents.submit(library.upload("pump", f"Version of {len(texts)}."))
    lease = await library.claim(kept, submission)
    version = submission.version
    made = [
        library.memory(version, n, text, id=memory_id, **other)
        for n, (text, memory_id) in enumerate(zip(texts, ids, strict=True))
    ]
    await kept.memories.activate(version.id, made, library.encoder, lease)
    await kept.jobs.finish(lease, "succeeded")
    return tuple(item.memory for item in made)


async def near(kept, library, text):
    return ids_of(
        await kept.memories.search_vector(
            "chunk", library.vector(text), library.encoder, 10, ANYWHERE
        )
    )


async def test_a_memory_may_stand_in_several_versions(kept, library):
    first, old = await library.build(kept, "pump", ["The pump is red.", "A pump valve."])

    new = await rebuilt(kept, library, ["Pump news.", "The pump is red."], [new_id(), old[0].id])

    assert (await kept.memories.get([old[0].id])) == (new[1],)
    assert await kept.memories.of_version(new[0].version_id) == new
    places = [Place(m.version_id, m.id) for m in (old[0], new[1])]
    before, after = await kept.memories.at(places)
    assert (before.version_id, before.ordinal, before.status) == (first.version.id, 0, "superseded")
    assert after == new[1]
    assert [m.status for m in await kept.memories.of_version(first.version.id)] == [
        "superseded",
        "superseded",
    ]
    assert set(ids_of(await kept.memories.search_lexical(PUMP, 10, ANYWHERE))) == {
        m.id for m in new
    }
    assert set(await near(kept, library, "The pump is red.")) == {m.id for m in new}


async def test_a_memory_that_returns_is_found_again(kept, library):
    _, old = await library.build(kept, "pump", ["The pump is red."])
    await rebuilt(kept, library, ["The pump is blue.", "More."], [new_id(), new_id()])
    assert (await kept.memories.get([old[0].id]))[0].status == "superseded"

    again = await rebuilt(kept, library, ["A.", "B.", "The pump is red."], [*_ids(2), old[0].id])

    assert await kept.memories.get([old[0].id]) == (again[2],)
    assert ids_of(await kept.memories.search_lexical(PUMP, 10, ANYWHERE)) == [old[0].id]
    assert old[0].id in await near(kept, library, "The pump is red.")


def _ids(count):
    return [new_id() for _ in range(count)]


async def test_a_memory_of_no_such_version_is_not_found(kept, library):
    _, made = await library.build(kept, "pump", ["The pump is red."])

    with pytest.raises(NotFound):
        await kept.memories.at([Place(new_id(), made[0].id)])
    assert await kept.memories.at([]) == ()


async def test_the_vectors_of_known_texts_are_told(kept, library):
    first, _ = await library.build(kept, "pump", ["The pump is red.", "A valve."])
    await library.build(kept, "other", ["Elsewhere."])
    texts = [sha256_of(text) for text in ("A valve.", "Elsewhere.", "Never said.")]
    document_id = first.document.id

    known = await kept.memories.known_vectors(document_id, library.encoder, texts)

    assert list(known) == [sha256_of("A valve.")]
    assert np.array_equal(known[sha256_of("A valve.")], library.vector("A valve."))
    assert await kept.memories.known_vectors(document_id, "another", texts) == {}


async def test_vectors_that_only_an_old_version_had_are_forgotten(kept, library):
    first, old = await library.build(kept, "pump", ["The pump is red.", "A valve."])
    await rebuilt(kept, library, ["The pump is red."], [old[0].id])
    texts = [sha256_of(text) for text in ("The pump is red.", "A valve.")]

    known = await kept.memories.known_vectors(first.document.id, library.encoder, texts)

    assert list(known) == texts[:1]


async def test_a_vector_follows_its_text(kept, library):
    """The question of an unchanged chunk may be another one in another version."""
    _, old = await library.build(kept, "pump", ["The pump is red."])
    submission = await kept.documents.submit(library.upload("pump", "More."))
    lease = await library.claim(kept, submission)
    item = library.memory(submission.version, 0, "The pump is red.", id=old[0].id)
    other = library.vector("zzz")
    item = item._replace(
        vectors={**item.vectors, "question": other},
        texts={**item.texts, "question": sha256_of("zzz")},
    )

    await kept.memories.activate(submission.version.id, [item], library.encoder, lease)

    asked = (other, library.encoder, 10, ANYWHERE)
    question = await kept.memories.search_vector("question", *asked)
    chunk = await kept.memories.search_vector("chunk", *asked)
    assert question[0].score == pytest.approx(1.0)
    assert chunk[0].score < 0.5


async def test_another_encoder_replaces_all_vectors(kept, library):
    _, old = await library.build(kept, "pump", ["The pump is red."])
    submission = await kept.documents.submit(library.upload("pump", "More."))
    lease = await library.claim(kept, submission)
    item = library.memory(submission.version, 0, "The pump is red.", id=old[0].id)

    await kept.memories.activate(submission.version.id, [item], "another", lease)

    vector = library.vector("The pump is red.")
    assert await near(kept, library, "The pump is red.") == []
    found = await kept.memories.search_vector("chunk", vector, "another", 10, ANYWHERE)
    assert ids_of(found) == [old[0].id]


async def test_a_quarantine_by_hand_survives_the_next_version_and_an_absence(kept, library):
    _, old = await library.build(kept, "pump", ["The pump is red."])
    await kept.memories.set_status(old[0].id, "quarantined")

    await rebuilt(kept, library, ["A.", "The pump is red."], [new_id(), old[0].id])
    assert await kept.memories.search_lexical(PUMP, 10, ANYWHERE) == ()
    assert ids_of(await kept.memories.search_quarantined(PUMP, 10, ANYWHERE)) == [old[0].id]
    await rebuilt(kept, library, ["A.", "B.", "C."], _ids(3))
    await rebuilt(kept, library, ["A.", "B.", "C.", "The pump is red."], [*_ids(3), old[0].id])

    assert (await kept.memories.get([old[0].id]))[0].status == "quarantined"


FLAG = Flag(code="injection", strong=True, detail="ignore the above")
HIDDEN = Flag(code="hidden_text", strong=True, detail="psst")


async def test_a_release_by_hand_survives_until_something_new_is_seen(kept, library):
    said = {"flags": (FLAG,), "status": "quarantined"}
    _, old = await library.build(kept, "pump", ["The pump is red."], **said)
    await kept.memories.set_status(old[0].id, "verified")

    await rebuilt(kept, library, ["A.", "The pump is red."], [new_id(), old[0].id], **said)
    assert (await kept.memories.get([old[0].id]))[0].status == "verified"
    said["flags"] = (FLAG, HIDDEN)
    await rebuilt(kept, library, ["A.", "B.", "The pump is red."], [*_ids(2), old[0].id], **said)

    assert (await kept.memories.get([old[0].id]))[0].status == "quarantined"


async def test_a_late_version_does_not_move_what_a_newer_one_holds(kept, library):
    slow = await kept.documents.submit(library.upload("pump", "The pump is red."))
    _, made = await library.build(kept, "pump", ["Pump.", "The pump is red."])
    lease = await library.claim(kept, slow)
    late = [
        library.memory(slow.version, 0, "The pump is red.", id=made[1].id),
        library.memory(slow.version, 1, "The pump is old."),
    ]

    await kept.memories.activate(slow.version.id, late, library.encoder, lease)

    assert await kept.memories.get([made[1].id]) == (made[1],)
    of_late = await kept.memories.of_version(slow.version.id)
    assert [m.id for m in of_late] == [item.memory.id for item in late]
    assert {m.status for m in of_late} == {"superseded"}
    assert set(ids_of(await kept.memories.search_lexical(PUMP, 10, ANYWHERE))) == {
        m.id for m in made
    }


async def test_a_quarantined_memory_is_found_only_where_it_is_asked_for(kept, library):
    _, made = await library.build(kept, "pump", ["The pump is red.", "The pump is blue."])
    vector = library.vector("The pump is red.")

    quarantined = await kept.memories.set_status(made[0].id, "quarantined")

    assert quarantined.status == "quarantined"
    assert ids_of(await kept.memories.search_lexical(PUMP, 10, ANYWHERE)) == [made[1].id]
    near = await kept.memories.search_vector("core", vector, library.encoder, 10, ANYWHERE)
    assert ids_of(near) == [made[1].id]
    assert ids_of(await kept.memories.search_quarantined(PUMP, 10, ANYWHERE)) == [made[0].id]
    released = await kept.memories.set_status(made[0].id, "verified")
    assert released == made[0]
    assert len(await kept.memories.search_lexical(PUMP, 10, ANYWHERE)) == 2


async def test_a_memory_may_be_quarantined_when_it_is_built(kept, library):
    _, made = await library.build(kept, "pump", ["The pump is red."], status="quarantined")

    assert await kept.memories.search_lexical(PUMP, 10, ANYWHERE) == ()
    assert ids_of(await kept.memories.search_quarantined(PUMP, 10, ANYWHERE)) == [made[0].id]


@pytest.mark.parametrize("status", ["draft", "superseded"])
async def test_a_status_can_only_be_quarantined_or_verified_by_hand(kept, library, status):
    _, made = await library.build(kept, "pump", ["The pump is red."])

    with pytest.raises(Conflict):
        await kept.memories.set_status(made[0].id, status)


async def test_rare_terms_weigh_more_and_equal_scores_are_ordered_by_id(kept, library):
    texts = ["pump pump valve.", "pump.", "pump.", "gasket."]
    _, made = await library.build(kept, "pump", texts)

    by_valve = await kept.memories.search_lexical({"pump": 1, "valve": 1}, 10, ANYWHERE)
    by_pump = await kept.memories.search_lexical(PUMP, 10, ANYWHERE)
    first_two = await kept.memories.search_lexical(PUMP, 2, ANYWHERE)

    assert by_valve[0].memory_id == made[0].id
    twins = sorted([made[1].id, made[2].id])
    assert [hit for hit in ids_of(by_pump) if hit in twins] == twins
    assert first_two == by_pump[:2]
    assert [hit.score for hit in by_pump] == sorted((h.score for h in by_pump), reverse=True)


async def test_a_search_without_known_terms_finds_nothing(kept, library):
    await library.build(kept, "pump", ["The pump is red."])

    assert await kept.memories.search_lexical({}, 10, ANYWHERE) == ()
    assert await kept.memories.search_lexical({"unheard": 1}, 10, ANYWHERE) == ()


@pytest.mark.parametrize("dimensions", [3, 384])
async def test_vector_search_is_cosine_similarity(kept, library, dimensions):
    submission = await kept.documents.submit(library.upload())
    lease = await library.claim(kept, submission)
    texts = ["aab", "abb", "bbb", "abb"]
    made = [
        library.memory(submission.version, n, text)._replace(
            vectors={"chunk": library.vector(text, dimensions)}
        )
        for n, text in enumerate(texts)
    ]
    await kept.memories.activate(submission.version.id, made, "letters", lease)
    asked = library.vector("aaaab", dimensions)

    hits = await kept.memories.search_vector("chunk", asked, "letters", 3, ANYWHERE)

    expected = {item.memory.id: float(asked @ item.vectors["chunk"]) for item in made}
    twins = sorted([made[1].memory.id, made[3].memory.id])
    assert ids_of(hits) == [made[0].memory.id, *twins]
    assert [hit.score for hit in hits] == pytest.approx(
        [expected[hit.memory_id] for hit in hits], abs=2e-3
    )


async def test_vectors_of_another_encoder_or_layer_are_not_compared(kept, library):
    await library.build(kept, "pump", ["The pump is red."])
    vector = library.vector("The pump is red.")

    assert await kept.memories.search_vector("chunk", vector, "other", 10, ANYWHERE) == ()
    short = np.ones(3, dtype=np.float32)
    assert await kept.memories.search_vector("core", short, "other", 10, ANYWHERE) == ()


async def test_a_search_returns_only_what_the_filter_lets_through(kept, library):
    sources = {
        "owner": Source(principal="boss", origin="intranet", trust="owner"),
        "crawler": Source(principal="bot", origin="example.org", trust="crawled"),
    }
    made = {}
    for name, source in sources.items():
        _, (made[name],) = await library.build(kept, name, ["The pump is red."], source=source)
    _, (made["archived"],) = await library.build(
        kept, "archived", ["The pump is red."], collection="archive"
    )
    vector = library.vector("The pump is red.")

    async def found(**where):
        lexical = await kept.memories.search_lexical(PUMP, 10, SearchFilter(**where))
        near = await kept.memories.search_vector(
            "question", vector, library.encoder, 10, SearchFilter(**where)
        )
        assert set(ids_of(lexical)) == set(ids_of(near))
        return {name for name, memory in made.items() if memory.id in ids_of(lexical)}

    assert await found() == {"owner", "crawler"}
    assert await found(collection="archive") == {"archived"}
    assert await found(exclude_memories=(made["owner"].id,)) == {"crawler"}
    assert await found(exclude_principals=("bot",)) == {"owner"}
    assert await found(exclude_origins=("intranet", "elsewhere")) == {"crawler"}
    assert await found(minimum_trust=0.3) == {"owner", "crawler"}
    assert await found(minimum_trust=0.31) == {"owner"}


async def test_a_search_may_ask_for_content_types(kept, library):
    made = {}
    for kind in ("procedure", "warning", "concept"):
        text = ["The pump is red."]
        _, (made[kind],) = await library.build(kept, kind, text, content_type=kind)
    vector = library.vector("The pump is red.")

    async def found(*kinds):
        where = SearchFilter(content_types=kinds)
        lexical = ids_of(await kept.memories.search_lexical(PUMP, 10, where))
        near = await kept.memories.search_vector("core", vector, library.encoder, 10, where)
        assert set(lexical) == set(ids_of(near))
        return {kind for kind, memory in made.items() if memory.id in lexical}

    assert await found() == set(made)
    assert await found("warning") == {"warning"}
    assert await found("procedure", "concept") == {"procedure", "concept"}
    assert await found("example") == set()


async def test_the_content_type_is_that_of_the_active_version(kept, library):
    _, old = await library.build(kept, "pump", ["The pump is red."], content_type="concept")
    ids = [new_id(), old[0].id]

    await rebuilt(kept, library, ["Warning.", "The pump is red."], ids, content_type="warning")

    warnings = SearchFilter(content_types=("warning",))
    concepts = SearchFilter(content_types=("concept",))
    assert ids_of(await kept.memories.search_lexical(PUMP, 10, warnings)) == [old[0].id]
    assert await kept.memories.search_lexical(PUMP, 10, concepts) == ()


async def test_filters_do_not_change_the_scores(kept, library):
    _, made = await library.build(kept, "pump", ["The pump is red.", "The pump is blue."])
    everything = await kept.memories.search_lexical(PUMP, 10, ANYWHERE)

    where = SearchFilter(exclude_memories=(made[0].id,))
    (kept_one,) = await kept.memories.search_lexical(PUMP, 10, where)

    assert kept_one in everything


async def test_unknown_ids_are_not_found(kept):
    with pytest.raises(NotFound):
        await kept.memories.get([new_id()])
    with pytest.raises(NotFound):
        await kept.memories.of_version(new_id())
    with pytest.raises(NotFound):
        await kept.memories.set_status(new_id(), "quarantined")
    assert await kept.memories.get([]) == ()
