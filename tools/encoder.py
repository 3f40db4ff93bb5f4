"""The encoder: texts in, unit vectors out. ONNX Runtime on a CPU; no torch.

A text longer than the model's window is read in windows whose vectors are averaged by length,
never cut. Every component is rounded to half precision, so that what is stored is exactly what
was computed. Where the model comes from is told in ``tools.encoder_models``.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.ids import sha256_of
from core.recording import Observed, observe
from tools.onnx_session import open_session

Vectors = NDArray[np.float32]
"""Shape (n, dimensions), rows of length one, components representable as float16."""

BATCH_TOKENS = 512
"""Padded tokens in one call of the model: larger batches cost memory and are no faster here."""
CACHED_VECTORS = 16_384
"""Most recently used texts whose vectors are kept (12 MB at 384 dimensions)."""


class Encoder(Protocol):
    """Turns texts into vectors of one space."""

    @property
    def id(self) -> str:
        """Model and weights: two encoders with the same id give the same vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order; recorded in the current run."""
        ...


class EncoderFiles(NamedTuple):
    """What an encoder is made of."""

    id: str
    model: Path
    tokenizer: Path
    window: int
    """Tokens the model reads at once, its two markers included."""


class _Window(NamedTuple):
    text: int
    ids: list[int]


class OnnxEncoder:
    """An encoder whose model is an ONNX file: pooled inside, or token states pooled here."""

    def __init__(self, files: EncoderFiles, threads: int) -> None:
        self._session = open_session(files.model, threads)
        self._inputs = {put.name for put in self._session.get_inputs()}
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._markers = self._tokenizer.encode("").ids
        self._window = files.window
        self._id = files.id
        self._cache: OrderedDict[str, NDArray[np.float16]] = OrderedDict()
        self._turn = threading.Lock()  # one call has all threads, and the memory, of the model
        self._dimensions = int(self._run([self._markers]).shape[1])

    @property
    def id(self) -> str:
        """Model and weights."""
        return self._id

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._dimensions

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text; the record holds the vectors as little-endian float16."""
        if not texts:
            return np.zeros((0, self._dimensions), np.float32)

        async def call() -> Observed:
            vectors = await asyncio.to_thread(self._encode_cached, texts)
            payload = vectors.astype("<f2").tobytes()
            return Observed({"count": len(texts), "sha256": sha256_of(payload)}, payload)

        request = [sha256_of(text) for text in texts]
        observed = await observe("encoder", self._id, list(request), call)
        halves = np.frombuffer(observed.payload or b"", dtype="<f2")
        return halves.reshape(len(texts), self._dimensions).astype(np.float32)

    def _encode_cached(self, texts: Sequence[str]) -> NDArray[np.float16]:
        with self._turn:
            return self._encode_in_turn(texts)

    def _encode_in_turn(self, texts: Sequence[str]) -> NDArray[np.float16]:
        keys = [sha256_of(text) for text in texts]
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._cache}
        known = {key: self._cache[key] for key in keys if key in self._cache}
        if fresh:
            computed = self._encode_texts(list(fresh.values())).astype(np.float16)
            known.update(zip(fresh, computed, strict=True))
        for key in keys:
            self._cache[key] = known[key]
            self._cache.move_to_end(key)
        while len(self._cache) > CACHED_VECTORS:
            self._cache.popitem(last=False)
        return np.stack([known[key] for key in keys])

    def _encode_texts(self, texts: Sequence[str]) -> Vectors:
        windows = self._windows(texts)
        sums = np.zeros((len(texts), self._dimensions), np.float32)
        for batch in _batches(windows):
            vectors = self._run([window.ids for window in batch])
            for window, vector in zip(batch, vectors, strict=True):
                sums[window.text] += vector * len(window.ids)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        unit: Vectors = (sums / np.maximum(lengths, 1e-12)).astype(np.float32)
        return unit

    def _windows(self, texts: Sequence[str]) -> list[_Window]:
        first, last = self._markers[0], self._markers[-1]
        room = self._window - 2
        windows = []
        for index, encoding in enumerate(self._tokenizer.encode_batch(list(texts))):
            inner = encoding.ids[1:-1]
            pieces = [inner[at : at + room] for at in range(0, len(inner), room)] or [[]]
            windows += [_Window(index, [first, *piece, last]) for piece in pieces]
        return windows

    def _run(self, ids: Sequence[Sequence[int]]) -> Vectors:
        longest = max(map(len, ids))
        tokens = np.zeros((len(ids), longest), np.int64)
        mask = np.zeros((len(ids), longest), np.int64)
        for row, line in enumerate(ids):
            tokens[row, : len(line)] = line
            mask[row, : len(line)] = 1
        feed = {"input_ids": tokens, "attention_mask": mask}
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros_like(tokens)
        output: Vectors = self._session.run(None, feed)[0]
        return output if output.ndim == 2 else _mean_of_tokens(output, mask)


def _batches(windows: Sequence[_Window]) -> Iterator[list[_Window]]:
    """Windows of similar length together, each batch under the token bound."""
    batch: list[_Window] = []
    for window in sorted(windows, key=lambda window: -len(window.ids)):
        if batch and len(batch[0].ids) * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _mean_of_tokens(states: Vectors, mask: NDArray[np.int64]) -> Vectors:
    weights = mask[:, :, None].astype(np.float32)
    mean = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    lengths = np.linalg.norm(mean, axis=1, keepdims=True)
    vectors: Vectors = (mean / np.maximum(lengths, 1e-12)).astype(np.float32)
    return vectors
