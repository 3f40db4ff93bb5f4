"""Outlines by headings, or by where the vocabulary changes when there are none."""

import asyncio
import re
from collections.abc import Sequence

from core.schemas.document import Unit
from core.schemas.outline import Outline, Part, PartKind
from core.text import shorten
from tools.cohesion import best_cut, piece_norms
from tools.phrases import key_phrases
from tools.predicting import predicted_questions
from tools.questions import about, plain_heading, question_of
from tools.tfidf import unit_vectors

_UNITS_PER_PART = 16
_MOST_PARTS = 100
_MOST_GROUPS = 2_000
_TITLE_LIMIT = 80
_READ_FOR_KIND = 4_000

_CUE_WORDS: dict[PartKind, str] = {
    "conclusion": r"conclusions?|therefore|conclude[sd]?|in summary|to sum up",
    "result": r"results?|findings?|shows? that|found that|increased by|decreased by",
    "definition": r"(?:is|are) defined as|refers? to|denotes?|means|definitions?",
    "method": r"steps?|procedures?|algorithms?|methods?|how to|install\w*|replac\w+|use|using",
    "assumption": r"assum\w+|given that|requires?|prerequisites?|provided that",
    "motivation": r"problems?|needs?|because|motivation|rationale|why",
}
_CUES = {kind: re.compile(rf"\b(?:{cues})\b", re.I) for kind, cues in _CUE_WORDS.items()}


class LocalOutliner:
    """Headings become parts; a text without headings is cut coarsely and named by its phrases.

    Questions beyond those of the parts come from definitions and sentences of facts.
    """

    async def outline(self, title: str, units: Sequence[Unit]) -> Outline:
        """The parts, tiling the units; computed in a thread."""
        return await asyncio.to_thread(self._outline, title, units)

    def _outline(self, title: str, units: Sequence[Unit]) -> Outline:
        questions = predicted_questions(title, units)
        if firsts := _heading_starts(units):
            parts = _parts_by_headings(title, units, firsts)
            return Outline(parts=parts, questions=questions, method="headings")
        parts = _parts_by_phrases(title, units)
        return Outline(parts=parts, questions=questions, method="key_phrases")


def _heading_starts(units: Sequence[Unit]) -> list[int]:
    """First units of runs of headings: a heading with no text of its own leads in the next one."""
    return [
        index
        for index, unit in enumerate(units)
        if unit.kind == "heading" and (index == 0 or units[index - 1].kind != "heading")
    ]


def _parts_by_headings(title: str, units: Sequence[Unit], firsts: list[int]) -> tuple[Part, ...]:
    edges = sorted({0, *firsts})
    stops = [*edges[1:], len(units)]
    return tuple(
        _part_by_heading(index, title, units, first, stop)
        for index, (first, stop) in enumerate(zip(edges, stops, strict=True))
    )


def _part_by_heading(index: int, title: str, units: Sequence[Unit], first: int, stop: int) -> Part:
    headings = [unit for unit in units[first:stop] if unit.kind == "heading"]
    if headings:
        path = headings[-1].heading_path or (headings[-1].text,)
        name, parent = plain_heading(path[-1]), plain_heading(path[-2]) if path[1:] else title
        question = question_of(path[-1], parent)
    else:
        name, question = title, f"What is {title} about?"
    kind = _kind_of(f"{name}\n", units[first:stop])
    return Part(
        index=index,
        title=shorten(name, _TITLE_LIMIT),
        question=question,
        kind=kind,
        first=first,
        stop=stop,
    )


def _parts_by_phrases(title: str, units: Sequence[Unit]) -> tuple[Part, ...]:
    edges = _coarse_cut(units)
    ranges = list(zip(edges, [*edges[1:], len(units)], strict=True))
    groups = [[unit.text for unit in units[first:stop]] for first, stop in ranges]
    phrases = key_phrases(groups, limit=2)
    return tuple(
        Part(
            index=index,
            title=shorten(", ".join(names) or title, _TITLE_LIMIT),
            question=about(" and ".join(names), title) if names else f"What is {title} about?",
            kind=_kind_of("", units[first:stop]),
            first=first,
            stop=stop,
        )
        for index, ((first, stop), names) in enumerate(zip(ranges, phrases, strict=True))
    )


def _coarse_cut(units: Sequence[Unit]) -> list[int]:
    """A part is some sixteen units; very long texts are cut between groups of units."""
    step = len(units) // _MOST_GROUPS + 1
    groups = list(range(0, len(units), step))
    count = min(_MOST_PARTS, max(1, round(len(units) / _UNITS_PER_PART)))
    rows = unit_vectors([unit.text for unit in units]).grouped(groups)
    longest = min(len(groups), max(4, 5 * len(groups) // (2 * count)))
    return [groups[start] for start in best_cut(piece_norms(rows, longest), count)]


def _kind_of(heading: str, units: Sequence[Unit]) -> PartKind:
    """The kind with most cue words; the heading's own count threefold."""
    text = "\n".join(unit.text for unit in units[:40])[:_READ_FOR_KIND]
    counts = {
        kind: len(cue.findall(text)) + 3 * len(cue.findall(heading)) for kind, cue in _CUES.items()
    }
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] > 1 else "other"
