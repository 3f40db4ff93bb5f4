"""One round of review, completion and verification over some chunks, whichever agents judge.

What an agent says is checked by plain rules before it counts: a gap that is not there, an insertion
that answers none, or a verifier that breaks, never reaches a memory.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from typing import NamedTuple

from agents.completer import Completer
from agents.memory_verifier import MemoryVerifier
from agents.reviewer import Reviewer
from core.completing import open_gaps, sound_completion, sound_review
from core.errors import InvalidRequest, Unavailable
from core.schemas.document import Unit
from core.schemas.memory import Completion, Insertion, Rejection, Review
from core.schemas.outline import Chunk

logger = logging.getLogger(__name__)

_VERIFIER_FAILS = (Unavailable, InvalidRequest, TimeoutError, ValueError, LookupError, TypeError)
"""What a verifier breaks with: an endpoint away or too slow, a reply that is none, a defect."""


class Verified(NamedTuple):
    """What became of proposed insertions."""

    accepted: list[Insertion]
    reverted: list[Rejection]


async def review_all(
    reviewer: Reviewer,
    title: str,
    units: Sequence[Unit],
    chunks: Sequence[Chunk],
    inserted: Sequence[Insertion],
    settled: Collection[str],
) -> list[Review]:
    """The chunks that need completion, with gaps nobody settled before."""
    reviews: list[Review] = []
    for chunk in chunks:
        own = [insertion for insertion in inserted if insertion.chunk == chunk.index]
        said = await reviewer.review(title, units, chunk, own)
        review = open_gaps(sound_review(said, units, chunk, own), settled)
        if review.needs_completion:
            reviews.append(review)
        await asyncio.sleep(0)
    return reviews


async def complete_all(
    completer: Completer, units: Sequence[Unit], chunks: Sequence[Chunk], reviews: Sequence[Review]
) -> list[Completion]:
    """An answer to every review."""
    completions: list[Completion] = []
    for review in reviews:
        chunk = chunks[review.chunk]
        said = await completer.complete(units, chunk, review)
        completions.append(sound_completion(said, units, chunk, review))
        await asyncio.sleep(0)
    return completions


async def verify_all(
    verifier: MemoryVerifier,
    units: Sequence[Unit],
    chunks: Sequence[Chunk],
    completions: Sequence[Completion],
    inserted: Sequence[Insertion],
) -> Verified:
    """Insertions that stand where they say; every other one is reverted."""
    verified = Verified([], [])
    for completion in completions:
        earlier = [insertion for insertion in inserted if insertion.chunk == completion.chunk]
        proposed = [*earlier, *completion.insertions]
        passed = await _passed(verifier, units, chunks[completion.chunk], proposed)
        for insertion in completion.insertions:
            if insertion.id in passed:
                verified.accepted.append(insertion)
            else:
                verified.reverted.append(Rejection(gap_id=insertion.gap_id, reason="reverted"))
        await asyncio.sleep(0)
    return verified


async def _passed(
    verifier: MemoryVerifier, units: Sequence[Unit], chunk: Chunk, proposed: Sequence[Insertion]
) -> set[str]:
    """Ids of what the verifier accepted; none when it broke."""
    try:
        verdicts = await verifier.verify(units, chunk, proposed)
    except _VERIFIER_FAILS as error:
        logger.warning("insertions reverted: the verifier failed", extra={"code": str(error)[:200]})
        return set()
    return {v.insertion_id for v in verdicts if v.accepted and not v.reasons}
