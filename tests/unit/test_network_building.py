"""The building graph writes the network of what it has just made active, and only of that."""

from uuid import uuid4

from core.schemas.memory import SearchFilter
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.building import build

ANYWHERE = SearchFilter()
MARLBECK = """# Marlbeck Works

Marlbeck Works (MW) is a maker of pumps in Basel. Marlbeck Works was founded by Ada Marlbeck in
1931. The works are on the river.
"""


def kept() -> Repositories:
    return InMemoryStorage().repositories(uuid4())


async def test_a_built_document_is_found_by_its_heading_and_its_acronym() -> None:
    repositories = kept()

    built = await build(repositories, MARLBECK)

    homes = await repositories.network.homes({"marlbeck works", "mw"}, ANYWHERE)
    (first, *_) = await repositories.memories.of_version(built.lease.version_id)
    assert {home.asked for home in homes} == {"marlbeck works", "mw"}
    assert {home.mention.memory_id for home in homes} == {first.id}
    assert any(home.mention.role.startswith("maker of pumps") for home in homes)


async def test_every_fact_stands_where_it_says() -> None:
    repositories = kept()

    await build(repositories, MARLBECK)

    known = await repositories.network.facts({"marlbeck works", "ada marlbeck"}, 10, ANYWHERE)
    assert known
    for one in known:
        (memory,) = await repositories.memories.get([one.fact.memory_id])
        assert one.fact.answer_span.of(memory.text_original) == one.fact.answer
        assert one.fact.answer in one.fact.span.of(memory.text_original)


async def test_a_new_version_takes_the_place_of_the_names_of_the_old_one() -> None:
    repositories = kept()
    await build(repositories, MARLBECK)

    await build(repositories, MARLBECK.replace("Marlbeck", "Torvald"))

    assert await repositories.network.homes({"marlbeck works"}, ANYWHERE) == ()
    assert await repositories.network.facts({"marlbeck works"}, 10, ANYWHERE) == ()
    assert await repositories.network.homes({"torvald works"}, ANYWHERE) != ()


async def test_the_same_words_of_two_documents_are_one_entity() -> None:
    repositories = kept()
    await build(repositories, MARLBECK, "works")
    text = "# Rivers\n\nThe Rhine passes Marlbeck Works and other mills on its way north.\n"

    await build(repositories, text, "rivers")

    named = await repositories.network.mentions({"marlbeck works"}, 20, ANYWHERE)
    assert len({mention.memory_id for mention in named}) > 1
    assert named[0].kind == "subject"
