"""The pool in the order of what is likeliest to answer: searches, neighbours, and the reader."""

from collections.abc import Sequence

from core.schemas.evidence import Candidate
from graphs.answering.state import AnswerContext
from storage.protocols import Place
from tools.matching import log_odds
from tools.passages import passage_of
from tools.ranking import READ_LIMIT, with_reading


async def ranked(
    questions: Sequence[str], pool: Sequence[Candidate], context: AnswerContext
) -> list[Candidate]:
    """Best first, each with its ``rank``: the fused score and what the reader says of the passage.

    The first READ_LIMIT are read for each of the questions, and the best counts; who is not read
    counts as least relevant. The roles after this one read the same passages, which costs nothing
    twice.
    """
    by_score = sorted(pool, key=lambda item: (-item.scores["fused"], item.memory_id))
    memories = await context.memories.at(
        [Place(item.version_id, item.memory_id) for item in by_score[:READ_LIMIT]]
    )
    passages = [passage_of(memory) for memory in memories]
    relevance = [0.0] * len(by_score)
    for question in questions:
        for at, chance in enumerate(await context.reader.rank(question, passages)):
            relevance[at] = max(relevance[at], chance)
    found = [_told(item, chance) for item, chance in zip(by_score, relevance, strict=True)]
    return sorted(found, key=lambda item: (-item.scores["rank"], item.memory_id))


def _told(candidate: Candidate, relevance: float) -> Candidate:
    rank = with_reading(candidate.scores["fused"], log_odds(relevance))
    return candidate.model_copy(update={"scores": {**candidate.scores, "rank": rank}})
