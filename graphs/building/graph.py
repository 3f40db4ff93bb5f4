"""The way a document takes, wired. Read this first.

load → outline → segment → choose → summarise → review → complete → verify ─┐
                                                   ↑──── while completed ────┤
                                                                             └→ embed → store → link
"""

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs.building import nodes
from graphs.building.linking import link_memories
from graphs.building.state import BuildContext, BuildState
from graphs.running import recorded

STEPS = (
    nodes.load_document,
    nodes.outline_document,
    nodes.segment_units,
    nodes.choose_cut,
    nodes.summarise_document,
    nodes.review_chunks,
    nodes.complete_chunks,
    nodes.verify_insertions,
    nodes.embed_memories,
    nodes.store_memories,
    link_memories,
)
RECURSION_LIMIT = 40
"""Eleven steps and five review rounds of three are 23; anything near this is a defect."""


def make_building_graph(
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> CompiledStateGraph[BuildState, BuildContext, BuildState, BuildState]:
    """The building graph; with a checkpointer a run resumes after its last finished step."""
    graph = StateGraph(BuildState, context_schema=BuildContext)
    for step in STEPS:
        graph.add_node(step.__name__, recorded(step), input_schema=BuildState)
    graph.add_edge(START, "load_document")
    graph.add_edge("load_document", "outline_document")
    graph.add_edge("outline_document", "segment_units")
    graph.add_edge("segment_units", "choose_cut")
    graph.add_edge("choose_cut", "summarise_document")
    graph.add_edge("summarise_document", "review_chunks")
    graph.add_edge("review_chunks", "complete_chunks")
    graph.add_edge("complete_chunks", "verify_insertions")
    graph.add_conditional_edges(
        "verify_insertions", nodes.route_verdicts, ["review_chunks", "embed_memories"]
    )
    graph.add_edge("embed_memories", "store_memories")
    graph.add_edge("store_memories", "link_memories")
    graph.add_edge("link_memories", END)
    return graph.compile(checkpointer=checkpointer)
