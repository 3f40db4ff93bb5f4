"""What every implementation of Documents promises."""

import pytest

from core.errors import InvalidRequest, LeaseLost, NotFound
from core.ids import new_id, sha256_of
from core.schemas.document import Source, Span, SummarySentence
from core.schemas.job import JobError


async def test_an_upload_becomes_a_document_a_version_and_a_queued_job(kept, library):
    submission = await kept.documents.submit(library.upload("pump", "The pump is red."))

    assert submission.created
    assert submission.document.title == "pump.txt"
    assert submission.document.active_version_id is None
    assert submission.version.number == 1
    assert submission.version.status == "received"
    assert submission.version.size == 16
    assert submission.version.content_sha256 == sha256_of("The pump is red.")
    assert submission.job.state == "queued"
    assert submission.job.max_attempts == 2
    assert submission.job.run_id is None
    assert await kept.documents.get(submission.document.id) == submission.document
    assert await kept.documents.find("pump") == submission.document
    assert await kept.documents.version(submission.version.id) == submission.version
    assert await kept.jobs.get(submission.job.id) == submission.job
    assert await kept.documents.content(submission.version.id) == b"The pump is red."


async def test_documents_tell_what_clients_call_them(kept, library):
    made = {
        submission.document.id: name
        for name in ("pump", "valve")
        for submission in [await kept.documents.submit(library.upload(name))]
    }

    assert await kept.documents.external_ids(made) == made
    assert await kept.documents.external_ids([]) == {}
    with pytest.raises(NotFound):
        await kept.documents.external_ids([*made, new_id()])


async def test_any_bytes_come_back_as_they_were(kept, library):
    content = bytes(range(256)) * 50
    upload = library.upload()._replace(content=content)

    submission = await kept.documents.submit(upload)

    assert await kept.documents.content(submission.version.id) == content


async def test_the_same_bytes_are_no_new_work_while_they_are_being_built(kept, library):
    first = await kept.documents.submit(library.upload())

    second = await kept.documents.submit(library.upload())

    assert not second.created
    assert second.job == first.job
    assert second.version == first.version


async def test_the_same_bytes_are_no_new_work_once_they_are_built(kept, library):
    first, _ = await library.build(kept, "pump", ["The pump is red."])

    second = await kept.documents.submit(library.upload("pump", "The pump is red."))

    assert not second.created
    assert second.job.id == first.job.id
    assert second.job.state == "succeeded"
    assert second.version.status == "active"


@pytest.mark.parametrize("state", ["failed", "cancelled"])
async def test_the_same_bytes_get_a_new_job_after_one_that_did_not_succeed(kept, library, state):
    first = await kept.documents.submit(library.upload())
    lease = await library.claim(kept, first)
    await kept.documents.fail_version(first.version.id, lease)
    error = JobError(code="loader_failed", detail="it crashed", retryable=False)
    await kept.jobs.finish(lease, state, error)

    second = await kept.documents.submit(library.upload())

    assert second.created
    assert second.version.id == first.version.id
    assert second.version.status == "received"
    assert second.job.id != first.job.id
    assert second.job.state == "queued"


async def test_changed_bytes_make_a_new_version(kept, library):
    first = await kept.documents.submit(library.upload("pump", "The pump is red."))

    second = await kept.documents.submit(library.upload("pump", "The pump is blue."))

    assert second.created
    assert second.document.id == first.document.id
    assert second.version.number == 2
    versions = await kept.documents.versions(first.document.id)
    assert [version.number for version in versions] == [1, 2]
    assert await kept.documents.content(first.version.id) == b"The pump is red."


async def test_a_changed_source_or_collection_makes_a_new_version(kept, library):
    await kept.documents.submit(library.upload())
    distrusted = Source(principal="ada", origin="handbook", trust="anonymous")

    by_source = await kept.documents.submit(library.upload(source=distrusted))
    by_collection = await kept.documents.submit(
        library.upload(source=distrusted, collection="archive")
    )

    assert by_source.version.number == 2
    assert by_collection.version.number == 3
    assert by_collection.document.collection == "archive"


