"""The reader as an ONNX graph: a BERT over two segments, and four heads in one pass.

Inputs ``input_ids``, ``token_type_ids`` and ``attention_mask`` (int64, batch × tokens). Outputs are
raw logits: ``relevance`` and ``accept`` (batch), ``verdict`` (batch × supported, refuted, neutral),
``start`` and ``end`` (batch × tokens; position 0 stands for "no answer").
"""

from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto

from tools.bert_onnx import BertGraph, BertShape
from training.grid import stands_on_grid, to_codes

Storage = Literal["fp32", "fp16", "int8"]
"""How large weights are kept in the file; the arithmetic is single precision in any case."""


class ReaderGraph(BertGraph):
    """Builds the graph of one checkpoint; see the module for its inputs and outputs."""

    def __init__(
        self, weights: dict[str, NDArray[Any]], shape: BertShape, storage: Storage
    ) -> None:
        super().__init__(weights, shape)
        self.storage = storage

    def build(self) -> onnx.ModelProto:
        states = self.states(self.op("Cast", "attention_mask", to=TensorProto.FLOAT))
        self.spans(states)
        first = self.op("Gather", states, self.constant("position_0", np.int64(0)), axis=1)
        for name in ("relevance", "accept"):
            axis = self.constant("axis_1", np.array([1], np.int64))
            self.op("Squeeze", self.head(first, name), axis, name=name)
        self.op("Identity", self.head(first, "verdict"), name="verdict")
        return self.model(
            "reader",
            ("input_ids", "token_type_ids", "attention_mask"),
            {
                "relevance": ["batch"],
                "start": ["batch", "tokens"],
                "end": ["batch", "tokens"],
                "verdict": ["batch", 3],
                "accept": ["batch"],
            },
        )

    def spans(self, states: str) -> None:
        logits = self.linear(states, "heads.span")
        for column, name in enumerate(("start", "end")):
            which = self.constant(f"column_{name}", np.int64(column))
            self.op("Gather", logits, which, axis=2, name=name)

    def head(self, first: str, name: str) -> str:
        inner = self.op("Tanh", self.linear(first, f"heads.{name}.dense"))
        return self.linear(inner, f"heads.{name}.out")

    def types(self, name: str) -> str:
        return self.op("Gather", self.weight(name), "token_type_ids")

    def matrix(self, name: str) -> str:
        if not self.small(name):
            return super().matrix(name)
        if self.storage == "fp16":
            return self.op("Cast", self.halves(name, transposed=True), to=TensorProto.FLOAT)
        codes = to_codes(self.weights[name])
        values = self.constant(f"{name}.codes", np.ascontiguousarray(codes.values.T))
        scales = self.constant(f"{name}.scales", codes.scales)
        return self.op("DequantizeLinear", values, scales, axis=1)

    def words(self, name: str) -> str:
        """Small in memory too: only the rows in use become single precision."""
        if not self.small(name):
            return super().words(name)
        if self.storage == "fp16":
            rows = self.op("Gather", self.halves(name, transposed=False), "input_ids")
            return self.op("Cast", rows, to=TensorProto.FLOAT)
        codes = to_codes(self.weights[name])
        rows = self.op("Gather", self.constant(f"{name}.codes", codes.values), "input_ids")
        scales = self.constant(f"{name}.scales", codes.scales[:, None])
        values = self.op("Cast", rows, to=TensorProto.FLOAT)
        return self.op("Mul", values, self.op("Gather", scales, "input_ids"))

    def small(self, name: str) -> bool:
        return self.storage != "fp32" and stands_on_grid(name, self.weights[name].ndim)

    def halves(self, name: str, *, transposed: bool) -> str:
        array = self.weights[name].astype(np.float16)
        return self.constant(
            f"{name}.halves", np.ascontiguousarray(array.T if transposed else array)
        )
