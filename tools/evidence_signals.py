"""Reasons to look twice at a candidate, each a pure function of the candidates at hand.

Wording only triggers a second look; few signals are hard. None depends on the order of
candidates, and none deletes anything.
"""

import math
from collections.abc import Mapping, Sequence
from uuid import UUID

from core.schemas.evidence import Signal, SignalCode
from core.schemas.memory import Memory
from core.text import shorten
from tools.lexical import content_terms, words
from tools.loaders.sentences import sentence_ranges
from tools.overlap import jaccard, lcs_ratio
from tools.statements import Statement

ECHO = 0.7
"""Share of the question's words, in order, from which a text that asks repeats it."""

VERBATIM = 0.97
"""The same of a text that only opens like the question."""

_ASKING = """
    what what's which who who's whom whose when where why how is are was were do does did
"""
ASKING = frozenset(_ASKING.split())
"""First words of questions that end without their mark."""

ECHO_TRUST = 0.5
"""From this trust on, a question under which a page answers is an FAQ; below, an echo is hard."""

ISOLATION_SIZE = 6
"""With fewer candidates nobody is isolated."""

ISOLATED = 0.9
"""The rank, as a share, from which a candidate is unlike all others."""

EDIT_TRUST = 0.8
"""Against an original of this trust, a less trusted edited copy is out."""

RISK_BIAS = -0.8
RISK_WEIGHTS: Mapping[SignalCode, float] = {
    "echo": 2.0,
    "unsupported": 0.6,
    "conflict": 1.2,
    "edited_copy": 1.2,
    "injection": 1.0,
    "isolation": 0.5,
    "superseded": 0.6,
    "burst": 0.8,
    "pivotal": 0.7,
    "noise": 0.3,
    "pre_echo": 1.0,
}
"""A table: what training data fit is no better where risk decides (docs/evals.md, Weights of the
signals). Claims decide more; only hard signals and what is outvoted are out for sure."""
RISK_TRUST = -2.0
RISK_SUPPORT = -0.8


def echo_signal(question: str, memory: Memory) -> Signal | None:
    """The text asks the question itself: the mark of a page written to be found by it.

    Judged in windows of the question's length from every sentence that asks, or that opens like the
    question; a statement of the same matter echoes it only word for word. A heading, or a line of
    its own, that asks it is an FAQ where the source is trusted.
    """
    wanted = words(question)
    if len(wanted) < 4:
        return None
    text = memory.text_original
    best, at = 0.0, 0
    for start, end in sentence_ranges(text):
        window = words(text[start : start + 12 * len(question)])[: len(wanted) + 4]
        alike = window[:1] == wanted[:1]
        asks = text[start:end].endswith("?") or (alike and wanted[0] in ASKING)
        ratio = lcs_ratio(wanted, window) if asks or alike else 0.0
        if asks or ratio >= VERBATIM:
            best, at = max((best, at), (ratio, -start))
    if best < ECHO or (memory.source.weight >= ECHO_TRUST and _asks_openly(question, memory, -at)):
        return None
    hard = memory.source.weight < ECHO_TRUST
    return Signal(code="echo", memory_id=memory.id, value=best, hard=hard, detail="asks it itself")


def _asks_openly(question: str, memory: Memory, start: int) -> bool:
    text = memory.text_original
    before = text[:start]
    line = text[start:].split("\n", 1)[0]
    on_its_own = (not before.strip() or before.rstrip(" ").endswith("\n")) and line.endswith("?")
    wanted = words(question)
    return on_its_own or any(lcs_ratio(wanted, words(head)) >= ECHO for head in memory.heading_path)


def injection_signals(memory: Memory) -> tuple[Signal, ...]:
    """What was flagged while building: strong flags are hard."""
    return tuple(
        Signal(
            code="injection",
            memory_id=memory.id,
            value=1.0 if flag.strong else 0.5,
            hard=flag.strong,
            detail=shorten(f"{flag.code}: {flag.detail}", 120),
        )
        for flag in memory.flags
    )


def isolation_signals(memories: Sequence[Memory]) -> tuple[Signal, ...]:
    """Who is unlike everybody else, by rank; weak, and silent among a few candidates."""
    if len(memories) < ISOLATION_SIZE:
        return ()
    terms = {memory.id: frozenset(content_terms(memory.text_original)) for memory in memories}
    nearest = {
        key: max(jaccard(own, other) for name, other in terms.items() if name != key)
        for key, own in terms.items()
    }
    return tuple(
        Signal(code="isolation", memory_id=key, value=round(rank, 4))
        for key, similarity in nearest.items()
        if (rank := _share_above(similarity, nearest)) >= ISOLATED
    )


def _share_above(similarity: float, nearest: Mapping[UUID, float]) -> float:
    return sum(other > similarity for other in nearest.values()) / (len(nearest) - 1)


def unsupported_signal(statement: Statement) -> Signal | None:
    """A direct answer, to be used where nobody else gives it; only marks."""
    if statement.value is None or statement.value.kind == "boolean":
        return None
    value = round(min(1.0, statement.coverage), 4)
    return Signal(code="unsupported", memory_id=statement.memory_id, value=value)


def edited_copy_signals(
    left: UUID, left_trust: float, right: UUID, right_trust: float, likeness: float
) -> tuple[Signal, ...]:
    """A sentence that is another's but for a value: on the less trusted side, hard where the
    other is trusted; among equals on both by half, for nobody knows who changed it."""
    sides = [(left, left_trust, right_trust), (right, right_trust, left_trust)]
    return tuple(
        Signal(
            code="edited_copy",
            memory_id=memory_id,
            value=round(likeness if trust < other else likeness / 2, 4),
            hard=trust < other and other >= EDIT_TRUST,
            detail="another source has the same sentence with another value",
        )
        for memory_id, trust, other in sides
        if trust <= other
    )


def contradiction_signals(
    left: Statement, left_trust: float, right: Statement, right_trust: float, chance: float
) -> tuple[Signal, ...]:
    """Two statements that contradict each other in words: soft, on the less trusted of the two.

    Among equals nobody is known to be wrong, and each is only suspected by half.
    """
    sides = [(left, left_trust, right_trust), (right, right_trust, left_trust)]
    return tuple(
        Signal(
            code="conflict",
            memory_id=own.memory_id,
            value=round(chance if trust < others else chance / 2, 4),
            detail="contradicted in words by another source",
        )
        for own, trust, others in sides
        if trust <= others
    )


def risk(signals: Sequence[Signal], trust: float, witnesses: int) -> float:
    """The estimated chance that a candidate misleads, 0 to 1.

    The strongest signal of each kind counts; support is by independent witnesses, at most two.
    """
    strongest: dict[SignalCode, float] = {}
    for signal in signals:
        strongest[signal.code] = max(signal.value, strongest.get(signal.code, 0.0))
    total = math.fsum(
        [
            RISK_BIAS,
            RISK_TRUST * (trust - 0.5),
            RISK_SUPPORT * min(2, witnesses),
            *(RISK_WEIGHTS[code] * value for code, value in sorted(strongest.items())),
        ]
    )
    return round(1 / (1 + math.exp(-total)), 6)
