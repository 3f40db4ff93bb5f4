from hypothesis import given
from hypothesis import strategies as st

from core.completing import completed_text, open_gaps
from core.schemas.document import Span
from core.schemas.memory import Gap, Insertion, Review


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
