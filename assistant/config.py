"""The settings of a workspace: one table, read once, from `settings.toml` and then `TELLWISE_*` variables.

The workspace is the directory `TELLWISE_HOME` (default `./.tellwise`). Everything a running Tellwise owns lies in it:
deleting it is a clean start, copying it is a backup.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from rapidfuzz import process

from assistant.errors import SettingsError

PREFIX = "TELLWISE_"


@dataclass(frozen=True)
class Settings:
    """Every setting with its type and default; `help_table` says what each is for."""

    home: Path = field(
        default=Path(".tellwise"),
        metadata={"help": "the workspace directory; only from the environment or the command line"},
    )
    as_of: date | None = field(
        default=None,
        metadata={"help": "the day that counts as today in questions; empty: the snapshot's own, or today"},
    )
    host: str = field(default="127.0.0.1", metadata={"help": "the address the web page listens on"})
    port: int = field(default=7860, metadata={"help": "the port the web page listens on"})
    login: bool = field(
        default=False, metadata={"help": "ask for a password on one's own machine, too (behind a proxy: yes)"}
    )
    public_url: str = field(
        default="",
        metadata={"help": "the address at which people reach the page, for links in messages; empty: host and port"},
    )
    monitor_minutes: int = field(
        default=60,
        metadata={"help": "how often the running page looks for changes, in minutes; 0: `tellwise monitor run` does"},
    )
    locale: str = field(
        default="en",
        metadata={
            "help": "the language of pages and answers, and how they write numbers and days (en, de, de_AT); "
            "not set: that of `language`"
        },
    )
    language: str = field(
        default="en", metadata={"help": "the language that questions are asked in, by its code (en, de)"}
    )
    query_seconds: float = field(default=10.0, metadata={"help": "how long one query may run, in seconds"})
    query_memory_mb: int = field(default=1024, metadata={"help": "how much memory one query may use, in megabytes"})
    query_rows: int = field(default=10_000, metadata={"help": "how many rows one answer may hold"})
    workers: int = field(default=2, metadata={"help": "how many processes stand ready to run queries"})
    viewer: str = field(default="", metadata={"help": "a file that says who asks; empty: someone who may see all"})
    model: str = field(default="", metadata={"help": "the name of a language model; empty: none is used"})
    model_url: str = field(
        default="", metadata={"help": "the base address of an OpenAI-compatible server; empty: OpenAI's own"}
    )
    model_seconds: float = field(
        default=60.0, metadata={"help": "how long one reply of the model may take, in seconds"}
    )
    model_embeddings: str = field(
        default="",
        metadata={"help": "the model's server finds likely names with this embedding model; empty: no network is used"},
    )
    model_price_in: float = field(default=0.0, metadata={"help": "US dollars per million tokens sent to the model"})
    model_price_out: float = field(default=0.0, metadata={"help": "US dollars per million tokens that it writes"})
    model_calls_a_day: int = field(
        default=0, metadata={"help": "how often the model may be asked in a day; 0: no limit"}
    )
    model_tokens_a_day: int = field(default=0, metadata={"help": "tokens that may be spent in a day; 0: no limit"})
    model_dollars_a_day: float = field(
        default=0.0, metadata={"help": "US dollars that may be spent in a day, by the prices above; 0: no limit"}
    )
    model_fallback: str = field(
        default="", metadata={"help": "the name of a second model, asked when the first is away; empty: none"}
    )
    model_fallback_url: str = field(
        default="", metadata={"help": "the base address of the second model's server; empty: that of the first"}
    )
    model_calls_a_question: int = field(
        default=10, metadata={"help": "how often the model may be asked for one question of several steps; 0: no limit"}
    )
    model_tokens_a_question: int = field(
        default=60_000, metadata={"help": "tokens that one question of several steps may take; 0: no limit"}
    )
    model_seconds_a_question: float = field(
        default=180.0, metadata={"help": "how long one question of several steps may take, in seconds; 0: no limit"}
    )
    model_dollars_a_question: float = field(
        default=0.0, metadata={"help": "US dollars that one question may cost, by the prices above; 0: no limit"}
    )
    model_sees_personal: bool = field(
        default=False, metadata={"help": "whether fields marked as personal may be sent to the model; true or false"}
    )
    model_words: bool = field(
        default=False,
        metadata={
            "help": "whether the model words ordinary answers, too, every number checked; one more call for each"
        },
    )
    sql_without_approval: str = field(
        default="", metadata={"help": "the role of a viewer whose model may run SQL unasked; empty: everyone is asked"}
    )
    traces: bool = field(
        default=False, metadata={"help": "whether OpenTelemetry spans are made for each question; true or false"}
    )
    state_url: str = field(
        default="", metadata={"help": "where conversations and approvals are kept; empty: state.db in the workspace"}
    )
    approver_role: str = field(
        default="approver", metadata={"help": "the role of a viewer who may approve verified questions and words"}
    )
    review_by_other: bool = field(
        default=False, metadata={"help": "whether somebody else than who sent or changed it must approve in review"}
    )
    few_rows: int = field(default=30, metadata={"help": "answers that rest on fewer rows than this carry a caveat"})

    @property
    def warehouse(self) -> Path:
        """Where snapshots are published."""
        return self.home / "warehouse"

    @property
    def definitions(self) -> Path:
        """Where the user's own definitions lie."""
        return self.home / "definitions"


