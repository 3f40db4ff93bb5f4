"""Settings: the example file is the class."""

from pathlib import Path

from core.settings import Settings, example_env

ROOT = Path(__file__).parents[2]


def test_example_file_is_generated_from_the_class() -> None:
    assert (ROOT / ".env.example").read_text() == example_env()


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_secrets_do_not_show_in_the_representation() -> None:
    settings = Settings(database_url="postgresql://u:hunter2@h/d", api_key="qst_abc")  # type: ignore[arg-type]

    assert "hunter2" not in repr(settings)
    assert "qst_abc" not in repr(settings)
