"""Questions by grammar, over a sentence parsed by hand: spaCy is not needed to test the rules."""

import random
from dataclasses import dataclass, field

import pytest

from training.ask import grammar_examples
from training.grammar import LONGEST_ANSWER, PER_PASSAGE, questions


@dataclass(eq=False)
class Word:
    i: int
    text: str
    pos_: str
    tag_: str
    dep_: str
    ent_type_: str
    idx: int
    lemma_: str
    children: list["Word"] = field(default_factory=list)

    def __len__(self):
        return len(self.text)

    @property
    def lefts(self):
        return [child for child in self.children if child.i < self.i]

    @property
    def rights(self):
        return [child for child in self.children if child.i > self.i]

    @property
    def left_edge(self):
        return min([self, *(child.left_edge for child in self.children)], key=lambda w: w.i)

    @property
    def right_edge(self):
        return max([self, *(child.right_edge for child in self.children)], key=lambda w: w.i)


class Parsed:
    """As much of a spaCy ``Doc`` as the rules look at."""

    def __init__(self, rows):
        self.words, place = [], 0
        for i, (text, pos, tag, dep, entity, lemma, _) in enumerate(rows):
            self.words.append(Word(i, text, pos, tag, dep, entity, place, lemma))
            place += len(text) + 1
        for word, (*_, head) in zip(self.words, rows, strict=True):
            if head != word.i:
                self.words[head].children.append(word)
        self.text = " ".join(word.text for word in self.words)

    def __iter__(self):
        return iter(self.words)

    def __getitem__(self, at):
        if isinstance(at, slice):
            return Stretch(self.words[at])
        return self.words[at]


class Stretch(list):
    @property
    def text(self):
        return " ".join(word.text for word in self)


SENTENCE = Parsed(
    [
        ("Marie", "PROPN", "NNP", "compound", "PERSON", "Marie", 1),
        ("Curie", "PROPN", "NNP", "nsubj", "PERSON", "Curie", 2),
        ("isolated", "VERB", "VBD", "ROOT", "", "isolate", 2),
        ("two", "NUM", "CD", "nummod", "CARDINAL", "two", 4),
        ("elements", "NOUN", "NNS", "dobj", "", "element", 2),
        ("in", "ADP", "IN", "prep", "", "in", 2),
        ("Paris", "PROPN", "NNP", "pobj", "GPE", "Paris", 5),
        ("in", "ADP", "IN", "prep", "", "in", 2),
        ("1898", "NUM", "CD", "pobj", "DATE", "1898", 7),
    ]
)


@pytest.fixture(scope="module")
def asked():
    found = [q for seed in range(60) for q in questions(SENTENCE, random.Random(seed))]
    return {(question.text, SENTENCE.text[question.start : question.end]) for question in found}


@pytest.mark.parametrize(
    "pair",
    [
        ("Who isolated two elements in Paris?", "Marie Curie"),
        ("What did Marie Curie isolate in Paris in 1898?", "two elements"),
        ("Where did Marie Curie isolate two elements?", "Paris"),
        ("When did Marie Curie isolate two elements in Paris?", "1898"),
        ("How many elements did Marie Curie isolate in 1898?", "two"),
    ],
)
def test_each_part_of_a_clause_can_be_asked_for(asked, pair):
    assert pair in asked


def test_questions_are_bounded_and_their_answers_too():
    for seed in range(20):
        found = questions(SENTENCE, random.Random(seed))
        assert len(found) <= PER_PASSAGE
        for question in found:
            answer = SENTENCE.text[question.start : question.end]
            assert 0 < len(answer.split()) <= LONGEST_ANSWER
            assert question.text.endswith("?")
            assert answer not in question.text


def test_a_pronoun_is_not_asked_about():
    rows = [
        ("She", "PRON", "PRP", "nsubj", "", "she", 1),
        ("isolated", "VERB", "VBD", "ROOT", "", "isolate", 1),
        ("radium", "NOUN", "NN", "dobj", "", "radium", 1),
    ]
    assert questions(Parsed(rows), random.Random(1)) == []


def test_a_question_put_to_another_passage_has_no_answer_there():
    other = Parsed([("Nothing", "NOUN", "NN", "ROOT", "", "nothing", 0)])
    docs = [("Curie", other), ("Curie", SENTENCE)] * 10
    silent = [e for e in grammar_examples(docs) if e.relevance == 0]
    assert silent
    assert all(e.span == (0, 0) and e.second == "Nothing" for e in silent)
