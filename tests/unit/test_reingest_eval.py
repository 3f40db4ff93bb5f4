"""The suite that hands changed documents in again: what it changes, and what it makes of it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.memory import Memory
from evals.reingest import REMARK, Built, Pair, report, with_remark
from tests.builders import make_memory

paragraphs = st.lists(st.text("ab. ", min_size=1).map(str.strip).filter(bool), min_size=1)


@given(paragraphs)
def test_one_paragraph_gets_one_more_sentence(paragraphs: list[str]) -> None:
    changed = with_remark("\n\n".join(paragraphs)).split("\n\n")

    (different,) = ((a, b) for a, b in zip(paragraphs, changed, strict=True) if a != b)
    assert different[1] == different[0] + REMARK


def built(seconds: float, encoded: int, texts: Sequence[str]) -> Built:
    memories: tuple[Memory, ...] = tuple(make_memory(text) for text in texts)
    return Built(seconds, encoded, memories)


def test_figures_are_shares_of_a_fresh_build_over_all_documents() -> None:
    pairs = [
        Pair(built(9, 8, "abcd"), built(1, 2, "abcx"), built(4, 8, "abcx")),
        Pair(built(9, 4, "ef"), built(2, 2, "ey"), built(8, 4, "ey")),
    ]

    metrics = report(pairs)["metrics"]

    assert isinstance(metrics, dict)
    values = {name: figure["value"] for name, figure in metrics.items()}  # type: ignore[index, call-overload]
    assert values["encoded_again"] == pytest.approx(100 * 4 / 12)
    assert values["seconds_again"] == pytest.approx(25)
    assert values["memories_kept"] == pytest.approx(100 * 4 / 6)
    assert values["texts_encoded_again_median"] == 2
