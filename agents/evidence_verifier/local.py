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
from agents.evidence_verifier.rules import Position, claim_groups, positions
from agents.evidence_verifier.standing import Standing
from agents.evidence_verifier.updating import (
    Update,
    is_outdated,
    outdated_claims,
    outdated_signals,
    updates,
)
from agents.evidence_verifier.voices import Heard, heard, spoken
from agents.evidence_verifier.witnesses import Witnessed
from agents.selector import Evidence, by_rank
from core.schemas.evidence import Claim, ClaimGroup, EvidenceVerdict, Plan, Signal
from core.schemas.memory import Memory
from core.sufficiency import LOW_TRUST
from tools.edited_copies import (
    EditedPair,
    Sentence,
    edited_pairs,
    most_telling,
    sentences_about,
)
from tools.evidence_signals import (
    contradiction_signals,
    echo_signal,
    edited_copy_signals,
    injection_signals,
    isolation_signals,
)
from tools.independence import Witness, independence_groups
from tools.lexical import content_terms
from tools.matching import Asked, asked, has_short_answer, parts_asked
from tools.passages import passage_of
from tools.ranking import READ_LIMIT, TermWeights
from tools.reader import Reader
from tools.statements import Statement, statements_of
from tools.wording_signals import noise_signals, pre_echo_signals

SINGULAR = frozenset({"fact", "yes_no"})
"""Questions with one right answer; elsewhere two values need not contradict each other."""


class Prepared(NamedTuple):
    """What can be told before anything is judged by reading."""

    plan: Plan
    memories: Sequence[Memory]
    groups: Mapping[UUID, int]
    weights: TermWeights
    statements: Sequence[Sequence[Statement]]
    """By part of the question: what is said to one contradicts nothing that is said to another."""
    couples: Sequence[Couple]
    updates: Sequence[Update]
    """What no longer holds is nobody's statement."""


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
    changed = updates(asked(plan), memories)
    statements = [
        [said for said in part if not is_outdated(changed, said.memory_id, said.span)]
        for part in _statements(plan, memories, weights)
    ]
    comparable = [c for part in statements for c in couples(part, groups) if _is_singular(plan)]
    return Prepared(plan, memories, groups, weights, statements, comparable, changed)


def _verdict(
    prepared: Prepared, relations: Sequence[Related], readings: Sequence[Heard]
) -> EvidenceVerdict:
    plan, memories, groups = prepared.plan, prepared.memories, prepared.groups
    by_id = {memory.id: memory for memory in memories}
    said = [*chain(*prepared.statements)]
    signals = _wording_signals(plan, memories) + outdated_signals(prepared.updates)
    signals += _copy_signals(plan, said, by_id, prepared.updates)
    told = _told(prepared, readings, Standing(by_id, groups, by_memory(signals)))
    voted = [positions(voices) for voices in told]
    for voices, sides in zip(told, voted, strict=True):
        signals += signals_of(voices, sides)
    signals += _read_signals(relations, by_id)
    found = [*chain(*voted)]
    claims, named = _claims(voted)
    if not found:
        trust = {memory.id: memory.source.weight for memory in memories}
        claims, named = agreed_claims(relations, groups, trust)
    old_claims, old_groups = outdated_claims(prepared.updates, groups)
    return EvidenceVerdict(
        assessments=assessments(memories, groups, signals, found),
        claims=(*claims, *old_claims),
        claim_groups=(*named, *old_groups),
    )


def _told(
    prepared: Prepared, readings: Sequence[Heard], standing: Standing
) -> list[list[Witnessed]]:
    """What is stated and read, by part of the question; nothing where there are many answers."""
    plan, weights = prepared.plan, prepared.weights
    if not _is_singular(plan):
        return []
    read = [
        (said, relevance)
        for said, relevance in spoken(
            _in_known_terms(asked(plan), weights), weights, readings, prepared.groups
        )
        if not is_outdated(prepared.updates, said.memory_id, said.span)
    ]
    return [
        told_apart(part.text, prepared.memories, standing.heard(said, read))
        for part, said in zip(parts_asked(plan), prepared.statements, strict=True)
    ]


def _claims(
    voted: Sequence[Sequence[Position]],
) -> tuple[tuple[Claim, ...], tuple[ClaimGroup, ...]]:
    """The claims and their groups, part by part."""
    by_part = [claim_groups(sides, part) for part, sides in enumerate(voted)]
    claims = (claim for found, _ in by_part for claim in found)
    return tuple(claims), tuple(group for _, groups in by_part for group in groups)


def _read_signals(relations: Iterable[Related], by_id: Mapping[UUID, Memory]) -> list[Signal]:
    """Contradictions that only reading tells; soft, whoever is right."""
    return [
        signal
        for left, right, relation, chance in relations
        if relation == "contradict"
        for signal in contradiction_signals(
            left,
            by_id[left.memory_id].source.weight,
            right,
            by_id[right.memory_id].source.weight,
            chance,
        )
    ]


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


def _wording_signals(plan: Plan, memories: Sequence[Memory]) -> list[Signal]:
    signals = [signal for memory in memories for signal in injection_signals(memory)]
    echoes = (echo_signal(plan.wording, memory) for memory in memories)
    signals += [signal for signal in echoes if signal is not None]
    signals += [*noise_signals(memories), *pre_echo_signals(memories)]
    return [*signals, *isolation_signals(memories)]


def _copy_signals(
    plan: Plan,
    statements: Sequence[Statement],
    by_id: Mapping[UUID, Memory],
    changed: Sequence[Update],
) -> list[Signal]:
    """Copies of what a more trusted source states, and of any sentence about it among equals; what
    was updated is no copy."""
    old = {(older.memory.id, older.text) for older, _ in changed}
    told = [Sentence(item.memory_id, item.document_id, item.text) for item in statements]
    terms = asked(plan).terms
    heard = most_telling(
        sentence
        for memory in by_id.values()
        for sentence in sentences_about(memory.id, memory.document_id, memory.text_original, terms)
        if (sentence.memory_id, sentence.text) not in old
    )
    trust = {memory.id: memory.source.weight for memory in by_id.values()}
    pairs = [pair for pair in edited_pairs(told) if _trust_differs(trust, pair)]
    pairs += [pair for pair in edited_pairs(heard) if not _trust_differs(trust, pair)]
    return [
        signal
        for left, right, likeness in pairs
        for signal in edited_copy_signals(
            left.memory_id, trust[left.memory_id], right.memory_id, trust[right.memory_id], likeness
        )
    ]


def _trust_differs(trust: Mapping[UUID, float], pair: EditedPair) -> bool:
    return trust[pair.left.memory_id] != trust[pair.right.memory_id]
