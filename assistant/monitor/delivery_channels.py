"""Where messages go: the workspace's channels.yml, each channel with its reader, its hours and its limits."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from rapidfuzz import process

from assistant.errors import SettingsError
from assistant.monitor.own_file import read_own_file
from assistant.monitor.records import Severity

if TYPE_CHECKING:
    from ruamel.yaml import YAML

FILE = "channels.yml"
Urgency = Literal["high", "medium", "low", "never"]
Rhythm = Literal["daily", "weekly", "never"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RANK: Mapping[str, int] = {"high": 3, "medium": 2, "low": 1, "never": 4}
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NAME = re.compile(r"[\w.-]{1,80}")


@dataclass(frozen=True)
class Quiet:
    """Hours of a day in which nothing is sent, on the channel's own clock; it may go over midnight."""

    start: time
    end: time

    def covers(self, moment: time) -> bool:
        """Whether it is quiet then."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True)
class Channel:
    """One place where messages go, and for whom.

    `url` is Apprise's address of it, with the secrets in their place. `reader` is the account, or the file of a viewer,
    whose rights decide what a message says. Alerts of severity `urgent` and above are sent at once, all else comes with
    the `digest` at `hour` (weekly: on `weekday`, 0 is Monday) on the clock of `zone`. Between two messages lies at
    least a second, and in an hour come at most `most_per_hour`; what is more waits.
    """

    name: str
    url: str
    reader: str = ""
    urgent: Urgency = "high"
    digest: Rhythm = "daily"
    hour: int = 8
    weekday: int = 0
    time_zone: str = "UTC"
    quiet: Quiet | None = None
    urgent_in_quiet: bool = False
    most_per_hour: int = 20
    only_named: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The clock of its reader."""
        return ZoneInfo(self.time_zone)

    def is_urgent(self, severity: Severity) -> bool:
        """Whether an alert of that severity is sent at once."""
        return _RANK[severity] >= _RANK[self.urgent]

    def quiet_until(self, now: datetime, severity: str = "") -> datetime | None:
        """When quiet hours end, in UTC without a zone like `now`; None when it is not quiet for such a message."""
        local = now.replace(tzinfo=UTC).astimezone(self.zone)
        if self.quiet is None or not self.quiet.covers(local.time()) or (severity == "high" and self.urgent_in_quiet):
            return None
        day = local.date() if local.time() < self.quiet.end else local.date() + timedelta(days=1)
        end = datetime.combine(day, self.quiet.end, self.zone).astimezone(UTC).replace(tzinfo=None)
        return max(end, now + timedelta(minutes=1))  # on the night of a clock change the hour may not exist


def read_channels(home: Path, needs_reader: bool = False) -> tuple[Channel, ...]:
    """The channels of a workspace, none when there is no file.

    `needs_reader`: the definitions limit what people see, so that every channel must name its reader. Raises
    SettingsError naming file, line and remedy.
    """
    path = home / FILE
    content, lines = _content(path)
    entries = content.get("channels") or {}
    for key in content:
        if key not in ("version", "channels"):
            raise SettingsError(f"{path}: unknown entry {key!r}. The file holds `channels:` with a name for each.")
    if not isinstance(entries, dict):
        raise SettingsError(f"{path}: `channels` must hold names, each with its `url`. See docs/monitor.md.")
    found = tuple(_channel(str(name), entry, f"{path}:{lines.get(str(name), 1)}") for name, entry in entries.items())
    for one in found:
        if needs_reader and not one.reader:
            raise SettingsError(
                f"{path}:{lines.get(one.name, 1)}: the definitions limit what people see. Say whose rights count for "
                f"{one.name!r}: `reader: NAME`, an account or the file of a viewer."
            )
    return found


def channel_named(channels: Sequence[Channel], name: str) -> Channel:
    """The channel of that name; raises SettingsError naming those there are."""
    for one in channels:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in channels) or "none yet: write one into channels.yml"
    raise SettingsError(f"There is no channel {name!r}. Known: {known}.")


def add_channel(home: Path, name: str, entry: Mapping[str, Any]) -> Channel:
    """The channel, kept in channels.yml, which only its owner may read; raises SettingsError for what is wrong."""
    path = home / FILE
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{name!r} cannot be the name of a channel. Use letters, digits, dots and dashes.")
    made = _channel(name, dict(entry), str(path))
    content = _editable(path)
    if not content.get("channels"):
        content["channels"] = {}
    content["channels"][name] = dict(entry)
    _write(path, content)
    return made


