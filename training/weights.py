"""Weights into the network and out of it: BERT and MPNet names, and the reader's checkpoint."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.grid import round_to_grid
from training.network import STUDENT, TEACHER, ReaderNet

_BERT = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "output",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "inner",
    "output.dense": "outer",
    "output.LayerNorm": "output_norm",
}
_MPNET = {
    "attention.attn.q": "query",
    "attention.attn.k": "key",
    "attention.attn.v": "value",
    "attention.attn.o": "output",
    "attention.LayerNorm": "attention_norm",
    "intermediate.dense": "inner",
    "output.dense": "outer",
    "output.LayerNorm": "output_norm",
}
_OUTSIDE = {
    "embeddings.word_embeddings.weight": "words.weight",
    "embeddings.position_embeddings.weight": "places.weight",
    "embeddings.token_type_embeddings.weight": "types.weight",
    "embeddings.LayerNorm.weight": "norm.weight",
    "embeddings.LayerNorm.bias": "norm.bias",
}


def names(layers: int, *, mpnet: bool) -> dict[str, str]:
    """Published name to our own, of every encoder weight."""
    table = dict(_OUTSIDE)
    if mpnet:
        table["encoder.relative_attention_bias.weight"] = "distances.weight"
        del table["embeddings.token_type_embeddings.weight"]
    for layer in range(layers):
        for theirs, ours in (_MPNET if mpnet else _BERT).items():
            for kind in ("weight", "bias"):
                table[f"encoder.layer.{layer}.{theirs}.{kind}"] = f"blocks.{layer}.{ours}.{kind}"
    return table


def open_student(path: Path) -> ReaderNet:
    """The student from MiniLM's weights, or from a checkpoint with heads."""
    return _filled(ReaderNet(STUDENT), load_file(path), names(STUDENT.layers, mpnet=False))


def open_teacher(path: Path) -> ReaderNet:
    """The teacher from MPNet's weights, its heads fresh, or from what ``save_teacher`` wrote."""
    return _filled(ReaderNet(TEACHER), load_file(path), names(TEACHER.layers, mpnet=True))


def _filled(net: ReaderNet, stored: dict[str, Tensor], table: dict[str, str]) -> ReaderNet:
    """Raises KeyError for a weight that the file lacks."""
    given = {ours: stored[theirs].float() for theirs, ours in table.items()}
    given |= {
        k.removeprefix("heads."): v.float() for k, v in stored.items() if k.startswith("heads.")
    }
    unknown = net.load_state_dict(given, strict=False).unexpected_keys
    if unknown:
        raise KeyError(f"unknown weights {unknown}")
    return net


def save_checkpoint(net: ReaderNet, path: Path) -> None:
    """The student under BERT's names, heads under ``heads.``."""
    save_file(_stored(net, names(STUDENT.layers, mpnet=False)), path)


def save_teacher(net: ReaderNet, path: Path) -> None:
    """The teacher under MPNet's names, half precision; heads and token types under ``heads.``."""
    stored = _stored(net, names(TEACHER.layers, mpnet=True))
    save_file({name: weight.half() for name, weight in stored.items()}, path)


def _stored(net: ReaderNet, table: dict[str, str]) -> dict[str, Tensor]:
    ours = {name: weight.detach().cpu().contiguous() for name, weight in net.state_dict().items()}
    named = {theirs: ours.pop(own) for theirs, own in table.items()}
    return named | {f"heads.{name}": weight for name, weight in ours.items()}


@torch.no_grad()
def round_weights(net: ReaderNet) -> None:
    """Every matrix of the encoder onto the grid that it will be stored on."""
    matrices = [net.words.weight]
    for block in net.blocks:
        parts = (block.query, block.key, block.value, block.output, block.inner, block.outer)
        matrices += [part.weight for part in parts]
    for weight in matrices:
        weight.copy_(torch.from_numpy(round_to_grid(weight.detach().cpu().numpy())))
