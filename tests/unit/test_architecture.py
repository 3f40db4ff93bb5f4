"""The shape of the project: one name per thing, true diagrams, updates inside their state."""

import importlib
import importlib.util
import json
import typing
from dataclasses import fields
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from graphs.answering.graph import make_answering_graph
from graphs.answering.state import AnswerState, AnswerUpdate
from graphs.building.graph import make_building_graph
from graphs.building.state import BuildState, BuildUpdate

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "tools", "storage", "agents", "graphs", "worker", "api", "cli", "evals")


@pytest.mark.parametrize("name", PACKAGES)
def test_package_name_means_this_project_only(name: str) -> None:
    spec = importlib.util.find_spec(name)

    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)
    assert set(packages_distributions().get(name, ["quaestor"])) == {"quaestor"}


def test_no_folder_inside_a_package_repeats_a_package_name() -> None:
    inner = {
        path.name
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_dir() and (path / "__init__.py").exists()
    }

    assert inner.isdisjoint(PACKAGES)


@pytest.mark.parametrize(
    ("state", "update"), [(BuildState, BuildUpdate), (AnswerState, AnswerUpdate)]
)
def test_every_update_key_is_a_state_field(state: type, update: type) -> None:
    names = {field.name for field in fields(state)}

    assert set(update.__annotations__) <= names


@pytest.mark.parametrize("state", [BuildState, AnswerState])
def test_state_holds_no_tuples_which_checkpoints_turn_into_lists(state: type) -> None:
    hints = typing.get_type_hints(state)

    assert [name for name, hint in hints.items() if typing.get_origin(hint) is tuple] == []


@pytest.mark.parametrize(
    ("name", "graph"),
    [("building", make_building_graph()), ("answering", make_answering_graph())],
)
def test_diagram_in_the_docs_is_the_graph(name: str, graph: typing.Any) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()

    assert diagram(graph) in text, f"the {name} diagram should be:\n{diagram(graph)}"


def test_langgraph_file_names_the_graph_factories() -> None:
    config = json.loads((ROOT / "langgraph.json").read_text())

    for target in config["graphs"].values():
        path, _, factory = target.partition(":")
        module = path.removeprefix("./").removesuffix(".py").replace("/", ".")
        assert callable(getattr(importlib.import_module(module), factory))


def diagram(graph: typing.Any) -> str:
    """The edges of a compiled graph as a Mermaid flowchart."""
    drawn = graph.get_graph()
    arrows = []
    for edge in drawn.edges:
        arrow = "-.->" if edge.conditional else "-->"
        arrows.append(f"    {shown(edge.source)} {arrow} {shown(edge.target)}")
    return "\n".join(["```mermaid", "flowchart TD", *arrows, "```"])


def shown(node: str) -> str:
    """A node's name; the two ends in capitals, for "end" is a word of Mermaid's own."""
    return node.strip("_").upper() if node.startswith("__") else node
