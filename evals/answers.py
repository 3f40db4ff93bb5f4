"""Whole articles as documents, open questions, and what the product answers.

The articles of SQuAD are handed in to the product, on a database of its own and into one
collection, and each question is asked of them all. By default the twin of the shipped reader
reads, which has not seen the public half, where the repository that keeps it is at hand.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from core.settings import Settings
from evals import answer_metrics
from evals.answers_arms import ARMS, runtimes
from evals.answers_asking import Desk, hand_in
from evals.answers_report import Trial, Trials, report
from evals.answers_scores import score
from evals.building_speed import SOURCE, open_product
from evals.data import Row, read_rows
from evals.retrieval import TWIN
from evals.squad import NAME, Asked, read_asked
from graphs.runtime import Runtime, make_agents
from storage.protocols import Upload
from tools.reader import OnnxReader
from tools.reader_files import ReaderFiles, read_files

QUESTIONS = 400
"""Drawn of the 4,689 public ones: each takes a second or two and is asked once for every arm."""

SEED = 11
TOLD_EVERY = 20


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """Metrics of every arm; ``model`` is the folder of another reader than the default one.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    files = read_files(model or (str(TWIN) if TWIN.is_dir() else Settings().reader))
    articles = list(read_rows(data, f"{NAME}.docs", part))
    trials = asyncio.run(measure(files, articles, drawn(read_asked(data, part), QUESTIONS)))
    seen = f"{NAME}.{part}" in files.manifest.fitted_on
    return {"model": f"{files.manifest.name}-{files.manifest.version}", **report(trials, seen=seen)}


def drawn(asked: Sequence[Asked], count: int) -> list[Asked]:
    """A sample, always the same, in the order of the file."""
    places = random.Random(SEED).sample(range(len(asked)), min(count, len(asked)))
    return [asked[place] for place in sorted(places)]


async def measure(files: ReaderFiles, articles: Sequence[Row], asked: Sequence[Asked]) -> Trials:
    """Every question asked of all the articles, by every arm."""
    async with open_product() as (opened, tenant_id):
        runtime = reading_with(opened, files)
        for row in articles:
            _say(f"building {row['doc_id']}")
            await hand_in(runtime, tenant_id, upload_of(row))
        desks = {arm: Desk(one, tenant_id) for arm, one in runtimes(runtime).items()}
        return await with_six(runtime, await ask_all(desks, asked))


async def ask_all(desks: dict[str, Desk], asked: Sequence[Asked]) -> Trials:
    """Arm by arm for each question; the first has none of its texts read yet, and is timed."""
    trials: dict[str, list[Trial]] = {arm: [] for arm in ARMS}
    for at, one in enumerate(asked):
        if at % TOLD_EVERY == 0:
            _say(f"asked {at} of {len(asked)}")
        for arm, kept in trials.items():
            asking = await desks[arm].ask(one.question)
            kept.append(Trial(one, asking, score(asking.answer, one.gold)))
    return trials


async def with_six(runtime: Runtime, trials: Trials) -> Trials:
    """The same, what was answered and is answerable measured by the six metrics too."""
    found: dict[str, list[Trial]] = {}
    for arm, rows in trials.items():
        due = [at for at, one in enumerate(rows) if one.answered and one.asked.gold]
        replies = [await _reply(runtime, rows[at]) for at in due]
        six = dict(zip(due, await answer_metrics.measure(runtime.encoder, replies), strict=True))
        found[arm] = [one._replace(six=six.get(at)) for at, one in enumerate(rows)]
    return found


async def _reply(runtime: Runtime, one: Trial) -> answer_metrics.Reply:
    plan = await runtime.agents.planner.plan(one.asked.question)
    answer, context = one.asking.answer, one.asking.context
    return answer_metrics.reply_of(plan, answer, context, one.asked.gold)


def reading_with(runtime: Runtime, files: ReaderFiles) -> Runtime:
    """The same, with another reader in every role."""
    reader = OnnxReader(files, runtime.settings.reader_threads)
    agents = make_agents(runtime.settings, runtime.encoder, reader)
    return replace(runtime, reader=reader, agents=agents)


def upload_of(row: Row) -> Upload:
    """An article as a text file."""
    name = row["doc_id"]
    return Upload(name, f"{name}.txt", row["text"].encode(), SOURCE, title=row["title"])


def _say(stage: str) -> None:
    """Minutes pass: how far it is goes to standard error."""
    print(f"{stage} …", file=sys.stderr, flush=True)
