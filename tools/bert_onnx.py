"""Turns BERT weights (safetensors) into an ONNX graph, without torch, node by node.

``BertGraph`` knows the embeddings and the layers (post-layer-norm, GELU, absolute positions) and
nothing of tokens or files; whoever needs another end, or weights stored in another form, extends
it. ``convert`` ends it in a unit sentence vector: inputs ``input_ids`` and ``attention_mask``
(int64, batch × tokens); output ``embedding`` (float32, batch × hidden), the mean of the last layer
over real tokens, divided by its length.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from core.errors import ConfigurationError

OPSET = 20  # the first with Gelu; LayerNormalization came with 17
MASKED = -10_000.0
LARGE = 1_024
"""Bytes from which a weight goes to a file of its own, where there is one."""


class BertShape(NamedTuple):
    """The sizes that the graph needs, from the model's ``config.json``."""

    layers: int
    hidden: int
    heads: int
    epsilon: float


def read_shape(config: Path) -> BertShape:
    """Read the sizes. Raises ConfigurationError for anything but a BERT encoder with GELU."""
    values = json.loads(config.read_text())
    if values.get("model_type") != "bert" or values.get("hidden_act") != "gelu":
        raise ConfigurationError(
            f"{config.parent} is not a BERT encoder with GELU; give a folder with model.onnx"
        )
    return BertShape(
        layers=values["num_hidden_layers"],
        hidden=values["hidden_size"],
        heads=values["num_attention_heads"],
        epsilon=values["layer_norm_eps"],
    )


def convert(weights: Path, config: Path, target: Path) -> None:
    """Write the ONNX graph of ``weights`` to ``target``, whole or not at all (about a second).

    The weights lie beside it, in ``target`` with ``.weights`` added: the runtime maps that file, so
    that processes share one copy of the word table.
    """
    model = SentenceGraph(load_file(weights), read_shape(config)).build()
    write_model(model, target, weights_beside=True)


def write_model(model: onnx.ModelProto, target: Path, *, weights_beside: bool = False) -> None:
    """Check the model and put it at ``target``, whole or not at all; it comes after its weights."""
    beside = f"{target.name}.weights"
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        partial = Path(folder) / target.name
        onnx.save(
            model,
            str(partial),
            save_as_external_data=weights_beside,
            location=beside,
            size_threshold=LARGE,
        )
        onnx.checker.check_model(str(partial))
        if weights_beside:
            (Path(folder) / beside).replace(target.parent / beside)
        partial.replace(target)


