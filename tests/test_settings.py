"""Settings: defaults, file, environment, errors that name the place, and the table in the README."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.config import Settings, help_table, in_language, read_settings
from assistant.errors import SettingsError

README = Path(__file__).parent.parent / "README.md"


def test_defaults_when_nothing_is_said(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path) == Settings(home=tmp_path)


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port = 9000\nas_of = 2026-06-30\nlocale = 'de'\n")
    settings = read_settings({"TELLWISE_PORT": "9001"}, tmp_path)
    assert (settings.port, settings.as_of, settings.locale) == (9001, date(2026, 6, 30), "de")


def test_answers_are_in_the_language_of_questions_unless_the_locale_says_otherwise(tmp_path: Path) -> None:
    assert read_settings({"TELLWISE_LANGUAGE": "de"}, tmp_path).locale == "de"
    assert read_settings({"TELLWISE_LANGUAGE": "de", "TELLWISE_LOCALE": "de_AT"}, tmp_path).locale == "de_AT"
    assert read_settings({"TELLWISE_LOCALE": "de"}, tmp_path).language == "en"
    austrian = Settings(locale="de_AT")
    assert [in_language(austrian, code).locale for code in ("de", "en")] == ["de_AT", "en"]


def test_home_comes_from_the_environment(tmp_path: Path) -> None:
    assert read_settings({"TELLWISE_HOME": str(tmp_path)}).home == tmp_path


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("prot = 1", ["settings.toml", "unknown setting 'prot'", "Did you mean port?"]),
        ("port = 'many'", ["settings.toml", "port should be a whole number", "'many'"]),
        ("as_of = 'yesterday'", ["as_of should be a day like 2026-06-30"]),
        ("locale = 'klingon'", ["locale should be a language with or without a country", "'klingon'"]),
        ("port =", ["settings.toml", "not readable as TOML"]),
    ],
)
def test_a_bad_file_is_told_with_its_place(tmp_path: Path, content: str, told: list[str]) -> None:
    (tmp_path / "settings.toml").write_text(content)
    with pytest.raises(SettingsError) as error:
        read_settings({}, tmp_path)
    assert all(part in str(error.value) for part in told)


def test_a_bad_variable_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TELLWISE_PORT: port should be a whole number"):
        read_settings({"TELLWISE_PORT": "x"}, tmp_path)


def test_every_setting_stands_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    rows = [
        f"| `{name}` | {default or ''} | {meaning} |".replace("None", "") for name, default, meaning in help_table()
    ]
    assert [row for row in rows if row not in text] == []
