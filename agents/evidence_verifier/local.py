"""An evidence verifier without a language model: provenance, claim-level support, a few signals."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from agents.evidence_verifier.assessing import assessments, by_memory
from agents.evidence_verifier.bearing import told_apart
from agents.evidence_verifier.claim_signals import signals_of
from agents.evidence_verifier.reading import (
    Couple,
    Related,
    agreed_claims,
    both_ways,
    couples,
    related,
)
from agents.evidence_verifier.rules import claim_groups, positions
from agents.evidence_verifier.standing import Standing
from agents.evidence_verifier.text_signals import copy_signals, read_signals, wording_signals
from agents.evidence_verifier.updating import (
    Update,
    is_outdated,
    outdated_claims,
    outdated_signals,
    still_held,
    updates,
)
from agents.evidence_verifier.voices import Heard, heard, spoken
from agents.evidence_verifier.witnesses import Witnessed
from agents.selector import Evidence, by_rank
from core.schemas.evidence import Claim, ClaimGroup, EvidenceVerdict, Plan, Signal, SignalCode
from core.schemas.memory import Memory
from core.sufficiency import LOW_TRUST
from tools.independence import Witness, independence_groups
from tools.lexical import content_terms
from tools.matching import Asked, asked, has_short_answer, parts_asked
from tools.passages import passage_of
from tools.ranking import READ_LIMIT, TermWeights
from tools.reader import Reader
from tools.statements import Statement, statements_of

SINGULAR = frozenset({"fact", "yes_no"})
"""Questions with one right answer; elsewhere two values need not contradict each other."""

MISLEADING: frozenset[SignalCode] = frozenset({"injection", "echo", "pre_echo"})
"""Wording that takes a text the right to make another one out of date."""


class Prepared(NamedTuple):
    """What can be told before anything is judged by reading."""

    plan: Plan
    memories: Sequence[Memory]
    groups: Mapping[UUID, int]
    weights: TermWeights
    statements: Sequence[Sequence[Statement]]
    """By part of the question: what is said to one contradicts nothing that is said to another."""
    couples: Sequence[Couple]
    updates: Sequence[Sequence[Update]]
    """By part of the question, of those with one answer: what no longer holds is no statement."""
    signals: Sequence[Signal]
    """That the wording of each text raises."""


class LocalEvidenceVerifier:
    """Judges by independence groups, typed claims, the risk formula, and by reading in between."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def verify(
        self, plan: Plan, pool: Sequence[Evidence], selected: Sequence[Evidence]
    ) -> EvidenceVerdict:
        """One assessment per candidate, ordered by memory id, and the claims of them all.

        Runs in a thread: every pair of candidates is compared, which can take seconds.
        """
        memories = sorted(
            {item.memory.id: item.memory for item in (*pool, *selected)}.values(),
            key=lambda memory: memory.id,
        )
        if not memories:
            return EvidenceVerdict(assessments=())
        prepared = await asyncio.to_thread(_prepare, plan, memories)
        judged = await self._reader.judge(both_ways(prepared.couples))
        readings = await self._listen(plan, [*pool, *selected])
        relations = related(prepared.couples, judged)
        return await asyncio.to_thread(_verdict, prepared, relations, readings)

    async def _listen(self, plan: Plan, pool: Sequence[Evidence]) -> list[Heard]:
        """What the best candidates answer, where a few words can and somebody is of low trust.

        What the roles before this one have had read costs nothing again; the rest is read here,
        because who is far behind may still contradict.
        """
        ranked = {evidence.memory.id: evidence.memory for evidence in sorted(pool, key=by_rank)}
        memories = list(ranked.values())[:READ_LIMIT]
        if not _is_read(plan, memories):
            return []
        question = asked(plan)
        readings = await self._reader.read(question.text, [passage_of(m) for m in memories])
        return [heard(question, *both) for both in zip(memories, readings, strict=True)]


def _is_singular(plan: Plan) -> bool:
    """Whether each part has one right answer: those of a comparison taken apart have too."""
    return plan.type in SINGULAR or (plan.kind == "compare" and bool(plan.subquestions))


def _is_read(plan: Plan, memories: Iterable[Memory]) -> bool:
    single = has_short_answer(plan) and not plan.subquestions
    return single and any(memory.source.weight < LOW_TRUST for memory in memories)


