"""The training loop: one network, several heads, hard targets and a teacher's soft ones."""

import random
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training.batches import UNKNOWN, Batch, Encoded, Soft, batches, collate
from training.network import Outputs, ReaderNet

HIDDEN_LOGIT = -1e4


class Stage(NamedTuple):
    """How long and how fast."""

    epochs: int
    rate: float
    tokens: int = 12_288
    """Padded tokens in one step."""
    warmup: float = 0.06
    decay: float = 0.01
    soft: float = 0.0
    """Weight of the teacher; the rest is the labels'."""


def fit(net: ReaderNet, items: Sequence[Encoded], stage: Stage, seed: int, name: str) -> ReaderNet:
    """Train in place, AdamW with a linear warm-up and decay; bfloat16 where the device has it."""
    device = next(net.parameters()).device
    rng = random.Random(seed)
    torch.manual_seed(seed)
    plan = [group for _ in range(stage.epochs) for group in batches(items, stage.tokens, rng)]
    optimiser = _optimiser(net, stage)
    warm = max(1, int(len(plan) * stage.warmup))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min((n + 1) / warm, max(0.0, (len(plan) - n) / max(1, len(plan) - warm)))
    )
    net.train()
    started, total = time.perf_counter(), 0.0
    for group in plan:
        batch = collate(group, device)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            outputs = net(batch.ids, batch.types, batch.mask)
        loss = loss_of(outputs, batch, stage.soft)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total += loss.detach()
    seconds = time.perf_counter() - started
    print(f"{name}: {len(plan)} steps, loss {float(total) / max(1, len(plan)):.3f}, {seconds:.0f} s", flush=True)
    return net


def _optimiser(net: ReaderNet, stage: Stage) -> torch.optim.AdamW:
    """Weight decay for matrices only."""
    matrices = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": stage.decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=stage.rate, fused=matrices[0].is_cuda)


def loss_of(outputs: Outputs, batch: Batch, soft: float) -> Tensor:
    """The sum of every head's mean loss over the examples that have its target."""
    start, end = (masked(logits, batch) for logits in (outputs.start, outputs.end))
    hard = torch.zeros((), device=start.device)
    if bool((batch.start != UNKNOWN).any()):
        hard = hard + F.cross_entropy(start, batch.start, ignore_index=UNKNOWN) / 2
        hard = hard + F.cross_entropy(end, batch.end, ignore_index=UNKNOWN) / 2
    hard = hard + _binary(outputs.relevance, batch.relevance)
    hard = hard + _binary(outputs.accept, batch.accept)
    if bool((batch.verdict != UNKNOWN).any()):
        hard = hard + F.cross_entropy(outputs.verdict, batch.verdict, ignore_index=UNKNOWN)
    if not soft or batch.items[0].soft is None:
        return hard
    return (1 - soft) * hard + soft * _soft_loss(outputs, start, end, batch)


def masked(logits: Tensor, batch: Batch) -> Tensor:
    """Logits with everything but the first token and the second text out of reach."""
    return logits.masked_fill(~batch.readable, HIDDEN_LOGIT)


def _binary(logits: Tensor, target: Tensor) -> Tensor:
    known = ~target.isnan()
    if not bool(known.any()):
        return logits.sum() * 0
    return F.binary_cross_entropy_with_logits(logits[known], target[known])


def _soft_loss(outputs: Outputs, start: Tensor, end: Tensor, batch: Batch) -> Tensor:
    """Each head follows the teacher on the examples that concern it."""
    device = start.device
    spans = batch.start != UNKNOWN
    ranks = spans | ~batch.relevance.isnan()
    claims = batch.verdict != UNKNOWN
    tried = ~batch.accept.isnan()
    said = [item.soft for item in batch.items]
    total = torch.zeros((), device=device)
    if bool(spans.any()):
        for logits, side in ((start, "start"), (end, "end")):
            wanted = torch.full(logits.shape, HIDDEN_LOGIT)
            for row, one in enumerate(said):
                values = getattr(one, side)
                wanted[row, : len(values)] = torch.from_numpy(values.astype(np.float32))
            target = wanted.to(device)[spans].log_softmax(-1)
            total = total + F.kl_div(logits[spans].log_softmax(-1), target, reduction="batchmean", log_target=True) / 2
    for chosen, logits, key in ((ranks, outputs.relevance, "relevance"), (tried, outputs.accept, "accept")):
        if bool(chosen.any()):
            target = torch.tensor([getattr(one, key) for one in said], device=device)
            total = total + F.binary_cross_entropy_with_logits(logits[chosen], target[chosen].sigmoid())
    if bool(claims.any()):
        target = torch.tensor(np.stack([one.verdict for one in said]), device=device)
        total = total + F.cross_entropy(outputs.verdict[claims], target[claims].softmax(-1))
    return total


@torch.no_grad()
def predict(net: ReaderNet, items: Sequence[Encoded], tokens: int = 32_768) -> list[Soft]:
    """The network's logits for every item, in order."""
    device = next(net.parameters()).device
    net.eval()
    found: dict[int, Soft] = {}
    for group in batches(items, tokens, None):
        batch = collate(group, device)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            outputs = net(batch.ids, batch.types, batch.mask)
        start, end = (masked(side, batch).half().cpu().numpy() for side in (outputs.start, outputs.end))
        relevance, accept = outputs.relevance.cpu().tolist(), outputs.accept.cpu().tolist()
        verdict = outputs.verdict.cpu().numpy()
        for row, item in enumerate(group):
            length = len(item.ids)
            found[id(item)] = Soft(
                start[row, :length], end[row, :length], relevance[row], verdict[row], accept[row]
            )
    return [found[id(item)] for item in items]


def follow(items: Sequence[Encoded], teachers: Sequence[ReaderNet]) -> None:
    """Leave on every item the mean of what the teachers say."""
    said = [predict(teacher, items) for teacher in teachers]
    for item, several in zip(items, zip(*said, strict=True), strict=True):
        item.soft = Soft(
            *(np.mean([getattr(one, key).astype(np.float32) for one in several], 0).astype(np.float16) for key in ("start", "end")),
            float(np.mean([one.relevance for one in several])),
            np.mean([one.verdict for one in several], 0).astype(np.float32),
            float(np.mean([one.accept for one in several])),
        )