def help_table() -> tuple[tuple[str, str, str], ...]:
    """(name, default, help) of every setting, in the order of the class."""
    return tuple((item.name, str(item.default), item.metadata["help"]) for item in fields(Settings))


def read_settings(environ: Mapping[str, str] | None = None, home: Path | None = None) -> Settings:
    """Settings from the workspace's file, overridden by the environment; raises SettingsError naming the place."""
    variables = os.environ if environ is None else environ
    root = home or Path(variables.get(PREFIX + "HOME", ".tellwise"))
    values = _from_file(root / "settings.toml") | _from_environment(variables)
    return Settings(home=root, **({"locale": values["language"]} if values.get("language") else {}) | values)


def in_language(settings: Settings, code: str) -> Settings:
    """The settings for questions and answers in a language; a locale that is one of that language stays.

    Raises SettingsError for a language that nobody knows.
    """
    known = str(_typed("locale", code, "--language"))
    own = settings.locale.replace("-", "_").partition("_")[0] == known
    return replace(settings, language=code, locale=settings.locale if own else known)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not readable as TOML: {error}. Correct the line, or delete the file.") from error
    return {name: _typed(name, value, str(path)) for name, value in content.items()}


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    names = {item.name for item in fields(Settings)} - {"home"}
    given = {name: variables.get(PREFIX + name.upper(), "") for name in names}
    return {name: _typed(name, text, PREFIX + name.upper()) for name, text in given.items() if text}


def _typed(name: str, value: Any, place: str) -> Any:
    kinds = {item.name: str(item.type) for item in fields(Settings) if item.name != "home"}
    if name not in kinds:
        close = process.extractOne(name, list(kinds), score_cutoff=60)
        hint = f" Did you mean {close[0]}?" if close else f" Known settings: {', '.join(kinds)}."
        raise SettingsError(f"{place}: unknown setting {name!r}.{hint}")
    try:
        return _CONVERT.get(name, _CONVERT[kinds[name]])(value)
    except (ValueError, KeyError, UnknownLocaleError) as error:
        wanted = _WANTED.get(name, _WANTED[kinds[name]])
        raise SettingsError(f"{place}: {name} should be {wanted}, got {value!r}.") from error


_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_CONVERT = {
    "int": lambda value: int(str(value)),
    "float": lambda value: float(str(value)),
    "str": str,
    "locale": lambda value: str(Locale.parse(str(value).replace("-", "_"))),
    "bool": lambda value: _BOOLEANS[str(value).strip().casefold()],
    "date | None": lambda value: value if isinstance(value, date) else date.fromisoformat(str(value)),
}
_WANTED = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "locale": "a language with or without a country, like en, de or de_AT",
    "bool": "true or false",
    "date | None": "a day like 2026-06-30",
}
