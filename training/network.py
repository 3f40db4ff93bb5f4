"""The network in torch: a BERT or MPNet encoder and the reader's heads over it.

Both read ids of the BERT vocabulary in the same places, so a large teacher's start and end
distributions line up with the student's, token by token.
"""

import math
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Sizes(NamedTuple):
    """What distinguishes the two encoders."""

    vocabulary: int
    hidden: int
    layers: int
    heads: int
    positions: int
    epsilon: float
    is_mpnet: bool


STUDENT = Sizes(30_522, 384, 6, 12, 512, 1e-12, False)
TEACHER = Sizes(30_527, 768, 12, 12, 514, 1e-5, True)
MPNET_SHIFT = 4
"""MPNet's ids are BERT's behind four markers of its own."""
MPNET_MARKERS = {101: 0, 102: 2, 0: 1, 100: 3}
BUCKETS, FAR = 32, 128


class Outputs(NamedTuple):
    """Raw logits."""

    relevance: Tensor
    start: Tensor
    end: Tensor
    verdict: Tensor
    accept: Tensor


class Block(nn.Module):
    """One transformer layer, normalised behind each half."""

    def __init__(self, sizes: Sizes, dropout: float) -> None:
        super().__init__()
        hidden = sizes.hidden
        self.heads = sizes.heads
        self.dropout = dropout
        self.query, self.key, self.value, self.output = (
            nn.Linear(hidden, hidden) for _ in range(4)
        )
        self.inner, self.outer = nn.Linear(hidden, 4 * hidden), nn.Linear(4 * hidden, hidden)
        self.attention_norm = nn.LayerNorm(hidden, eps=sizes.epsilon)
        self.output_norm = nn.LayerNorm(hidden, eps=sizes.epsilon)

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        return self.attend(states, *self.project(states), bias)

    def project(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values: (batch, heads, tokens, width) each."""
        batch, tokens, hidden = states.shape
        shape = (batch, tokens, self.heads, hidden // self.heads)
        query, key, value = (
            part(states).view(shape).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        return query, key, value

    def attend(
        self, states: Tensor, query: Tensor, key: Tensor, value: Tensor, bias: Tensor
    ) -> Tensor:
        """The states after looking at keys and values; there may be more of these than states."""
        rate = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(query, key, value, bias.to(query.dtype), rate)
        mixed = self.output(mixed.transpose(1, 2).reshape(states.shape))
        states = self.attention_norm(states + F.dropout(mixed, self.dropout, self.training))
        outer = self.outer(F.gelu(self.inner(states)))
        return self.output_norm(states + F.dropout(outer, self.dropout, self.training))


class Head(nn.Module):
    """A judgement from the first token's state."""

    def __init__(self, hidden: int, classes: int) -> None:
        super().__init__()
        self.dense, self.out = nn.Linear(hidden, hidden), nn.Linear(hidden, classes)

    def forward(self, first: Tensor) -> Tensor:
        return self.out(torch.tanh(self.dense(F.dropout(first, 0.1, self.training))))


class ReaderNet(nn.Module):
    """Encoder and heads."""

    def __init__(self, sizes: Sizes, dropout: float = 0.1) -> None:
        super().__init__()
        self.sizes = sizes
        self.dropout = dropout
        self.words = nn.Embedding(sizes.vocabulary, sizes.hidden)
        self.places = nn.Embedding(sizes.positions, sizes.hidden)
        self.types = nn.Embedding(2, sizes.hidden)
        self.norm = nn.LayerNorm(sizes.hidden, eps=sizes.epsilon)
        self.blocks = nn.ModuleList(Block(sizes, dropout) for _ in range(sizes.layers))
        self.distances = nn.Embedding(BUCKETS, sizes.heads) if sizes.is_mpnet else None
        self.span = nn.Linear(sizes.hidden, 2)
        self.relevance, self.verdict, self.accept = (Head(sizes.hidden, k) for k in (1, 3, 1))
        for layer in (self.span, *self.heads()):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.types.weight)

    def heads(self) -> list[nn.Linear]:
        """The linear layers of the three judgement heads."""
        named = (self.relevance, self.verdict, self.accept)
        return [layer for head in named for layer in (head.dense, head.out)]

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Outputs:
        """Logits for a batch: ids, types and mask are (batch, tokens)."""
        return self.judge(self.states(ids, types, mask)[-1])

    def states(self, ids: Tensor, types: Tensor, mask: Tensor) -> list[Tensor]:
        """Token states half-way and at the end: (batch, tokens, hidden) each."""
        states = self.embed(ids, types)
        tokens = ids.shape[1]
        bias = (1.0 - mask[:, None, None, :].float()) * -1e4
        if self.distances is not None:
            bias = bias + self.relative(tokens, ids.device).detach()
        bias = bias.to(states.dtype)
        kept = []
        for number, block in enumerate(self.blocks, 1):
            states = block(states, bias)
            if number in (len(self.blocks) // 2, len(self.blocks)):
                kept.append(states)
        return kept

    def embed(self, ids: Tensor, types: Tensor, place: int = 0) -> Tensor:
        """States before the first layer, of tokens that stand from ``place`` on."""
        first = place + (2 if self.sizes.is_mpnet else 0)
        places = torch.arange(first, first + ids.shape[1], device=ids.device)
        known = self.words(self.to_vocabulary(ids)) + self.places(places)[None] + self.types(types)
        return F.dropout(self.norm(known), self.dropout, self.training)

    def compiled(self) -> Self:
        """The same network, its block compiled once for all layers, lengths and batches."""
        for block in self.blocks:
            block.compile(dynamic=True)
        return self

    def judge(self, states: Tensor) -> Outputs:
        """What the heads make of the last states."""
        first = states[:, 0]
        start, end = self.span(states).float().unbind(-1)
        return Outputs(
            self.relevance(first).float().squeeze(-1),
            start,
            end,
            self.verdict(first).float(),
            self.accept(first).float().squeeze(-1),
        )

    def to_vocabulary(self, ids: Tensor) -> Tensor:
        """BERT ids as the encoder's own."""
        if not self.sizes.is_mpnet:
            return ids
        shifted = ids + MPNET_SHIFT
        for bert, own in MPNET_MARKERS.items():
            shifted = torch.where(ids == bert, own, shifted)
        return shifted

    def relative(self, tokens: int, device: torch.device) -> Tensor:
        """MPNet's bias by bucketed distance: (1, heads, tokens, tokens).

        Kept as published: its gradient would cost as much as all of the attention.
        """
        place = torch.arange(tokens, device=device)
        distance = -(place[None, :] - place[:, None])
        half = BUCKETS // 2
        bucket = (distance < 0).long() * half
        distance = distance.abs()
        exact = half // 2
        far = (
            exact
            + (
                torch.log(distance.clamp(min=1).float() / exact)
                / math.log(FAR / exact)
                * (half - exact)
            ).long()
        )
        bucket = bucket + torch.where(distance < exact, distance, far.clamp(max=half - 1))
        return self.distances(bucket).permute(2, 0, 1)[None]
