"""The suite of predicted questions: a question belongs to the paragraph it stands in."""

from evals.predicting import measured, predicted_in
from evals.retrieval_measures import Wanted
from evals.retrieval_memories import Piece, Text
from evals.retrieval_sets import Collection
from tests.builders import HashingEncoder

FIRST = "The plant was built in 1962 by two brothers. It is large."
SECOND = "The casing contains a ring of bronze. Rings are red."
TEXT = Text("a", "Pumps", f"{FIRST}\n\n{SECOND}", (0, len(FIRST) + 2))


def test_questions_stand_with_their_paragraph() -> None:
    paragraphs, (counted,) = predicted_in([TEXT])

    assert [one.text.strip() for one in paragraphs] == [FIRST, SECOND]
    assert paragraphs[0].predicted == ("When was the plant built?",)
    assert paragraphs[1].predicted == ("What does the casing contain?",)
    assert counted.units == 4
    assert counted.proposed >= counted.kept == 2


async def test_every_way_answers_the_same_questions() -> None:
    wanted = [
        Wanted("When was the plant built?", "a", {}, (Piece("a", 0, len(FIRST)),)),
        Wanted("What is the casing made with?", "a", {}, (Piece("a", len(FIRST) + 2, 99),)),
    ]
    metrics = await measured(Collection([TEXT], wanted), HashingEncoder())

    assert metrics["nearest_in_paragraph"].value == 100
    assert metrics["r1_words_vectors"].n == metrics["r1_with_question_words"].n == 2
    gained = metrics["r1_with_question_words"].value - metrics["r1_words_vectors"].value
    assert metrics["r1_gain_of_question_words"].value == gained
