import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli.migrating
from cli.main import COMMANDS, app

runner = CliRunner()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    module = importlib.import_module(f"cli.commands.{name}")
    assert (module.__doc__ or "").strip() == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = runner.invoke(app, [name, "--help"])
    assert result.exit_code == 0
    assert COMMANDS[name][:40] in " ".join(result.output.split())


def test_help_lists_every_command() -> None:
    result = runner.invoke(app, ["--help"])
    assert result.exit_code == 0
    assert all(name in result.output for name in COMMANDS)


def test_help_loads_nothing_heavy() -> None:
    heavy = ["httpx", "pydantic", "sqlalchemy", "celery", "fastapi", "langgraph", "onnxruntime"]
    code = f"import cli.main, sys; print([m for m in {heavy!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_an_unknown_command_is_a_usage_error_with_a_suggestion() -> None:
    result = runner.invoke(app, ["documenst"])
    assert result.exit_code == 2
    assert "documents" in result.output


def test_a_server_that_is_not_there_is_exit_code_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QUAESTOR_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("QUAESTOR_API_KEY", "qst_x")
    result = runner.invoke(app, ["documents", "--json"])
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr.startswith("quaestor: no server answers at http://127.0.0.1:9")
    assert len(result.stderr.splitlines()) == 1


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUAESTOR_PORT", "many")
    result = runner.invoke(app, ["settings"])
    assert result.exit_code == 2
    assert "QUAESTOR_PORT" in result.stderr


def test_settings_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUAESTOR_API_KEY", "qst_very_secret")
    monkeypatch.setenv("QUAESTOR_DATABASE_URL", "postgresql://u:hidden@h/d")
    for arguments in (["settings"], ["settings", "--json"]):
        result = runner.invoke(app, arguments)
        assert result.exit_code == 0
        assert "very_secret" not in result.output
        assert "hidden" not in result.output


def test_the_example_of_the_settings_is_the_one_in_the_project() -> None:
    result = runner.invoke(app, ["settings", "--example"])
    assert result.exit_code == 0
    assert result.stdout == (Path(__file__).parents[2] / ".env.example").read_text()


@pytest.mark.parametrize(
    ("service_url", "granted"),
    [
        (None, {}),
        ("postgresql://service@db/quaestor", {"app_role": "service"}),
        ("postgresql:///quaestor?host=/run&user=service", {"app_role": "service"}),
    ],
)
def test_the_tables_are_granted_to_the_role_of_the_service(
    monkeypatch: pytest.MonkeyPatch, service_url: str | None, granted: dict[str, str]
) -> None:
    seen: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(cli.migrating, "migrate", lambda url, **given: seen.append((url, given)))
    monkeypatch.setenv("QUAESTOR_DATABASE_OWNER_URL", "postgresql://owner@db/quaestor")
    if service_url:
        monkeypatch.setenv("QUAESTOR_DATABASE_URL", service_url)

    assert runner.invoke(app, ["migrate"]).exit_code == 0
    assert seen == [("postgresql://owner@db/quaestor", {"queue": True, **granted})]


def test_adding_without_a_server_says_so_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QUAESTOR_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("QUAESTOR_API_KEY", "qst_x")
    (tmp_path / "a.txt").write_text("x")
    assert runner.invoke(app, ["add", str(tmp_path / "a.txt")]).exit_code == 3


def test_an_unknown_suite_is_a_usage_error() -> None:
    result = runner.invoke(app, ["eval", "no_such_suite", "--data", "."])
    assert result.exit_code == 2
    assert "no_such_suite" in result.stderr