def remove_channel(home: Path, name: str) -> None:
    """Nothing; the channel is gone from channels.yml. Raises SettingsError when it is not there."""
    path = home / FILE
    content = _editable(path)
    entries = content.get("channels") or {}
    if name not in entries:
        raise SettingsError(f"{path} has no channel {name!r}. Known: {', '.join(entries) or 'none'}.")
    del entries[name]
    _write(path, content)


def _editable(path: Path) -> Any:
    """The content with what people wrote beside it: comments, order, quotes; raises SettingsError when unreadable."""
    known = bool(_content(path)[0])
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if not known:
        comments = [line for line in text.splitlines() if line.startswith("#")]
        text = "\n".join([*comments, "version: 1", "channels: {}", ""])
    return _round_trip().load(text)


def _round_trip() -> YAML:
    from ruamel.yaml import YAML  # slow to import, and needed only where a file is changed

    kept = YAML()
    kept.preserve_quotes = True
    kept.width = 4096
    return kept


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # addresses may hold secrets
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        _round_trip().dump(content, file)
    os.replace(part, path)


def _content(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The content, and the line of each channel."""
    content, node = read_own_file(path, "`channels:`") or ({}, None)
    inner = next((value for key, value in (node.value if node else ()) if key.value == "channels"), None)
    pairs = inner.value if isinstance(inner, yaml.MappingNode) else []
    return content, {str(key.value): key.start_mark.line + 1 for key, _ in pairs}


def _channel(name: str, entry: Any, place: str) -> Channel:
    if not isinstance(entry, dict) or not entry.get("url"):
        raise SettingsError(f"{place}: the channel {name!r} needs a `url`, such as slack://... or mailto://...")
    allowed = [item.name for item in fields(Channel) if item.name != "name"]
    for key in entry:
        if key not in allowed:
            near = process.extractOne(str(key), allowed, score_cutoff=60)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(allowed)}."
            raise SettingsError(f"{place}: a channel has no {key!r}. {hint}")
    return Channel(name, **{key: _READ[key](value, place, key) for key, value in entry.items()})


def _url(value: Any, place: str, key: str) -> str:
    """The address with ${NAME} replaced from the environment."""
    del key

    def from_environment(found: re.Match[str]) -> str:
        given = os.environ.get(found[1])
        if not given:
            raise SettingsError(f"{place}: the variable {found[1]} is not set. Set it, or write the address itself.")
        return given

    return _VARIABLE.sub(from_environment, str(value))


def _text(value: Any, place: str, key: str) -> str:
    del place, key
    return str(value)


def _choice(*choices: str) -> Callable[[Any, str, str], Any]:
    def read(value: Any, place: str, key: str) -> Any:
        if value not in choices:
            raise SettingsError(f"{place}: `{key}` is one of {', '.join(choices)}, not {value!r}.")
        return value

    return read


def _whole(low: int, high: int) -> Callable[[Any, str, str], int]:
    def read(value: Any, place: str, key: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise SettingsError(f"{place}: `{key}` should be a whole number from {low} to {high}, got {value!r}.")
        return value

    return read


def _weekday(value: Any, place: str, key: str) -> int:
    return WEEKDAYS.index(_choice(*WEEKDAYS)(str(value).casefold(), place, key))


def _zone(value: Any, place: str, key: str) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"{place}: `{key}` should be like Europe/Berlin or UTC, got {value!r}.") from error


def _quiet(value: Any, place: str, key: str) -> Quiet:
    try:
        start, end = (time.fromisoformat(str(value[side])) for side in ("from", "to"))
    except (KeyError, TypeError, ValueError) as error:
        told = 'quiet: {from: "20:00", to: "07:00"}'
        raise SettingsError(f"{place}: `{key}` cannot be read. Write {told}, with the times in quotes.") from error
    return Quiet(start, end)


def _switch(value: Any, place: str, key: str) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{place}: `{key}` is true or false, not {value!r}.")
    return value


_READ: Mapping[str, Callable[[Any, str, str], Any]] = {
    "url": _url, "reader": _text, "urgent": _choice(*get_args(Urgency)), "digest": _choice(*get_args(Rhythm)),
    "hour": _whole(0, 23), "weekday": _weekday, "time_zone": _zone, "quiet": _quiet, "urgent_in_quiet": _switch,
    "most_per_hour": _whole(1, 3600), "only_named": _switch,
}  # fmt: skip
