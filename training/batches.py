"""Examples as token ids, and token ids as padded batches.

``[CLS] first [SEP] second [SEP]``, with the candidate answer as a segment of its own in between;
types are 1 from the last segment on. A second text that does not fit is cut around the span.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from training.examples import Example

CLS, SEP = 101, 102
HEADS = "srav"
"""Span, relevance, accept, verdict."""
LONGEST = 320
"""Tokens of an example."""
FIRST = 96
"""Tokens of question or claim, and of a candidate answer half as many."""
UNKNOWN = -100
STEP = 16
"""Padded lengths are multiples of this."""
NAN = float("nan")


@dataclass
class Encoded:
    """One example in tokens."""

    ids: NDArray[np.int64]
    second: int
    """Where the second text begins."""
    start: int = UNKNOWN
    end: int = UNKNOWN
    """Tokens of the span, inclusive; 0 for no answer."""
    relevance: float = NAN
    accept: float = NAN
    verdict: int = UNKNOWN
    asks: str = ""
    """The heads that it concerns, though no target may be known: letters of ``HEADS``."""
    example: Example | None = None
    offsets: Sequence[tuple[int, int]] = ()
    """Code points of every token of the whole second text."""
    cut: int = 0
    """Tokens of the second text left out in front."""


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
    accept: Tensor
    verdict: Tensor
    asks: Tensor
    """(batch, 4): which heads it concerns."""


class Pool:
    """Many encoded examples side by side on one device, so that a batch is a few gathers."""

    def __init__(self, items: Sequence[Encoded], device: torch.device) -> None:
        self.device = device
        self.lengths = np.array([len(item.ids) for item in items], np.int64)
        tokens = np.concatenate([item.ids for item in items]).astype(np.int32)
        self._tokens = torch.from_numpy(tokens).to(device)
        whole = [
            np.cumsum(self.lengths) - self.lengths,
            self.lengths,
            np.array([item.second for item in items]),
            np.array([item.start for item in items]),
            np.array([item.end for item in items]),
            np.array([item.verdict for item in items]),
        ]
        self._whole = torch.from_numpy(np.stack(whole, 1)).to(device)
        real = [(item.relevance, item.accept) for item in items]
        self._real = torch.tensor(real, dtype=torch.float32, device=device)
        asks = [[head in item.asks for head in HEADS] for item in items]
        self._asks = torch.tensor(asks, device=device)

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(self, rows: Tensor, longest: int) -> Batch:
        """The examples of these rows, padded to ``longest`` tokens."""
        begin, length, second, start, end, verdict = self._whole[rows].unbind(1)
        place = torch.arange(longest, device=self.device)[None]
        real = place < length[:, None]
        ids = self._tokens[(begin[:, None] + place).clamp(max=len(self._tokens) - 1)].long()
        later = place >= second[:, None]
        readable = (later & (place < length[:, None] - 1)) | (place == 0)
        relevance, accept = self._real[rows].unbind(1)
        return Batch(
            ids.masked_fill(~real, 0),
            (later & real).long(),
            real.long(),
            readable,
            start,
            end,
            relevance,
            accept,
            verdict,
            self._asks[rows],
        )

    def batches(self, tokens: int, rng: random.Random | None) -> Iterator[tuple[Tensor, Batch]]:
        """Row numbers and batches, at most ``tokens`` each when padded; shuffled with ``rng``."""
        plan = grouped(self.lengths, tokens, rng)
        order = torch.from_numpy(np.concatenate(plan)).to(self.device)
        for rows, group in zip(order.split([len(group) for group in plan]), plan, strict=True):
            yield rows, self.batch(rows, padded(int(self.lengths[group].max())))


def grouped(
    lengths: NDArray[np.int64], tokens: int, rng: random.Random | None
) -> list[NDArray[np.int64]]:
    """Row numbers of similar length together; lengths mix within spans of the shuffled order."""
    order = np.arange(len(lengths))
    if rng:
        order = np.random.default_rng(rng.getrandbits(32)).permutation(len(lengths))
    span = 16_384 if rng else len(order)
    groups = []
    for at in range(0, len(order), span):
        part = order[at : at + span]
        part = part[np.argsort(lengths[part], kind="stable")]
        groups += _filled(part, lengths, tokens)
    if rng:
        rng.shuffle(groups)
    return groups


def _filled(
    part: NDArray[np.int64], lengths: NDArray[np.int64], tokens: int
) -> Iterable[NDArray[np.int64]]:
    begin = 0
    for at in range(1, len(part) + 1):
        full = at == len(part) or padded(int(lengths[part[at]])) * (at - begin + 1) > tokens
        if full:
            yield part[begin:at]
            begin = at


def padded(length: int) -> int:
    """The length rounded up to ``STEP``."""
    return -(-length // STEP) * STEP


class Tokens(NamedTuple):
    """A text's ids and the code points that each stands for."""

    ids: list[int]
    offsets: list[tuple[int, int]]


