"""The training loop: one network, several heads, hard targets and a teacher's soft ones."""

import random
import time
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.batches import UNKNOWN, Batch, Encoded, Said, batches, collate
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
    """Weight of the teacher's judgements; the rest is the labels'."""
    hint: float = 0.0
    """Weight of the distance to the teacher's states."""


class Guide(nn.Module):
    """A teacher, and the projections through which the student's states are compared with its."""

    def __init__(self, teacher: ReaderNet, student: ReaderNet) -> None:
        super().__init__()
        self.teacher = teacher.eval().requires_grad_(False)
        wide, narrow = teacher.sizes.hidden, student.sizes.hidden
        self.projections = nn.ModuleList(nn.Linear(narrow, wide) for _ in range(2))

    @torch.no_grad()
    def says(self, batch: Batch) -> tuple[list[Tensor], Outputs]:
        """The teacher's states and logits for a batch."""
        states = self.teacher.states(batch.ids, batch.types, batch.mask)
        return states, self.teacher.judge(states[-1])

    def distance(self, own: Sequence[Tensor], wanted: Sequence[Tensor], batch: Batch) -> Tensor:
        """One minus the mean cosine over real tokens, for both depths."""
        real = batch.mask.bool()
        pairs = zip(self.projections, own, wanted, strict=True)
        near = [
            F.cosine_similarity(p(o)[real].float(), w[real].float(), dim=-1) for p, o, w in pairs
        ]
        return sum(1 - cosines.mean() for cosines in near)


def fit(
    net: ReaderNet,
    items: Sequence[Encoded],
    stage: Stage,
    seed: int,
    name: str,
    guide: Guide | None = None,
) -> ReaderNet:
    """Train in place, AdamW with a linear warm-up and decay; bfloat16 where the device has it."""
    device = next(net.parameters()).device
    rng = random.Random(seed)
    torch.manual_seed(seed)
    plan = [group for _ in range(stage.epochs) for group in batches(items, stage.tokens, rng)]
    optimiser = _optimiser([net, guide.projections] if guide else [net], stage)
    warm = max(1, int(len(plan) * stage.warmup))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda n: min((n + 1) / warm, max(0.0, (len(plan) - n) / max(1, len(plan) - warm))),
    )
    net.train()
    started, total = time.perf_counter(), torch.zeros((), device=device)
    for group in plan:
        batch = collate(group, device)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            loss = _step(net, batch, stage, guide)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total += loss.detach()
    seconds = time.perf_counter() - started
    print(
        f"{name}: {len(plan)} steps, loss {float(total) / max(1, len(plan)):.3f}, {seconds:.0f} s",
        flush=True,
    )
    return net


def _step(net: ReaderNet, batch: Batch, stage: Stage, guide: Guide | None) -> Tensor:
    """Labels alone, or labels, the teacher's judgements and its states."""
    states = net.states(batch.ids, batch.types, batch.mask)
    outputs = net.judge(states[-1])
    hard = loss_of(outputs, batch)
    if guide is None:
        return hard
    wanted, said = guide.says(batch)
    soft = soft_loss(outputs, said, batch)
    return (
        (1 - stage.soft) * hard
        + stage.soft * soft
        + stage.hint * guide.distance(states, wanted, batch)
    )


def _optimiser(parts: Sequence[nn.Module], stage: Stage) -> torch.optim.AdamW:
    """Weight decay for matrices only."""
    weights = [weight for part in parts for weight in part.parameters()]
    matrices = [weight for weight in weights if weight.ndim > 1]
    others = [weight for weight in weights if weight.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": stage.decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=stage.rate, fused=matrices[0].is_cuda)


def loss_of(outputs: Outputs, batch: Batch) -> Tensor:
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
    return hard


def masked(logits: Tensor, batch: Batch) -> Tensor:
    """Logits with everything but the first token and the second text out of reach."""
    return logits.masked_fill(~batch.readable, HIDDEN_LOGIT)


def _binary(logits: Tensor, target: Tensor) -> Tensor:
    known = ~target.isnan()
    if not bool(known.any()):
        return logits.sum() * 0
    return F.binary_cross_entropy_with_logits(logits[known], target[known])


def soft_loss(outputs: Outputs, said: Outputs, batch: Batch) -> Tensor:
    """Each head follows the teacher on the examples that concern it."""
    spans = batch.start != UNKNOWN
    ranks = spans | ~batch.relevance.isnan()
    tried = ~batch.accept.isnan()
    claims = batch.verdict != UNKNOWN
    total = torch.zeros((), device=spans.device)
    if bool(spans.any()):
        for own, wanted in ((outputs.start, said.start), (outputs.end, said.end)):
            found, target = (masked(side, batch)[spans].log_softmax(-1) for side in (own, wanted))
            total = total + F.kl_div(found, target, reduction="batchmean", log_target=True) / 2
    for chosen, own, wanted in (
        (ranks, outputs.relevance, said.relevance),
        (tried, outputs.accept, said.accept),
    ):
        if bool(chosen.any()):
            total = total + F.binary_cross_entropy_with_logits(
                own[chosen], wanted[chosen].sigmoid()
            )
    if bool(claims.any()):
        total = total + F.cross_entropy(outputs.verdict[claims], said.verdict[claims].softmax(-1))
    return total


@torch.no_grad()
def predict(net: ReaderNet, items: Sequence[Encoded], tokens: int = 32_768) -> list[Said]:
    """The network's logits for every item, in order."""
    device = next(net.parameters()).device
    net.eval()
    found: dict[int, Said] = {}
    for group in batches(items, tokens, None):
        batch = collate(group, device)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            outputs = net(batch.ids, batch.types, batch.mask)
        start, end = (side.cpu().numpy() for side in (outputs.start, outputs.end))
        relevance, accept = outputs.relevance.cpu().tolist(), outputs.accept.cpu().tolist()
        verdict = outputs.verdict.cpu().numpy()
        for row, item in enumerate(group):
            length = len(item.ids)
            found[id(item)] = Said(
                start[row, :length], end[row, :length], relevance[row], verdict[row], accept[row]
            )
    return [found[id(item)] for item in items]