@pytest.mark.parametrize(
    "said", [{}, {"title": "Pump manual"}, {"filename": "renamed.TXT"}, {"filename": "pump.txt"}]
)
async def test_the_same_bytes_said_again_are_no_new_work(kept, library, said):
    first, _ = await library.build(kept, "pump", ["The pump is red."])

    again = await kept.documents.submit(library.upload("pump", "The pump is red.", **said))

    assert not again.created
    assert again.version.id == first.version.id


@pytest.mark.parametrize("said", [{"title": "Another title"}, {"filename": "pump.md"}])
async def test_another_title_or_kind_of_file_makes_a_new_version(kept, library, said):
    await library.build(kept, "pump", ["The pump is red."])

    again = await kept.documents.submit(library.upload("pump", "The pump is red.", **said))

    assert again.created
    assert again.version.number == 2


async def test_a_file_that_failed_is_read_anew_under_a_name_that_loaders_know(kept, library):
    first = await kept.documents.submit(library.upload(filename="pump.bin"))
    lease = await library.claim(kept, first)
    await kept.documents.fail_version(first.version.id, lease)
    await kept.jobs.finish(lease, "failed")

    again = await kept.documents.submit(library.upload(filename="pump.txt"))

    assert again.created
    assert (again.version.filename, again.version.status) == ("pump.txt", "received")


async def test_earlier_bytes_come_back_as_a_new_version_while_later_ones_are_built(kept, library):
    await library.build(kept, "pump", ["The pump is red."])
    await kept.documents.submit(library.upload("pump", "The pump is blue."))

    again = await kept.documents.submit(library.upload("pump", "The pump is red."))

    assert again.created
    assert again.version.number == 3


async def test_the_active_bytes_are_no_new_work_after_a_later_version_failed(kept, library):
    first, _ = await library.build(kept, "pump", ["The pump is red."])
    broken = await kept.documents.submit(library.upload("pump", "\x00"))
    lease = await library.claim(kept, broken)
    await kept.documents.fail_version(broken.version.id, lease)
    await kept.jobs.finish(lease, "failed")

    again = await kept.documents.submit(library.upload("pump", "The pump is red."))

    assert not again.created
    assert again.version.id == first.version.id


async def test_a_failed_version_leaves_the_active_one_active(kept, library):
    first, _ = await library.build(kept, "pump", ["The pump is red."])
    broken = await kept.documents.submit(library.upload("pump", "\x00"))
    lease = await library.claim(kept, broken)

    await kept.documents.fail_version(broken.version.id, lease)

    assert (await kept.documents.version(broken.version.id)).status == "failed"
    document = await kept.documents.get(first.document.id)
    assert document.active_version_id == first.version.id


async def test_what_was_loaded_comes_back_exactly(kept, library):
    text = "Ünïcode 𝄞 text\nwith two lines"
    submission = await kept.documents.submit(library.upload("pump", text))
    lease = await library.claim(kept, submission)
    loaded = library.loaded(text, warnings=("one",), hidden=("psst\x00",))

    version = await kept.documents.save_loaded(submission.version.id, loaded, lease)

    assert version.text_sha256 == sha256_of(text)
    assert version.text_length == len(text)
    assert version.unit_count == 1
    assert version.warnings == ("one",)
    assert version.hidden == ("psst\x00",)
    assert await kept.documents.text(version.id) == text
    assert await kept.documents.units(version.id) == loaded.units
    assert (await kept.documents.get(version.document_id)).title == "Pump manual"
    assert await kept.documents.save_loaded(version.id, loaded, lease) == version