def tokenised(texts: Iterable[str], tokenizer: Tokenizer) -> dict[str, Tokens]:
    """Every text once."""
    distinct = list(dict.fromkeys(texts))
    known = {}
    for at in range(0, len(distinct), 4096):
        part = distinct[at : at + 4096]
        for text, found in zip(
            part, tokenizer.encode_batch(part, add_special_tokens=False), strict=True
        ):
            known[text] = Tokens(found.ids, found.offsets)
    return known


def encode(examples: Sequence[Example], tokenizer: Tokenizer) -> list[Encoded]:
    """Every example whose span, if it has one, falls on tokens."""
    known = tokenised((t for e in examples for t in (e.first, e.second, e.answer or "")), tokenizer)
    found = (encoded(example, known) for example in examples)
    return [item for item in found if item is not None]


def encoded(example: Example, known: dict[str, Tokens]) -> Encoded | None:
    """One example in tokens, or None where its span does not fall on any."""
    firsts = [known[example.first].ids[:FIRST]]
    if example.answer is not None:
        firsts.append(known[example.answer].ids[: FIRST // 2])
    ids, offsets = known[example.second]
    place = tokens_of(offsets, example.span) if example.span and example.span[1] else None
    item = assembled(firsts, ids, place)
    if example.span and example.span[1] and item.start == UNKNOWN:
        return None
    if example.span and not example.span[1]:
        item.start, item.end = 0, 0
    item.relevance = NAN if example.relevance is None else example.relevance
    item.accept = NAN if example.accept is None else example.accept
    item.verdict = UNKNOWN if example.verdict is None else example.verdict
    item.asks = _asked(example)
    item.example, item.offsets = example, offsets
    return item


def _asked(example: Example) -> str:
    """A question asks for span and relevance, a candidate answer for its judgement, and so on."""
    if example.verdict is not None:
        return "v"
    if example.answer is not None:
        return "a" if example.span is None else "sa"
    return "r" if example.span is None else "sr"


def assembled(
    firsts: Sequence[Sequence[int]], second: Sequence[int], place: tuple[int, int] | None = None
) -> Encoded:
    """Segments joined and cut to ``LONGEST``; ``place``: first and last token of a span."""
    first = [CLS]
    for segment in firsts:
        first += [*segment, SEP]
    room = LONGEST - len(first) - 1
    cut = 0
    if place is not None and len(second) > room and place[1] >= room:
        cut = max(0, min(place[0] - room // 2, len(second) - room))
    item = Encoded(np.array([*first, *second[cut : cut + room], SEP]), len(first), cut=cut)
    if place is not None and place[1] - cut < room:
        item.start, item.end = (len(first) + at - cut for at in place)
    return item


def tokens_of(offsets: Sequence[tuple[int, int]], span: tuple[int, int]) -> tuple[int, int] | None:
    """First and last token that overlap the code points of the span."""
    first = bisect_right(offsets, span[0], key=lambda offset: offset[1])
    last = bisect_left(offsets, span[1], key=lambda offset: offset[0]) - 1
    return (first, last) if first <= last else None
