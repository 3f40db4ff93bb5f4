"""The pool in the order of what is likeliest to answer: searches, neighbours, and the reader."""

from collections.abc import Collection, Sequence
from uuid import UUID

from core.schemas.evidence import Candidate
from graphs.answering.state import AnswerContext
from storage.protocols import Place
from tools.early_exit import PATIENCE, is_settled, promising
from tools.matching import log_odds
from tools.passages import passage_of
from tools.ranking import READ_LIMIT, with_reading
from tools.reader import Reader

BEST = 5
"""So many must be settled: selection seldom keeps more (docs/evals.md, Answers)."""

AT_ONCE = PATIENCE
"""Passages of one call to the reader: it ends or goes on after each."""


async def ranked(
    questions: Sequence[str],
    pool: Sequence[Candidate],
    context: AnswerContext,
    kept_out: Collection[UUID] = (),
) -> list[Candidate]:
    """Best first, each with its ``rank``: the fused score and what the reader says of the passage.

    Who was kept out is not read again: it would take the place of what may speak. Of the others at
    most the first READ_LIMIT are read for each of the questions, and the best counts (their
    ``read``); who is not read counts as least relevant. Selecting and answering read the same
    passages, which costs nothing again.
    """
    by_score = sorted(pool, key=lambda item: (-item.scores["fused"], item.memory_id))
    first = [item for item in by_score if item.memory_id not in kept_out][:READ_LIMIT]
    memories = await context.memories.at([Place(item.version_id, item.memory_id) for item in first])
    passages = [passage_of(memory) for memory in memories]
    scores = [item.scores["fused"] for item in first]
    read: dict[UUID, float] = {}
    for question in questions:
        chances = await _read(question, passages, scores, context.reader)
        for item, chance in zip(first, chances, strict=False):
            read[item.memory_id] = max(read.get(item.memory_id, 0.0), chance)
    found = [_told(item, read.get(item.memory_id)) for item in by_score]
    return sorted(found, key=lambda item: (-item.scores["rank"], item.memory_id))


async def _read(
    question: str, passages: Sequence[str], scores: Sequence[float], reader: Reader
) -> list[float]:
    """How relevant the first passages are, as far down as more of them could still matter."""
    chances: list[float] = []
    for at in range(0, promising(scores, BEST), AT_ONCE):
        chances += await reader.rank(question, passages[at : at + AT_ONCE])
        so_far = zip(scores, chances, strict=False)
        if is_settled([with_reading(score, log_odds(chance)) for score, chance in so_far], BEST):
            break
    return chances


def _told(candidate: Candidate, read: float | None) -> Candidate:
    kept = {name: score for name, score in candidate.scores.items() if name != "read"}
    if read is not None:
        kept["read"] = read
    kept["rank"] = with_reading(candidate.scores["fused"], log_odds(read or 0.0))
    return candidate.model_copy(update={"scores": kept})
