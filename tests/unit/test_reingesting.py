"""Whatever is changed in a document: handed in again, it is as if it had always been so."""

from uuid import uuid4

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.recording import Observed, recording
from core.schemas.memory import LAYERS
from graphs.building.embedding import recall_vectors
from graphs.building.memories import layer_texts
from storage.in_memory import InMemoryStorage
from tests.building import LetterEncoder, begin_build, build
from tests.reingesting import EDITS, PARAGRAPHS, Edit, check_reingest, edited, text_of

edits = st.builds(Edit, st.sampled_from(EDITS), st.integers(0, 20), st.integers(0, 20))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.lists(st.sampled_from(PARAGRAPHS), min_size=1, max_size=9), st.lists(edits, max_size=4))
async def test_any_edits_leave_what_a_fresh_build_would(
    paragraphs: list[str], script: list[Edit]
) -> None:
    changed = paragraphs
    for edit in script:
        changed = edited(changed, edit)
    storage = InMemoryStorage()
    kept, fresh = storage.repositories(uuid4()), storage.repositories(uuid4())

    await check_reingest(kept, fresh, text_of(paragraphs), text_of(changed))


async def test_one_changed_paragraph_is_all_that_is_encoded() -> None:
    kept = InMemoryStorage().repositories(uuid4())
    await build(kept, text_of(PARAGRAPHS * 3))
    encoder = LetterEncoder()

    await build(kept, text_of((*PARAGRAPHS * 3, "A last remark.")), encoder=encoder)

    assert 0 < len(encoder.given) <= 6


async def test_another_title_makes_no_other_memories() -> None:
    kept = InMemoryStorage().repositories(uuid4())
    first = await build(kept, text_of(PARAGRAPHS), layers=LAYERS)
    old = await kept.memories.of_version(first.lease.version_id)
    encoder = LetterEncoder()

    begun = await begin_build(kept, text_of(PARAGRAPHS).encode(), title="Another title")
    await begun.run(encoder=encoder, layers=LAYERS)

    new = await kept.memories.of_version(begun.lease.version_id)
    assert [memory.id for memory in new] == [memory.id for memory in old]
    assert {memory.title for memory in new} == {"Another title"}
    asked = {layer_texts(memory, ("question",))["question"] for memory in new}
    assert set(encoder.given) <= asked  # a question may name the title


class Record:
    """Gives back one recorded value, and remembers what it was asked."""

    def __init__(self, observed: Observed) -> None:
        self.observed = observed
        self.asked: list[tuple[str, str]] = []

    async def observe(self, kind: str, name: str, request: object, call: object) -> Observed:
        self.asked.append((kind, name))
        return self.observed


async def test_which_vectors_are_known_is_part_of_the_record() -> None:
    kept = InMemoryStorage().repositories(uuid4())
    begun = await begin_build(kept, b"The pump is red.")
    vector = np.arange(26, dtype="<f2")
    record = Record(Observed(["abc"], vector.tobytes()))

    with recording(record):
        known = await recall_vectors(begun.lease.document_id, ["abc", "def"], begun.context())

    assert record.asked == [("retrieval", "known_vectors")]
    assert list(known) == ["abc"]
    assert np.array_equal(known["abc"], vector.astype(np.float32))
