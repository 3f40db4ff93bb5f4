from hypothesis import given
from hypothesis import strategies as st

from tools.overlap import jaccard, lcs_length, lcs_ratio, ngrams, overlap_coefficient, rouge_l

WORDS = st.lists(st.sampled_from("abcd"), max_size=12)


def _lcs_by_table(left, right):
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            longest = max(table[i][j + 1], table[i + 1][j])
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else longest
    return table[-1][-1]


@given(WORDS, WORDS)
def test_lcs_equals_the_textbook_table(left, right):
    assert lcs_length(left, right) == _lcs_by_table(left, right)


@given(WORDS, WORDS)
def test_rouge_l_is_symmetric_and_bounded(left, right):
    assert rouge_l(left, right) == rouge_l(right, left)
    assert 0 <= rouge_l(left, right) <= 1


def test_lcs_ratio_is_the_share_of_the_needle():
    assert lcs_ratio(["who", "made", "it"], ["who", "then", "made", "all", "of", "it"]) == 1.0
    assert lcs_ratio([], ["a"]) == 0.0


def test_set_overlaps():
    assert jaccard({1, 2}, {2, 3}) == 1 / 3
    assert overlap_coefficient({1}, {1, 2, 3}) == 1.0
    assert jaccard(set(), set()) == overlap_coefficient(set(), {1}) == 0.0


def test_a_text_shorter_than_n_is_its_own_ngram():
    assert ngrams(["a", "b"], 3) == {("a", "b")}
    assert ngrams(["a", "b", "c"], 2) == {("a", "b"), ("b", "c")}
