"""What token vectors would add to a ranking (MaxSim), beside reading, on training articles.

A question's candidates are those that the product's search finds among twenty articles; each order
puts them by another score. The token vectors are the shipped encoder's last layer, of length one;
MaxSim is the mean over the question's tokens of the nearest token in the passage (ColBERT's sum,
arXiv 2004.12832, divided by the question's length). Nothing here is reported on: see ``selection``.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto
from pydantic import JsonValue
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from agents.selector import Evidence, Selector
from agents.selector.local import LocalSelector
from core.schemas.evidence import Plan
from core.settings import Settings
from evals.intervals import bootstrap
from evals.poison import open_bench, open_reader_for
from evals.poison_cases import Case
from evals.selection import cases
from tools.bert_onnx import BertGraph, read_shape, write_model
from tools.encoder_models import MINILM_WINDOW, minilm_folder
from tools.matching import log_odds
from tools.onnx_session import open_session
from tools.passages import passage_of
from tools.ranking import READ_LIMIT, with_reading
from tools.reader import Reader

WEIGHTS = (1.0, 2.0, 4.0)
"""Of one standard deviation of MaxSim beside a fused score."""

Tokens = NDArray[np.float32]


class Judged(NamedTuple):
    """The candidates of one question: scores by order, and who holds a gold answer."""

    orders: Mapping[str, Sequence[float]]
    gold: Sequence[bool]
    maxsim_seconds: float
    reading_seconds: float


class TokenGraph(BertGraph):
    """Ends in the last layer."""

    def build(self) -> onnx.ModelProto:
        """Input as the sentence graph\'s; output ``tokens``, batch × tokens × hidden."""
        mask = self.op("Cast", "attention_mask", to=TensorProto.FLOAT)
        self.op("Identity", self.states(mask), name="tokens")
        shape = ("batch", "tokens", self.shape.hidden)
        return self.model("tokens", ("input_ids", "attention_mask"), {"tokens": shape})


class TokenEncoder:
    """Token vectors of texts, one text at a time."""

    def __init__(self, threads: int) -> None:
        folder = minilm_folder()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MINILM_WINDOW)
        self._tokenizer.no_padding()
        weights = load_file(folder / "model.safetensors")
        graph = TokenGraph(weights, read_shape(folder / "config.json")).build()
        with tempfile.TemporaryDirectory() as target:
            path = Path(target) / "tokens.onnx"
            write_model(graph, path)
            self._session = open_session(path, threads)

    def encode(self, text: str) -> Tokens:
        """Shape (tokens, hidden), rows of length one, without the marks at both ends."""
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        put = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        (states,) = self._session.run(["tokens"], put)
        rows: Tokens = states[0, 1:-1] / np.linalg.norm(states[0, 1:-1], axis=1, keepdims=True)
        return rows


def maxsim(question: Tokens, passage: Tokens) -> float:
    """The mean over the question\'s tokens of the nearest in the passage; 0 without any."""
    if not len(question) or not len(passage):
        return 0.0
    return float(np.mean(np.max(question @ passage.T, axis=1)))


class Recording:
    """Another selector, and the pool it was last given."""

    def __init__(self, selector: Selector) -> None:
        self._selector = selector
        self.pool: Sequence[Evidence] = ()

    async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The same choice."""
        self.pool = pool
        return await self._selector.select(plan, pool)


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """First and among five, by order; read by the reader called ``model``; there is but one part.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    bench = open_bench(model)
    recording = Recording(LocalSelector(bench.reader, bench.encoder))
    encoder = TokenEncoder(Settings().encoder_threads)
    reader = open_reader_for(model, Settings())  # one that remembers nothing: it is timed

    async def measure() -> list[Judged]:
        found = cases(data)
        built = await bench.build(found[0])
        judged = []
        for case in found:
            await bench.answer(case, built, selector=recording, max_rounds=1)
            judged.append(await judge(case, recording.pool, encoder, reader))
        return judged

    return {"model": bench.reader_id, **report(asyncio.run(measure()))}


async def judge(
    case: Case, pool: Sequence[Evidence], encoder: TokenEncoder, reader: Reader
) -> Judged:
    """The first of the search, scored by both."""
    first = sorted(pool, key=lambda item: (-item.candidate.scores["fused"], item.memory.id))
    passages = [passage_of(item.memory) for item in first[:READ_LIMIT]]
    fused = [item.candidate.scores["fused"] for item in first[:READ_LIMIT]]
    started = time.perf_counter()
    asked = encoder.encode(case.question)
    near = [maxsim(asked, encoder.encode(passage)) for passage in passages]
    between = time.perf_counter()
    read = await reader.rank(case.question, passages)
    return Judged(
        orders=orders(fused, near, read),
        gold=[any(gold in passage for gold in case.right) for passage in passages],
        maxsim_seconds=between - started,
        reading_seconds=time.perf_counter() - between,
    )


def orders(
    fused: Sequence[float], near: Sequence[float], read: Sequence[float]
) -> dict[str, list[float]]:
    """Scores by the name of the order."""
    spread = float(np.std(near)) or 1.0
    standard = [(one - float(np.mean(near))) / spread for one in near]
    beside = {
        f"fused_and_maxsim_{weight:g}": [
            one + weight * other for one, other in zip(fused, standard, strict=True)
        ]
        for weight in WEIGHTS
    }
    reading = [with_reading(one, log_odds(chance)) for one, chance in zip(fused, read, strict=True)]
    return {"fused": list(fused), "maxsim": list(near), **beside, "fused_and_reading": reading}


def report(found: Sequence[Judged]) -> dict[str, JsonValue]:
    """Means over the questions, with intervals."""
    groups = range(len(found))
    metrics: dict[str, JsonValue] = {}
    for name in found[0].orders:
        for label, most in (("first", 1), ("in_five", 5)):
            hits = [_has_gold(one, name, most) for one in found]
            metrics[f"{label}_{name}"] = dict(
                bootstrap(np.mean, groups, hits).in_percent()._asdict()
            )
    for label in ("maxsim_seconds", "reading_seconds"):
        column = [getattr(one, label) for one in found]
        metrics[label] = dict(bootstrap(np.median, groups, column)._asdict())
    return {"metrics": metrics}


def _has_gold(one: Judged, order: str, most: int) -> bool:
    scores = one.orders[order]
    best = sorted(range(len(scores)), key=lambda at: (-scores[at], at))[:most]
    return any(one.gold[at] for at in best)
