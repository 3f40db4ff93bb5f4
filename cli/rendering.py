"""Everything the CLI shows goes through here: tables, panels, progress, and JSON.

What documents and servers say is shown as plain text: no markup, no control characters.
"""

import json
import sys
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise

from pydantic_core import to_jsonable_python
from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.status import Status
from rich.table import Table
from rich.text import Text

from core.schemas.answer import Answer, Citation, FilteredCandidate
from core.text import INVISIBLE, collapse_spaces, shorten

WIDTH = 100

_STYLES = {
    "answered": "green",
    "succeeded": "green",
    "active": "green",
    "verified": "green",
    "partial": "yellow",
    "conflict": "yellow",
    "abstained": "yellow",
    "running": "cyan",
    "queued": "cyan",
    "retrying": "yellow",
    "failed": "red",
    "cancelled": "red",
    "quarantined": "red",
}

REASONS = {
    "enough_support": "the evidence supports it",
    "no_candidate": "nothing in this collection matches",
    "weak_match": "the nearest passages do not answer it",
    "single_low_trust": "only one source says so, of low trust or under suspicion",
    "weak_answer": "the best sentence is a weak match",
    "rivals": "sources disagree",
    "ambiguous": "the name may mean several, each is told",
    "contested": "sources of low trust disagree, and nobody else supports any of them",
    "excluded_majority": "too much of the evidence had to be excluded",
    "budget_spent": "the budget of this question is spent",
    "no_progress": "asking again brought nothing new",
    "no_answer_found": "the passages that were read hold no answer",
    "not_accepted": "what was found is not accepted as the answer",
    "no_supported_sentence": "no sentence passed its check against the sources",
    "unsupported_sentence_dropped": "a sentence without support was left out",
}


def make_console(*, stderr: bool = False) -> Console:
    """At most 100 columns; without a terminal, exactly that and no colour."""
    terminal = Console(stderr=stderr)
    width = min(WIDTH, terminal.width) if terminal.is_terminal else WIDTH
    return Console(width=width, stderr=stderr, highlight=False, emoji=False)


def print_json(value: object) -> None:
    """A value, alone on standard output."""
    json.dump(to_jsonable_python(value), sys.stdout, indent=2)
    sys.stdout.write("\n")


def plain(value: object, style: str = "") -> Text:
    """Text from outside: shown as it is, without anything a terminal would obey."""
    visible = INVISIBLE.sub("", str(value))
    return Text("".join(_shown(character) for character in visible), style=style)


def _shown(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs"):
        return character
    return "\ufffd"


def state_text(state: str) -> Text:
    """A state or outcome in its colour."""
    return plain(state, _STYLES.get(state, ""))


def make_table(*columns: str, title: str | None = None) -> Table:
    """A table in the house style; the first column is never cut."""
    table = Table(
        box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False
    )
    for index, column in enumerate(columns):
        table.add_column(column, no_wrap=index == 0, overflow="fold" if index == 0 else "ellipsis")
    return table


def make_panel(content: RenderableType, *, title: Text, style: str = "") -> Panel:
    """A frame with its title on the left."""
    return Panel(content, title=title, title_align="left", border_style=style, padding=(0, 1))


def when(moment: datetime | None) -> str:
    """A moment in the local zone; of today, only the time."""
    if moment is None:
        return ""
    local = moment.astimezone()
    is_today = local.date() == datetime.now(UTC).astimezone().date()
    return local.strftime("%H:%M:%S" if is_today else "%Y-%m-%d %H:%M")


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many}"


def duration(seconds: float | None) -> str:
    """Seconds, as a person reads them."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def with_markers(answer: Answer) -> Text:
    """The text with ``[1]`` after each sentence that citation 1 carries, short answers in bold."""
    bold = [span for sentence in answer.sentences for span in sentence.answer_spans]
    markers: dict[int, str] = {}
    for citation in answer.citations:
        end = citation.answer_span.end
        markers[end] = markers.get(end, "") + f"[{citation.number}]"
    ends = {place for span in bold for place in (span.start, span.end)}
    marked = Text()
    for start, end in pairwise(sorted({0, len(answer.text), *ends, *markers})):
        inside = any(span.start <= start and end <= span.end for span in bold)
        marked.append_text(plain(answer.text[start:end], "bold" if inside else ""))
        marked.append(f" {markers[end]}" if end in markers else "")
    return marked


def answer_view(answer: Answer) -> RenderableType:
    """The answer, what it rests on, and what was kept out of it."""
    parts: list[RenderableType] = [_answer_panel(answer)]
    parts += [_citation_view(citation) for citation in answer.citations]
    if answer.nearest:
        parts.append(_nearest_view(answer))
    if answer.filtered:
        parts.append(_filtered_view(answer.filtered))
    parts.append(_footer(answer))
    return Group(*parts)


def reason_text(code: str) -> str:
    """What a reason code means."""
    return REASONS.get(code, code.replace("_", " "))


def _answer_panel(answer: Answer) -> Panel:
    text = with_markers(answer) if answer.text else plain("No answer can be given.")
    style = _STYLES[answer.outcome]
    return make_panel(text, title=state_text(answer.outcome), style=style)


def _citation_view(citation: Citation) -> RenderableType:
    place = f"{citation.title} · {citation.external_id}, version {citation.version_number}"
    if citation.page is not None:
        place += f", page {citation.page}"
    source = f"{citation.source.principal}, {citation.source.trust}"
    head = Text.assemble(
        (f"[{citation.number}] ", "bold"),
        plain(place),
        plain(f" · {source}" + (" · checked" if citation.verified else ""), "dim"),
    )
    return Group(head, _indented(f"“{collapse_spaces(citation.quote)}”", "italic"))


def _indented(text: str, style: str = "") -> RenderableType:
    table = Table.grid(padding=(0, 0, 0, 4))
    table.add_row("", plain(text, style))
    return table


def _nearest_view(answer: Answer) -> Table:
    table = make_table("score", "nearest evidence", "says", title="Nearest evidence")
    for near in answer.nearest:
        table.add_row(
            f"{near.score:.2f}",
            plain(shorten(near.external_id, 30)),
            plain(shorten(near.quote, 160)),
        )
    return table


def _filtered_view(filtered: Iterable[FilteredCandidate]) -> Table:
    table = make_table("kept out", "document", "source", "risk", "why", title="Filtered")
    for candidate in filtered:
        signals = "; ".join(
            f"{signal.code} {signal.value:.2f}"
            + (f" ({shorten(signal.detail, 60)})" * bool(signal.detail))
            for signal in candidate.signals
        )
        table.add_row(
            state_text(candidate.action),
            plain(shorten(candidate.external_id, 30)),
            plain(f"{candidate.source.principal}, {candidate.source.trust}"),
            f"{candidate.risk:.2f}",
            plain(signals or "not corroborated"),
        )
    return table


def _footer(answer: Answer) -> Text:
    facts = [
        *map(reason_text, answer.reasons),
        f"confidence {answer.confidence:.2f}",
        counted(answer.rounds, "round", "rounds"),
        duration(answer.seconds),
    ]
    return plain(" · ".join(facts) + f"\nrun {answer.run_id}", "dim")


def build_progress(console: Console) -> Progress:
    """A bar per document: its name, the stage its job is in, how far that is."""
    return Progress(
        TextColumn("{task.description}"),
        TextColumn("{task.fields[stage]}", style="cyan"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def waiting(console: Console, text: str) -> Status:
    """A spinner, on a terminal."""
    return console.status(text)
