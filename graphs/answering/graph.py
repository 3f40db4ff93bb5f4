"""The way a question takes, wired. Read this first.

guard → plan → request → retrieve → rank → select → verify → judge → pack → draft → check → finish
                  ↑                   │                        │                      │
                  └──── next hop ─────┴─ ask again, a reason ──┴──── other words ─────┘
"""

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs.answering import nodes
from graphs.answering.state import AnswerContext, AnswerState
from graphs.running import recorded

STEPS = (
    nodes.guard_question,
    nodes.plan_question,
    nodes.request_evidence,
    nodes.retrieve_candidates,
    nodes.rank_candidates,
    nodes.follow_hop,
    nodes.select_evidence,
    nodes.verify_evidence,
    nodes.judge_evidence,
    nodes.settle_evidence,
    nodes.pack_passages,
    nodes.draft_answer,
    nodes.check_answer,
    nodes.rewrite_request,
    nodes.finish_answer,
)
RECURSION_LIMIT = 120
"""Ten rounds of eleven steps, the most that settings allow, and the ends."""


def make_answering_graph() -> CompiledStateGraph[
    AnswerState, AnswerContext, AnswerState, AnswerState
]:
    """The answering graph. Without a checkpointer: a lost answer is asked again."""
    graph = StateGraph(AnswerState, context_schema=AnswerContext)
    for step in STEPS:
        graph.add_node(step.__name__, recorded(step), input_schema=AnswerState)
    graph.add_edge(START, "guard_question")
    graph.add_conditional_edges(
        "guard_question", nodes.route_question, ["plan_question", "finish_answer"]
    )
    graph.add_edge("plan_question", "request_evidence")
    graph.add_conditional_edges(
        "request_evidence", nodes.route_requests, ["retrieve_candidates", "settle_evidence"]
    )
    graph.add_edge("retrieve_candidates", "rank_candidates")
    graph.add_conditional_edges(
        "rank_candidates", nodes.route_ranked, ["follow_hop", "select_evidence"]
    )
    graph.add_conditional_edges(
        "follow_hop", nodes.route_hop, ["request_evidence", "select_evidence"]
    )
    graph.add_edge("select_evidence", "verify_evidence")
    graph.add_edge("verify_evidence", "judge_evidence")
    graph.add_conditional_edges(
        "judge_evidence",
        nodes.route_sufficiency,
        ["request_evidence", "pack_passages", "finish_answer"],
    )
    graph.add_conditional_edges(
        "settle_evidence", nodes.route_settled, ["pack_passages", "finish_answer"]
    )
    graph.add_edge("pack_passages", "draft_answer")
    graph.add_edge("draft_answer", "check_answer")
    graph.add_conditional_edges(
        "check_answer", nodes.route_check, ["rewrite_request", "finish_answer"]
    )
    graph.add_edge("rewrite_request", "request_evidence")
    graph.add_edge("finish_answer", END)
    return graph.compile()
