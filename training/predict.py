"""What a network says of many examples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from training.batches import Encoded, Pool
from training.network import ReaderNet


class Said(NamedTuple):
    """A network's logits for one example; start and end for its own tokens alone."""

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    relevance: float
    accept: float
    verdict: NDArray[np.float32]


@torch.no_grad()
def predict(net: ReaderNet, items: Sequence[Encoded], tokens: int = 32_768) -> list[Said]:
    """The network's logits for every item, in order."""
    device = next(net.parameters()).device
    pool = Pool(items, device)
    net.eval()
    found: dict[int, Said] = {}
    for rows, batch in pool.batches(tokens, None):
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            outputs = net(batch.ids, batch.types, batch.mask)
        start, end, verdict = (
            side.cpu().numpy() for side in (outputs.start, outputs.end, outputs.verdict)
        )
        relevance, accept = outputs.relevance.cpu().tolist(), outputs.accept.cpu().tolist()
        for at, row in enumerate(rows.tolist()):
            length = pool.lengths[row]
            found[row] = Said(
                start[at, :length], end[at, :length], relevance[at], accept[at], verdict[at]
            )
    return [found[row] for row in range(len(items))]
