"""Which of a pool the roles after ranking read."""

from agents.selector import Evidence, worth_reading
from tests.builders import make_candidate, make_memory


def found(name: str, **scores: float) -> Evidence:
    memory = make_memory(name)
    return Evidence(make_candidate(memory, **scores), memory)


def test_those_that_were_read_best_first() -> None:
    read = [found("a", rank=1.0, read=0.2), found("b", rank=3.0, read=0.9)]
    assert worth_reading([*read, found("c", rank=2.0)]) == read[::-1]


def test_all_where_nothing_was() -> None:
    pool = [found("a", fused=1.0), found("b", fused=2.0)]
    assert worth_reading(pool) == pool[::-1]
