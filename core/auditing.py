"""Who pushed an answer, and whom a run would not believe: pure functions over what it recorded."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from core.schemas.answer import Answer
from core.schemas.audit import Backer, BackingMemory, Suspicion
from core.schemas.memory import Memory


def supporters(answer: Answer) -> dict[UUID, str | None]:
    """The memories that spoke for what was told, each with the claim it makes: those the answer
    quotes, and those that make the claim of one it quotes."""
    cited = {citation.memory_id for citation in answer.citations}
    found: dict[UUID, str | None] = dict.fromkeys(sorted(cited))
    for group in answer.claim_groups:
        if group.status != "superseded" and cited.intersection(group.memory_ids):
            found |= dict.fromkeys(group.memory_ids, group.value)
    return found


def backers(
    answer: Answer, memories: Mapping[UUID, Memory], risks: Mapping[UUID, float]
) -> tuple[Backer, ...]:
    """The principals behind what was told, the heaviest first.

    A memory weighs what its vote weighed: the trust of its source times the chance that it does
    not mislead. A principal weighs what its best memory does, for it is one witness.
    """
    claims = supporters(answer)
    cited = {citation.memory_id for citation in answer.citations}
    votes = {key: _vote(memories[key], risks.get(key, 0.0)) for key in claims}
    by_principal: dict[str, list[Memory]] = defaultdict(list)
    for key in claims:
        by_principal[memories[key].source.principal].append(memories[key])
    best = {name: max(votes[m.id] for m in own) for name, own in by_principal.items()}
    found = [
        _backer(
            own,
            share(best[name], best.values()),
            [_backing(memory, claims, votes, cited) for memory in own],
        )
        for name, own in by_principal.items()
    ]
    return tuple(sorted(found, key=lambda backer: (-backer.weight, backer.principal)))


def suspicions(answer: Answer) -> tuple[Suspicion, ...]:
    """What the run has against each memory that it kept out of sight: for a person to decide."""
    return tuple(
        Suspicion(
            memory_id=kept_out.memory_id,
            run_id=answer.run_id,
            risk=kept_out.risk,
            signals=kept_out.signals,
        )
        for kept_out in answer.filtered
        if kept_out.action == "quarantine"
    )


def share(part: float, whole: Iterable[float]) -> float:
    """What part it is of the whole; an equal part where nothing weighs anything."""
    parts = list(whole)
    total = sum(parts)
    return round(part / total if total else 1 / len(parts), 4)


def _vote(memory: Memory, risk: float) -> float:
    return memory.source.weight * (1 - risk)


def _backer(own: Sequence[Memory], weight: float, backing: Sequence[BackingMemory]) -> Backer:
    most_trusted = max(own, key=lambda memory: memory.source.weight)
    return Backer(
        principal=most_trusted.source.principal,
        origins=tuple(sorted({memory.source.origin for memory in own})),
        trust=most_trusted.source.trust,
        weight=weight,
        memories=tuple(sorted(backing, key=lambda m: (-m.weight, not m.cited, m.memory_id))),
    )


def _backing(
    memory: Memory,
    claims: Mapping[UUID, str | None],
    votes: Mapping[UUID, float],
    cited: set[UUID],
) -> BackingMemory:
    return BackingMemory(
        memory_id=memory.id,
        document_id=memory.document_id,
        weight=share(votes[memory.id], votes.values()),
        cited=memory.id in cited,
        value=claims[memory.id],
    )
