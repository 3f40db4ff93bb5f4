"""What the training data promise: spans that are the answers, foils without one, true labels."""

import random

from training.claims import claim_examples
from training.examples import NO_ANSWER, REFUTED, SUPPORTED, Example, load, save
from training.foils import OPPOSITES, foil
from training.recurring import MASK, Passage, recurring_examples
from training.supervised import (
    foil_examples,
    sentence_examples,
    squad_examples,
    variant_examples,
)

PUMPS = (
    "The Alpha pump was built in Basel in 1931. Engineers in Basel gave it a motor by Rieter.",
    "The Beta pump was built in Ulm in 1958. Rieter supplied its motor, and Ulm its housing.",
    "Oil of both pumps is changed every 400 hours. The largest filter is cleaned every 90 hours.",
)


def row(question, paragraph, answer=None):
    start = [] if answer is None else [paragraph.index(answer)]
    return {
        "title": "Pump",
        "question": question,
        "context": paragraph,
        "answers": [] if answer is None else [answer],
        "answer_start": start,
        "answerable": answer is not None,
    }


ROWS = [
    row("Where was the first Alpha pump built?", PUMPS[0], "Basel"),
    row("When was the Beta pump built in Ulm?", PUMPS[1], "1958"),
    row("How often is the largest filter cleaned?", PUMPS[2], "every 90 hours"),
    row("Who painted the Beta pump?", PUMPS[1]),
]


def said(example):
    return example.second[slice(*example.span)]


def test_a_wrong_paragraph_of_the_article_does_not_hold_the_answer():
    examples = list(squad_examples(ROWS, random.Random(1)))
    right = [example for example in examples if example.origin == "squad"]
    wrong = [example for example in examples if example.origin == "negatives"]
    assert [said(e) for e in right] == ["Basel", "1958", "every 90 hours", ""]
    assert [e.relevance for e in right] == [1.0, 1.0, 1.0, None]
    assert wrong
    assert all(e.span == NO_ANSWER and e.relevance == 0.0 for e in wrong)
    answers = {r["question"]: r["answers"] for r in ROWS}
    assert not any(answer in e.second for e in wrong for answer in answers[e.first])


def test_only_the_sentence_that_holds_the_answer_is_relevant():
    examples = list(sentence_examples(ROWS, random.Random(1)))
    assert {said(e) for e in examples if e.relevance == 1} == {"Basel", "1958", "every 90 hours"}
    silent = [e for e in examples if e.relevance == 0]
    assert silent
    assert all(e.span == NO_ANSWER and len(e.second) < len(PUMPS[2]) for e in silent)


def test_a_foil_is_another_question_and_has_no_answer():
    examples = [e for seed in range(20) for e in foil_examples(ROWS, random.Random(seed))]
    asked = {r["question"] for r in ROWS}
    assert examples
    assert all(e.span == NO_ANSWER and e.first not in asked for e in examples)


def test_a_foil_names_something_else_of_the_article_or_asks_the_opposite():
    question, paragraph = "Who built Alpha?", "Rieter built the Alpha pump."
    made = {foil(question, paragraph, PUMPS[1], random.Random(seed)) for seed in range(40)}
    assert made == {"Who built Beta?", "Who built Ulm?", "Who destroyed Alpha?"}


def test_opposites_go_both_ways():
    assert all(OPPOSITES[other] != other and other in OPPOSITES for other in OPPOSITES.values())


def test_a_recurring_span_is_masked_where_it_asks_and_stands_where_it_answers():
    passages = [Passage("Pump", text) for text in PUMPS]
    examples = [e for seed in range(10) for e in recurring_examples(passages, random.Random(seed))]
    clozes = [e for e in examples if MASK in e.first]
    assert clozes
    for example in clozes:
        before, after = example.first.split(MASK)
        whole = f"{before}{said(example)}{after}".casefold()
        assert any(whole.strip(" .") in text.casefold() for text in PUMPS)


def test_a_claim_of_the_passage_is_supported_and_a_changed_one_refuted():
    passage = " ".join(PUMPS)
    examples = list(claim_examples([Passage("Pump", passage)] * 30, random.Random(2)))
    assert all(e.first in e.second for e in examples if e.verdict == SUPPORTED)
    refuted = [e for e in examples if e.verdict == REFUTED]
    assert refuted
    assert all(e.first not in e.second for e in refuted)


def test_examples_come_back_as_they_were_saved(tmp_path):
    kept = [
        Example("squad", "Where?", "In Basel.", span=(3, 8), relevance=1.0),
        Example("accept", "Where?", "In Basel.", answer="Ulm", accept=0.0),
    ]
    assert save(tmp_path / "examples.jsonl.gz", kept) == 2
    assert list(load(tmp_path / "examples.jsonl.gz")) == kept


def test_a_changed_paragraph_keeps_the_answer_or_stays_without():
    examples = list(variant_examples(ROWS * 8, random.Random(1)))
    contexts = {r["question"]: r["context"] for r in ROWS}
    answers = {r["question"]: (r["answers"] or [""])[0] for r in ROWS}
    assert all(said(e) == answers[e.first] for e in examples)
    assert all(e.second != contexts[e.first] for e in examples)
    shorter = [e for e in examples if len(e.second) < len(contexts[e.first])]
    assert shorter
    assert len(shorter) < len(examples)
