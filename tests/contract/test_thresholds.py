"""What every implementation of FittedCollections promises."""

import pytest

from core.errors import LeaseLost
from core.schemas.audit import Thresholds

FIRST = Thresholds(exclude=0.7, clean=300, clean_removed=0.01, poison=2, poison_removed=0.5)
SECOND = FIRST.model_copy(update={"exclude": 0.8})


async def test_the_last_fit_of_a_collection_holds(kept):
    await kept.thresholds.keep("pumps", FIRST)
    await kept.thresholds.keep("pumps", SECOND)
    await kept.thresholds.keep("faq", FIRST)

    assert await kept.thresholds.of("pumps") == SECOND
    assert await kept.thresholds.of("faq") == FIRST
    listed = await kept.thresholds.list()
    assert [(each.collection, each.thresholds) for each in listed] == [
        ("faq", FIRST),
        ("pumps", SECOND),
    ]


async def test_a_late_writer_fits_nothing(kept, library):
    submission = await kept.documents.submit(library.upload())
    stale = await library.claim(kept, submission)
    await kept.jobs.release(stale)
    lease = await library.claim(kept, submission)

    with pytest.raises(LeaseLost):
        await kept.thresholds.keep("pumps", FIRST, stale)
    assert await kept.thresholds.of("pumps") is None
    await kept.thresholds.keep("pumps", FIRST, lease)
    assert await kept.thresholds.of("pumps") == FIRST


async def test_a_collection_without_a_fit_has_none(kept):
    assert await kept.thresholds.of("pumps") is None
    assert await kept.thresholds.list() == ()


async def test_another_tenant_has_its_own(tenants):
    await tenants.ours.thresholds.keep("pumps", FIRST)

    assert await tenants.theirs.thresholds.of("pumps") is None
    assert await tenants.theirs.thresholds.list() == ()
