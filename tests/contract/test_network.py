"""What every implementation of Network promises."""

import pytest

from core.errors import LeaseLost, NotFound
from core.ids import content_id, new_id
from core.schemas.document import Source, Span
from core.schemas.memory import SearchFilter
from core.schemas.network import Fact, Mention
from tests.builders import HashingEncoder
from tools.network_search import ChainSearch

ANYWHERE = SearchFilter()
WHO = "The World Health Organization (WHO) was founded in 1948."


def mention(memory, name, *, entity=None, kind="mention", span=None, role=""):
    return Mention(
        memory_id=memory.id,
        name=name,
        entity=entity or name,
        surface=name.title(),
        kind=kind,
        span=span,
        role=role,
    )


def known_as(memory, name, entity):
    return mention(memory, name, entity=entity, kind="alias")


def fact(memory, question="When was the pump made?", answer="1948", **other):
    known = {
        "id": content_id("fact", memory.id, question, answer),
        "memory_id": memory.id,
        "entity": "pump",
        "question": question,
        "attribute": "make pump",
        "answer": answer,
        "asks": "object",
        "span": Span(start=0, end=16),
        "answer_span": Span(start=4, end=8),
        "chance": 0.5,
        **other,
    }
    return Fact(**known)


async def linked(kept, library, name, texts, mentions=lambda made: (), facts=lambda made: ()):
    """A built document whose network was written by the job that built it."""
    submission = await kept.documents.submit(library.upload(name, "\n".join(texts)))
    lease = await library.claim(kept, submission)
    made = [library.memory(submission.version, n, text) for n, text in enumerate(texts)]
    await kept.memories.activate(submission.version.id, made, library.encoder, lease)
    memories = [item.memory for item in made]
    await kept.network.replace(submission.version.id, mentions(memories), facts(memories), lease)
    return submission, lease, memories


def about(name):
    return lambda made: [mention(made[0], name, kind="subject")]


async def test_a_memory_is_found_by_the_name_of_what_it_is_about(kept, library):
    _, _, (memory,) = await linked(kept, library, "pump", ["The pump is red."], about("pump"))

    (home,) = await kept.network.homes({"pump", "valve"}, ANYWHERE)

    assert home.asked == "pump"
    assert home.mention == mention(memory, "pump", kind="subject")
    assert await kept.network.homes({"valve"}, ANYWHERE) == ()
    assert await kept.network.homes(set(), ANYWHERE) == ()


async def test_an_alias_told_in_another_document_leads_to_the_memory(kept, library):
    full = "world health organization"
    _, _, (home,) = await linked(kept, library, "home", ["It is in Geneva."], about(full))
    await linked(
        kept,
        library,
        "other",
        [WHO],
        lambda made: [mention(made[0], "who", entity=full, kind="alias")],
    )
    await linked(kept, library, "third", ["WHO."], lambda made: [mention(made[0], "who")])

    (found,) = await kept.network.homes({"who"}, ANYWHERE)
    named = await kept.network.mentions({full}, 10, ANYWHERE)

    assert (found.asked, found.mention.memory_id) == ("who", home.id)
    assert named[0].memory_id == home.id
    assert sorted(one.entity for one in named) == ["who", full, full]
    assert await kept.network.mentions({full}, 1, ANYWHERE) == named[:1]


async def test_a_mere_mention_is_no_home(kept, library):
    await linked(kept, library, "pump", ["The pump is red."], lambda m: [mention(m[0], "pump")])

    assert await kept.network.homes({"pump"}, ANYWHERE) == ()
    assert len(await kept.network.mentions({"pump"}, 10, ANYWHERE)) == 1


async def test_mentions_come_back_whole_and_in_order(kept, library):
    def given(made):
        return [
            mention(made[0], "ada", kind="subject", role="engineer"),
            mention(made[0], "pump", span=Span(start=4, end=8)),
        ]

    _, _, memories = await linked(kept, library, "pump", ["The pump is red."], given)

    assert list(await kept.network.named_in([memories[0].id, new_id()])) == given(memories)
    assert await kept.network.named_in([]) == ()


