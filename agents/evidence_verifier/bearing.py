"""Which bearer of the name asked about each claim speaks of. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from agents.evidence_verifier.witnesses import Witnessed
from core.schemas.memory import Memory
from tools.bearers import Introduced, bearers, introduced, introducing


def told_apart(
    question: str, memories: Sequence[Memory], witnessed: Sequence[Witnessed]
) -> list[Witnessed]:
    """The same claims, each with its bearer; a document introduces its own in any of its parts.

    One source alone makes no name ambiguous: it could take everybody's support away.
    """
    claimed = [item.value.surface for item in witnessed]
    speaking = {item.statement.document_id for item in witnessed}
    found: defaultdict[UUID, list[Introduced]] = defaultdict(list)
    for memory in memories:
        if memory.document_id in speaking:
            text = f"{memory.title}\n{memory.text_original}"
            found[memory.document_id].append(introduced(question, text, claimed))
    joined = {document_id: _joined(parts) for document_id, parts in found.items()}
    told = introducing(joined)
    sources = {item.group for item in witnessed if item.statement.document_id in told}
    of = bearers(joined) if len(sources) > 1 else {}
    if len(set(of.values())) < 2:
        return list(witnessed)
    return [
        item._replace(bearer=of[key], introduces=key in told)
        for item in witnessed
        for key in [item.statement.document_id]
    ]


def _joined(parts: Sequence[Introduced]) -> Introduced:
    return Introduced(*(frozenset().union(*field) for field in zip(*parts, strict=True)))
