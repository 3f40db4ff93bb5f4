"""Examples as token ids, and token ids as padded batches.

``[CLS] first [SEP] second [SEP]``, with the candidate answer as a segment of its own in between;
types are 1 from the last segment on. A second text that does not fit is cut around the span.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from training.examples import Example

CLS, SEP = 101, 102
LONGEST = 320
"""Tokens of an example."""
FIRST = 96
"""Tokens of question or claim, and of a candidate answer half as many."""
UNKNOWN = -100


@dataclass
class Encoded:
    """One example in tokens."""

    example: Example
    ids: NDArray[np.int64]
    second: int
    """Where the second text begins."""
    offsets: list[tuple[int, int]]
    """Code points in ``example.second`` of each of its tokens."""
    start: int = UNKNOWN
    end: int = UNKNOWN
    """Tokens of the span, inclusive; 0 for no answer."""


class Said(NamedTuple):
    """A network's logits for one example; start and end for its own tokens alone."""

    start: NDArray[np.float16]
    end: NDArray[np.float16]
    relevance: float
    verdict: NDArray[np.float32]
    accept: float


class Batch(NamedTuple):
    """Padded tensors; targets unknown are ``UNKNOWN`` or NaN."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    readable: Tensor
    """Tokens at which a span may stand: the first token and the second text."""
    start: Tensor
    end: Tensor
    relevance: Tensor
    verdict: Tensor
    accept: Tensor
    items: list[Encoded]


def encode(examples: Sequence[Example], tokenizer: Tokenizer) -> list[Encoded]:
    """Every example whose span, if it has one, falls on tokens."""
    texts = list({t for e in examples for t in (e.first, e.second, e.answer or "")})
    known: dict[str, tuple[list[int], list[tuple[int, int]]]] = {}
    for at in range(0, len(texts), 4096):
        part = texts[at : at + 4096]
        for text, found in zip(
            part, tokenizer.encode_batch(part, add_special_tokens=False), strict=True
        ):
            known[text] = (found.ids, found.offsets)
    found = (_encoded(example, known) for example in examples)
    return [item for item in found if item is not None]


def _encoded(example: Example, known: dict) -> Encoded | None:
    first = [CLS, *known[example.first][0][:FIRST], SEP]
    if example.answer is not None:
        first += [*known[example.answer][0][: FIRST // 2], SEP]
    ids, offsets = known[example.second]
    room = LONGEST - len(first) - 1
    place = _tokens(offsets, example.span) if example.span and example.span[1] else None
    if example.span and example.span[1] and place is None:
        return None
    begin = 0
    if len(ids) > room and place is not None and place[1] >= room:
        begin = max(0, min(place[0] - room // 2, len(ids) - room))
    ids, offsets = ids[begin : begin + room], offsets[begin : begin + room]
    item = Encoded(example, np.array([*first, *ids, SEP]), len(first), offsets)
    if example.span is not None:
        item.start, item.end = 0, 0
    if place is not None:
        item.start, item.end = (len(first) + at - begin for at in place)
        if item.end >= len(item.ids) - 1:
            return None
    return item


def _tokens(offsets: Sequence[tuple[int, int]], span: tuple[int, int]) -> tuple[int, int] | None:
    inside = [at for at, (s, e) in enumerate(offsets) if s < span[1] and e > span[0]]
    return (inside[0], inside[-1]) if inside else None


def batches(
    items: Sequence[Encoded], tokens: int, rng: random.Random | None
) -> Iterator[list[Encoded]]:
    """Items of similar length together, at most ``tokens`` when padded; shuffled with ``rng``."""
    order = list(items)
    if rng:
        rng.shuffle(order)
    groups: list[list[Encoded]] = []
    span = 8192 if rng else len(order) or 1
    for at in range(0, len(order), span):
        batch: list[Encoded] = []
        for item in sorted(order[at : at + span], key=lambda item: len(item.ids)):
            if batch and _padded(len(item.ids)) * (len(batch) + 1) > tokens:
                groups.append(batch)
                batch = []
            batch.append(item)
        if batch:
            groups.append(batch)
    if rng:
        rng.shuffle(groups)
    yield from groups


def _padded(length: int) -> int:
    return -(-length // 16) * 16


def collate(items: list[Encoded], device: torch.device) -> Batch:
    """One padded batch on the device."""
    longest = _padded(max(len(item.ids) for item in items))
    shape = (len(items), longest)
    ids, types, mask = (np.zeros(shape, np.int64) for _ in range(3))
    readable = np.zeros(shape, bool)
    readable[:, 0] = True
    for row, item in enumerate(items):
        length = len(item.ids)
        ids[row, :length] = item.ids
        types[row, item.second : length] = 1
        mask[row, :length] = 1
        readable[row, item.second : length - 1] = True
    nan = float("nan")
    examples = [item.example for item in items]
    floats = [
        torch.tensor([nan if value is None else value for value in values], device=device)
        for values in ([e.relevance for e in examples], [e.accept for e in examples])
    ]
    return Batch(
        *(torch.from_numpy(array).to(device) for array in (ids, types, mask, readable)),
        torch.tensor([item.start for item in items], device=device),
        torch.tensor([item.end for item in items], device=device),
        floats[0],
        torch.tensor(
            [UNKNOWN if e.verdict is None else e.verdict for e in examples], device=device
        ),
        floats[1],
        items,
    )
