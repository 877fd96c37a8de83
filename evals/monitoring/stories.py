"""The demo company's planted stories, replayed day by day through the monitor: found in time, where, and what else.

`python -m evals.monitoring.stories WORKSPACE` (built by `tellwise demo`) prints one line for each story and every other
alert; exit status 1 when a story is missed, its headline slice is wrong, or more than three others come in a month.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from assistant.config import Settings
from assistant.monitor.desk import Desk
from assistant.monitor.merging import merge
from assistant.monitor.monitors import read_watchlist
from assistant.monitor.records import Incident
from assistant.monitor.watching import Watch, watching
from assistant.store import Store

TRUTH = Path("warehouse") / "demo-truth.json"
DAYS = 126  # from just before the oldest story begins
OTHERS_A_MONTH = 3.0
_SAME_METRICS = {"cost_per_acquisition": ("channel_cac", "customer_acquisition_cost", "marketing_spend")}
"""Names of the truth that the definitions call otherwise; a story's `also` counts beside its metric."""
_AFTER = 3  # days after its end by which a story that was a burst may still be told


@dataclass(frozen=True)
class Story:
    """A planted story: metrics that may tell it, the values of its slice, its days."""

    name: str
    metrics: frozenset[str]
    values: frozenset[str]
    start: date
    end: date


@dataclass(frozen=True)
class Replay:
    """What a replay told: the incidents in the order they were opened, and the days it went over."""

    told: tuple[Incident, ...]
    days: tuple[date, ...]


def read_stories(home: Path) -> tuple[Story, ...]:
    """The stories of a demo workspace, oldest first."""
    told = json.loads((home / TRUTH).read_text(encoding="utf-8"))["stories"]
    return tuple(sorted((_story(one) for one in told), key=lambda one: one.start))


def _story(told: Mapping[str, object]) -> Story:
    metric, also, where = str(told["metric"]), told["also"], told["slice"]
    assert isinstance(also, dict)
    assert isinstance(where, dict)
    names = {metric, *also, *_SAME_METRICS.get(metric, ())}
    values = frozenset(str(value).casefold() for value in where.values())
    start, end = (date.fromisoformat(str(told[key])) for key in ("start", "end"))
    return Story(str(told["name"]), frozenset(names), values, start, end)


def replay(watch: Watch, settings: Settings, days: Sequence[date]) -> Replay:
    """Every incident that the monitor would have opened on these days, one by one; series and slices are read once."""
    watchlist = read_watchlist(settings.home, watch.layer)
    desk = Desk(watch, watchlist.monitors, (), days).read()
    told: list[Incident] = []
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Settings(home=Path(folder)), "replay")
        for day in days:
            tally = merge(store, desk, day)
            told += tally.opened + tally.reopened
        store.close()
    return Replay(tuple(told), tuple(days))


def found_by(story: Story, told: Sequence[Incident]) -> Incident | None:
    """The first incident within the window of a story that names its slice, or part of it, in one of its metrics."""
    inside = [one for one in told if story.start <= one.opened_on <= story.end + timedelta(days=_AFTER)]
    return next((one for one in inside if one.found.metric in story.metrics and _values(one) & story.values), None)


def is_right(story: Story, one: Incident) -> bool:
    """Whether the headline slice is the story's own, by the values it names."""
    values = _values(one)
    return bool(values) and (values <= story.values or story.values <= values)


def _values(one: Incident) -> frozenset[str]:
    return frozenset(value.casefold() for value in one.found.where.values())


def others(stories: Sequence[Story], told: Sequence[Incident]) -> list[Incident]:
    """The incidents that tell none of the stories: neither a story's slice nor its metric in its days."""
    return [one for one in told if not any(_belongs(story, one) for story in stories)]


def _belongs(story: Story, one: Incident) -> bool:
    near = story.start <= one.opened_on <= story.end + timedelta(days=_AFTER)
    whole = not one.found.where and one.found.metric in story.metrics
    return near and (whole or bool(_values(one) & story.values))


def table(stories: Sequence[Story], result: Replay) -> tuple[str, bool]:
    """The table, and whether every line of it is as it should be."""
    lines, good = ["story                      window                  found       delay  headline"], True
    for story in stories:
        one = found_by(story, result.told)
        right = one is not None and is_right(story, one)
        good &= right
        window = f"{story.start}..{story.end}"
        when = f"{one.opened_on}  {(one.opened_on - story.start).days:>5}" if one else "missed          -"
        lines.append(
            f"{story.name:26} {window} {when}  {_headline(one)}{'' if right else '  WRONG SLICE' if one else ''}"
        )
    rest = others(stories, result.told)
    rate = len(rest) / (len(result.days) / 30.4)
    lines += [f"other {one.opened_on} {one.found.kind:11} {one.found.title}" for one in rest]
    lines.append(f"{len(rest)} others in {len(result.days)} days: {rate:.1f} a month (at most {OTHERS_A_MONTH:g})")
    return "\n".join(lines), good and rate <= OTHERS_A_MONTH


def _headline(one: Incident | None) -> str:
    return "" if one is None else one.found.title


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 when every story is found, in time and place, and little else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path, help="a workspace made by `tellwise demo`")
    parser.add_argument("--days", type=int, default=DAYS, help="how many days to replay")
    asked = parser.parse_args(arguments)
    settings = Settings(home=asked.workspace)
    with watching(settings) as watch:
        days = [watch.as_of - timedelta(days=back) for back in range(asked.days - 1, -1, -1)]
        told, good = table(read_stories(asked.workspace), replay(watch, settings, days))
    sys.stdout.write(told + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
