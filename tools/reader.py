"""The reader: judges texts against what is asked. Our own small cross-encoder, no key, no network.

It ranks passages, points at answers or says there is none, judges claims against evidence, and
weighs candidate answers. English first; it points and judges, it does not write. A passage longer
than the model's window is read in overlapping windows, never cut: the best window counts for
relevance, answers and acceptance, the most decided one for a verdict.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from pydantic import JsonValue, TypeAdapter
from tokenizers import Tokenizer

from core.ids import canonical_json, sha256_of
from core.recording import Observed, observe
from tools.reader_files import ReaderFiles, chance, read_files
from tools.reader_model import ReaderModel
from tools.reader_spans import TextScores, scores_of, softmax
from tools.reader_windows import Asked, WindowMaker

CACHED_INPUTS = 16_384
"""Most recently read inputs whose scores are kept (about 1 kB each)."""


class Pair(NamedTuple):
    """A claim, and the text that may support or refute it."""

    claim: str
    evidence: str


class Trial(NamedTuple):
    """A candidate answer to be weighed against the passage it came from."""

    question: str
    answer: str
    passage: str


class FoundSpan(NamedTuple):
    """A possible answer: code points of the passage, half-open, on token borders."""

    start: int
    end: int
    text: str
    score: float
    """Log odds against "no answer", raw."""


class Reading(NamedTuple):
    """What a passage is to a question: the answers in it, and whether it is about it at all."""

    spans: tuple[FoundSpan, ...]
    """Best first, at most five, no two the same; they may overlap. None in an empty passage."""
    margin: float
    """The best span's score, raw; -100 where there is no span."""
    answerable: float
    """Calibrated chance that the passage answers the question."""
    answers: bool
    """Whether that chance is high enough to give the best span on no other word."""
    relevance: float
    """Calibrated chance that the passage is relevant to the question, as ``rank`` gives it."""


class Judgement(NamedTuple):
    """Calibrated chances; they sum to one."""

    supported: float
    refuted: float
    neutral: float


class Reader(Protocol):
    """Scores do not depend on what else is asked at the same time; every call is recorded.

    A question or claim of more than 128 tokens is read in pieces: the best piece counts for a
    question, the least supported one for a claim.
    """

    @property
    def id(self) -> str:
        """Weights and calibration: two readers with the same id give the same scores."""
        ...

    async def rank(self, question: str, passages: Sequence[str]) -> tuple[float, ...]:
        """Chance, 0 to 1, that each passage is relevant to the question."""
        ...

    async def read(self, question: str, passages: Sequence[str]) -> tuple[Reading, ...]:
        """The answer to the question in each passage, if there is one, and its relevance."""
        ...

    async def judge(self, pairs: Sequence[Pair]) -> tuple[Judgement, ...]:
        """Whether each claim is supported or refuted by its evidence."""
        ...

    async def accept(self, trials: Sequence[Trial]) -> tuple[float, ...]:
        """Chance, 0 to 1, that each answer is right given its passage.

        Raises InvalidRequest for an answer of more than 64 tokens.
        """
        ...


class _Read(NamedTuple):
    """A reading as it is recorded: places without text."""

    spans: tuple[tuple[int, int, float], ...]
    margin: float
    answerable: float
    answers: bool
    relevance: float


_CHANCES = TypeAdapter(tuple[float, ...])
_READ = TypeAdapter(tuple[_Read, ...])
_JUDGED = TypeAdapter(tuple[Judgement, ...])


def open_reader(name: str, *, threads: int) -> "OnnxReader":
    """The reader called ``shipped``, or the one in a folder.

    Raises ConfigurationError when files are missing or not what their manifest says.
    """
    return OnnxReader(read_files(name), threads)


