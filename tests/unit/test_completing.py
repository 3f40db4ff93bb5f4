import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.completer.local import LocalCompleter
from agents.memory_verifier.local import LocalMemoryVerifier
from agents.reviewer.local import LocalReviewer
from core.completing import completed_text, open_gaps, sound_completion, sound_review
from core.errors import ModelUnavailable
from core.schemas.document import Span
from core.schemas.memory import Completion, Gap, Insertion, InsertionVerdict, Rejection, Review
from core.schemas.outline import Chunk
from graphs.building.completing import complete_all, review_all, verify_all
from tools.loaders.units import DocumentBuilder


def _insertion(text):
    span = Span(start=0, end=1)
    return Insertion(id=text, chunk=0, gap_id=text, text=text, sources=(0,), span=span)


def _gap(gap_id, severity):
    return Gap(
        id=gap_id,
        chunk=0,
        kind="term",
        surface="x",
        missing="x",
        evidence=(1,),
        severity=severity,
    )


def test_insertions_stand_in_brackets_in_front_on_one_line():
    completed = completed_text("It leaks.", [_insertion("Seals"), _insertion("The\nseal is old.")])

    assert completed == "[Seals › The seal is old.] It leaks."


@given(st.text(), st.lists(st.text(min_size=1)))
def test_the_original_is_never_touched(original, texts):
    completed = completed_text(original, [_insertion(text) for text in texts])

    assert completed.endswith(original)
    assert completed == original or texts


def test_settled_gaps_are_not_raised_again():
    review = Review(chunk=0, gaps=(_gap("a", 3), _gap("b", 1)), needs_completion=True)

    assert open_gaps(review, set()) == review
    left = open_gaps(review, {"a"})
    assert [gap.id for gap in left.gaps] == ["b"]
    assert not left.needs_completion


def _document():
    builder = DocumentBuilder()
    for text in (
        "The QP-200 pump moves brine.",
        "It is primed by hand before each start of a working day.",
        "Lunch is at noon.",
    ):
        builder.paragraph(text)
    return builder.build("text/plain", "Manual").units, Chunk(index=0, first=1, stop=2, part=0)


def _raised(surface, evidence):
    return Gap(
        id=surface,
        chunk=0,
        kind="reference",
        surface=surface,
        missing="x",
        evidence=evidence,
        severity=3,
    )


@pytest.mark.parametrize(
    ("surface", "evidence"),
    [("valve", (0,)), ("It", ()), ("It", (1,)), ("It", (0, 1)), ("It", (7,)), ("It", (-1,))],
)
def test_a_gap_that_is_not_there_or_that_nothing_outside_fills_is_dropped(surface, evidence):
    units, chunk = _document()
    sound = _raised("It", (0,))
    wrong = _raised(surface, evidence).model_copy(update={"id": "wrong"})
    review = Review(chunk=0, gaps=(wrong, sound), needs_completion=True)

    assert sound_review(review, units, chunk).gaps == (sound,)
    alone = Review(chunk=0, gaps=(wrong,), needs_completion=True)
    assert not sound_review(alone, units, chunk).needs_completion


def test_a_gap_of_what_was_inserted_is_kept():
    units, chunk = _document()
    review = Review(chunk=0, gaps=(_raised("QP-200", (2,)),), needs_completion=True)

    assert sound_review(review, units, chunk).gaps == ()
    assert sound_review(review, units, chunk, [_insertion("The QP-200.")]) == review


def _proposed(units, gap_id, sources, span=None):
    return Insertion(
        id=f"{gap_id}{sources}",
        chunk=0,
        gap_id=gap_id,
        text="The QP-200 pump moves brine.",
        sources=sources,
        span=span or units[0].span,
    )


def test_every_gap_is_answered_once_and_no_other():
    units, chunk = _document()
    review = Review(
        chunk=0, gaps=(_raised("It", (0,)), _raised("hand", (2,))), needs_completion=True
    )
    first, again = _proposed(units, "It", (0,)), _proposed(units, "It", (0,), units[1].span)
    completion = Completion(
        chunk=0,
        insertions=(first, again, _proposed(units, "unasked", (0,))),
        rejections=(Rejection(gap_id="unasked", reason="new_topic"),),
    )

    sound = sound_completion(completion, units, chunk, review)
    assert sound.insertions == (first,)
    assert sound.rejections == (Rejection(gap_id="hand", reason="not_explicit"),)


@pytest.mark.parametrize(("sources", "unit"), [((1,), 1), ((9,), 0), ((-3,), 0), ((0,), 2)])
def test_an_insertion_without_a_source_outside_the_chunk_is_refused(sources, unit):
    units, chunk = _document()
    review = Review(chunk=0, gaps=(_raised("It", (0,)),), needs_completion=True)
    wrong = _proposed(units, "It", sources, units[unit].span)

    sound = sound_completion(Completion(chunk=0, insertions=(wrong,)), units, chunk, review)
    assert sound.insertions == ()
    assert [rejection.reason for rejection in sound.rejections] == ["not_explicit"]


class _Verifier:
    """Fails as told, else accepts with the reasons given."""

    def __init__(self, failure=None, reasons=(), silent=False):
        self.failure, self.reasons, self.silent = failure, reasons, silent

    async def verify(self, units, chunk, insertions):
        if self.failure is not None:
            raise self.failure
        said = () if self.silent else insertions
        return tuple(
            InsertionVerdict(insertion_id=one.id, accepted=True, reasons=self.reasons)
            for one in said
        )


@pytest.mark.parametrize(
    "verifier",
    [
        _Verifier(TimeoutError()),
        _Verifier(ModelUnavailable("away")),
        _Verifier(ValueError("no JSON")),
        _Verifier(KeyError("claims")),
        _Verifier(reasons=("numbers",)),
        _Verifier(silent=True),
    ],
)
async def test_a_verifier_that_breaks_contradicts_itself_or_is_silent_reverts(verifier):
    units, chunk = _document()
    completion = Completion(chunk=0, insertions=(_proposed(units, "It", (0,)),))

    verified = await verify_all(verifier, units, [chunk], [completion], ())
    assert verified.accepted == []
    assert verified.reverted == [Rejection(gap_id="It", reason="reverted")]


async def test_what_a_sound_verifier_accepts_is_kept():
    units, chunk = _document()
    completion = Completion(chunk=0, insertions=(_proposed(units, "It", (0,)),))

    verified = await verify_all(LocalMemoryVerifier(), units, [chunk], [completion], ())
    assert verified.accepted == list(completion.insertions)
    assert verified.reverted == []


async def test_a_second_round_raises_nothing_that_was_filled_or_refused():
    units, chunk = _document()
    reviews = await review_all(LocalReviewer(), "Manual", units, [chunk], (), ())
    (completion,) = await complete_all(LocalCompleter(), units, [chunk], reviews)
    settled = {one.gap_id for one in (*completion.insertions, *completion.rejections)}
    again = await review_all(LocalReviewer(), "Manual", units, [chunk], (), settled)

    assert settled == {gap.id for review in reviews for gap in review.gaps}
    assert settled
    assert again == []
