"""Ask a question; the answer comes with numbered, checked citations."""

import json
from typing import Annotated

import typer
from rich.console import Console

from cli.client import Client, open_client
from cli.failures import CommandFailed
from cli.rendering import answer_view, make_console, print_json, waiting
from core.schemas.answer import Answer

app = typer.Typer()


@app.command(help=__doc__)
def ask(
    question: Annotated[str, typer.Argument(help="In plain words.")],
    collection: Annotated[str, typer.Option(help="Where to look.")] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """The answer, what it rests on, and what was kept out of it and why."""
    with open_client() as client:
        answer = ask_question(client, make_console(stderr=True), question, collection)
    if as_json:
        print_json(answer)
    else:
        make_console().print(answer_view(answer))


def ask_question(client: Client, console: Console, question: str, collection: str) -> Answer:
    """Ask, and show on ``console`` what the server is doing meanwhile."""
    body = {"question": question, "collection": collection}
    with waiting(console, "planning") as status:
        for event in client.stream("POST", "/v1/answers", body=body):
            match event.name:
                case "step":
                    status.update(json.loads(event.data)["node"].replace("_", " "))
                case "answer":
                    return Answer.model_validate_json(event.data)
    raise CommandFailed("the server ended the answer before it was complete")
