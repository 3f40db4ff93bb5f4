"""Transcripts (WebVTT, SubRip): who said what; times go to the metadata.

Cues are cut by the clock, not by sense, so consecutive cues of one speaker are put together again
and cut at sentences.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from core.schemas.document import LoadedDocument
from core.text import collapse_spaces
from tools.loaders.lines import join
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"[ \t]*{_CLOCK}[ \t]+-->[ \t]+{_CLOCK}")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]{1,100})>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>]{0,200}>|\{\\[^{}]{0,50}\}")
_NAMED = re.compile(r"(?:[-–>]+\s*)?([A-Z][\w.'’&()-]*(?:\s[\w.'’&()-]+){0,3}):\s+(?=\S)")
_SILENCE = 8.0
"""Seconds without a word after which the same speaker begins a new paragraph."""
_PARAGRAPH = 1_500


class _Cue(NamedTuple):
    start: float
    end: float
    speaker: str | None
    text: str


def read(raw: RawDocument) -> LoadedDocument:
    """The transcript as paragraphs, one speaker each."""
    builder = DocumentBuilder()
    turns = list(_turns(_cues(raw.text), voiced="<v" in raw.text))
    for turn in turns:
        builder.paragraph(turn.text, speaker=turn.speaker)
    metadata = {
        "speakers": ", ".join(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
    }
    if turns:
        metadata["start"] = _clock(turns[0].start)
        metadata["end"] = _clock(turns[-1].end)
        metadata["paragraph_starts"] = " ".join(_clock(turn.start) for turn in turns)
    return builder.build(raw.media_type, raw.stem, metadata=metadata, warnings=raw.warnings)


def _cues(text: str) -> Iterator[_Cue]:
    """Every cue with words; notes, styles and regions have no timing line and are passed over."""
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.strip("\n").split("\n")
        timings = [
            (index, timing) for index, line in enumerate(lines) if (timing := _TIMING.match(line))
        ]
        for place, (index, timing) in enumerate(timings):
            last = place + 1 == len(timings)
            stop = len(lines) if last else _cue_end(lines, timings[place + 1][0])
            yield from _spoken(timing, lines[index + 1 : stop])


def _cue_end(lines: list[str], following: int) -> int:
    """Where a cue ends that no blank line parts from the ``following`` one: before its number."""
    return following - 1 if lines[following - 1].strip().isdecimal() else following


def _spoken(timing: re.Match[str], lines: list[str]) -> Iterator[_Cue]:
    start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
    for line in lines:
        voice = _VOICE.search(line)
        words = collapse_spaces(unescape(_TAG.sub("", line)))
        named = None if voice else _NAMED.match(words)
        speaker = voice.group(1) if voice else named.group(1) if named else None
        words = words[named.end() :] if named else words
        if words:
            yield _Cue(start, end, speaker and collapse_spaces(unescape(speaker)), words)


def _turns(cues: Iterator[_Cue], *, voiced: bool) -> Iterator[_Cue]:
    """Cues of one speaker joined until somebody else speaks, or pauses after a sentence.

    Where voices are tagged (``voiced``), an untagged cue is nobody's; where they are written out,
    it goes on with the last one.
    """
    turn: _Cue | None = None
    for cue in cues:
        if turn is not None and _goes_on(turn, cue, voiced=voiced):
            turn = turn._replace(end=cue.end, text=_without_overlap(turn.text, cue.text))
            continue
        if turn is not None:
            yield turn
        turn = cue
    if turn is not None:
        yield turn


def _goes_on(turn: _Cue, cue: _Cue, *, voiced: bool) -> bool:
    if cue.speaker != turn.speaker and (voiced or cue.speaker is not None):
        return False
    paused = cue.start > turn.end + _SILENCE
    ended = turn.text.endswith((".", "!", "?", "…", "。", "！", "？"))
    return not (ended and (paused or len(turn.text) > _PARAGRAPH))


def _without_overlap(spoken: str, words: str) -> str:
    """Rolling captions repeat the line above: it is said once."""
    return spoken if spoken.endswith(words) and len(words) > 20 else join(spoken, words)


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
