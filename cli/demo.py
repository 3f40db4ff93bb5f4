"""The demonstration: a fresh instance, a small corpus, questions with known answers, and a count
of what held. It speaks to the instance as any client does, through the CLI and HTTP.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from cli.adding import FileToAdd
from cli.children import die_with_parent
from cli.client import Client
from cli.failures import CommandFailed
from cli.instance import Instance
from cli.memory import running_processes
from core.schemas.answer import Answer, Citation, Outcome
from core.schemas.document import TrustClass
from core.text import collapse_spaces
from storage.embedded import usable_data_dir

READY_SECONDS = 180.0
STOP_SECONDS = 60.0
_OF_ANOTHER_INSTANCE = ("DATABASE_URL", "DATABASE_OWNER_URL", "BROKER_URL", "API_URL", "API_KEY")


class CorpusDocument(BaseModel):
    """One entry of ``corpus.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    external_id: str
    title: str | None = None
    principal: str
    origin: str
    channel: str = "demo"
    trust: TrustClass
    collection: str = "default"

    def file(self, corpus: Path) -> FileToAdd:
        """As it is handed in."""
        said = self.model_dump(exclude={"path", "external_id"}, exclude_none=True)
        return FileToAdd(corpus / self.path, self.external_id, said)


class DemoQuestion(BaseModel):
    """One entry of ``questions.toml``: a question, and what its answer must be like."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    kind: str
    expect: Outcome
    answer_contains: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    why: str = ""


class Script(NamedTuple):
    """What the demonstration does."""

    corpus: Path
    documents: tuple[CorpusDocument, ...]
    questions: tuple[DemoQuestion, ...]


class Expectation(NamedTuple):
    """One thing expected of an answer, and whether it held."""

    what: str
    met: bool
    vital: bool = False
    """Not to meet it is a failure of the system, not a measure of its quality."""


class RunningInstance(NamedTuple):
    """The instance under demonstration."""

    url: str
    key: str
    pid: int
    cluster: Path
    ready_seconds: float


def load_script(folder: Path) -> Script:
    """The corpus and the questions of a demo folder."""
    corpus = tomllib.loads((folder / "corpus.toml").read_text())
    questions = tomllib.loads((folder / "questions.toml").read_text())
    return Script(
        folder / "corpus",
        tuple(map(CorpusDocument.model_validate, corpus["document"])),
        tuple(map(DemoQuestion.model_validate, questions["question"])),
    )


def in_waves(documents: Sequence[CorpusDocument]) -> list[list[CorpusDocument]]:
    """Documents that may be built at once; a second version waits until the first is built."""
    waves: list[list[CorpusDocument]] = [[]]
    for document in documents:
        if any(document.external_id == other.external_id for other in waves[-1]):
            waves.append([])
        waves[-1].append(document)
    return waves


def expectations(question: DemoQuestion, answer: Answer) -> list[Expectation]:
    """What was expected of the answer, and whether it held."""
    text = collapse_spaces(answer.text).casefold()
    cited = {citation.external_id for citation in answer.citations}
    checks = [Expectation(f"outcome is {question.expect}", answer.outcome == question.expect)]
    checks += [
        Expectation(f"says “{words}”", words.casefold() in text)
        for words in question.answer_contains
    ]
    checks += [
        Expectation(f"does not say “{words}”", words.casefold() not in text, vital=True)
        for words in question.must_not_contain
    ]
    if question.cites:
        allowed = bool(cited) and cited <= set(question.cites)
        checks.append(Expectation(f"cites only {', '.join(question.cites)}", allowed))
    return checks


def is_exact(client: Client, citation: Citation) -> bool:
    """Whether the quote is what stands in the stored version at the cited place."""
    span = citation.source_span
    path = f"/v1/versions/{UUID(str(citation.version_id))}/text"
    return bool(client.get(path, start=span.start, end=span.end)["text"] == citation.quote)


@contextmanager
def fresh_instance() -> Iterator[RunningInstance]:
    """A `quaestor up` of its own, with nothing in it; stopped and removed afterwards.

    Raises CommandFailed when it does not start, or when something of it does not stop.
    """
    data_dir = Path(tempfile.mkdtemp(prefix="quaestor-demo-"))
    data_dir.chmod(0o711)  # as root, Postgres runs as another user who must pass through
    database_dir = usable_data_dir(data_dir)
    process = _start(data_dir)
    try:
        yield _await_ready(process, data_dir, database_dir)
    finally:
        stopped = _stop(process) and not running_processes(process.pid, database_dir / "postgres")
        for folder in {data_dir, database_dir}:
            shutil.rmtree(folder, ignore_errors=True)
    if not stopped:
        raise CommandFailed("the instance did not stop as it should")


def _start(data_dir: Path) -> subprocess.Popen[bytes]:
    """In its own folder and session, so that neither a ``.env`` nor a Ctrl-C here reaches it."""
    foreign = {f"QUAESTOR_{name}" for name in _OF_ANOTHER_INSTANCE}
    environment = {name: value for name, value in os.environ.items() if name not in foreign}
    project = str(Path(__file__).resolve().parents[1])
    known = [project, environment.get("PYTHONPATH", "")]
    environment |= {
        "QUAESTOR_DATA_DIR": str(data_dir),
        "PYTHONPATH": os.pathsep.join(filter(None, known)),
    }
    with (data_dir / "up.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "cli", "up", "--port", "0"],
            cwd=data_dir,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )


def _await_ready(
    process: subprocess.Popen[bytes], data_dir: Path, database_dir: Path
) -> RunningInstance:
    instance = Instance(data_dir)
    deadline = time.monotonic() + READY_SECONDS
    while not (state := instance.state()):
        if process.poll() is not None or time.monotonic() > deadline:
            log = (data_dir / "up.log").read_text(errors="replace").strip().splitlines()
            raise CommandFailed(f"the instance did not start: {log[-1] if log else 'no output'}")
        time.sleep(0.05)
    return RunningInstance(
        url=str(state["url"]),
        key=instance.key_file.read_text(),
        pid=process.pid,
        cluster=database_dir / "postgres",
        ready_seconds=float(str(state["ready_seconds"])),
    )


def _stop(process: subprocess.Popen[bytes]) -> bool:
    """Whether it ran until now and ended in order."""
    if process.poll() is not None:
        return False
    process.terminate()
    try:
        return process.wait(STOP_SECONDS) == 0
    except subprocess.TimeoutExpired:
        process.terminate()  # the second one ends its children at once
        process.wait(STOP_SECONDS)
        return False
