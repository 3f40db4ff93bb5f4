"""Show everything on a small corpus, and check every citation."""

import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from cli.adding import Added, add_files
from cli.client import Client
from cli.commands.add import ProgressBars, print_summary
from cli.commands.ask import ask_question
from cli.demo import (
    CorpusDocument,
    DemoQuestion,
    Expectation,
    Script,
    expectations,
    fresh_instance,
    in_waves,
    is_exact,
    load_script,
)
from cli.failures import UsageFailed
from cli.memory import PeakMemory, Share
from cli.rendering import (
    answer_view,
    counted,
    duration,
    make_console,
    make_table,
    plain,
    print_json,
)
from core.schemas.answer import Answer

app = typer.Typer()

DEMO = Path(__file__).resolve().parents[2] / "demo"


class Asked(NamedTuple):
    """One question with its answer, and what was checked about it."""

    question: DemoQuestion
    answer: Answer
    seconds: float
    citations: int
    exact: int
    expectations: list[Expectation]

    @property
    def held(self) -> bool:
        """Every citation is exact and every expectation was met."""
        return self.exact == self.citations and all(item.met for item in self.expectations)

    @property
    def sound(self) -> bool:
        """Nothing happened that must never happen; a missed expectation is only a measurement."""
        vital = all(item.met for item in self.expectations if item.vital)
        return vital and self.exact == self.citations


class Figures(NamedTuple):
    """What the demonstration measured."""

    ready_seconds: float
    documents: int
    documents_failed: int
    ingest_seconds: float
    documents_per_minute: float
    questions: int
    questions_held: int
    questions_sound: int
    expectations: int
    expectations_met: int
    citations: int
    citations_exact: int
    answer_p50_seconds: float
    answer_p95_seconds: float
    peak_memory_bytes: int | None
    largest_processes: tuple[Share, ...]

    @property
    def good(self) -> bool:
        """Whether the system did not fail."""
        return self.documents_failed == 0 and self.questions_sound == self.questions


