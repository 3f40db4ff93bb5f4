import importlib
import subprocess
import sys

import pytest
from typer.testing import CliRunner

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


def test_an_unknown_suite_is_a_usage_error() -> None:
    result = runner.invoke(app, ["eval", "no_such_suite", "--data", "."])
    assert result.exit_code == 2
    assert "no_such_suite" in result.stderr
