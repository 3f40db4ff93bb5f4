"""An encoder that reads every text from stop to stop, and what stands between two stops once."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from tools.encoder import Encoder, Vectors

_STOP = re.compile(r"(?<=[.!?])\s+|\n+")
"""Wherever any splitter may end a sentence, abbreviations included."""


class SentenceEncoder:
    """A text's vector is the mean of its sentences' vectors, weighted by length, of length one.

    It is how the encoder itself reads what is longer than its window, with a window of a sentence.
    However often a document is cut anew between stops, nothing is new to the model.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float16]] = {}  # of sentences and of whole texts

    @property
    def id(self) -> str:
        """The encoder's, and how it is used."""
        return f"{self._encoder.id} by sentence"

    @property
    def dimensions(self) -> int:
        """As the encoder's."""
        return self._encoder.dimensions

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order; a text without a word is read as it is."""
        fresh = {text: _sentences(text) for text in texts if text not in self._known}
        await self._learn(sentence for sentences in fresh.values() for sentence in sentences)
        self._known |= {text: self._mean(sentences) for text, sentences in fresh.items()}
        rows = [self._known[text] for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.dimensions)

    async def _learn(self, sentences: Iterable[str]) -> None:
        unread = [one for one in dict.fromkeys(sentences) if one not in self._known]
        if unread:
            vectors = await self._encoder.encode(unread)
            self._known.update(zip(unread, vectors.astype(np.float16), strict=True))

    def _mean(self, sentences: Sequence[str]) -> NDArray[np.float16]:
        rows = np.array([self._known[one] for one in sentences], np.float32)
        mean = np.array([len(one) for one in sentences], np.float32) @ rows
        length = max(float(np.linalg.norm(mean)), 1e-12)
        halves: NDArray[np.float16] = (mean / length).astype(np.float16)
        return halves


def _sentences(text: str) -> list[str]:
    return [one for one in map(str.strip, _STOP.split(text)) if one] or [text]
