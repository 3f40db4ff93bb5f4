from tools.bm25 import Bm25
from tools.lexical import term_counts

TEXTS = ["The seal of the pump leaks.", "The motor drives the pump.", "Invoices are paid monthly."]


def test_the_document_with_the_rarer_word_comes_first():
    index = Bm25([term_counts(text) for text in TEXTS])

    assert index.top(term_counts("pump seal"), 5) == [0, 1]


def test_scores_follow_the_formula():
    index = Bm25([{"a": 2, "b": 2}, {"b": 4}])

    # idf = ln(1 + 1.5 / 1.5); both lengths are the mean, so gain = 2 * 2.2 / (2 + 1.2)
    assert abs(index.scores({"a": 1})[0] - 0.6931471805599453 * 4.4 / 3.2) < 1e-12


def test_unknown_words_and_empty_collections_find_nothing():
    assert Bm25([]).top({"pump": 1}, 3) == []
    assert Bm25([term_counts(TEXTS[0])]).top({"zebra": 1}, 3) == []