async def test_facts_are_found_from_both_ends_surest_first(kept, library):
    def given(made):
        sure = fact(made[0], "Who made the pump?", "Ada", answer_entity="ada", chance=0.9)
        return [fact(made[0], valid_from="1948"), sure]

    submission, _, memories = await linked(kept, library, "pump", ["The pump is red."], facts=given)
    doubtful, sure = given(memories)

    of_pump = await kept.network.facts({"pump"}, 10, ANYWHERE)
    of_ada = await kept.network.facts({"ada"}, 10, ANYWHERE)

    assert [known.fact for known in of_pump] == [sure, doubtful]
    assert [known.fact for known in of_ada] == [sure]
    assert of_pump[0].recorded_at == submission.version.created_at
    assert of_pump[0].valid_until is None
    assert await kept.network.facts({"pump"}, 1, ANYWHERE) == of_pump[:1]


async def test_writing_again_changes_nothing(kept, library):
    submission, lease, memories = await linked(
        kept, library, "pump", ["The pump is red."], about("pump"), lambda made: [fact(made[0])]
    )
    before = await kept.network.named_in([memories[0].id])

    await kept.network.replace(
        submission.version.id, about("pump")(memories), [fact(memories[0])], lease
    )

    assert await kept.network.named_in([memories[0].id]) == before
    assert len(await kept.network.facts({"pump"}, 10, ANYWHERE)) == 1


async def test_a_later_version_takes_the_place_of_what_an_earlier_one_said(kept, library):
    _, _, (old,) = await linked(
        kept, library, "pump", ["The pump is red."], about("pump"), lambda made: [fact(made[0])]
    )
    _, _, (new,) = await linked(kept, library, "pump", ["The valve is red."], about("valve"))

    assert await kept.network.homes({"pump"}, ANYWHERE) == ()
    assert await kept.network.named_in([old.id]) == ()
    assert await kept.network.facts({"pump"}, 10, ANYWHERE) == ()
    (home,) = await kept.network.homes({"valve"}, ANYWHERE)
    assert home.mention.memory_id == new.id


async def test_a_version_that_is_activated_but_not_linked_yet_hides_the_old_one(kept, library):
    await linked(kept, library, "pump", ["The pump is red."], about("pump"))

    await library.build(kept, "pump", ["The valve is red."])

    assert await kept.network.homes({"pump"}, ANYWHERE) == ()
    assert await kept.network.mentions({"pump"}, 10, ANYWHERE) == ()


async def test_a_version_that_comes_too_late_writes_nothing(kept, library):
    slow = await kept.documents.submit(library.upload("pump", "The pump is red."))
    lease = await library.claim(kept, slow)
    await linked(kept, library, "pump", ["The valve is red."], about("valve"))
    made = [library.memory(slow.version, 0, "The pump is red.")]
    await kept.memories.activate(slow.version.id, made, library.encoder, lease)

    await kept.network.replace(slow.version.id, about("pump")([made[0].memory]), [], lease)

    assert await kept.network.homes({"pump"}, ANYWHERE) == ()
    assert len(await kept.network.homes({"valve"}, ANYWHERE)) == 1


async def test_a_deleted_document_takes_its_part_of_the_network_with_it(kept, library):
    submission, lease, (memory,) = await linked(
        kept, library, "pump", ["The pump is red."], about("pump"), lambda made: [fact(made[0])]
    )
    await kept.jobs.finish(lease, "succeeded")

    await kept.documents.delete(submission.document.id)

    assert await kept.network.homes({"pump"}, ANYWHERE) == ()
    assert await kept.network.facts({"pump"}, 10, ANYWHERE) == ()
    assert await kept.network.named_in([memory.id]) == ()
    await library.build(kept, "pump", ["The pump is red."])
    assert await kept.network.mentions({"pump"}, 10, ANYWHERE) == ()


async def test_what_is_quarantined_is_not_answered_from(kept, library):
    _, _, (memory,) = await linked(
        kept, library, "pump", ["The pump is red."], about("pump"), lambda made: [fact(made[0])]
    )

    await kept.memories.set_status(memory.id, "quarantined")

    assert await kept.network.homes({"pump"}, ANYWHERE) == ()
    assert await kept.network.mentions({"pump"}, 10, ANYWHERE) == ()
    assert await kept.network.facts({"pump"}, 10, ANYWHERE) == ()
    await kept.memories.set_status(memory.id, "verified")
    assert len(await kept.network.homes({"pump"}, ANYWHERE)) == 1


async def test_an_alias_told_by_a_quarantined_memory_leads_nowhere(kept, library):
    await linked(kept, library, "pump", ["The pump is red."], about("pump"))
    _, _, (liar,) = await linked(
        kept, library, "liar", ["P."], lambda made: [known_as(made[0], "p", "pump")]
    )
    assert len(await kept.network.homes({"p"}, ANYWHERE)) == 1

    await kept.memories.set_status(liar.id, "quarantined")

    assert await kept.network.homes({"p"}, ANYWHERE) == ()


