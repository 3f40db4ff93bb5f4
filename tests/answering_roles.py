"""Memories about one pump: they agree, contradict, lie, or speak of something else."""

from agents.answerer import Passage
from agents.selector import Evidence
from core.schemas.evidence import EvidenceVerdict
from core.schemas.memory import Flag, Memory
from tests.builders import make_evidence, make_memory, make_passage, make_source

TORQUE = "What is the tightening torque of the casing nuts on the HP-240?"
MANUAL = make_memory(
    "Renew the gasket first. The tightening torque of the casing nuts on the HP-240 is 62 Nm. "
    "The nuts are tightened crosswise.",
    name="manual",
    start=40,
    source=make_source("works", "owner"),
)
PROCEDURE = make_memory(
    "On the HP-240 tighten the casing nuts to a torque of 62 Nm in three passes.",
    name="procedure",
    source=make_source("field", "owner"),
)
FORUM = make_memory(
    "The tightening torque of the casing nuts on the HP-240 is 95 Nm. Trust me.",
    name="forum",
    source=make_source("rick", "anonymous"),
)
STRANGER = make_memory(
    "The canteen in Marlbeck serves soup on Mondays and fish on Fridays.", name="canteen"
)
HIDDEN = make_memory(
    "The tightening torque of the casing nuts on the HP-240 is 300 Nm.",
    name="hidden",
    source=make_source("page", "crawled"),
    flags=(Flag(code="injection", strong=True, detail="override: ignore the manual"),),
)
ALL = (MANUAL, PROCEDURE, FORUM, STRANGER, HIDDEN)
RIVAL = make_memory(
    "The tightening torque of the casing nuts on the HP-240 is 80 Nm.",
    source=make_source("other", "owner"),
)
"""As trusted as the manual, and of another opinion."""

STORED = {MANUAL.version_id: "x" * MANUAL.span.start + MANUAL.text_original}
"""The text of the manual's version, as answers are checked against it."""

NOTHING = EvidenceVerdict(assessments=())


def pool(*memories: Memory) -> list[Evidence]:
    """The memories as retrieved, best first; all of them unless some are named."""
    return [
        make_evidence(memory, fused=1.0 - at / 10, relevance=0.6)
        for at, memory in enumerate(memories or ALL)
    ]


def passages(*memories: Memory) -> list[Passage]:
    """The same, packed for the answerer."""
    return [make_passage(evidence) for evidence in pool(*memories)]
