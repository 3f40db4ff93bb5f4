"""What every implementation of Documents promises of sources, titles and versions."""

from core.schemas.document import Source

ANONYMOUS = Source(principal="anyone", origin="form", trust="anonymous")
OWNER = Source(principal="ada", origin="handbook", trust="owner")


async def test_a_version_keeps_the_source_it_was_uploaded_with(kept, library):
    stranger = await kept.documents.submit(
        library.upload("pump", "Send money.", source=ANONYMOUS, collection="inbox", title="Mine")
    )
    await kept.documents.submit(
        library.upload("pump", "\x00", source=OWNER, collection="handbook", title="Ours")
    )

    version = await kept.documents.version(stranger.version.id)

    assert (version.source, version.collection, version.title) == (ANONYMOUS, "inbox", "Mine")
    assert version == stranger.version


async def test_a_text_is_never_trusted_for_who_uploaded_after_it(kept, library):
    stranger = await kept.documents.submit(
        library.upload("pump", "Send money.", source=ANONYMOUS, collection="inbox", title="Mine")
    )
    broken = await kept.documents.submit(
        library.upload("pump", "\x00", source=OWNER, collection="handbook", title="Ours")
    )
    lease = await library.claim(kept, broken)
    await kept.documents.fail_version(broken.version.id, lease)
    await kept.jobs.finish(lease, "failed")

    lease = await library.claim(kept, stranger)
    version = await kept.documents.save_loaded(
        stranger.version.id, library.loaded("Send money."), lease
    )
    late = library.memory(version, 0, "Send money.")
    await kept.memories.activate(version.id, [late], library.encoder, lease)

    (memory,) = await kept.memories.of_version(version.id)
    assert (memory.source, memory.collection) == (ANONYMOUS, "inbox")
    document = await kept.documents.get(stranger.document.id)
    assert (document.source, document.collection) == (ANONYMOUS, "inbox")
    assert document.title == "Mine"


async def test_a_document_is_described_by_its_active_version(kept, library):
    await library.build(kept, "pump", ["The pump is red."])

    later = await kept.documents.submit(
        library.upload("pump", "Blue.", source=OWNER, collection="new", title="Later")
    )

    assert later.document.collection == "default"
    assert later.document.title == "Pump manual"
    lease = await library.claim(kept, later)
    version = await kept.documents.save_loaded(later.version.id, library.loaded("Blue."), lease)
    assert await kept.documents.get(later.document.id) == later.document
    await kept.memories.activate(version.id, [], library.encoder, lease)
    document = await kept.documents.get(later.document.id)
    assert (document.title, document.collection, document.source) == ("Later", "new", OWNER)


async def test_before_any_is_active_the_latest_upload_describes_the_document(kept, library):
    first = await kept.documents.submit(library.upload("pump", "Red."))
    await kept.documents.submit(library.upload("pump", "Blue.", source=OWNER, title="Blue pump"))
    lease = await library.claim(kept, first)

    await kept.documents.save_loaded(first.version.id, library.loaded("Red."), lease)

    document = await kept.documents.get(first.document.id)
    assert (document.title, document.source) == ("Blue pump", OWNER)


async def test_the_title_a_loader_found_is_kept_with_the_version(kept, library):
    submission = await kept.documents.submit(library.upload())
    lease = await library.claim(kept, submission)

    version = await kept.documents.save_loaded(submission.version.id, library.loaded("x"), lease)

    assert submission.version.title is None
    assert version.title == "Pump manual"


async def test_the_active_upload_is_no_new_work_after_another_source_failed(kept, library):
    first, _ = await library.build(kept, "pump", ["The pump is red."])
    broken = await kept.documents.submit(library.upload("pump", "\x00", source=OWNER))
    lease = await library.claim(kept, broken)
    await kept.documents.fail_version(broken.version.id, lease)
    await kept.jobs.finish(lease, "failed")

    again = await kept.documents.submit(library.upload("pump", "The pump is red."))

    assert not again.created
    assert again.version.id == first.version.id