@app.command(help=__doc__)
def demo(
    folder: Annotated[
        Path, typer.Option("--from", help="Holds corpus.toml, questions.toml and corpus/.")
    ] = DEMO,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Exit code 1 if a document fails, a quote is not exact, an answer says what it must not, or
    something does not stop. Other expectations that are not met are counted, not failed.
    """
    if not (folder / "corpus.toml").is_file():
        raise UsageFailed(f"there is no corpus.toml in {str(folder)!r}")
    script = load_script(folder)
    console = make_console(stderr=as_json)
    console.print("Starting a fresh instance: Postgres, API, worker …")
    with fresh_instance() as instance:
        console.print(f"Ready after {duration(instance.ready_seconds)} at {instance.url}")
        client = Client(instance.url, instance.key)
        with PeakMemory(instance.pid, instance.cluster) as memory:
            started = time.perf_counter()
            added = _add(client, console, script)
            ingest_seconds = time.perf_counter() - started
            asked = _ask_all(client, console, script.questions)
        client.close()
        figures = _figures(instance.ready_seconds, added, ingest_seconds, asked, memory)
        if as_json:
            answers = [item._asdict() for item in asked]
            print_json({"figures": figures._asdict(), "answers": answers})
        _print_figures(console, figures, asked)
    if not figures.good:
        raise typer.Exit(1)


def _add(client: Client, console: Console, script: Script) -> list[Added]:
    """Everything through API and worker; later versions after earlier ones."""
    console.rule(f"Adding {len(script.documents)} documents", align="left")
    added: list[Added] = []
    for wave in in_waves(script.documents):
        added += _add_wave(client, console, script.corpus, wave)
    print_summary(console, added)
    return added


def _add_wave(
    client: Client, console: Console, corpus: Path, wave: Sequence[CorpusDocument]
) -> list[Added]:
    files = [document.file(corpus) for document in wave]
    with ProgressBars(console, len(files)) as bars:
        return add_files(client, files, wait=True, watcher=bars)


def _ask_all(client: Client, console: Console, questions: Sequence[DemoQuestion]) -> list[Asked]:
    asked: list[Asked] = []
    for number, question in enumerate(questions, 1):
        kind = question.kind.replace("_", " ")
        console.print()
        console.rule(plain(f"Question {number} of {len(questions)}: {kind}"), align="left")
        asked.append(_ask(client, console, question))
    return asked


def _ask(client: Client, console: Console, question: DemoQuestion) -> Asked:
    console.print(plain(question.text, "bold"))
    started = time.perf_counter()
    answer = ask_question(client, console, question.text, "default")
    asked = Asked(
        question=question,
        answer=answer,
        seconds=time.perf_counter() - started,
        citations=len(answer.citations),
        exact=sum(is_exact(client, citation) for citation in answer.citations),
        expectations=expectations(question, answer),
    )
    console.print(answer_view(answer))
    quotes = counted(asked.citations, "quote", "quotes")
    exact = Expectation(
        f"{asked.exact} of {quotes} found at the cited place", asked.exact == asked.citations
    )
    _print_ticks(console, [*asked.expectations, *([exact] if asked.citations else [])])
    return asked


def _print_ticks(console: Console, checks: Iterable[Expectation]) -> None:
    for check in checks:
        mark, style = ("✓", "green") if check.met else ("✗", "bold red")
        console.print(plain(f"{mark} {check.what}", style))


def _figures(
    ready_seconds: float,
    added: Sequence[Added],
    ingest_seconds: float,
    asked: Sequence[Asked],
    memory: PeakMemory,
) -> Figures:
    checks = [check for item in asked for check in item.expectations]
    seconds = sorted(item.seconds for item in asked)
    return Figures(
        ready_seconds=ready_seconds,
        documents=len(added),
        documents_failed=sum(not item.ok for item in added),
        ingest_seconds=ingest_seconds,
        documents_per_minute=60 * len(added) / ingest_seconds,
        questions=len(asked),
        questions_held=sum(item.held for item in asked),
        questions_sound=sum(item.sound for item in asked),
        expectations=len(checks),
        expectations_met=sum(check.met for check in checks),
        citations=sum(item.citations for item in asked),
        citations_exact=sum(item.exact for item in asked),
        answer_p50_seconds=statistics.median(seconds),
        answer_p95_seconds=seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))],
        peak_memory_bytes=memory.peak_bytes,
        largest_processes=memory.largest,
    )


def _print_figures(console: Console, figures: Figures, asked: Sequence[Asked]) -> None:
    console.print()
    console.rule("What was measured", align="left")
    table = make_table("measure", "value")
    peak = figures.peak_memory_bytes
    built = figures.documents - figures.documents_failed
    rows = {
        "instance ready after": duration(figures.ready_seconds),
        "documents built": f"{built} of {figures.documents}",
        "ingest": f"{duration(figures.ingest_seconds)}, "
        f"{figures.documents_per_minute:.0f} documents per minute",
        "answers as expected": f"{figures.questions_held} of {figures.questions}",
        "expectations met": f"{figures.expectations_met} of {figures.expectations}",
        "citations exact": f"{figures.citations_exact} of {figures.citations}",
        "time to answer": f"median {duration(figures.answer_p50_seconds)}, "
        f"95 % within {duration(figures.answer_p95_seconds)}",
        "peak memory": "unknown" if peak is None else f"{_megabytes(peak)}, all processes",
        "largest of them": ", ".join(
            f"{share.name} {_megabytes(share.bytes)}" for share in figures.largest_processes
        ),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table)
    for item in asked:
        if not item.held:
            missed = [f"not met: {check.what}" for check in item.expectations if not check.met]
            missed += ["a quote is not exact"] if item.exact < item.citations else []
            console.print(plain(f"✗ {item.question.text} {'; '.join(missed)}", "red"))


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"
