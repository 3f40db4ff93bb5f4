"""The training loop: one network, several heads, hard targets and a teacher's soft ones."""

import random
import time
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.batches import HEADS, UNKNOWN, Batch, Pool, grouped
from training.network import Outputs, ReaderNet
from training.noise import exchanged

HIDDEN_LOGIT = -1e4


class Stage(NamedTuple):
    """How long and how fast."""

    epochs: int
    rate: float
    tokens: int = 16_384
    """Padded tokens in one step."""
    warmup: float = 0.06
    decay: float = 0.01
    soft: float = 0.0
    """Weight of the teacher's judgements; the rest is the labels'."""
    hint: float = 0.0
    """Weight of the distance to the teacher's states."""
    noise: float = 0.0
    """Share of the examples whose words are exchanged for near ones."""


class Guide(nn.Module):
    """A teacher, the projections through which the student's states are compared with its, and
    the words that may take each other's place."""

    def __init__(self, teacher: ReaderNet, student: ReaderNet, near: Tensor) -> None:
        super().__init__()
        self.near = near
        self.teacher = teacher.eval().requires_grad_(False)
        if near.is_cuda:
            self.teacher.bfloat16()
        wide, narrow = teacher.sizes.hidden, student.sizes.hidden
        self.projections = nn.ModuleList(nn.Linear(narrow, wide) for _ in range(2))

    @torch.no_grad()
    def says(self, batch: Batch) -> tuple[list[Tensor], Outputs]:
        """The teacher's states and logits for a batch."""
        with torch.autocast(batch.ids.device.type, enabled=False):
            states = self.teacher.states(batch.ids, batch.types, batch.mask)
            return states, self.teacher.judge(states[-1])

    def distance(self, own: Sequence[Tensor], wanted: Sequence[Tensor], batch: Batch) -> Tensor:
        """One minus the mean cosine over real tokens, for both depths."""
        pairs = zip(self.projections, own, wanted, strict=True)
        near = [F.cosine_similarity(p(o).float(), w.float(), dim=-1) for p, o, w in pairs]
        return sum(1 - mean_over(cosines, batch.mask) for cosines in near)


def fit(
    net: ReaderNet,
    pool: Pool,
    stage: Stage,
    seed: int,
    name: str,
    guide: Guide | None = None,
) -> ReaderNet:
    """Train in place, AdamW with a linear warm-up and decay; bfloat16 where the device has it."""
    device = pool.device
    rng = random.Random(seed)
    torch.manual_seed(seed)
    steps = stage.epochs * len(grouped(pool.lengths, stage.tokens, rng))
    optimiser = optimiser_of([net, guide.projections] if guide else [net], stage)
    schedule = rising_and_falling(optimiser, steps, stage.warmup)
    net.train()
    started, total, done = time.perf_counter(), torch.zeros((), device=device), 0
    for _ in range(stage.epochs):
        for _, batch in pool.batches(stage.tokens, rng):
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                step = _step(net, batch, stage, guide)
            descend(step, net, optimiser, schedule)
            total += step.detach()
            done += 1
    seconds = time.perf_counter() - started
    print(
        f"{name}: {done} steps, loss {float(total) / max(1, done):.3f}, {seconds:.0f} s", flush=True
    )
    return net


def descend(
    loss: Tensor,
    net: nn.Module,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> None:
    """One step down, the gradient's norm held to one."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    schedule.step()


def rising_and_falling(
    optimiser: torch.optim.Optimizer, steps: int, warmup: float
) -> torch.optim.lr_scheduler.LambdaLR:
    """A linear rise over the first share of the steps, and a linear fall to nothing."""
    warm = max(1, int(steps * warmup))
    return torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda n: min((n + 1) / warm, max(0.0, (steps - n) / max(1, steps - warm))),
    )


def _step(net: ReaderNet, batch: Batch, stage: Stage, guide: Guide | None) -> Tensor:
    """Labels alone, or labels, the teacher's judgements and its states."""
    if guide is not None and stage.noise:
        noisy = torch.rand(len(batch.ids), device=batch.ids.device) < stage.noise
        batch = exchanged(batch, noisy, guide.near)
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


def optimiser_of(parts: Sequence[nn.Module], stage: Stage) -> torch.optim.AdamW:
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
    total = torch.zeros((), device=batch.ids.device)
    for logits, target in ((outputs.start, batch.start), (outputs.end, batch.end)):
        total = total + _classes(masked(logits, batch), target) / 2
    for logits, target in (
        (outputs.relevance, batch.relevance),
        (outputs.accept, batch.accept),
    ):
        losses = F.binary_cross_entropy_with_logits(logits, target.nan_to_num(), reduction="none")
        total = total + mean_over(losses, ~target.isnan())
    return total + _classes(outputs.verdict, batch.verdict)


def masked(logits: Tensor, batch: Batch) -> Tensor:
    """Logits with everything but the first token and the second text out of reach."""
    return logits.masked_fill(~batch.readable, HIDDEN_LOGIT)


def _classes(logits: Tensor, target: Tensor) -> Tensor:
    losses = F.cross_entropy(logits, target, ignore_index=UNKNOWN, reduction="none")
    return mean_over(losses, target != UNKNOWN)


def mean_over(values: Tensor, chosen: Tensor) -> Tensor:
    """The mean of the chosen values, zero where there is none; the device is not waited for."""
    return (values * chosen).sum() / chosen.sum().clamp(min=1)


def soft_loss(outputs: Outputs, said: Outputs, batch: Batch) -> Tensor:
    """Each head follows the teacher on the examples that concern it."""
    asks = dict(zip(HEADS, batch.asks.unbind(1), strict=True))
    total = torch.zeros((), device=batch.ids.device)
    for own, wanted in ((outputs.start, said.start), (outputs.end, said.end)):
        found, target = (masked(side, batch).log_softmax(-1) for side in (own, wanted))
        far = F.kl_div(found, target, reduction="none", log_target=True).sum(-1)
        total = total + mean_over(far, asks["s"]) / 2
    for head, own, wanted in (
        ("r", outputs.relevance, said.relevance),
        ("a", outputs.accept, said.accept),
    ):
        far = F.binary_cross_entropy_with_logits(own, wanted.sigmoid(), reduction="none")
        total = total + mean_over(far, asks[head])
    far = F.cross_entropy(outputs.verdict, said.verdict.softmax(-1), reduction="none")
    return total + mean_over(far, asks["v"])
