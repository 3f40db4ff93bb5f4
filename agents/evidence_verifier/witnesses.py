"""A statement with who stands behind it, and how much support agreeing ones give it. Pure."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from core.sufficiency import LOW_TRUST
from tools.independence import Vote
from tools.overlap import jaccard
from tools.statements import Statement
from tools.values import Value

FIRM = 0.3
"""The least relevance of a passage whose answer is a claim that may carry a side of a vote."""

FAINT = 0.1
"""The same for one that only supports, or speaks against a side that nobody else supports."""

STRONG = 0.7
"""From this relevance on a claim is one side of a conflict even where nobody supports it."""

PLAIN = 0.5
"""From this relevance on a claim that loses, and that nobody supports, is kept out."""

PARALLEL = 0.2
"""Share of terms from which two texts of low trust that say the same may come from one pen."""

SUSPECT = 0.9
"""Who is this likely to mislead supports nobody."""


class Witnessed(NamedTuple):
    """A statement with what its vote depends on."""

    statement: Statement
    value: Value
    group: int
    trust: float
    risk: float
    reading: float | None = None
    """How relevant the reader finds the passage whose answer the value is; none: told by rules."""
    terms: frozenset[str] = frozenset()
    """Of the whole text: texts that share many are no independent witnesses."""
    bearer: int = 0
    """Whom it speaks of, where several bear the name that is asked about."""
    introduces: bool = False
    """Whether its text says who that is, where there are several."""

    @property
    def vote(self) -> Vote:
        """Full strength for a statement that has all the question's words and no risk."""
        return Vote(self.group, self.trust, (0.5 + 0.5 * self.statement.coverage) * (1 - self.risk))

    @property
    def is_low(self) -> bool:
        """Crawled or anonymous."""
        return self.trust < LOW_TRUST

    @property
    def is_firm(self) -> bool:
        """Whether it can carry a side of a vote."""
        return self.risk < SUSPECT and self.loudness >= FIRM

    @property
    def is_read(self) -> bool:
        """Whether a reader pointed at the value."""
        return self.reading is not None

    @property
    def loudness(self) -> float:
        """How plainly it answers, 0 to 1; what rules tell is plain."""
        return 1.0 if self.reading is None else self.reading


def pens(members: Sequence[Witnessed]) -> int:
    """How many may have written this: one group, or parallel texts of low trust, are one pen."""
    parent = list(range(len(members)))

    def root(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    for left, right in combinations(range(len(members)), 2):
        if _one_pen(members[left], members[right]):
            parent[max(root(left), root(right))] = min(root(left), root(right))
    return len({root(at) for at in range(len(members))})


def support(members: Sequence[Witnessed]) -> float:
    """Pens that say it firmly, and half of those that do so faintly, of them at most one."""
    firm = [member for member in members if member.is_firm]
    sure = [member for member in members if member.risk < SUSPECT]
    return pens(firm) + min(1.0, 0.5 * (pens(sure) - pens(firm)))


def _one_pen(left: Witnessed, right: Witnessed) -> bool:
    return left.group == right.group or (
        left.is_low and right.is_low and jaccard(left.terms, right.terms) >= PARALLEL
    )
