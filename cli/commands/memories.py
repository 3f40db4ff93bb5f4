"""Show the memories made of a document."""

from typing import Annotated

import typer
from rich.console import Group, RenderableType

from cli.client import open_client
from cli.rendering import counted, make_console, make_panel, plain, print_json, state_text
from core.schemas.memory import Memory

app = typer.Typer()


@app.command(help=__doc__)
def memories(
    document: Annotated[str, typer.Argument(help="Id or external id.")],
    version: Annotated[str | None, typer.Option(help="Id of a version; default: active.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """In document order, each with its question, its core and what completion added."""
    with open_client() as client:
        found = client.document(document)
        listed = client.get(f"/v1/documents/{found.id}/memories", version=version)
    if as_json:
        print_json(listed)
        return
    console = make_console()
    console.print(
        plain(
            f"{found.title} ({found.external_id}): {counted(len(listed), 'memory', 'memories')}",
            "bold",
        )
    )
    if found.summary:
        said = " ".join(sentence.text for sentence in found.summary)
        console.print(make_panel(plain(said), title=plain("In its own words")))
    for memory in map(Memory.model_validate, listed):
        console.print(_view(memory))


def _view(memory: Memory) -> RenderableType:
    kind = " · ".join((memory.content_type, *memory.intents)).replace("_", "-")
    place = f"{memory.id} · {kind} · characters {memory.span.start}–{memory.span.end}"
    if memory.page is not None:
        place += f" · page {memory.page}"
    flags = "".join(f" · {flag.code}" for flag in memory.flags)
    lines = [plain(memory.question, "bold"), plain(memory.text_original)]
    lines += [plain(f"+ {insertion.text}", "cyan") for insertion in memory.insertions]
    lines += [plain(f"core: {memory.core}", "italic"), plain(place + flags, "dim")]
    title = plain(f"{memory.ordinal + 1} ").append_text(state_text(memory.status))
    return make_panel(Group(*lines), title=title)
