"""The suite of building speed, on the real graph, database and models."""

from evals.building_speed import measure

TEXT = """# Pump manual

## Casing

The casing nuts of the HP-240 are tightened to 62 Nm. The nuts are tightened crosswise.

## Seal

The mechanical seal is replaced every 4,000 hours. A seal that has run dry is always replaced.
"""


async def test_a_build_is_timed_beside_the_encoder_and_by_step() -> None:
    rows = [{"doc_id": name, "title": name, "text": f"{TEXT}\n{name}\n"} for name in ("a", "b")]

    report = await measure(rows)

    metrics = report["metrics"]
    assert isinstance(metrics, dict)
    for name in ("build_ratio_to_encoder", "build_ratio_to_text_once"):
        figure = metrics[name]
        assert isinstance(figure, dict)
        assert 1 < figure["low"] <= figure["value"] <= figure["high"]  # type: ignore[operator]
        assert figure["n"] == 2
    table = report["table"]
    assert isinstance(table, list)
    steps = {row["step"]: row["seconds"] for row in table}  # type: ignore[index,call-overload]
    assert {"the encoder in embed_memories", "load_document", "records and checkpoints"} <= set(
        steps
    )
    assert all(seconds >= 0 for seconds in steps.values())
