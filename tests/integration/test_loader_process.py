import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import docx
import pytest

from core.errors import (
    CorruptDocument,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    LoaderFailed,
    UnsupportedFormat,
)
from core.settings import Settings
from tools.loaders import LoadLimits
from tools.loaders.process import LoaderProcess

MEMORY = 3_000_000_000


def loader_process(seconds: float = 30.0, **options: object) -> LoaderProcess:
    settings: dict[str, object] = {"seconds": seconds, "memory_bytes": MEMORY, **options}
    return LoaderProcess(LoadLimits(), **settings)  # type: ignore[arg-type]


@pytest.fixture
def loader() -> Iterator[LoaderProcess]:
    with closing(loader_process()) as process:
        yield process


def environment_of(pid: int | None) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def is_alive(pid: int | None) -> bool:
    """Whether there is such a process that is not just waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def child_that(code: str) -> tuple[str, ...]:
    """A child that reads one request and then does ``code``."""
    start = "import os,sys,time,struct;f=sys.stdin.buffer;"
    frame = "f.read(struct.unpack('>Q',f.read(8))[0]);"
    return (sys.executable, "-c", start + frame + frame + code)


async def test_a_document_comes_back_whole(loader: LoaderProcess) -> None:
    loaded = await loader.load("# Pump\n\nIt runs – well.".encode(), "a.md")

    assert [unit.text for unit in loaded.units] == ["Pump", "It runs – well."]
    assert loaded.units[1].heading_path == ("Pump",)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyDocument),
        (b"PK\x03\x04 cut off", CorruptDocument),
        (b"%!PS-Adobe-3.0", UnsupportedFormat),
        (b"\x89PNG\r\n\x1a\n....", CorruptDocument),
        (b"From: a@b\nTo: c@d\nContent-Type: application/pkcs7-mime\n\nx", EncryptedDocument),
    ],
)
async def test_errors_keep_their_class(
    loader: LoaderProcess, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await loader.load(content, "a.bin")


async def test_limits_hold_in_the_child_too() -> None:
    limits = LoadLimits(max_bytes=100_000, max_unpacked_bytes=10_000)
    stream = BytesIO()
    document = docx.Document()
    document.save(stream)

    with closing(LoaderProcess(limits, seconds=30.0, memory_bytes=MEMORY)) as loader:
        with pytest.raises(DocumentTooLarge):
            await loader.load(b"x" * 100_001, "a.txt")
        with pytest.raises(DocumentTooLarge):
            await loader.load(stream.getvalue(), "a.docx")


async def test_many_callers_share_one_child(loader: LoaderProcess) -> None:
    contents = [f"Document {number}.".encode() for number in range(20)]

    loaded = await asyncio.gather(*(loader.load(content, "a.txt") for content in contents))

    assert [document.text.encode() for document in loaded] == contents


def test_callers_may_live_in_different_loops(loader: LoaderProcess) -> None:
    found: list[str] = []

    def call(number: int) -> None:
        found.append(asyncio.run(loader.load(f"Document {number}.".encode(), "a.txt")).text)

    threads = [Thread(target=call, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [f"Document {number}." for number in range(4)]


async def test_a_dead_child_is_replaced(loader: LoaderProcess) -> None:
    await loader.load(b"One.", "a.txt")
    first = loader.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await asyncio.sleep(0.1)

    assert (await loader.load(b"Two.", "a.txt")).text == "Two."
    assert loader.pid != first


async def test_a_hanging_parser_is_stopped() -> None:
    loader = loader_process(0.5, command=child_that("time.sleep(60)"))
    began = monotonic()
    with closing(loader), pytest.raises(LoaderFailed, match=r"longer than 0\.5 seconds"):
        await loader.load(b"words", "a.txt")

    assert monotonic() - began < 5
    assert loader.pid is None


async def test_a_page_that_takes_long_has_a_time_of_its_own() -> None:
    tick = "o=sys.stdout.buffer;o.write(struct.pack('>Q',1)+b'.');o.flush();time.sleep({});"
    slow = child_that(tick.format(0.4) * 3 + "o.write(struct.pack('>Q',1)+b'?');o.flush();f.read()")
    loader = loader_process(1.0, page_seconds=5.0, command=slow)
    with closing(loader), pytest.raises(LoaderFailed, match="cannot be read"):
        await loader.load(b"words", "a.png")

    stuck = child_that(tick.format(60))
    loader = loader_process(5.0, page_seconds=0.3, command=stuck)
    with closing(loader), pytest.raises(LoaderFailed, match=r"or 0\.3 for a page"):
        await loader.load(b"words", "a.png")


async def test_ticks_end_with_the_pages_that_may_be_read() -> None:
    endless = "os.write(1,(struct.pack('>Q',1)+b'.')*1000);time.sleep(60)"
    loader = loader_process(command=child_that(endless))
    with closing(loader):
        with pytest.raises(LoaderFailed, match="cannot be read"):
            await loader.load(b"words", "a.png")

        assert loader.pid is None


async def test_a_crashing_parser_is_named() -> None:
    crash = "os.kill(os.getpid(),11)"
    with closing(loader_process(command=child_that(crash))) as loader:
        for _ in range(2):
            with pytest.raises(LoaderFailed, match="SIGSEGV"):
                await loader.load(b"words", "a.txt")


async def test_nonsense_from_the_child_is_a_failure() -> None:
    nonsense = "sys.stdout.buffer.write(struct.pack('>Q',3)+b'+{}');sys.stdout.flush();f.read()"
    loader = loader_process(command=child_that(nonsense))
    with closing(loader), pytest.raises(LoaderFailed, match="cannot be read"):
        await loader.load(b"words", "a.txt")


async def test_a_parser_that_wants_too_much_memory_fails_alone() -> None:
    with closing(loader_process(memory_bytes=150_000_000)) as loader:
        with pytest.raises(LoaderFailed):
            await loader.load(b"word " * 4_000_000, "a.txt")

        assert (await loader.load(b"Small.", "a.txt")).text == "Small."


async def test_the_child_inherits_no_secret(
    loader: LoaderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUAESTOR_API_KEY", "very-secret")
    await loader.load(b"One.", "a.txt")

    assert b"very-secret" not in environment_of(loader.pid)


async def test_closing_ends_the_child(loader: LoaderProcess) -> None:
    await loader.load(b"One.", "a.txt")
    pid = loader.pid

    loader.close()

    assert not is_alive(pid)


def test_the_child_dies_with_its_parent() -> None:
    script = (
        "import asyncio,os\n"
        "from tools.loaders import LoadLimits\n"
        "from tools.loaders.process import LoaderProcess\n"
        f"loader = LoaderProcess(LoadLimits(), seconds=30, memory_bytes={MEMORY})\n"
        "asyncio.run(loader.load(b'One.', 'a.txt'))\n"
        "print(loader.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    child = int(result.stdout)

    deadline = monotonic() + 5
    while is_alive(child) and monotonic() < deadline:
        sleep(0.05)
    assert not is_alive(child)


async def test_the_limits_come_from_the_settings() -> None:
    settings = Settings(max_document_bytes=10)
    with (
        closing(LoaderProcess.from_settings(settings)) as loader,
        pytest.raises(DocumentTooLarge, match="limit is 10"),
    ):
        await loader.load(b"x" * 11, "a.txt")