class BertGraph:
    """Collects nodes and constants; each method adds one building block and names its output."""

    def __init__(self, weights: dict[str, NDArray[Any]], shape: BertShape) -> None:
        self.weights = weights
        self.shape = shape
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def states(self, mask: str) -> str:
        """The last layer, batch × tokens × hidden, for a float mask of one and zero."""
        states = self.embeddings()
        bias = self.attention_bias(mask)
        for index in range(self.shape.layers):
            states = self.layer(states, bias, f"encoder.layer.{index}")
        return states

    def model(
        self, name: str, inputs: Sequence[str], outputs: Mapping[str, Sequence[str | int]]
    ) -> onnx.ModelProto:
        """All that was collected, from int64 inputs (batch × tokens) to named float outputs."""
        graph = helper.make_graph(
            self.nodes,
            name,
            [_value(put, TensorProto.INT64, ["batch", "tokens"]) for put in inputs],
            [_value(put, TensorProto.FLOAT, sizes) for put, sizes in outputs.items()],
            list(self.constants.values()),
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9
        )

    def op(self, kind: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        output = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, value: Any) -> str:
        array = np.asarray(value)
        self.constants.setdefault(name, numpy_helper.from_array(array, name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name].astype(np.float32))

    def matrix(self, name: str) -> str:
        """A linear layer's weights as MatMul wants them: inputs × outputs."""
        array = self.weights[name].astype(np.float32)
        return self.constant(f"{name}.transposed", np.ascontiguousarray(array.T))

    def words(self, name: str) -> str:
        """The rows of the word table for the input ids."""
        return self.op("Gather", self.weight(name), "input_ids")

    def types(self, name: str) -> str:
        """What is added for the token types; here all tokens are of the first."""
        return self.constant("type", self.weights[name][0].astype(np.float32))

    def linear(self, value: str, name: str) -> str:
        product = self.op("MatMul", value, self.matrix(f"{name}.weight"))
        return self.op("Add", product, self.weight(f"{name}.bias"))

    def layer_norm(self, value: str, name: str) -> str:
        return self.op(
            "LayerNormalization",
            value,
            self.weight(f"{name}.weight"),
            self.weight(f"{name}.bias"),
            axis=-1,
            epsilon=self.shape.epsilon,
        )

    def embeddings(self) -> str:
        words = self.words("embeddings.word_embeddings.weight")
        length = self.op("Shape", "input_ids", start=1, end=2)
        positions = self.op(
            "Slice",
            self.weight("embeddings.position_embeddings.weight"),
            self.constant("zero", np.array([0], np.int64)),
            length,
            self.constant("axis_0", np.array([0], np.int64)),
        )
        placed = self.op("Add", words, positions)
        total = self.op("Add", placed, self.types("embeddings.token_type_embeddings.weight"))
        return self.layer_norm(total, "embeddings.LayerNorm")

    def attention_bias(self, mask: str) -> str:
        hidden = self.op("Sub", self.constant("one", np.float32(1)), mask)
        bias = self.op("Mul", hidden, self.constant("masked", np.float32(MASKED)))
        return self.op("Unsqueeze", bias, self.constant("axes_1_2", np.array([1, 2], np.int64)))

    def layer(self, states: str, bias: str, name: str) -> str:
        attended = self.linear(
            self.attention(states, bias, f"{name}.attention.self"), f"{name}.attention.output.dense"
        )
        states = self.layer_norm(
            self.op("Add", attended, states), f"{name}.attention.output.LayerNorm"
        )
        inner = self.op("Gelu", self.linear(states, f"{name}.intermediate.dense"))
        outer = self.linear(inner, f"{name}.output.dense")
        return self.layer_norm(self.op("Add", outer, states), f"{name}.output.LayerNorm")

    def attention(self, states: str, bias: str, name: str) -> str:
        heads, hidden = self.shape.heads, self.shape.hidden
        split = self.constant("split", np.array([0, 0, heads, hidden // heads], np.int64))
        joined = self.constant("joined", np.array([0, 0, hidden], np.int64))
        scale = self.constant("scale", np.float32((hidden // heads) ** -0.5))
        query, key, value = (
            self.op("Reshape", self.linear(states, f"{name}.{part}"), split)
            for part in ("query", "key", "value")
        )
        scores = self.op(
            "MatMul",
            self.op("Transpose", query, perm=[0, 2, 1, 3]),
            self.op("Transpose", key, perm=[0, 2, 3, 1]),
        )
        weights = self.op("Softmax", self.op("Add", self.op("Mul", scores, scale), bias), axis=-1)
        mixed = self.op("MatMul", weights, self.op("Transpose", value, perm=[0, 2, 1, 3]))
        return self.op("Reshape", self.op("Transpose", mixed, perm=[0, 2, 1, 3]), joined)


class SentenceGraph(BertGraph):
    """Ends in the mean of the tokens, of length one."""

    def build(self) -> onnx.ModelProto:
        mask = self.op("Cast", "attention_mask", to=TensorProto.FLOAT)
        self.pool(self.states(mask), mask)
        return self.model(
            "encoder",
            ("input_ids", "attention_mask"),
            {"embedding": ("batch", self.shape.hidden)},
        )

    def pool(self, states: str, mask: str) -> None:
        axis_1 = self.constant("axis_1", np.array([1], np.int64))
        weights = self.op("Unsqueeze", mask, self.constant("axis_2", np.array([2], np.int64)))
        total = self.op("ReduceSum", self.op("Mul", states, weights), axis_1, keepdims=0)
        count = self.op("ReduceSum", mask, axis_1, keepdims=1)
        mean = self.op("Div", total, self.op("Max", count, self.constant("tiny", np.float32(1e-9))))
        length = self.op("ReduceL2", mean, axis_1, keepdims=1)
        self.op("Div", mean, length, name="embedding")


def _value(name: str, kind: int, sizes: Sequence[str | int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, list(sizes))
