"""Re-ingest keeps its promises in every implementation: some scripts of edits, drawn by seed."""

import random

import pytest

from tests.reingesting import EDITS, PARAGRAPHS, Edit, check_reingest, edited, text_of


@pytest.mark.parametrize("seed", range(4))
async def test_a_changed_document_is_as_if_it_had_always_been_so(tenants, seed):
    draw = random.Random(seed)
    before = draw.choices(PARAGRAPHS, k=9)
    after = before
    for _ in range(3):
        after = edited(after, Edit(draw.choice(EDITS), draw.randrange(20), draw.randrange(20)))

    await check_reingest(tenants.ours, tenants.theirs, text_of(before), text_of(after))
