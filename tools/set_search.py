"""Sets of options found by tree search with an upper confidence bound (CORAG, arXiv 2411.00744).

A node is a set; its children add one option each. All children of a leaf are scored at once, no
play-outs; a node's own score decides in the end, at any depth, so that a small set can beat a
large one. Scores are those of ``tools.selecting.worth``, brought into 0 to 1, so that one constant
serves.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tools.selecting import STRATEGIES, Limits, Option, Strategy, by_relevance, worth

EXPLORATION = 1.4
ITERATIONS = 30
WIDTH = 12
"""Options that a tree is made of: the most relevant."""


@dataclass
class _Node:
    chosen: tuple[Option, ...]
    score: float = 0.0
    visits: int = 0
    total: float = 0.0
    children: list["_Node"] = field(default_factory=list)
    closed: bool = False
    """Nothing below is left to be seen."""

    def bound(self, parent_visits: int) -> float:
        mean = self.total / self.visits
        return mean + EXPLORATION * math.sqrt(math.log(parent_visits) / self.visits)


def tree(options: Sequence[Option], limits: Limits) -> tuple[UUID, ...]:
    """The best set that was seen, most relevant first; of equal ones the first seen."""
    pool = tuple(by_relevance(options)[:WIDTH])
    root = _Node(())
    seen: list[_Node] = []
    for _ in range(ITERATIONS):
        if root.closed:
            break
        path = _descended(root)
        seen += _expanded(path, pool, limits)
    best = max(seen, key=lambda node: node.score, default=root)
    return tuple(option.key for option in by_relevance(best.chosen))


def _descended(root: _Node) -> list[_Node]:
    path = [root]
    while path[-1].children:
        parent = path[-1]
        still_open = [child for child in parent.children if not child.closed]
        path.append(max(still_open, key=lambda node: node.bound(parent.visits)))
    return path


def _expanded(path: Sequence[_Node], pool: Sequence[Option], limits: Limits) -> list[_Node]:
    """The children of the path's last node, told to all above; a path without any is closed."""
    leaf = path[-1]
    leaf.children = list(map(_Node, _larger(leaf.chosen, pool, limits)))
    for child in leaf.children:
        child.score = worth(child.chosen, limits.characters) / 2
        for node in (*path, child):
            node.visits += 1
            node.total += child.score
    for node in reversed(path):
        node.closed = all(child.closed for child in node.children)
    return leaf.children


def _larger(
    chosen: tuple[Option, ...], pool: Sequence[Option], limits: Limits
) -> list[tuple[Option, ...]]:
    """Sets with one option more that fit; a set is made in one order only."""
    after = pool.index(chosen[-1]) + 1 if chosen else 0
    sets = [(*chosen, option) for option in pool[after:]] if len(chosen) < limits.max_k else []
    return [larger for larger in sets if worth(larger, limits.characters) > -math.inf]


EVERY_STRATEGY: dict[str, Strategy] = {**STRATEGIES, "tree": tree}
"""By the names that the settings know."""
