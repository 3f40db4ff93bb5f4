"""Words exchanged for near ones: inputs on which a student can watch its teacher without end.

After Jiao et al. 2020, "TinyBERT", whose data augmentation for distillation replaces words by
neighbours of their vectors. No label survives this, so only the teacher's judgement is taught.
"""

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from training.batches import NAN, UNKNOWN, Batch

NEAR = 8
"""Neighbours of a word that may take its place."""
FIRST_WORD = 1_996
"""Ids below are markers, punctuation and single characters."""
IN_FIRST, IN_SECOND = 0.15, 0.04
"""Share of the tokens exchanged in the question or claim, and in the passage."""


@torch.no_grad()
def neighbours(words: Tensor, tokenizer: Tokenizer) -> Tensor:
    """The ``NEAR`` nearest ids of every id of the vocabulary, by cosine: (vocabulary, NEAR).

    A word's neighbours are words and a continuation's continuations; markers have only themselves.
    """
    count = tokenizer.get_vocab_size()
    texts = [tokenizer.id_to_token(at) or "" for at in range(count)]
    kind = torch.tensor([text.startswith("##") for text in texts], device=words.device)
    unit = F.normalize(words[:count].float(), dim=1)
    table = torch.arange(count, device=words.device)[:, None].repeat(1, NEAR)
    for at in range(FIRST_WORD, count, 4096):
        rows = slice(at, min(at + 4096, count))
        near = unit[rows] @ unit.T
        near[:, :FIRST_WORD] = -1
        near[kind[rows][:, None] != kind[None]] = -1
        table[rows] = near.topk(NEAR + 1).indices[:, 1:]
    return table


def exchanged(batch: Batch, rows: Tensor, table: Tensor) -> Batch:
    """The batch with some tokens of the chosen rows (a mask) exchanged, and no target for them."""
    chance = torch.where(batch.types > 0, IN_SECOND, IN_FIRST) * rows[:, None]
    chosen = (torch.rand(batch.ids.shape, device=batch.ids.device) < chance) & (batch.ids > 0)
    pick = torch.randint(NEAR, batch.ids.shape, device=batch.ids.device)
    return batch._replace(
        ids=torch.where(chosen, table[batch.ids, pick], batch.ids),
        start=batch.start.masked_fill(rows, UNKNOWN),
        end=batch.end.masked_fill(rows, UNKNOWN),
        relevance=batch.relevance.masked_fill(rows, NAN),
        accept=batch.accept.masked_fill(rows, NAN),
        verdict=batch.verdict.masked_fill(rows, UNKNOWN),
    )
