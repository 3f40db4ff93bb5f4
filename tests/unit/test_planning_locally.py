"""The local planner: kinds, parts, hops, conversations, rationales and budgets, by rules."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.planner.budgets import MOST_ROUNDS, SHARES, budget_for
from agents.planner.comparing import sides
from agents.planner.condensing import standalone
from agents.planner.hopping import MOST_HOPS, hops
from agents.planner.kinds import answer_kind, is_english, question_kind
from agents.planner.local import LocalPlanner
from core.schemas.evidence import Budget, Turn

PUMP = "What is the working pressure of the HP-240?"


@pytest.mark.parametrize(
    ("question", "kind", "answer"),
    [
        ("Which grease is used on frame F1?", "fact", "phrase"),
        ("Who supplies the mechanical seals?", "fact", "person"),
        ("Where is the spare impeller kept?", "fact", "place"),
        ("Which city is the plant in?", "fact", "place"),
        ("What is the capital of Bolivia?", "fact", "place"),
        ("What grease does the engineer recommend?", "fact", "phrase"),
        ("When was pump 22-0418 built?", "fact", "date"),
        ("What is the working pressure of the HP-240?", "fact", "quantity"),
        ("How many litres does the sump hold?", "fact", "quantity"),
        ("How long does the exchange take?", "fact", "duration"),
        ("How long is the shaft?", "fact", "quantity"),
        ("How much does an impeller cost?", "fact", "money"),
        ("What is the smaller pump called?", "fact", "name"),
        ("When it leaks, who must be called?", "fact", "person"),
        ("Could you tell me when the seal was replaced?", "fact", "date"),
        ("What is a mechanical seal?", "definition", "phrase"),
        ("What does NPSH mean?", "definition", "phrase"),
        ("Who is Ezekiel in the Bible?", "definition", "phrase"),
        ("What is the meaning of NPSH?", "definition", "phrase"),
        ("What is the limit?", "fact", "phrase"),
        ("How do I replace the seal?", "how_to", "steps"),
        ("How are the nuts tightened?", "how_to", "steps"),
        ("How did the trial end?", "fact", "phrase"),
        ("Which models have a flat gasket?", "list", "phrase"),
        ("Which two seals fit the HP-240?", "list", "phrase"),
        ("What were the two forms of determinism?", "list", "phrase"),
        ("Which is heavier, the HP-240 or the HP-260?", "compare", "name"),
        ("What is the difference between S3 and S5?", "compare", "phrase"),
        ("Can the HP-260 be ordered with oil lubrication?", "yes_no", "yes_no"),
        ("Timing of repairs: does a delay increase the cost?", "yes_no", "yes_no"),
        ("How many pumps were returned?", "count", "number"),
        ("What is the number of impellers?", "count", "number"),
        ("Why does the bearing run hot?", "cause", "phrase"),
        ("What causes cavitation?", "cause", "phrase"),
        ("For what reason was the order cancelled?", "cause", "phrase"),
        ("Summarise the service review.", "summary", "text"),
        ("What did the manager think about the remote control?", "summary", "text"),
        ("Explain why the seal failed.", "cause", "phrase"),
    ],
)
def test_kind_of_question_and_of_its_answer(question, kind, answer):
    assert question_kind(question) == kind
    assert answer_kind(question, kind) == answer


@pytest.mark.parametrize(
    "question",
    [
        "Was ist der Druck der Pumpe?",
        "Was kostet die Pumpe?",
        "Quel est le débit de la pompe ?",
        "¿Cuándo se cambia el sello?",
        "Каков напор насоса?",
        "泵的压力是多少？",
    ],
)
async def test_question_in_another_language_asks_for_a_fact(question):
    plan = await LocalPlanner().plan(question)
    assert not is_english(question)
    assert (plan.type, plan.kind, plan.answer_type) == ("fact", "fact", "span")
    assert (plan.subquestions, plan.hops, plan.standalone) == ((), (), "")


@pytest.mark.parametrize(
    "question",
    [
        "Was Hamlet Danish?",
        "Is La Paz in Bolivia?",
        "Who directed Un Chien Andalou?",
        "Does oral α-galactosidase relieve bowel symptoms?",
        "Compare S3 and S5.",
        "pump",
    ],
)
def test_foreign_names_do_not_make_a_question_foreign(question):
    assert is_english(question)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "Which pump is heavier, the HP-240 or the HP-260?",
            ("How heavy is the HP-240?", "How heavy is the HP-260?"),
        ),
        (
            "Which pump, the HP-240 or the HP-260, is heavier?",
            ("How heavy is the HP-240?", "How heavy is the HP-260?"),
        ),
        (
            "Which film, Alien or Blade Runner, was released first?",
            ("When was Alien released?", "When was Blade Runner released?"),
        ),
        (
            "Who, Marie Curie or Lise Meitner, is younger?",
            ("When was Marie Curie born?", "When was Lise Meitner born?"),
        ),
        (
            "Who is younger, Marie Curie or Lise Meitner?",
            ("When was Marie Curie born?", "When was Lise Meitner born?"),
        ),
        (
            "Which film was released first, Alien or Blade Runner?",
            ("When was Alien released?", "When was Blade Runner released?"),
        ),
        (
            "Is Mount Kenya higher than Mont Blanc?",
            ("How high is Mount Kenya?", "How high is Mont Blanc?"),
        ),
        (
            "Which city has more inhabitants, Graz or Linz?",
            ("How many inhabitants does Graz have?", "How many inhabitants does Linz have?"),
        ),
        (
            "Do the HP-240 and the HP-260 have the same seal?",
            ("What is the seal of the HP-240?", "What is the seal of the HP-260?"),
        ),
        (
            "What is the difference in price between S3 and S5?",
            ("What is the price of S3?", "What is the price of S5?"),
        ),
        (
            "Which magazine was first published, Life or Time?",
            ("When was Life published?", "When was Time published?"),
        ),
        (
            "Was Franz Kafka older than Stefan Zweig?",
            ("When was Franz Kafka born?", "When was Stefan Zweig born?"),
        ),
        (
            "Did Gustav Mahler and Richard Strauss have the same teacher?",
            ("Who is the teacher of Gustav Mahler?", "Who is the teacher of Richard Strauss?"),
        ),
        ("What is the difference between S3 and S5?", ()),
        ("Is the HP-240 heavier than 50 kg?", ()),
        ("Is the HP-240 heavier than expected?", ()),
        ("What is the distance between Paris and London?", ()),
        ("Which pump is the heaviest?", ()),
    ],
)
def test_each_side_of_a_comparison_is_asked_for_what_is_compared(question, asked):
    assert sides(question) == asked


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "Which team did the director of Alien play for?",
            ("Who is the director of Alien?", "Which team did {1} play for?"),
        ),
        (
            "When did the wife of the founder of Nordwind Pumps die?",
            (
                "Who is the founder of Nordwind Pumps?",
                "Who is the wife of {1}?",
                "When did {2} die?",
            ),
        ),
        (
            "Where was Inception's director born?",
            ("Who is Inception's director?", "Where was {1} born?"),
        ),
        (
            "What is the population of the city that hosted the 1992 Summer Olympics?",
            ("Which city hosted the 1992 Summer Olympics?", "What is the population of {1}?"),
        ),
        (
            "What award did the man who wrote Brave New World receive?",
            ("Who wrote Brave New World?", "What award did {1} receive?"),
        ),
        (
            "Who is the father of the actress who plays Hermione Granger?",
            ("Which actress plays Hermione Granger?", "Who is the father of {1}?"),
        ),
        (
            "How long is the river that flows through Krakow?",
            ("Which river flows through Krakow?", "How long is {1}?"),
        ),
        (
            "What stone was used for the staircase designed by J.W. Wild?",
            ("Which staircase was designed by J.W. Wild?", "What stone was used for {1}?"),
        ),
        (
            "What is the capital of the country where the Eiffel Tower is located?",
            ("In which country is the Eiffel Tower located?", "What is the capital of {1}?"),
        ),
        (
            "What is the name of the fight song of the university whose main campus is in Kansas?",
            (),
        ),
        ("Who was the director of The Thing from Another World?", ()),
        ("Who is the author of Reaper's Gale?", ()),
        ("What was the capital of the Ottoman empire?", ()),
        ("What is the name of the author of Dune?", ()),
        ("How is the mayor of Chicago elected?", ()),
        ("What is the population of the city of Graz?", ()),
        ("How was the song described by Andrew Hampp?", ()),
        ("Who is the founder of Microsoft and the third richest man in America?", ()),
        ("Is Paul McCartney the main composer of Sound City?", ()),
    ],
)
def test_only_questions_that_need_another_answer_become_hops(question, asked):
    assert hops(question) == asked


NOUNS = st.sampled_from(["director", "author", "wife", "founder", "mother", "producer"])
NAMES = st.sampled_from(["Alien", "The Old Man and the Sea", "Nordwind Pumps", "Marie Curie"])


@given(st.lists(NOUNS, min_size=1, max_size=5), NAMES)
def test_hops_put_together_again_are_the_question(nouns, name):
    question = f"When did {' '.join(f'the {noun} of' for noun in nouns)} {name} die?"
    asked = hops(question)
    assert len(asked) == min(len(nouns) + 1, MOST_HOPS)
    text = asked[-1]
    for number in range(len(asked) - 1, 0, -1):
        phrase = re.sub(r"^Who is |\?$", "", asked[number - 1])
        text = text.replace(f"{{{number}}}", phrase)
    assert text == question


@given(st.text(alphabet="the of who which was AaBb'’,.?{1}-\"", max_size=300))
def test_a_hop_asks_only_with_answers_that_came_before_it(text):
    asked = hops(text)
    assert len(asked) <= MOST_HOPS
    for at, question in enumerate(asked):
        numbers = {int(number) for number in re.findall(r"\{(\d)\}", question)}
        assert numbers <= set(range(1, at + 1))


@pytest.mark.parametrize(
    "piece", ["the ", "A ", "A of the ", "Aa's ", "is ", "a or ", "a, ", "a-", "the man who aaed "]
)
async def test_hostile_questions_are_planned_in_bounded_time(piece):
    started = time.process_time()
    for opening in ("Which film was ", "the director of ", "What is ", "Is ", ""):
        await LocalPlanner().plan((opening + piece * 1_000)[:2_000])
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("said", "question", "wanted"),
    [
        ([PUMP, "16 bar"], "How heavy is it?", "How heavy is the HP-240?"),
        ([PUMP, "16 bar"], "Who supplies its seals?", "Who supplies the HP-240's seals?"),
        ([PUMP, "16 bar"], "And the HP-260?", "What is the working pressure of the HP-260?"),
        ([PUMP], "What about the HP-260?", "What is the working pressure of the HP-260?"),
        ([PUMP, "16 bar", "And the HP-260?", "20"], "How heavy is it?", "How heavy is the HP-260?"),
        (
            ["What torque do the casing nuts of the HP-240 need?", "62 Nm."],
            "How often are they checked?",
            "How often are the casing nuts of the HP-240 checked?",
        ),
        (
            ["Who directed Inception?", "Christopher Nolan directed Inception."],
            "Where was he born?",
            "Where was Christopher Nolan born?",
        ),
        (
            ["When was Marie Curie born?", "1867"],
            "Who is her husband?",
            "Who is Marie Curie's husband?",
        ),
    ],
)
async def test_what_a_question_leaves_to_the_conversation_is_spelled_out(said, question, wanted):
    plan = await LocalPlanner().plan(question, turns(*said))
    assert plan.question == question
    assert plan.standalone == plan.wording == wanted


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ([], "How heavy is it?"),
        ([PUMP, "16 bar"], "What does the HP-260 cost?"),
        ([PUMP, "16 bar"], "Is it possible to order spares?"),
        ([PUMP, "16 bar"], "Where does he live?"),
        ([PUMP, "16 bar"], "And in 2019?"),
        ([PUMP, "16 bar"], "What about Linz?"),
        ([PUMP, "16 bar"], "When was Obama born and who is his wife?"),
        ([PUMP, "16 bar"], "Und was kostet es?"),
        (["Which city is bigger, Graz or Linz?", "Graz."], "Where is it?"),
        (["Who met Bohr?", "Einstein and Pauli met Bohr."], "Where was he born?"),
    ],
)
async def test_unsure_questions_stay_as_they_are(said, question):
    plan = await LocalPlanner().plan(question, turns(*said))
    assert (plan.standalone, plan.wording) == ("", question)


def turns(*texts):
    roles = ("user", "assistant")
    return [Turn(role=roles[at % 2], text=text) for at, text in enumerate(texts)]


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=4))
def test_a_question_with_a_conversation_is_left_or_changed_never_lost(question, said):
    found = standalone(question, turns(*said))
    assert found == "" or (found != question and found.strip())
    assert standalone(question, []) == ""


async def test_rationales_name_what_evidence_has_and_which_checks_turn_it_down():
    plan = await LocalPlanner().plan("What does the seal kit of the HP-240 cost?")
    by_aim = {item.looks_for: item for item in plan.rationales}
    assert by_aim["HP-240"].cue_terms[0] == "hp-240"
    assert by_aim["HP-240"].reject_if == ("another_part",)
    assert set(by_aim["what is asked"].cue_terms) >= {"seal", "kit"}
    assert by_aim["what is asked"].reject_if == ("echo", "other_attribute", "no_measure")
    assert "euro" in by_aim["a price"].cue_terms


async def test_a_question_without_part_number_or_measure_is_turned_down_for_echoes_only():
    plan = await LocalPlanner().plan("Why does the bearing run hot?")
    assert {reason for item in plan.rationales for reason in item.reject_if} == {"echo"}
    assert "becaus" in plan.rationales[-1].cue_terms


@given(st.text(max_size=200))
def test_rationales_are_few_apart_and_never_empty(question):
    (plan,) = planned(question)
    assert len(plan.rationales) <= 8
    assert len(set(plan.rationales)) == len(plan.rationales)
    assert all(item.looks_for and item.cue_terms for item in plan.rationales)


def planned(*questions):
    """Plans without an event loop: the local planner never waits."""
    for question in questions:
        planning = LocalPlanner().plan(question)
        with pytest.raises(StopIteration) as done:
            planning.send(None)
        yield done.value.value


@pytest.mark.parametrize(
    ("kind", "rounds", "candidates", "context"),
    [
        ("fact", 3, 120, 1_500),
        ("how_to", 3, 120, 1_500),
        ("compare", 3, 120, 4_000),
        ("multi_hop", 4, 180, 4_000),
        ("summary", 3, 120, 8_000),
    ],
)
def test_budgets_go_by_kind(kind, rounds, candidates, context):
    budget = budget_for(kind, Budget())
    assert (budget.max_rounds, budget.max_candidates) == (rounds, candidates)
    assert budget.max_context_characters == context
    assert budget.seconds == Budget().seconds


@given(
    st.sampled_from(["fact", *SHARES]),
    st.integers(1, MOST_ROUNDS),
    st.integers(1, 5_000),
    st.integers(100, 50_000),
)
def test_no_kind_gets_less_than_a_fact_nor_more_rounds_than_the_graph_bears(
    kind, rounds, candidates, context
):
    allowed = Budget(
        max_rounds=rounds, max_candidates=candidates, max_context_characters=context, seconds=9
    )
    budget = budget_for(kind, allowed)
    assert rounds <= budget.max_rounds <= MOST_ROUNDS
    assert budget.max_candidates >= candidates
    assert budget.max_context_characters >= context
    assert budget_for("fact", allowed) == allowed
