"""Checkpoints: every schema survives them, nothing else is ever brought to life."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypedDict, Union, get_args, get_origin
from uuid import UUID

import ormsgpack
import psycopg
import pytest
from langgraph.checkpoint.serde import _msgpack
from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel

from core.errors import StorageUnavailable
from core.ids import new_id
from core.schemas.base import Frozen
from core.schemas.document import Span, Unit
from storage.checkpoints import (
    checkpoint_serializer,
    delete_thread,
    open_checkpointer,
    stored_schemas,
)


def example_of(annotation: Any) -> Any:
    """Some value of a type, without leaving anything out."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return example_of(arguments[0])
    if origin is Literal:
        return arguments[-1]
    if origin is tuple:
        return (example_of(arguments[0]),)
    if origin is dict:
        return {"key": example_of(arguments[1])}
    if origin is Union or type(annotation).__name__ == "UnionType":
        return example_of(next(a for a in arguments if a is not type(None)))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return example(annotation)
    if isinstance(annotation, type) and issubclass(annotation, tuple):
        return annotation(*map(example_of, annotation.__annotations__.values()))
    simple: dict[Any, Any] = {
        str: "text\x00 𝄞",
        int: 1,
        float: 0.5,
        bool: True,
        bytes: b"\x00\xff",
        UUID: new_id(),
        datetime: datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    }
    return simple.get(annotation, {"json": [1, None, "x"]})


SPECIAL = {"stop": 2, "end": 2, "start": 0, "first": 0, "starts": (0, 3)}
SPECIAL |= {"max_context_characters": 100}


def example(schema: type[BaseModel]) -> BaseModel:
    fields = schema.model_fields.items()
    return schema(**{n: SPECIAL.get(n, example_of(field.annotation)) for n, field in fields})


@pytest.mark.parametrize("schema", stored_schemas(), ids=lambda schema: schema.__name__)
def test_every_schema_survives_a_checkpoint(schema):
    value = example(schema)
    serializer = checkpoint_serializer()

    back = serializer.loads_typed(serializer.dumps_typed({"one": value, "many": [value]}))

    assert back == {"one": value, "many": [value]}
    assert type(back["one"]) is schema


def test_the_list_holds_all_schemas_and_only_schemas():
    names = {schema.__name__ for schema in stored_schemas()}

    assert {"Span", "Memory", "Answer", "Plan", "Lease", "Outline"} <= names
    assert all(schema.__module__.startswith("core.schemas.") for schema in stored_schemas())
    assert Frozen not in stored_schemas()


def test_msgpack_is_strict_everywhere():
    assert _msgpack.STRICT_MSGPACK_ENABLED


FORGED = {
    "a call": (0, ("os", "system", "echo forged > {path}")),
    "a call with arguments": (1, ("os", "system", ("echo forged > {path}",))),
    "a call with names": (2, ("subprocess", "run", {"args": "touch {path}", "shell": True})),
    "a method": (3, ("pathlib", "Path", {}, "touch")),
    "a model of ours it does not hold": (5, ("core.settings", "Settings", {}, "model_validate")),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_checkpoint_runs_nothing(forgery, tmp_path):
    path = tmp_path / "forged"
    code, payload = FORGED[forgery]
    filled = ormsgpack.packb(_filled(payload, str(path)))
    blob = ormsgpack.packb(ormsgpack.Ext(code, filled))

    value = checkpoint_serializer().loads_typed(("msgpack", blob))

    assert not path.exists()
    assert isinstance(value, str | int | list | tuple | dict | None.__class__)


def _filled(value: Any, path: str) -> Any:
    if isinstance(value, str):
        return value.replace("{path}", path)
    if isinstance(value, tuple):
        return tuple(_filled(item, path) for item in value)
    if isinstance(value, dict):
        return {key: _filled(item, path) for key, item in value.items()}
    return value


@pytest.mark.filterwarnings("ignore")
def test_pickle_is_not_read():
    with pytest.raises(NotImplementedError):
        checkpoint_serializer().loads_typed(("pickle", b"\x80\x04N."))


class Walk(TypedDict):
    steps: int
    unit: Unit
    spans: list[Span]


UNIT = Unit(index=0, kind="sentence", start=0, end=4, text="Text")


def walk(state: Walk) -> dict[str, Any]:
    span = Span(start=0, end=state["steps"] + 1)
    return {"steps": state["steps"] + 1, "spans": [*state["spans"], span]}


def walking(saver: Any) -> Any:
    graph = StateGraph(Walk)
    graph.add_node("walk", walk)
    graph.add_edge(START, "walk")
    graph.add_conditional_edges("walk", lambda s: "walk" if s["steps"] < 3 else END)
    return graph.compile(checkpointer=saver)


BEGIN = {"steps": 0, "unit": UNIT, "spans": []}


async def test_a_graph_keeps_its_state_between_processes(database, tenant_id):
    thread = str(new_id())
    config = {"configurable": {"thread_id": thread}}
    async with open_checkpointer(database, tenant_id) as saver:
        await walking(saver).ainvoke(BEGIN, config, durability="sync")

    async with open_checkpointer(database, tenant_id) as saver:
        state = (await walking(saver).aget_state(config)).values

    assert state["unit"] == UNIT
    assert state["spans"] == [Span(start=0, end=n) for n in (1, 2, 3)]


async def test_a_deleted_thread_is_gone(database, tenant_id):
    thread = str(new_id())
    config = {"configurable": {"thread_id": thread}}
    async with open_checkpointer(database, tenant_id) as saver:
        await walking(saver).ainvoke(BEGIN, config, durability="sync")

    await delete_thread(database, tenant_id, thread)

    async with open_checkpointer(database, tenant_id) as saver:
        assert await saver.aget_tuple(config) is None


async def test_a_broken_connection_leaves_as_storage_unavailable(database, tenant_id, postgres):
    async def lose_the_connection_and_go_on():
        async with open_checkpointer(database, tenant_id) as saver:
            with psycopg.connect(postgres.superuser_url, autocommit=True) as admin:
                admin.execute("select pg_terminate_backend(%s)", (saver.conn.info.backend_pid,))
            await saver.aget_tuple({"configurable": {"thread_id": "t"}})

    with pytest.raises(StorageUnavailable):
        await lose_the_connection_and_go_on()

    async with open_checkpointer(database, tenant_id) as saver:
        assert await saver.aget_tuple({"configurable": {"thread_id": "t"}}) is None
