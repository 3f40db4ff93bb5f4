"""Which facts hold: a later date with another answer ends an earlier one, nothing else does."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.ids import content_id
from core.schemas.document import Span
from core.schemas.network import Fact, KnownFact
from core.validity import with_validity
from tests.builders import MOMENT, make_id


def known(
    answer: str, since: str | None, attribute: str = "lead", entity: str = "works"
) -> KnownFact:
    fact = Fact(
        id=content_id(answer, since or "", attribute, entity),
        memory_id=make_id("memory"),
        entity=entity,
        question="Who leads the works?",
        attribute=attribute,
        answer=answer,
        asks="subject",
        span=Span(start=0, end=9),
        answer_span=Span(start=0, end=3),
        chance=1.0,
        valid_from=since,
    )
    return KnownFact(fact=fact, recorded_at=MOMENT)


def ends(*facts: KnownFact) -> list[str | None]:
    return [one.valid_until for one in with_validity(facts)]


def test_each_answer_ends_where_the_next_begins() -> None:
    assert ends(known("Cy", "2022"), known("Ada", "2010"), known("Bob", "2019-05")) == [
        None,
        "2019-05",
        "2022",
    ]


def test_the_same_answer_again_ends_nothing() -> None:
    assert ends(known("Ada", "2010"), known("ada", "2012"), known("Bob", "2020")) == [
        "2020",
        "2020",
        None,
    ]


def test_facts_without_dates_or_about_other_things_are_left_alone() -> None:
    assert ends(known("Ada", None), known("Bob", "2020")) == [None, None]
    assert ends(known("Ada", "2010"), known("Bob", "2020", "own")) == [None, None]
    assert ends(known("Ada", "2010"), known("Bob", "2020", entity="mill")) == [None, None]


def test_two_answers_of_one_date_contradict_and_do_not_follow_each_other() -> None:
    assert ends(known("Ada", "2020"), known("Bob", "2020")) == [None, None]


def test_what_was_filed_later_is_not_newer() -> None:
    late = known("Ada", "2010").model_copy(update={"recorded_at": MOMENT + timedelta(days=9)})

    assert ends(late, known("Bob", "2020")) == ["2020", None]


FACTS = st.lists(
    st.builds(
        known, st.sampled_from(["Ada", "Bob", "Cy"]), st.sampled_from(["2001", "2002", "2003"])
    ),
    max_size=6,
    unique_by=lambda one: one.fact.id,
)


@given(FACTS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_nothing_ends_before_it_began(facts, random) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)

    whole = {one.fact.id: one.valid_until for one in with_validity(facts)}

    assert whole == {one.fact.id: one.valid_until for one in with_validity(shuffled)}
    for one in facts:
        until = whole[one.fact.id]
        assert until is None or until > (one.fact.valid_from or "")
