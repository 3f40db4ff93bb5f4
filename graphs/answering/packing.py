"""What the answerer reads: what the best evidence tells, of background all but what can be spared,
and one line of what else still fits."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from agents.answerer import Passage
from agents.selector import Evidence
from core.packing import Packable, canonical, pack, shares_kept
from core.schemas.document import Unit
from core.schemas.evidence import EvidenceVerdict, Packed, PackedForm, Plan
from storage.protocols import Documents
from tools.extracts import compressed, gist, ordered, size, telling_units

PASSAGES_THAT_FIT = 3
"""Both sides of a conflict and a second witness find room, however long their chunks are."""


class Extract(NamedTuple):
    """What should be read of one memory, and the least of it."""

    packable: Packable
    form: PackedForm
    units: tuple[Unit, ...]
    gist: tuple[Unit, ...]

    def packed(self, *, is_gist: bool) -> Packed:
        """As it is kept with the run."""
        form, units = ("gist", self.gist) if is_gist else (self.form, self.units)
        indices = tuple(unit.index for unit in units)
        return Packed(memory_id=self.packable.key, form=form, units=indices)


async def packed_of(
    plan: Plan,
    selected: Sequence[Evidence],
    verdict: EvidenceVerdict,
    max_characters: int,
    documents: Documents,
) -> list[Packed]:
    """What fits, in canonical order; all sides of a conflict."""
    relevance = {item.memory.id: item.candidate.relevance for item in selected}
    shares = shares_kept(relevance, _spoken(verdict))
    most = max_characters // PASSAGES_THAT_FIT
    found = {
        item.memory.id: extract_of(
            plan, item, await _own_units(item, documents), most, shares.get(item.memory.id)
        )
        for item in selected
    }
    items = [extract.packable for extract in found.values()]
    chosen = dict(pack(items, max_characters, _sides(verdict, items)))
    order = canonical(item for item in items if item.key in chosen)
    return [found[key].packed(is_gist=chosen[key]) for key in order]


async def passages_of(
    packed: Iterable[Packed], read: Iterable[Evidence], documents: Documents
) -> list[Passage]:
    """What was packed of each memory, with its text."""
    passages = []
    for item, evidence in zip(packed, read, strict=True):
        units = await documents.units(evidence.memory.version_id)
        passages.append(Passage(evidence, tuple(units[at] for at in item.units)))
    return passages


def extract_of(
    plan: Plan, evidence: Evidence, units: Sequence[Unit], most: int, share: float | None
) -> Extract:
    """At most so many characters of a memory; ``share`` is how much of background to keep.

    Background that is too long without what can be spared is told like any other passage.
    """
    found = ordered(plan, units, evidence.candidate.answer_spans)
    line = gist(found)
    left = compressed(found, round(share * size(units))) if share is not None else units
    form: PackedForm = "compressed"
    if len(left) == len(units) or size(left) > most:
        form, left = "telling", telling_units(found, most)
    packable = Packable(evidence.memory.id, evidence.candidate.relevance, size(left), size(line))
    return Extract(packable, form, tuple(left), line)


async def _own_units(evidence: Evidence, documents: Documents) -> Sequence[Unit]:
    memory = evidence.memory
    units = await documents.units(memory.version_id)
    return units[memory.unit_first : memory.unit_stop]


def _spoken(verdict: EvidenceVerdict) -> frozenset[UUID]:
    """The memories on whose claims an answer may rest."""
    told = (group for group in verdict.claim_groups if group.status in {"leading", "rival"})
    return frozenset(memory_id for group in told for memory_id in group.memory_ids)


def _sides(verdict: EvidenceVerdict, items: Sequence[Packable]) -> frozenset[UUID]:
    """The most relevant memory of each leading or rival claim, where there are rivals, or several
    that the name in the question may mean."""
    if not verdict.is_disputed:
        return frozenset()
    claims = [group for group in verdict.claim_groups if group.status in {"leading", "rival"}]
    best = (
        min(
            (item for item in items if item.key in group.memory_ids),
            key=lambda item: (-item.relevance, item.key),
            default=None,
        )
        for group in claims
    )
    return frozenset(item.key for item in best if item is not None)