async def test_only_what_the_filter_lets_through_is_answered_from(kept, library):
    source = Source(principal="bot", origin="example.org", trust="crawled")
    upload = library.upload("pump", "The pump is red.", source=source)
    submission = await kept.documents.submit(upload)
    lease = await library.claim(kept, submission)
    made = [library.memory(submission.version, 0, "The pump is red.")]
    await kept.memories.activate(submission.version.id, made, library.encoder, lease)
    (memory,) = (item.memory for item in made)
    await kept.network.replace(
        submission.version.id, about("pump")([memory]), [fact(memory)], lease
    )

    async def found(**where):
        asked = SearchFilter(**where)
        homes = await kept.network.homes({"pump"}, asked)
        mentions = await kept.network.mentions({"pump"}, 10, asked)
        facts = await kept.network.facts({"pump"}, 10, asked)
        assert len(homes) == len(mentions) == len(facts)
        return len(homes)

    assert await found() == 1
    assert await found(collection="archive") == 0
    assert await found(exclude_memories=(memory.id,)) == 0
    assert await found(exclude_principals=("bot",)) == 0
    assert await found(exclude_origins=("example.org",)) == 0
    assert await found(minimum_trust=0.31) == 0
    assert await found(content_types=("concept", "warning")) == 1
    assert await found(content_types=("warning",)) == 0


async def test_chains_are_followed_through_any_storage(kept, library):
    kiln = "The Red Kiln was directed by Ada Marlbeck."
    _, _, (film,) = await linked(kept, library, "film", [kiln], about("red kiln"))
    born = "Ada Marlbeck, a director, was born in Basel."
    _, _, (ada,) = await linked(kept, library, "ada", [born], about("ada marlbeck"))
    search = ChainSearch(kept.network, kept.memories, HashingEncoder(), ANYWHERE)

    (chains,) = await search.chains("Where was the director of The Red Kiln born?")

    assert [chain.memories for chain in chains] == [(film.id,), (film.id, ada.id)]


async def test_a_late_writer_links_nothing(kept, library):
    submission, lease, memories = await linked(kept, library, "pump", ["The pump is red."])
    await kept.jobs.finish(lease, "succeeded")

    with pytest.raises(LeaseLost):
        await kept.network.replace(submission.version.id, about("pump")(memories), [], lease)

    assert await kept.network.homes({"pump"}, ANYWHERE) == ()


async def test_an_unknown_version_is_not_found(kept, library):
    submission = await kept.documents.submit(library.upload())
    lease = await library.claim(kept, submission)

    with pytest.raises(NotFound):
        await kept.network.replace(new_id(), [], [], lease)


async def test_another_tenant_sees_nothing(tenants, library):
    _, _, (memory,) = await linked(
        tenants.ours,
        library,
        "pump",
        ["The pump is red."],
        about("pump"),
        lambda made: [fact(made[0])],
    )

    theirs = tenants.theirs.network
    assert await theirs.homes({"pump"}, ANYWHERE) == ()
    assert await theirs.mentions({"pump"}, 10, ANYWHERE) == ()
    assert await theirs.named_in([memory.id]) == ()
    assert await theirs.facts({"pump"}, 10, ANYWHERE) == ()


async def test_a_fact_ceases_to_hold_when_a_later_date_gives_another_answer(kept, library):
    await linked(
        kept,
        library,
        "old",
        ["Ada leads the works since 2019."],
        facts=lambda made: [
            fact(made[0], "Who leads?", "Ada", answer_entity="ada", valid_from="2019")
        ],
    )
    _, _, (newer,) = await linked(
        kept,
        library,
        "new",
        ["Bob leads the works since 2022."],
        facts=lambda made: [fact(made[0], "Who leads?", "Bob", valid_from="2022")],
    )

    from_one_end = await kept.network.facts({"pump"}, 10, ANYWHERE)
    (from_other,) = await kept.network.facts({"ada"}, 10, ANYWHERE)

    ends = {known.fact.answer: known.valid_until for known in from_one_end}
    assert ends == {"Ada": "2022", "Bob": None}
    assert from_other.valid_until == "2022"
    await kept.memories.set_status(newer.id, "quarantined")
    (alone,) = await kept.network.facts({"ada"}, 10, ANYWHERE)
    assert alone.valid_until is None
