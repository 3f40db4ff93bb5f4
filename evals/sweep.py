"""One setting changed at a time: what it does to time, to F1 and to the six metrics.

Four training articles in one collection, which shaped no weights of the twin of the shipped reader,
and some of their questions, a third of them unanswerable. Settings are chosen on these, so the
figures are for choosing, not for telling how good the product is.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import JsonValue

from agents.requester.local import LocalRequester
from agents.selector.local import LocalSelector
from core.schemas.document import Source
from core.settings import Settings
from evals import answer_metrics
from evals.answer_metrics import reply_of
from evals.answers_asking import WatchedAnswerer
from evals.answers_scores import score
from evals.data import Row, read_rows
from evals.poison import open_reader_for
from evals.poison_bench import Bench, Built
from evals.poison_cases import Case, Passage
from evals.sweep_report import Trial, report
from evals.sweep_settings import GRID, FlooredSelector, Setting
from graphs.runtime import make_agents
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder
from tools.reader import Reader
from tools.selecting import STRATEGIES

ARTICLES = ("Force", "Kenya", "Sky_(United_Kingdom)", "Scottish_Parliament")
"""What training keeps aside."""
ANSWERABLE, UNANSWERABLE = 6, 3
"""Questions of each article; Kenya has none that nothing answers."""
SEED = 13
SOURCE = Source(principal="eval", origin="eval", trust="owner")


class Models(NamedTuple):
    """Who encodes, and who reads."""

    encoder: Encoder
    reader: Reader


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """A row for each setting; ``part`` does not matter, for training files have none.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    settings = Settings()

    def open_models() -> Models:
        return Models(configured_encoder(settings), open_reader_for(model, settings))

    cases = list(cases_of(list(read_rows(data, "extractive_qa", "squad_dev20articles"))))
    found = asyncio.run(measure(settings, open_models, cases, GRID))
    return {"model": open_models().reader.id, **report(found)}


def cases_of(rows: Sequence[Row]) -> Iterator[Case]:
    """Some questions of each article, always the same, over all four articles."""
    texts = {name: "\n\n".join(_paragraphs(rows, name)) for name in ARTICLES}
    told = tuple(Passage(name, name, text, SOURCE) for name, text in texts.items() if text)
    for name in ARTICLES:
        for is_answerable, count in ((True, ANSWERABLE), (False, UNANSWERABLE)):
            own = [
                one for one in rows if (one["title"], one["answerable"]) == (name, is_answerable)
            ]
            chosen = random.Random(f"{SEED} {name}").sample(own, min(count, len(own)))
            for row in chosen:
                gold = tuple(dict.fromkeys(row["answers"])) if is_answerable else ()
                yield Case(name, row["question"], gold, (), told)


def _paragraphs(rows: Sequence[Row], name: str) -> list[str]:
    return list(dict.fromkeys(row["context"] for row in rows if row["title"] == name))


async def measure(
    settings: Settings,
    open_models: Callable[[], Models],
    cases: Sequence[Case],
    grid: Sequence[Setting],
) -> dict[Setting, list[Trial]]:
    """Every question with every setting; texts are built once for each size of chunks.

    Each setting has models that remember nothing, or the first would pay for all.
    """
    built: dict[int, Built] = {}
    found: dict[Setting, list[Trial]] = {}
    for setting in grid:
        print(f"measuring {setting} …", file=sys.stderr, flush=True)
        models = open_models()
        bench = Bench(_sized(settings, setting.characters), *models)
        if setting.characters not in built:
            built[setting.characters] = await bench.build(cases[0])
        ask = Asker(bench, built[setting.characters], settings, models, setting)
        found[setting] = [await ask(case) for case in cases]
    return found


def _sized(settings: Settings, characters: int) -> Settings:
    """The longest chunk stays as much longer than the aim as it is."""
    most = settings.chunk_max_characters * characters // settings.chunk_target_characters
    update = {"chunk_target_characters": characters, "chunk_max_characters": most}
    return settings.model_copy(update=update)


class Asker:
    """Asks questions of one collection with one setting."""

    def __init__(
        self,
        bench: Bench,
        built: Built,
        settings: Settings,
        models: Models,
        setting: Setting,
    ) -> None:
        encoder, reader = models
        self._bench, self._built, self._encoder = bench, built, encoder
        agents = make_agents(settings, encoder, reader)
        selector = LocalSelector(reader, encoder, STRATEGIES[setting.strategy])
        self._planner = agents.planner
        self._answerer = WatchedAnswerer(agents.answerer)
        self._roles: dict[str, Any] = {
            "requester": LocalRequester(setting.candidates),
            "selector": FlooredSelector(selector, setting.floor),
            "answerer": self._answerer,
        }

    async def __call__(self, case: Case) -> Trial:
        """The answer, timed, and what it is worth."""
        self._answerer.last = ()
        started = time.perf_counter()
        answer = await self._bench.answer(case, self._built, **self._roles)
        seconds = time.perf_counter() - started
        six = None
        if case.right and answer.outcome != "abstained":
            plan = await self._planner.plan(case.question)
            reply = reply_of(plan, answer, self._answerer.last, case.right)
            (six,) = await answer_metrics.measure(self._encoder, [reply])
        return Trial(case, answer, seconds, score(answer, case.right).f1, six)
