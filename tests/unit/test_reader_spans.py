"""Windows and spans: every token is read, nothing else is pointed at."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from core.errors import InvalidRequest
from tools.encoder_models import minilm_folder
from tools.reader_model import WindowLogits
from tools.reader_spans import SPAN_TOKENS, best_spans, scores_of, softmax
from tools.reader_windows import ASKED_TOKENS, OVERLAP, Asked, Window, WindowMaker
from training.export import plain_tokenizer

SIZE = 384
TOKENIZER = Tokenizer.from_buffer(plain_tokenizer(minilm_folder() / "tokenizer.json"))
MAKER = WindowMaker(TOKENIZER, SIZE)
CLS, SEP = 101, 102


def windows_of(first: str, text: str, answer: str | None = None) -> list[Window]:
    return MAKER.windows([Asked(first, answer, text)])[0]


def test_layout_is_that_of_training() -> None:
    (window,) = windows_of("Which pump?", "The HP-240.")
    pair = TOKENIZER.encode("Which pump?", "The HP-240.")

    assert window.ids == pair.ids
    assert window.text_at == pair.type_ids.index(1)


def test_answer_stands_between_question_and_text() -> None:
    (window,) = windows_of("Which pump?", "The HP-240.", "HP")
    question, answer, text = (
        TOKENIZER.encode(part, add_special_tokens=False).ids
        for part in ("Which pump?", "HP", "The HP-240.")
    )

    assert window.ids == [CLS, *question, SEP, *answer, SEP, *text, SEP]
    assert window.text_at == len(question) + len(answer) + 3


@given(words=st.integers(0, 1_500), asked=st.integers(0, 400))
def test_windows_cover_text_and_question_and_fit(words: int, asked: int) -> None:
    text = " ".join(["pump"] * words)
    windows = windows_of("oil " * asked, text)

    assert all(len(window.ids) <= SIZE for window in windows)
    pieces = {window.piece for window in windows}
    assert len(pieces) == max(1, -(-asked // ASKED_TOKENS))
    for piece in pieces:
        own = [window for window in windows if window.piece == piece]
        starts = {place[0] for window in own for place in window.places}
        assert starts == {5 * index for index in range(words)}
        for left, right in pairwise(own):
            assert left.places[-OVERLAP:] == right.places[:OVERLAP]


def test_essay_as_answer_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="64 tokens"):
        windows_of("Which pump?", "The HP-240.", "pump " * 65)


def logits_for(window: Window, **peaks: tuple[int, float]) -> WindowLogits:
    """Low everywhere, but at the named tokens of the text; ``none`` sets the null answer."""
    start, end = (np.full(len(window.ids), -5, np.float32) for _ in range(2))
    for name, (token, value) in peaks.items():
        if name == "none":
            start[0] = end[0] = value / 2
        else:
            (start if name.startswith("start") else end)[window.text_at + token] = value
    return WindowLogits(0.0, 0.0, np.zeros(3, np.float32), start, end)


TEXT = "Naïve 👩‍🚒 crews torque the nuts to 62 Nm."


def test_span_is_given_in_code_points_of_the_text() -> None:
    (window,) = windows_of("Which torque?", TEXT)
    at = [TEXT[a:b] for a, b in window.places].index("62")
    logits = logits_for(window, start=(at, 6.0), end=(at + 1, 5.0), none=(0, 1.0))

    best = best_spans([window], [logits])[0]

    assert TEXT[best.start : best.end] == "62 Nm"
    assert best.score == pytest.approx(10.0)


def test_question_markers_and_backward_spans_are_never_pointed_at() -> None:
    (window,) = windows_of("Which torque?", TEXT)
    logits = logits_for(window, start=(6, 9.0), end=(2, 9.0))
    logits.start[: window.text_at] = logits.end[: window.text_at] = 50
    logits.start[-1] = logits.end[-1] = 50

    for span in best_spans([window], [logits]):
        assert 0 <= span.start < span.end <= len(TEXT)


def test_span_has_at_most_thirty_tokens() -> None:
    text = "pump " * 100
    (window,) = windows_of("Which?", text)
    near, far = (
        best_spans([window], [logits_for(window, start=(10, 9.0), end=(last, 9.0))])[0]
        for last in (9 + SPAN_TOKENS, 10 + SPAN_TOKENS)
    )

    assert len(text[near.start : near.end].split()) == SPAN_TOKENS
    assert near.score - far.score == pytest.approx(14)  # one of its ends is no peak


def test_spans_are_the_best_of_all_by_trying_every_one() -> None:
    (window,) = windows_of("Which?", TEXT)
    random = np.random.default_rng(3)
    start, end = (random.standard_normal(len(window.ids)).astype(np.float32) for _ in range(2))
    found = best_spans([window], [WindowLogits(0, 0, np.zeros(3, np.float32), start, end)])

    at, null = window.text_at, float(start[0] + end[0])
    every = sorted(
        (
            float(start[at + first] + end[at + last]) - null
            for first in range(len(window.places))
            for last in range(first, min(len(window.places), first + SPAN_TOKENS))
        ),
        reverse=True,
    )
    assert [span.score for span in found] == pytest.approx(every[:5])


def test_span_seen_in_two_windows_counts_once_against_the_least_null() -> None:
    text = "pump " * 400
    first, second = windows_of("Which?", text)[:2]
    step = len(first.places) - OVERLAP
    told = [
        logits_for(first, start=(step + 5, 4.0), end=(step + 5, 4.0), none=(0, 3.0)),
        logits_for(second, start=(5, 6.0), end=(5, 6.0), none=(0, 1.0)),
    ]

    spans = best_spans([first, second], told)

    assert first.places[step + 5] == second.places[5]
    assert spans[0][:2] == first.places[step + 5]
    assert spans[0].score == pytest.approx(11)
    assert len({span[:2] for span in spans}) == len(spans)


def told(relevance: float, verdict: tuple[float, float, float]) -> WindowLogits:
    flat = np.zeros(SIZE, np.float32)
    return WindowLogits(relevance, -relevance, np.array(verdict, np.float32), flat, flat)


def test_best_window_counts_for_relevance_and_the_most_decided_for_the_verdict() -> None:
    windows = windows_of("Which?", "pump " * 700)
    logits = [told(1, (0, 0, 3)), told(5, (1, 4, 0)), told(2, (3, 1, 1))]

    scores = scores_of(windows, logits)

    assert (scores.relevance, scores.accept) == (5, -1)
    assert scores.verdict == (1, 4, 0)


def test_claim_is_as_supported_as_its_least_supported_piece() -> None:
    windows = windows_of("oil " * 200, "pump")
    logits = [told(0, (5, 0, 0)), told(0, (0, 0, 2))]

    assert scores_of(windows, logits).verdict == (0, 0, 2)


def test_softmax_with_temperature_flattens() -> None:
    assert softmax([1_000.0, 0.0, 0.0]) == pytest.approx((1, 0, 0))
    assert softmax([2.0, 0.0, 0.0], temperature=2.0) == pytest.approx(softmax([1.0, 0.0, 0.0]))
