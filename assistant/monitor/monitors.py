"""What is watched: the shipped set and the workspace's monitors.yml, checked against the definitions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from rapidfuzz import process

from assistant.errors import SettingsError
from assistant.monitor.own_file import read_own_file
from assistant.monitor.recipes import SENSITIVITY
from assistant.monitor.series import Grain
from semantic_layer import Filter, GroupBy, QueryError, SemanticLayer, SemanticQuery, check

FILE = "monitors.yml"
SHIPPED = Path(__file__).parent / "defaults.yml"
Direction = Literal["up", "down", "either"]
_TOP = ("version", "countries", "shipped", "monitors")


@dataclass(frozen=True)
class Monitor:
    """One thing to watch.

    `filters` narrow the metric, `slices` are "auto" (found by themselves), "none", or fields whose every value is
    watched on its own. A change is told from `minimum_effect` (relative) and `minimum_amount` (in the metric's unit)
    on. `below` and `above` are limits in the metric's unit (0.2 for 20%) that are told when a whole bucket passes
    them; `goal` is a limit on the bad side of the metric. `delay_days` is how long a bucket still fills.
    """

    name: str
    metric: str
    filters: tuple[Filter, ...] = ()
    slices: Literal["auto", "none"] | tuple[str, ...] = "auto"
    grain: Grain = "day"
    direction: Direction = "either"
    sensitivity: str = "normal"
    minimum_effect: float = 0.05
    minimum_amount: float = 0.0
    below: float | None = None
    above: float | None = None
    goal: float | None = None
    owner: str = ""
    channel: str = ""
    delay_days: int = 0
    sentence: str = ""
    shipped: bool = False

    @property
    def has_limit(self) -> bool:
        """Whether a number was named; then surprises are not told beside it."""
        return self.below is not None or self.above is not None or self.goal is not None


@dataclass(frozen=True)
class Watchlist:
    """All monitors, and the countries whose holidays count."""

    monitors: tuple[Monitor, ...]
    countries: tuple[str, ...] = ()


def read_watchlist(home: Path, layer: SemanticLayer) -> Watchlist:
    """What a workspace watches: its own monitors, and the shipped ones of metrics that it does not watch itself.

    Raises SettingsError naming file, line and remedy.
    """
    path = home / FILE
    content, lines = _read(path)
    for key in content:
        if key not in _TOP:
            raise SettingsError(f"{path}: unknown entry {key!r}.{_near(key, _TOP)}")
    entries = content.get("monitors") or []
    if not isinstance(entries, list):
        raise SettingsError(f"{path}:{lines.get('monitors', 1)}: `monitors` must be a list. Begin each with `- name:`.")
    delays = _shipped()["delay_days"]
    own = tuple(_monitor(layer, entry, f"{path}:{line}", delays) for entry, line in _with_lines(path, entries))
    _require_distinct(own, path)
    rest = () if content.get("shipped") is False else shipped_monitors(layer)
    known = {one.metric for one in own if not one.has_limit and not one.filters}
    countries = tuple(str(one) for one in content.get("countries") or ())
    return Watchlist((*own, *(one for one in rest if one.metric not in known)), countries)


def shipped_monitors(layer: SemanticLayer) -> tuple[Monitor, ...]:
    """The monitors that a fresh workspace has: those of the shipped set whose metrics the definitions know."""
    shipped = _shipped()
    known = [name for name in shipped["metrics"] if name in layer.metrics and not layer.metrics[name].hidden
             and layer.metrics[name].type != "unavailable"]  # fmt: skip
    return tuple(
        Monitor(layer.metrics[name].title, name, delay_days=int(shipped["delay_days"].get(name, 0)),
                owner=layer.metrics[name].owner, shipped=True)
        for name in known
    )  # fmt: skip


def add_monitor(home: Path, layer: SemanticLayer, monitor: Monitor) -> None:
    """Nothing; the monitor stands at the end of monitors.yml, whose other lines are left as they are.

    Raises SettingsError when the file cannot be read, or has a monitor of that name.
    """
    path = home / FILE
    if any(one.name == monitor.name for one in read_watchlist(home, layer).monitors if not one.shipped):
        raise SettingsError(f"{path}: there is a monitor {monitor.name!r} already. Give this one another name.")
    text = path.read_text(encoding="utf-8") if path.exists() else "version: 1\n"
    content, _ = _read(path)
    entry = yaml.safe_dump([_entry(monitor)], allow_unicode=True, sort_keys=False)
    if not content.get("monitors"):
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("monitors:"))
        text += ("" if text.endswith("\n") or not text else "\n") + "monitors:\n" + _indented(entry, "  ")
    else:
        lines = text.splitlines(keepends=True)
        last = max(end for _, _, end in _spans(path))
        margin = _margin(lines, path)
        block = _indented(entry, margin)
        before = "".join(lines[:last])
        text = before + ("" if before.endswith("\n") else "\n") + block + "".join(lines[last:])
    _write(path, text)


def remove_monitor(home: Path, name: str) -> None:
    """Nothing; the lines of the monitor are taken out of monitors.yml. Raises SettingsError when it is not there."""
    path = home / FILE
    for found, first, last in _spans(path):
        if found == name:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            _write(path, "".join([*lines[:first], *lines[last:]]))
            return
    names = [found for found, _, _ in _spans(path)]
    raise SettingsError(f"{path} has no monitor {name!r}.{_near(name, names)} Shipped ones: write `shipped: false`.")


# --- reading


def _shipped() -> dict[str, Any]:
    return yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


def _read(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The content, and the line of each top entry."""
    content, node = read_own_file(path, "`monitors:` with a list") or ({}, None)
    return content, {str(key.value): key.start_mark.line + 1 for key, _ in (node.value if node else ())}


def _list_node(path: Path) -> yaml.SequenceNode | None:
    if not path.exists():
        return None
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((v for k, v in pairs if k.value == "monitors" and isinstance(v, yaml.SequenceNode)), None)


def _with_lines(path: Path, entries: Sequence[Any]) -> Iterator[tuple[Any, int]]:
    node = _list_node(path)
    for number, entry in enumerate(entries):
        yield entry, node.value[number].start_mark.line + 1 if node else 1


def _spans(path: Path) -> list[tuple[str, int, int]]:
    """Name of each monitor of the file with its first line and the line after its last (from 0)."""
    node, content = _list_node(path), _read(path)[0]
    if node is None:
        return []
    return [
        (str(entry.get("name", "")), item.start_mark.line, _last_line(item) + 1)
        for entry, item in zip(content["monitors"], node.value, strict=True)
    ]


def _last_line(node: yaml.Node) -> int:
    """The last line that a node has text on; block nodes end where the next begins, their leaves do not."""
    if not isinstance(node, yaml.CollectionNode) or not node.value or node.flow_style:
        return node.end_mark.line if node.end_mark.column else max(node.end_mark.line - 1, node.start_mark.line)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(node, yaml.MappingNode) else last)


