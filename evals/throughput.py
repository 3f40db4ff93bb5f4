"""How fast the reader reads, beside the encoder on the same texts in the same run.

Both take turns on the same questions, each with paragraphs of its article: the way candidates are
ranked. Models are opened anew for every round, because they remember what they have seen.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from evals.intervals import Estimate
from evals.section import Section
from evals.squad import read_asked
from tools.encoder import Encoder
from tools.reader import Reader

QUESTIONS = 40
PARAGRAPHS = 10
ROUNDS = 3
SEED = 3


class _Ask(NamedTuple):
    question: str
    passages: tuple[str, ...]

    @property
    def texts(self) -> list[str]:
        """Each passage with the question: what the reader sees, as the encoder takes it."""
        return [f"{self.question} {passage}" for passage in self.passages]


WARM_UP = _Ask("What warms a model up?", ("A first call, which allocates its memory, does.",))


class _Seconds(NamedTuple):
    """What one round took."""

    reader: float
    encoder: float


async def measure(
    open_reader: Callable[[], Reader], open_encoder: Callable[[], Encoder], data: Path, part: str
) -> Section:
    """Pairs per second, and how many times the encoder's texts per second that is.

    Value and interval are median, least and most of the rounds; a ratio is taken within a round.
    """
    asks = _sample(data, part)
    pairs = sum(len(ask.passages) for ask in asks)
    rounds = [await _round(open_reader(), open_encoder(), asks) for _ in range(ROUNDS)]
    return Section(
        data=(),
        metrics={
            "pairs_per_second": _of_rounds([pairs / one.reader for one in rounds], pairs),
            "throughput_ratio_to_encoder": _of_rounds(
                [one.encoder / one.reader for one in rounds], pairs
            ),
        },
        reliability={},
        notes=(),
    )


def _sample(data: Path, part: str) -> list[_Ask]:
    """Questions at a fixed seed, each with paragraphs of its own article."""
    asked = read_asked(data, part)
    articles: dict[str, list[str]] = {}
    for one in asked:
        articles.setdefault(one.document, []).append(one.paragraph)
    chance = random.Random(SEED)
    chosen = chance.sample(asked, min(QUESTIONS, len(asked)))
    return [_Ask(one.question, _some(chance, articles[one.document])) for one in chosen]


def _some(chance: random.Random, paragraphs: Sequence[str]) -> tuple[str, ...]:
    distinct = list(dict.fromkeys(paragraphs))
    return tuple(chance.sample(distinct, min(PARAGRAPHS, len(distinct))))


async def _round(reader: Reader, encoder: Encoder, asks: Sequence[_Ask]) -> _Seconds:
    """Both on every question in turn, so that whatever else the machine does slows both."""
    await _both(reader, encoder, WARM_UP)
    seconds = [await _both(reader, encoder, ask) for ask in asks]
    return _Seconds(*map(sum, zip(*seconds, strict=True)))


async def _both(reader: Reader, encoder: Encoder, ask: _Ask) -> _Seconds:
    started = time.perf_counter()
    await reader.rank(ask.question, ask.passages)
    between = time.perf_counter()
    await encoder.encode(ask.texts)
    return _Seconds(between - started, time.perf_counter() - between)


def _of_rounds(values: Sequence[float], n: int) -> Estimate:
    return Estimate(statistics.median(values), min(values), max(values), n)