async def test_the_summary_of_the_active_version_is_the_documents(kept, library):
    submission = await kept.documents.submit(library.upload("pump", "The pump is red."))
    lease = await library.claim(kept, submission)
    loaded = library.loaded("The pump is red.")
    await kept.documents.save_loaded(submission.version.id, loaded, lease)
    summary = (SummarySentence(text="The pump is red.", span=Span(start=0, end=16)),)
    document_id = submission.document.id

    await kept.documents.save_summary(submission.version.id, summary, lease)

    assert (await kept.documents.version(submission.version.id)).summary == summary
    assert (await kept.documents.get(document_id)).summary == ()

    await kept.memories.activate(submission.version.id, [], "encoder", lease)
    await kept.documents.save_summary(submission.version.id, (), lease)

    assert (await kept.documents.get(document_id)).summary == summary
    assert (await kept.documents.list()).items[0].summary == summary
    found = await kept.documents.find("pump")
    assert found is not None
    assert found.summary == summary


async def test_a_title_given_by_the_client_stays(kept, library):
    submission = await kept.documents.submit(library.upload(title="Our pump"))
    lease = await library.claim(kept, submission)

    await kept.documents.save_loaded(submission.version.id, library.loaded("x"), lease)

    assert (await kept.documents.get(submission.document.id)).title == "Our pump"


async def test_the_text_of_a_built_version_never_changes(kept, library):
    submission, _ = await library.build(kept, "pump", ["The pump is red."])
    lease = (await kept.documents.submit(library.upload("other"))).job
    held = await kept.jobs.claim(lease.id, "worker", 30)

    await kept.documents.save_loaded(submission.version.id, library.loaded("Else."), held)

    assert await kept.documents.text(submission.version.id) == "The pump is red."


async def test_nothing_can_be_read_before_the_version_was_loaded(kept, library):
    submission = await kept.documents.submit(library.upload())

    with pytest.raises(NotFound):
        await kept.documents.text(submission.version.id)
    with pytest.raises(NotFound):
        await kept.documents.units(submission.version.id)


async def test_a_late_writer_is_refused(kept, library):
    submission = await kept.documents.submit(library.upload())
    stale = await library.claim(kept, submission)
    await kept.jobs.release(stale)
    await library.claim(kept, submission)

    with pytest.raises(LeaseLost):
        await kept.documents.save_loaded(submission.version.id, library.loaded("x"), stale)
    with pytest.raises(LeaseLost):
        await kept.documents.fail_version(submission.version.id, stale)
    with pytest.raises(LeaseLost):
        await kept.documents.save_summary(submission.version.id, (), stale)


async def test_documents_are_listed_by_newest_change(kept, library):
    ids = [(await kept.documents.submit(library.upload(name))).document.id for name in "abcde"]
    await kept.documents.submit(library.upload("a", "changed"))

    first = await kept.documents.list(limit=2)
    second = await kept.documents.list(limit=2, cursor=first.next_cursor)
    third = await kept.documents.list(limit=2, cursor=second.next_cursor)

    seen = [document.id for page in (first, second, third) for document in page.items]
    assert seen == [ids[0], ids[4], ids[3], ids[2], ids[1]]
    assert third.next_cursor is None


@pytest.mark.parametrize("cursor", ["", "nonsense", "bnVsbA==", "WzEsMl0=", "é"])
async def test_a_forged_cursor_is_an_invalid_request(kept, cursor):
    with pytest.raises(InvalidRequest):
        await kept.documents.list(cursor=cursor)


@pytest.mark.parametrize("external_id", ["", "a\x00b", "a\ud800b", "e\u0301"])
async def test_an_id_that_cannot_be_stored_is_an_invalid_request(kept, library, external_id):
    with pytest.raises(InvalidRequest):
        await kept.documents.submit(library.upload()._replace(external_id=external_id))


async def test_a_file_name_is_made_storable(kept, library):
    submission = await kept.documents.submit(library.upload(filename="pu\x00mp\ud800.txt"))

    assert submission.version.filename == "pump\ufffd.txt"


@pytest.mark.parametrize("method", ["get", "versions", "version", "content", "text", "units"])
async def test_unknown_ids_are_not_found(kept, method):
    with pytest.raises(NotFound):
        await getattr(kept.documents, method)(new_id())


@pytest.mark.parametrize("external_id", ["unknown", "", "a\x00b", "a\ud800b"])
async def test_an_unknown_external_id_finds_nothing(kept, external_id):
    assert await kept.documents.find(external_id) is None