def _margin(lines: Sequence[str], path: Path) -> str:
    first = lines[_spans(path)[0][1]]
    return first[: len(first) - len(first.lstrip())]


def _indented(text: str, margin: str) -> str:
    return "".join(margin + line for line in text.splitlines(keepends=True))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _entry(monitor: Monitor) -> dict[str, Any]:
    """A monitor as it is written: what differs from the defaults."""
    told: dict[str, Any] = {}
    for item in fields(Monitor):
        value = getattr(monitor, item.name)
        if item.name not in ("filters", "shipped") and value != item.default:
            told[item.name] = list(value) if isinstance(value, tuple) else value
    if monitor.filters:
        told["filters"] = [one.model_dump(mode="json", exclude_defaults=True) for one in monitor.filters]
    return told


# --- checking


def _monitor(layer: SemanticLayer, entry: Any, place: str, delays: Mapping[str, int]) -> Monitor:
    if not isinstance(entry, dict) or "metric" not in entry:
        raise SettingsError(f"{place}: a monitor needs a `metric`. Write `- {{name: ..., metric: net_revenue}}`.")
    allowed = [item.name for item in fields(Monitor) if item.name != "shipped"]
    for key in entry:
        if key not in allowed:
            raise SettingsError(f"{place}: a monitor has no {key!r}.{_near(str(key), allowed)}")
    metric = str(entry["metric"])
    if metric not in layer.metrics:
        raise SettingsError(f"{place}: there is no metric {metric!r}.{_near(metric, list(layer.metrics))}")
    values: dict[str, Any] = {"name": layer.metrics[metric].title, "delay_days": delays.get(metric, 0)}
    values |= {key: _value(key, value, place) for key, value in entry.items()}
    monitor = Monitor(**values)
    _require_known_fields(layer, monitor, place, says_grain="grain" in entry)
    return monitor


_NUMBERS = ("minimum_effect", "minimum_amount", "below", "above", "goal")
_CHOICES = {"grain": get_args(Grain), "direction": get_args(Direction), "sensitivity": tuple(SENSITIVITY)}


def _value(key: str, value: Any, place: str) -> Any:
    if key in _CHOICES and value not in _CHOICES[key]:
        raise SettingsError(f"{place}: `{key}` is one of {', '.join(_CHOICES[key])}, not {value!r}.")
    if key in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise SettingsError(f"{place}: `{key}` should be a number, got {value!r}; write 20% as 0.2.")
    if key == "delay_days" and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 60):
        raise SettingsError(f"{place}: `delay_days` should be a whole number from 0 to 60, got {value!r}.")
    if key == "slices" and value not in ("auto", "none"):
        return _fields(value, place)
    if key == "filters":
        return _filters(value, place)
    return str(value) if key in ("name", "metric", "owner", "channel", "sentence") else value


def _fields(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= 2:
        raise SettingsError(f"{place}: `slices` is auto, none, or a list of one or two fields like [customer.region].")
    return tuple(str(one) for one in value)


def _filters(value: Any, place: str) -> tuple[Filter, ...]:
    try:
        return tuple(Filter.model_validate(one) for one in value)
    except (ValueError, TypeError) as error:
        told = "{field: customer.region, op: in, values: [North]}"
        raise SettingsError(f"{place}: `filters` cannot be read. Write each as {told}.") from error


def _require_known_fields(layer: SemanticLayer, monitor: Monitor, place: str, says_grain: bool) -> None:
    split = monitor.slices if isinstance(monitor.slices, tuple) else ()
    groups = [GroupBy(field=one) for one in split]
    groups += [GroupBy(field="metric_time", grain=monitor.grain)] if says_grain else []
    try:
        check(layer, SemanticQuery(metrics=(monitor.metric,), filters=monitor.filters, group_by=tuple(groups)))
    except QueryError as error:
        told = "; ".join(fault.sentence for fault in error.faults)
        raise SettingsError(f"{place}: {told} Change the fields or the grain of this monitor.") from error


def _require_distinct(monitors: Sequence[Monitor], path: Path) -> None:
    names = [one.name for one in monitors]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"{path}: two monitors are called {name!r}. Give one of them another name.")


def _near(word: str, known: Sequence[str]) -> str:
    found = process.extractOne(word, known, score_cutoff=60)
    return f" Did you mean {found[0]}?" if found else f" Known: {', '.join(list(known)[:12])}."
