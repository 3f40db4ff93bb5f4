from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.loaders.sentences import UNIT_LIMIT, capped_ranges, sentence_ranges


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_ranges(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Close the valve. Wait ten minutes.", ["Close the valve.", "Wait ten minutes."]),
        ("Dr. Weber agreed. So did Ms. Lind.", ["Dr. Weber agreed.", "So did Ms. Lind."]),
        ("Use a seal, e.g. Viton. It lasts.", ["Use a seal, e.g. Viton.", "It lasts."]),
        ("J. R. Smith wrote it. We read it.", ["J. R. Smith wrote it.", "We read it."]),
        ("See Fig. 3 for details. Then stop.", ["See Fig. 3 for details.", "Then stop."]),
        ("The answer is no. Ask again.", ["The answer is no.", "Ask again."]),
        ("It costs 3.50 EUR. Cheap!", ["It costs 3.50 EUR.", "Cheap!"]),
        ("See https://x.org/a.b?c=d for it. Ok.", ["See https://x.org/a.b?c=d for it.", "Ok."]),
        ("“Stop!” he said. He left.", ["“Stop!” he said.", "He left."]),
        ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
        ("It was shown.[6] Others agree.", ["It was shown.[6]", "Others agree."]),
        ("3. Open the lid. Look inside.", ["3. Open the lid.", "Look inside."]),
        ("Wait... it moves. Good.", ["Wait... it moves.", "Good."]),
        ("今日は晴れ。明日は雨！本当？", ["今日は晴れ。", "明日は雨！", "本当？"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("هل تعمل المضخة؟ نعم تعمل.", ["هل تعمل المضخة؟", "نعم تعمل."]),
        ("one line\nanother line", ["one line", "another line"]),
        ("", []),
        ("   ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_a_small_letter_begins_a_sentence_only_where_all_letters_are_small() -> None:
    line = "the seal leaks, e.g. at the shaft. it was changed in may. "

    assert split(line) == [line.strip()]
    assert split(line * 8)[:3] == [
        "the seal leaks, e.g. at the shaft.",
        "it was changed in may.",
        "the seal leaks, e.g. at the shaft.",
    ]
    assert len(split("Minutes. " + line * 8)) == 1


def test_a_long_sentence_is_cut_at_white_space() -> None:
    pieces = split("word " * 1000)

    assert all(len(piece) <= UNIT_LIMIT for piece in pieces)
    assert all(set(piece.split()) == {"word"} for piece in pieces)


def test_text_without_white_space_is_cut_hard() -> None:
    assert [len(piece) for piece in split("x" * 2500)] == [1000, 1000, 500]


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_ranges_ascend_and_lose_nothing_but_white_space(text: str, limit: int) -> None:
    for ranges in (sentence_ranges(text, limit), capped_ranges(text, limit)):
        position = 0
        for start, end in ranges:
            assert position <= start < end
            assert end - start <= limit
            assert not text[position:start].strip()
            position = end
        assert not text[position:].strip()


@pytest.mark.parametrize("pattern", [".", ". ", "a.", "A. ", "? ", '"', "Mr. ", "1.", "\n", "。"])
def test_time_is_linear_on_repetitive_text(pattern: str) -> None:
    small, large = pattern * 10_000, pattern * 80_000
    sentence_ranges(small)

    began = thread_time()
    sentence_ranges(small)
    middle = thread_time()
    sentence_ranges(large)
    ended = thread_time()

    # Eight times the text; a quadratic scan would take sixty-four times as long.
    assert ended - middle < 32 * (middle - began) + 0.05
