"""Texts as the reader sees them: tokens in windows that overlap, nothing cut.

A window is ``[CLS] asked [SEP] text [SEP]``, or ``[CLS] asked [SEP] answer [SEP] text [SEP]``; what
is asked and answered is segment 0, the text segment 1. A text that does not fit is read in several
windows that share OVERLAP tokens. What is asked has room for ASKED_TOKENS, the answer included;
more is read in pieces, and every piece meets every part of the text.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tokenizers import Encoding, Tokenizer

from core.errors import InvalidRequest

Range = tuple[int, int]
"""Half-open."""

ASKED_TOKENS = 128
"""Tokens of question, claim, or question and answer in one window. The training cut questions at
96, answers at 48 and a whole example at 320: what is longer is read, though never practised."""
ANSWER_TOKENS = 64
"""An answer to be weighed is a span, not an essay."""
OVERLAP = 128
"""Tokens of the text that neighbouring windows share: no answer is split by a border."""


class Asked(NamedTuple):
    """One input: question or claim, a candidate answer if there is one, passage or evidence."""

    first: str
    answer: str | None
    text: str


class Window(NamedTuple):
    """What the model reads at once."""

    ids: list[int]
    text_at: int
    """Position of the text's first token; from here on tokens are of segment 1."""
    places: list[Range]
    """Code points in the text of each of its tokens in this window."""
    piece: int
    """Which piece of what is asked."""


class WindowMaker:
    """Cuts inputs into windows of a fixed size."""

    def __init__(self, tokenizer: Tokenizer, size: int) -> None:
        self._tokenizer = tokenizer
        self._size = size
        self._first, self._separator = tokenizer.encode("").ids

    def windows(self, inputs: Sequence[Asked]) -> list[list[Window]]:
        """The windows of each input, at least one. Raises InvalidRequest for too long an answer."""
        texts = {part for asked in inputs for part in asked if part is not None}
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        tokens = dict(zip(texts, encodings, strict=True))
        return [list(self._windows_of(asked, tokens)) for asked in inputs]

    def _windows_of(self, asked: Asked, tokens: dict[str, Encoding]) -> Iterator[Window]:
        answer = [] if asked.answer is None else [*tokens[asked.answer].ids, self._separator]
        if len(answer) > ANSWER_TOKENS + 1:
            raise InvalidRequest(f"an answer has at most {ANSWER_TOKENS} tokens")
        text, first = tokens[asked.text], tokens[asked.first].ids
        room = ASKED_TOKENS - max(0, len(answer) - 1)
        for piece, (start, end) in enumerate(_parts(len(first), room, 0)):
            head = [self._first, *first[start:end], self._separator, *answer]
            for begin, stop in _parts(len(text), self._size - len(head) - 1, OVERLAP):
                ids = [*head, *text.ids[begin:stop], self._separator]
                yield Window(ids, len(head), text.offsets[begin:stop], piece)


def _parts(length: int, room: int, overlap: int) -> Iterator[Range]:
    """Ranges of at most ``room`` that cover ``length``; each shares ``overlap`` with the next."""
    start = 0
    while start + room < length:
        yield start, start + room
        start += room - overlap
    yield start, length
