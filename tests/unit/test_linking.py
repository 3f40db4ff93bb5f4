"""What memories name: subjects, aliases and mentions, joined inside a document and not beyond."""

from hypothesis import given
from hypothesis import strategies as st

from core.schemas.memory import Memory
from core.schemas.network import Mention
from tests.builders import make_memory
from tools.network import MOST_MENTIONS, link, subjects_of

CURTIZ = (
    "Michael Curtiz (born Manó Kaminer; 1886 – 1962) was a Hungarian film director. "
    "Curtiz made Casablanca for the Academy of Motion Pictures (AMP). He met Curtiz's John."
)


def of_kind(mentions: list[Mention], kind: str) -> dict[str, str]:
    return {one.name: one.entity for one in mentions if one.kind == kind}


def curtiz() -> Memory:
    return make_memory(CURTIZ, title="Michael Curtiz")


def test_a_memory_is_about_its_title_and_says_what_that_is() -> None:
    mentions = link([curtiz()])

    assert "michael curtiz" in of_kind(mentions, "subject")
    assert "Hungarian film director" in {one.role for one in mentions}


def test_other_names_are_those_that_the_text_gives() -> None:
    aliases = of_kind(link([curtiz()]), "alias")

    assert aliases["manó kaminer"] == "michael curtiz"
    assert aliases["amp"] == "academy of motion pictures"


def test_a_surname_stands_for_the_full_name_of_the_document() -> None:
    mentions = of_kind(link([curtiz()]), "mention")

    assert mentions["curtiz"] == "michael curtiz"
    assert mentions["casablanca"] == "casablanca"


def test_a_surname_that_two_bear_stands_for_itself() -> None:
    text = "Ada Marlbeck met Bob Marlbeck. They left Marlbeck."

    assert of_kind(link([make_memory(text)]), "mention")["marlbeck"] == "marlbeck"


def test_names_are_not_joined_across_documents() -> None:
    one, other = make_memory("Ada Marlbeck left."), make_memory("They live in Marlbeck.")

    assert of_kind(link([one, other]), "mention")["marlbeck"] == "ada marlbeck"
    assert of_kind(link([other]), "mention")["marlbeck"] == "marlbeck"


def test_a_word_with_a_capital_only_where_sentences_begin_is_no_name() -> None:
    memory = make_memory("Seals are pressed on. Torvald is north of it. They love Torvald.")

    assert of_kind(link([memory]), "mention") == {"torvald": "torvald"}


def test_a_first_name_that_opens_a_sentence_is_no_subject_for_others() -> None:
    mentions = link([make_memory("John was the son of a miller. Film is an art.")])

    assert of_kind(mentions, "subject") == {}


def test_title_and_first_subject_are_one_where_they_share_a_word() -> None:
    memory = make_memory(
        "Bernard Bonvoisin is a French singer of the band Trust.", title="Bernie Bonvoisin"
    )

    assert of_kind(link([memory]), "alias")["bernard bonvoisin"] == "bernie bonvoisin"


def test_only_the_first_memory_is_about_the_title_and_generic_headings_name_nothing() -> None:
    first = make_memory("One.", title="KX-10 handbook", heading_path=("Introduction",))
    later = first.model_copy(update={"ordinal": 1, "heading_path": ("Seals", "Gland nut")})

    assert subjects_of(first) == ("KX-10 handbook",)
    assert subjects_of(later) == ("Gland nut",)


def test_mentions_stand_where_they_say() -> None:
    memory = curtiz()

    for mention in link([memory]):
        if mention.span is not None:
            assert mention.span.of(memory.text_original) == mention.surface


def test_a_memory_of_names_is_bounded() -> None:
    names = " and ".join(f"Name{letter}x" for letter in range(2_000))

    assert len(link([make_memory(names)])) <= MOST_MENTIONS


@given(st.text(min_size=1, max_size=300))
def test_any_text_can_be_linked(text: str) -> None:
    for mention in link([make_memory(text, title=text[:40])]):
        assert mention.name
        assert mention.entity
