"""The reader's network: windows in, raw logits out, by ONNX Runtime on a CPU.

A window's logits do not depend on what shares its batch: every value is computed in single
precision from that window alone, and padding is masked.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.onnx_session import open_session
from tools.reader_windows import Window

BATCH_TOKENS = 512
"""Padded tokens in one call. Of passages with 180 tokens it reads 50 a second and works in 19 MB;
with 1,024 it reads 43 and works in 35 MB. Short texts do not mind."""
OUTPUTS = ("relevance", "accept", "verdict", "start", "end")

Logits = NDArray[np.float32]


class WindowLogits(NamedTuple):
    """What the model says of one window, uncalibrated."""

    relevance: float
    accept: float
    verdict: Logits
    """Supported, refuted, neutral."""
    start: Logits
    """One per token of the window; position 0 stands for "no answer"."""
    end: Logits


class ReaderModel:
    """One session; a call has all its threads, so calls take turns."""

    def __init__(self, model: Path, threads: int) -> None:
        # Stored in eight bits, computed in single precision: without this the runtime fuses both
        # into an integer product, which is slower here and off by a few hundredths.
        self._session = open_session(model, threads, {"session.disable_quant_qdq": "1"})

    def run(self, windows: Sequence[Window]) -> list[WindowLogits]:
        """The logits of each window, in order."""
        logits: dict[int, WindowLogits] = {}
        for batch in _batches(windows):
            told = self._run_batch([windows[index] for index in batch])
            logits.update(zip(batch, told, strict=True))
        return [logits[index] for index in range(len(windows))]

    def _run_batch(self, batch: Sequence[Window]) -> Iterator[WindowLogits]:
        columns = self._session.run(OUTPUTS, _feed(batch))
        for window, relevance, accept, verdict, start, end in zip(batch, *columns, strict=True):
            size = len(window.ids)
            yield WindowLogits(float(relevance), float(accept), verdict, start[:size], end[:size])


def _feed(batch: Sequence[Window]) -> dict[str, NDArray[np.int64]]:
    longest = max(len(window.ids) for window in batch)
    tokens, types, mask = (np.zeros((len(batch), longest), np.int64) for _ in range(3))
    for row, window in enumerate(batch):
        size = len(window.ids)
        tokens[row, :size] = window.ids
        types[row, window.text_at : size] = 1
        mask[row, :size] = 1
    return {"input_ids": tokens, "token_type_ids": types, "attention_mask": mask}


def _batches(windows: Sequence[Window]) -> Iterator[list[int]]:
    """Indices of windows of similar length, longest first, each batch under the token bound."""
    batch: list[int] = []
    for index in sorted(range(len(windows)), key=lambda index: -len(windows[index].ids)):
        if batch and len(windows[batch[0]].ids) * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
