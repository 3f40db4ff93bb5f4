"""What a run read, as its searches tell it: whatever is deleted later is looked up among this."""

import json
import re
from uuid import UUID

from core.schemas.run import Step

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""Of anything: versions and memories that a search found are told by id, in whatever form."""


def reads_of(step: Step) -> set[UUID]:
    """Every id that stands in what the step took from a search. Pure."""
    told = (json.dumps(entry.value) for entry in step.entries if entry.kind == "retrieval")
    return {UUID(found) for value in told for found in _ID.findall(value)}