class OnnxReader:
    """The reader whose model is an ONNX file."""

    def __init__(self, files: ReaderFiles, threads: int) -> None:
        self.manifest = files.manifest
        self._id = files.manifest.id
        self._calibration = files.manifest.calibration
        self._maker = WindowMaker(Tokenizer.from_str(files.tokenizer), files.manifest.window)
        self._model = ReaderModel(files.model, threads)
        self._cache: OrderedDict[str, TextScores] = OrderedDict()
        self._turn = threading.Lock()  # one call has all threads, and the memory, of the model

    @property
    def id(self) -> str:
        """Weights and calibration."""
        return self._id

    async def rank(self, question: str, passages: Sequence[str]) -> tuple[float, ...]:
        """Chance that each passage is relevant."""
        line = self._calibration.relevance
        inputs = [Asked(question, None, passage) for passage in passages]
        told = await self._observed("rank", inputs, lambda s: chance(s.relevance, line))
        return _CHANCES.validate_python(told)

    async def read(self, question: str, passages: Sequence[str]) -> tuple[Reading, ...]:
        """The answers in each passage, and its relevance: all from one pass."""
        inputs = [Asked(question, None, passage) for passage in passages]
        told = _READ.validate_python(await self._observed("read", inputs, self._read))
        return tuple(_with_text(*both) for both in zip(told, passages, strict=True))

    async def judge(self, pairs: Sequence[Pair]) -> tuple[Judgement, ...]:
        """Whether each claim is supported or refuted."""
        temperature = self._calibration.verdict_temperature
        inputs = [Asked(pair.claim, None, pair.evidence) for pair in pairs]
        told = await self._observed("judge", inputs, lambda s: [*softmax(s.verdict, temperature)])
        return _JUDGED.validate_python(told)

    async def accept(self, trials: Sequence[Trial]) -> tuple[float, ...]:
        """Chance that each answer is right."""
        line = self._calibration.accept
        inputs = [Asked(*trial) for trial in trials]
        told = await self._observed("accept", inputs, lambda s: chance(s.accept, line))
        return _CHANCES.validate_python(told)

    def raw_scores(self, inputs: Sequence[Asked]) -> list[TextScores]:
        """Uncalibrated scores, not recorded: what a calibration is fitted on."""
        with self._turn:
            return self._scores_in_turn(inputs)

    def _read(self, scores: TextScores) -> JsonValue:
        answerable = chance(scores.margin, self._calibration.answerable) if scores.spans else 0.0
        return {
            "spans": [list(span) for span in scores.spans],
            "margin": scores.margin,
            "answerable": answerable,
            "answers": answerable >= self._calibration.answer_from,
            "relevance": chance(scores.relevance, self._calibration.relevance),
        }

    async def _observed(
        self, what: str, inputs: Sequence[Asked], told: Callable[[TextScores], JsonValue]
    ) -> JsonValue:
        """What is told of each input, from the model or from the record; hashes are the request."""
        if not inputs:
            return []
        keys = [_key(asked) for asked in inputs]

        async def call() -> Observed:
            scores = await asyncio.to_thread(self.raw_scores, inputs)
            return Observed([told(score) for score in scores])

        return (await observe("reader", self._id, [what, *keys], call)).value

    def _scores_in_turn(self, inputs: Sequence[Asked]) -> list[TextScores]:
        keyed = {_key(asked): asked for asked in inputs}
        known = {key: self._cache[key] for key in keyed if key in self._cache}
        fresh = {key: asked for key, asked in keyed.items() if key not in known}
        known.update(zip(fresh, self._compute(list(fresh.values())), strict=True))
        for key in keyed:
            self._cache[key] = known[key]
            self._cache.move_to_end(key)
        while len(self._cache) > CACHED_INPUTS:
            self._cache.popitem(last=False)
        return [known[_key(asked)] for asked in inputs]

    def _compute(self, inputs: Sequence[Asked]) -> list[TextScores]:
        windows = self._maker.windows(inputs)
        logits = iter(self._model.run([window for of_one in windows for window in of_one]))
        return [scores_of(of_one, [next(logits) for _ in of_one]) for of_one in windows]


def _key(asked: Asked) -> str:
    return sha256_of(canonical_json(list(asked)))


def _with_text(read: _Read, passage: str) -> Reading:
    spans = tuple(FoundSpan(a, b, passage[a:b], score) for a, b, score in read.spans)
    return Reading(spans, *read[1:])