def _prepare(plan: Plan, memories: Sequence[Memory]) -> Prepared:
    groups = independence_groups(
        Witness(memory.id, memory.source, memory.batch, memory.text_original) for memory in memories
    )
    weights = TermWeights(frozenset(content_terms(memory.text_completed)) for memory in memories)
    signals = wording_signals(plan, memories)
    misleading = {signal.memory_id for signal in signals if signal.code in MISLEADING}
    parts = parts_asked(plan) if _is_singular(plan) else ()
    changed = [updates(part, memories, misleading) for part in parts]
    statements = _statements(plan, memories, weights)
    for at, old in enumerate(changed):
        statements[at] = [s for s in statements[at] if not is_outdated(old, s.memory_id, s.span)]
    comparable = [c for part in statements for c in couples(part, groups) if _is_singular(plan)]
    return Prepared(plan, memories, groups, weights, statements, comparable, changed, signals)


def _verdict(
    prepared: Prepared, relations: Sequence[Related], readings: Sequence[Heard]
) -> EvidenceVerdict:
    plan, memories, groups = prepared.plan, prepared.memories, prepared.groups
    by_id = {memory.id: memory for memory in memories}
    said, changed = [*chain(*prepared.statements)], [*chain(*prepared.updates)]
    signals = [*prepared.signals, *outdated_signals(changed)]
    signals += copy_signals(plan, said, by_id, changed)
    told = _told(prepared, readings, Standing(by_id, groups, by_memory(signals)))
    voted = [positions(voices) for voices in told]
    for voices, sides in zip(told, voted, strict=True):
        signals += signals_of(voices, sides)
    signals += read_signals(relations, by_id)
    found = [*chain(*voted)]
    trust = {memory.id: memory.source.weight for memory in memories}
    told_now = _joined(claim_groups(sides, part) for part, sides in enumerate(voted))
    claims, named = told_now if found else agreed_claims(relations, groups, trust)
    before = _joined(
        outdated_claims(old, groups, part) for part, old in enumerate(prepared.updates)
    )
    return EvidenceVerdict(
        assessments=assessments(memories, groups, signals, found),
        claims=(*claims, *before.claims),
        claim_groups=(*named, *before.groups),
    )


def _told(
    prepared: Prepared, readings: Sequence[Heard], standing: Standing
) -> list[list[Witnessed]]:
    """What is stated and read, by part of the question; nothing where there are many answers."""
    plan, weights = prepared.plan, prepared.weights
    if not _is_singular(plan):
        return []
    changed = [*chain(*prepared.updates)]
    held = [still_held(item, changed) for item in readings]
    read = spoken(_in_known_terms(asked(plan), weights), weights, held, prepared.groups)
    return [
        told_apart(part.text, prepared.memories, standing.heard(said, read))
        for part, said in zip(parts_asked(plan), prepared.statements, strict=True)
    ]


class Claimed(NamedTuple):
    """Claims, and the groups they are in."""

    claims: tuple[Claim, ...]
    groups: tuple[ClaimGroup, ...]


def _joined(by_part: Iterable[tuple[Sequence[Claim], Sequence[ClaimGroup]]]) -> Claimed:
    """What is claimed to each part, part by part."""
    parts = [*by_part]
    claims = (claim for found, _ in parts for claim in found)
    return Claimed(tuple(claims), tuple(group for _, groups in parts for group in groups))


def _statements(
    plan: Plan, memories: Sequence[Memory], weights: TermWeights
) -> list[list[Statement]]:
    """What each memory says to each part of the question; a sentence speaks to the part with which
    it shares most."""
    parts = [_in_known_terms(part, weights) for part in parts_asked(plan)]
    best: dict[tuple[UUID, int], tuple[int, Statement]] = {}
    for at, question in enumerate(parts):
        for memory in memories:
            for statement in statements_of(memory, question, weights):
                key = (memory.id, statement.span.start)
                if key not in best or _shared(statement) > _shared(best[key][1]):
                    best[key] = (at, statement)
    return [[said for part, said in best.values() if part == at] for at in range(len(parts))]


def _shared(statement: Statement) -> tuple[float, int]:
    return statement.coverage, len(statement.attribute)


def _in_known_terms(question: Asked, weights: TermWeights) -> Asked:
    """The question without words that no candidate has: they tell no two sentences apart."""
    return question._replace(terms=frozenset(filter(weights.knows, question.terms)))
