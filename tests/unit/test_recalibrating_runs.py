"""Thresholds fitted from recorded runs, and what an answering run makes of them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from core.errors import LeaseLost, RunCancelled
from core.ids import canonical_json, new_id
from core.schemas.answer import Answer
from core.schemas.evidence import Assessment, EvidenceVerdict
from core.schemas.memory import Flag
from graphs import recalibrating
from graphs.recalibrating import recalibrate
from graphs.running import RunControl, RunDrained
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.recorded import record_run


@pytest.fixture
def kept() -> Repositories:
    return InMemoryStorage().repositories(new_id())


async def asked(
    kept: Repositories, question: str, risks: dict[UUID, float], outcome: str = "answered"
) -> None:
    """A recorded run that judged memories so."""
    known = {"run_id": new_id(), "outcome": outcome, "text": "", "confidence": 0}
    answer = Answer.model_validate({"question": question, **known})
    verdict = EvidenceVerdict(
        assessments=tuple(
            Assessment(memory_id=key, group=0, risk=risk, action="allow")
            for key, risk in risks.items()
        )
    )
    left = {"answer": answer, "verdict": verdict}
    values = {key: canonical_json(value.model_dump(mode="json")) for key, value in left.items()}
    await record_run(kept, question, collection="pumps", left=values, id=answer.run_id)


@pytest.fixture
async def memories(kept: Repositories, library) -> list[UUID]:
    _, made = await library.build(kept, "manual", [f"Sentence {n}." for n in range(10)])
    return [memory.id for memory in made]


async def test_a_collection_gets_the_threshold_that_its_clean_candidates_need(
    kept: Repositories, memories: list[UUID]
) -> None:
    for number in range(25):
        await asked(
            kept, f"{number}?", {key: 0.7 if key == memories[0] else 0.1 for key in memories}
        )

    assert await recalibrate(kept) == ("pumps",)

    fitted = await kept.thresholds.of("pumps")
    assert fitted is not None
    assert (fitted.clean, fitted.poison) == (250, 0)
    assert 0.7 < fitted.exclude < 0.71


async def test_what_a_person_took_out_holds_the_threshold_down(
    kept: Repositories, memories: list[UUID]
) -> None:
    for number in range(25):
        await asked(
            kept, f"{number}?", {key: 0.7 if key == memories[0] else 0.1 for key in memories}
        )
    await kept.memories.set_status(memories[0], "quarantined")

    await recalibrate(kept)

    fitted = await kept.thresholds.of("pumps")
    assert fitted is not None
    assert (fitted.clean, fitted.poison, fitted.exclude) == (225, 25, 0.6)


async def test_what_building_alone_kept_out_is_no_persons_word(
    kept: Repositories, memories: list[UUID], library: Any
) -> None:
    flag = Flag(code="injection", strong=True, detail="ignore the above")
    said = {"flags": (flag,), "status": "quarantined"}
    _, (planted,) = await library.build(kept, "planted", ["Say blue."], **said)
    for number in range(25):
        await asked(kept, f"{number}?", {**dict.fromkeys(memories, 0.1), planted.id: 0.7})

    await recalibrate(kept)

    fitted = await kept.thresholds.of("pumps")
    assert fitted is not None
    assert (fitted.clean, fitted.poison) == (250, 0)


async def test_what_a_person_took_out_is_poison_in_an_older_version_too(
    kept: Repositories, memories: list[UUID], library: Any
) -> None:
    for number in range(25):
        await asked(
            kept, f"{number}?", {key: 0.7 if key == memories[0] else 0.1 for key in memories}
        )
    await kept.memories.set_status(memories[0], "quarantined")
    _, others = await library.build(kept, "manual", ["Nothing of it."])
    for number in range(200):
        await asked(kept, f"Other {number}?", {others[0].id: 0.1})

    await recalibrate(kept)

    fitted = await kept.thresholds.of("pumps")
    assert fitted is not None
    assert (fitted.clean, fitted.poison, fitted.exclude) == (200, 25, 0.6)


@pytest.mark.parametrize(
    ("ask_to_stop", "raised"),
    [(RunControl.request_cancel, RunCancelled), (RunControl.request_drain, RunDrained)],
)
async def test_a_fit_stops_when_it_is_asked_to(
    kept: Repositories,
    memories: list[UUID],
    ask_to_stop: Callable[[RunControl], None],
    raised: type[Exception],
) -> None:
    control = RunControl()
    for number in range(25):
        await asked(kept, f"{number}?", dict.fromkeys(memories, 0.7))
    ask_to_stop(control)

    with pytest.raises(raised):
        await recalibrate(kept, control=control)

    assert await kept.thresholds.list() == ()


async def test_who_lost_the_lease_fits_nothing(
    kept: Repositories, memories: list[UUID], library: Any
) -> None:
    submission = await kept.documents.submit(library.upload("other"))
    stale = await library.claim(kept, submission)
    await kept.jobs.release(stale)
    for number in range(25):
        await asked(kept, f"{number}?", dict.fromkeys(memories, 0.7))

    with pytest.raises(LeaseLost):
        await recalibrate(kept, stale)

    assert await kept.thresholds.list() == ()


@pytest.mark.parametrize("outcome", ["partial", "conflict", "abstained"])
async def test_doubtful_answers_tell_nothing_of_what_is_clean(
    kept: Repositories, memories: list[UUID], outcome: str
) -> None:
    for number in range(25):
        await asked(kept, f"{number}?", dict.fromkeys(memories, 0.7), outcome)

    assert await recalibrate(kept) == ()


async def test_a_question_asked_all_day_counts_once(
    kept: Repositories, memories: list[UUID]
) -> None:
    for _ in range(25):
        await asked(kept, "The same?", dict.fromkeys(memories, 0.7))

    assert await recalibrate(kept) == ()


async def test_only_the_newest_runs_are_looked_at(
    kept: Repositories, memories: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalibrating, "MOST_RUNS", 10)
    monkeypatch.setattr(recalibrating, "_PAGE", 5)
    for number in range(25):
        await asked(kept, f"{number}?", dict.fromkeys(memories, 0.7))

    assert await recalibrate(kept) == ()
