"""Groups of suites: one that fails does not stop the others, and the page tells of all."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from evals import groups, plots
from evals.aims import AIMS, Aim, aims_of
from evals.plots import Plot
from evals.report import NO_PLOTS, render
from evals.report_arms import by_arm
from evals.report_numbers import interval, shown
from evals.running import Outcome, run_all

GOOD = """
import json, sys
print("measuring the pump …")
report = {"suite": "good", "metrics": {"files": {"value": 3, "low": 3, "high": 3, "n": 3}}}
json.dump(report, open(sys.argv[1], "w"))
"""
SCRIPTS = {
    "good": GOOD,
    "broken": "import sys; print('the seal leaks', file=sys.stderr); sys.exit(3)",
    "silent": "",
    "late": GOOD,
}


def scripted(suite: str, to: Path) -> Sequence[str]:
    return (sys.executable, "-c", SCRIPTS[suite], str(to))


def metric(value: float, low: float, high: float, n: int = 7) -> dict[str, float]:
    return {"value": value, "low": low, "high": high, "n": n}


CHUNKING: dict[str, Any] = {
    "suite": "chunking",
    "commit": "abc",
    "seconds": 1.5,
    "arms": ["cohesion", "fixed", "chonkie_semantic"],
    "metrics": {
        "recall_4000_chars": metric(93.25, 90.0, 95.0),
        "recall_4000_chars_vs_fixed": metric(-0.5, -2.0, 1.0),
        "recall_4000_chars_fixed": metric(93.75, 91, 96),
        "recall_4000_chars_chonkie_semantic": metric(80, 70, 90),
        "recall_4000_chars_chonkie_semantic_vs_cohesion": metric(-13.25, -20.0, -4.0),
        "documents": metric(5, 5, 5),
    },
    "curves": {
        "cohesion": [[1000, 70.0, 60.0, 80.0], [4000, 93.25, 90.0, 95.0]],
        "chonkie_semantic": [[1000, 60.0, 50.0, 70.0], [4000, 80.0, 70.0, 90.0]],
    },
    "table": [{"cut": "cohesion", "chunks": 4}, {"cut": "llamaindex_semantic", "state": "a | b"}],
    "by_question": [{"of": "cohesion", "less": "fixed", "by question": -0.5}],
    "notes": ["few documents"],
}
SEGMENTATION: dict[str, Any] = {
    "suite": "segmentation",
    "arms": ["cohesion", "fixed", "chonkie_semantic"],
    "metrics": {
        "windowdiff_choi": metric(0.123, 0.1, 0.15),
        "windowdiff_choi_fixed": metric(0.485, 0.4, 0.5),
        "windowdiff_choi_chonkie_semantic": metric(0.3, 0.2, 0.4),
        "windowdiff_qmsum": metric(0.4, 0.3, 0.5),
        "windowdiff_qmsum_fixed": metric(0.5, 0.4, 0.6),
        "windowdiff_qmsum_chonkie_semantic": metric(0.42, 0.4, 0.6),
        "windowdiff_qmsum_chonkie_semantic_vs_cohesion": metric(0.02, -0.01, 0.05),
    },
}
RETRIEVAL: dict[str, Any] = {
    "suite": "retrieval",
    "arms": ["ours", "bm25"],
    "metrics": {
        "squad_r1": metric(82.4, 78, 86),
        "squad_r1_bm25": metric(80.6, 77, 84),
        "squad_r1_over_bm25": metric(1.9, 0.8, 2.8),
    },
    "reliability": {"answerable": [{"predicted": 0.2, "observed": 0.3, "n": 4}]},
}


def test_a_suite_that_fails_does_not_stop_the_next(tmp_path: Path) -> None:
    outcomes = run_all(SCRIPTS, scripted, tmp_path / "new" / "folder")

    assert [one.suite for one in outcomes if one.report is None] == ["broken", "silent"]
    assert outcomes[0].report is not None
    assert outcomes[0].report["metrics"]["files"]["value"] == 3
    assert outcomes[1].said == ("the seal leaks", "exit code 3")
    assert outcomes[2].said == ("exit code 0",)
    assert json.loads((tmp_path / "new" / "folder" / "late.json").read_text())["suite"] == "good"


def test_what_a_suite_says_is_passed_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_all(["good", "broken"], scripted, tmp_path)

    said = capfd.readouterr().err
    assert "measuring the pump …" in said
    assert "the seal leaks" in said


def test_an_older_result_does_not_stand_in_for_a_failure(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"metrics": {}}')

    (outcome,) = run_all(["broken"], scripted, tmp_path)

    assert outcome.report is None
    assert not (tmp_path / "broken.json").exists()


def test_the_command_writes_the_page_and_ends_with_what_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "GROUPS", {"all-pumps": ("good", "broken")})
    monkeypatch.setattr(groups, "eval_command", lambda data, part: scripted)
    folder = tmp_path / "out"

    result = CliRunner().invoke(
        app, ["eval", "all-pumps", "--data", str(tmp_path), "--report", str(folder)]
    )

    page = (folder / "report.md").read_text()
    assert result.exit_code == 1
    assert "failed: broken" in result.stderr
    assert "| good |" in page
    assert "the seal leaks" in page


@pytest.mark.parametrize(
    "asked", [["all-pumps", "--report", "out"], ["all-building"], ["loaders", "--report", "out"]]
)
def test_a_group_wants_a_folder_and_a_suite_none(asked: list[str]) -> None:
    result = CliRunner().invoke(app, ["eval", *asked, "--data", "."])

    assert result.exit_code == 2
    assert "group" in result.stderr


def test_the_page_has_aims_arms_differences_failures_and_notes() -> None:
    outcomes = [
        Outcome("chunking", 2.0, CHUNKING),
        Outcome("multihop", 1.0, None, ("NotFound: no file", "exit code 1")),
    ]
    plots = [Plot("chunking", "Recall", Path("out/chunking-recall.png"))]

    page = render("all-building", "public", outcomes, plots)

    for line in (
        "| multihop | 1.0 | **failed** |",
        "| chunking | recall_4000_chars | 93.2 | 90.0 – 95.0 | 7 | ≥ 92 | reached |",
        "| multihop | twowiki_all8 | – | – | – | ≥ 96 | **not measured** |",
        "| metric | cohesion | fixed | chonkie_semantic |",
        "| recall_4000_chars | chonkie_semantic | cohesion | −13.2 | −20.0 – −4.0 |",
        "| recall_4000_chars | cohesion | fixed | −0.5 | −2.0 – 1.0 |",
        "| documents | 5 | 5 – 5 | 7 |",
        "| of | less | by question |",
        "| cohesion | fixed | -0.5 |",
        "| cohesion | 4 | – |",
        "| llamaindex_semantic | – | a \\| b |",
        "NotFound: no file",
        "- few documents",
        "![Recall](chunking-recall.png)",
    ):
        assert line in page.splitlines(), line


def test_the_page_says_that_plots_were_left_out() -> None:
    outcomes = [Outcome("chunking", 2.0, CHUNKING)]

    assert NO_PLOTS in render("all-building", "public", outcomes, None)
    assert NO_PLOTS not in render("all-building", "public", outcomes, [])


def test_margins_over_peers_are_aims_of_their_own() -> None:
    page = render("all-building", "public", [Outcome("segmentation", 1.0, SEGMENTATION)], None)

    name = "windowdiff_qmsum_chonkie_semantic_vs_cohesion"
    assert f"| segmentation | {name} | 0.020 | −0.010 – 0.050 | 7 | ≥ 0.05 | missed |" in page
    assert (
        "| segmentation | windowdiff_choi | 0.123 | 0.100 – 0.150 | 7 | ≤ 0.05 | missed |" in page
    )
    assert aims_of("segmentation", None) == AIMS["segmentation"]


def test_an_aim_is_reached_from_its_better_side() -> None:
    assert Aim(92).reached(92)
    assert not Aim(92).reached(91.9)
    assert Aim(0.05, "lower").reached(0.04)
    assert not Aim(0.05, "lower").reached(0.06)


def test_names_tell_arms_from_metrics() -> None:
    sides = by_arm(CHUNKING["metrics"], CHUNKING["arms"])

    assert [name for name, _ in sides.values] == ["recall_4000_chars"]
    assert [one[:3] for one in sides.differences] == [
        ("recall_4000_chars", "cohesion", "fixed"),
        ("recall_4000_chars", "chonkie_semantic", "cohesion"),
    ]
    assert list(sides.rest) == ["documents"]


def test_an_arm_may_lack_a_figure() -> None:
    arms = ["ours", "bm25", "read"]

    sides = by_arm(RETRIEVAL["metrics"], arms)

    assert [(name, list(of)) for name, of in sides.values] == [("squad_r1", ["ours", "bm25"])]
    page = render("x", "public", [Outcome("retrieval", 1.0, {**RETRIEVAL, "arms": arms})], None)
    assert "| squad_r1 | 82.4 (78 – 86) | 80.6 (77 – 84) | – |" in page


def test_metrics_without_arms_are_a_list() -> None:
    sides = by_arm({"files": metric(3, 3, 3)}, ())

    assert (sides.values, sides.differences, list(sides.rest)) == ([], [], ["files"])


def test_figures_are_written_by_what_they_are() -> None:
    assert shown("recall", 93.25) == "93.2"
    assert shown("windowdiff_choi", -0.0123, signed=True) == "−0.012"
    assert shown("files", 255) == "255"
    assert interval("calibration_error", metric(0.1, 0.05, 0.2)) == "0.050 – 0.200"


def test_every_group_names_its_suites_once_and_aims_are_of_suites() -> None:
    for suites in groups.GROUPS.values():
        assert len(set(suites)) == len(suites)
    assert AIMS.keys() <= {suite for suites in groups.GROUPS.values() for suite in suites}


def test_pictures_of_all_suites_are_drawn(tmp_path: Path) -> None:
    if not plots.can_draw():
        pytest.skip("the extra evals is not installed")
    reports: dict[str, Any] = {
        "segmentation": SEGMENTATION,
        "chunking": CHUNKING,
        "retrieval": {**RETRIEVAL, "arms": ["ours", "bm25", "read"]},
        "multihop": {"metrics": {"musique_r5": metric(60, 50, 70)}},
        "loaders": {},
    }

    drawn = plots.draw(reports, tmp_path)

    assert [one.path.name for one in drawn] == [
        "segmentation-windowdiff.png",
        "chunking-recall.png",
        "retrieval-figures.png",
        "retrieval-reliability.png",
        "multihop-figures.png",
    ]
    for one in drawn:
        assert one.path.read_bytes().startswith(b"\x89PNG")


TOLD_TO_END = """
import signal, sys
from pathlib import Path
from evals.running import run_all
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
child = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
run_all(["long"], lambda suite, to: [sys.executable, "-c", child], Path(sys.argv[1]))
"""


def test_a_group_told_to_end_ends_the_suite_that_runs(tmp_path):
    command = [sys.executable, "-c", TOLD_TO_END, str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as group:
        group.stderr.readline()
        suite = int(group.stderr.readline())
        group.terminate()
        group.wait(timeout=20)

    assert group.returncode == 143
    with pytest.raises(ProcessLookupError):
        os.kill(suite, 0)
