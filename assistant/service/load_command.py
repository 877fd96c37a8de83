"""What the commands do that fill the warehouse and write definitions; each says what it did, line by line."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import click

from assistant.config import Settings
from assistant.errors import SettingsError
from assistant.viewers import read_viewer
from semantic_layer import SemanticLayer, for_viewer, load_workspace
from warehouse import (
    DuckDBEngine,
    LoadError,
    LoadReport,
    LoadRequest,
    ReadOptions,
    RunReport,
    SnapshotMissing,
    load_files,
    publish,
    snapshot_info,
    table_name,
)


def has_no_data(settings: Settings) -> bool:
    """Whether nothing has been published in the workspace yet."""
    try:
        snapshot_info(settings.warehouse)
    except SnapshotMissing:
        return True
    return False


def build_demo_company(settings: Settings, as_of: date | None, customers: int, seed: int) -> None:
    """Build and publish the demo company up to `as_of` (default: yesterday), with a line for each step.

    Its systems' files and the truth about it are left beside the snapshot.
    """
    from warehouse.sources.demo import DemoConfig, walk_demo

    last = as_of or date.today() - timedelta(days=1)
    click.echo(f"Building the demo company: {customers:,} customers, two years up to {last:%d %b %Y}")
    with publish(settings.warehouse, start="empty") as connection:
        report = walk_demo(
            connection, settings.warehouse, DemoConfig(as_of=last, seed=seed, customers=customers), Steps()
        )
    for line in _demo_lines(report):
        click.echo(line)
    click.echo(f"Published in {settings.warehouse}.")


def _demo_lines(report: RunReport) -> Iterator[str]:
    """What the files came to: rows, people, and what was put aside."""
    yield f"{sum(one.counts.rows_in for one in report.loaded):,} rows of {len(report.loaded)} sources read."
    found = report.unified.resolution if report.unified else None
    if found:
        yield f"{found.records:,} records of people are {found.customers:,} customers."
    for one in report.loaded:
        if one.counts.quarantined:
            yield f"{one.counts.quarantined:,} rows of {one.source} are in quarantine: {one.reasons[0][0]}"


class Steps:
    """Prints a line for each step as it begins: seconds so far, share of the work done, what comes now."""

    def __init__(self) -> None:
        self._began, self._last = time.monotonic(), ""

    def __call__(self, what: str, share: float) -> None:
        """Tell of a step, once."""
        if what != self._last:
            self._last = what
            click.echo(f"  {time.monotonic() - self._began:6.1f} s  {share:4.0%}  {what}")


class Bar(Protocol):
    """What can be moved forward on a terminal."""

    def update(self, n_steps: int) -> None:
        """Move forward by some hundredths."""


class Progress:
    """Moves a bar to the share that a builder reports."""

    def __init__(self, bar: Bar):
        self._bar, self._done = bar, 0

    def __call__(self, _what: str, share: float) -> None:
        """Take the bar to `share` (0 to 1) of its length."""
        target = min(100, round(share * 100))
        self._bar.update(max(0, target - self._done))
        self._done = max(self._done, target)


def read_layer(settings: Settings) -> SemanticLayer:
    """The workspace's semantic layer over the published tables; raises SnapshotMissing or DefinitionError."""
    engine = DuckDBEngine(snapshot_info(settings.warehouse).path)
    try:
        layer = load_workspace(settings.home, engine.schema)
        return for_viewer(layer, read_viewer(Path(settings.viewer))) if settings.viewer else layer
    finally:
        engine.close()


def files_missing(table: str) -> str:
    """What to type when only one word was given: the name of a table, or a file where the table's name belongs."""
    if not Path(table).is_file():
        return f"name the files to load as {table}, or nothing to load sources.yml."
    try:
        name = table_name(Path(table).stem)
    except LoadError:
        name = "TABLE"
    return f"{table} is a file; name its table first: tellwise load {name} {shlex.quote(table)}"


def request_of(options: Mapping[str, Any]) -> LoadRequest:
    """The load that the command line's options ask for; raises SettingsError for a --type that cannot be read."""
    read = ReadOptions(
        delimiter=options["delimiter"],
        encoding=options["encoding"],
        header=options["header"],
        skip=options["skip"],
        nulls=options["nulls"],
        decimal=options["decimal"],
        thousands=options["thousands"],
        date_format=options["date_format"],
        sheet=options["sheet"],
        types=dict(_column_type(text) for text in options["types"]),
    )
    view = options["view"].read_text(encoding="utf-8") if options["view"] else None
    last = options["as_of"].date() if options["as_of"] else None
    return LoadRequest(options["table"], options["files"], view, options["replace"], read, last, options["fresh"])


def _column_type(text: str) -> tuple[str, str]:
    column, sign, kind = text.rpartition("=")
    if not sign or not column:
        raise SettingsError(f"--type {text}: write it as COLUMN=TYPE, e.g. --type price=number.")
    return column, kind


def load_table(settings: Settings, request: LoadRequest, as_json: bool) -> None:
    """Load and publish a table, with progress, and report what came of it."""
    if as_json:
        report = load_files(settings.warehouse, request)
        click.echo(json.dumps(asdict(report), indent=2, default=str, ensure_ascii=False))
        return
    with click.progressbar(length=100, label=f"Loading {request.table}", show_eta=False) as bar:
        report = load_files(settings.warehouse, request, Progress(bar))
    told = snapshot_info(settings.warehouse).as_of is not None
    click.echo(report_text(report, request, told))


def report_text(report: LoadReport, request: LoadRequest, day_known: bool = False) -> str:
    """A load report as lines: what was read, the columns as they are now, warnings, what to do next.

    `day_known` tells that the snapshot has a day that counts as today, so that none need be proposed.
    """
    lines = [f"{report.rows:,} rows in table {report.table}, {report.seconds:.1f} s."]
    lines += [f"  {file.path.name}: {file.rows:,} rows read" for file in report.files]
    lines += [f"  {column.name:24} {column.type:16} {_range(column, report.rows)}" for column in report.columns]
    lines += [f"Note: {warning}" for warning in report.warnings]
    if report.latest and not (request.as_of or day_known) and (date.today() - report.latest.date()).days > 7:
        end = report.latest.date()
        lines.append(
            f"Note: the data ends on {end}. 'Last month' in a question counts from today; to count from the end of the "
            f"data, load with --as-of {end}."
        )
    return "\n".join([*lines, "Next: `tellwise init` writes starting definitions for your tables."])


def _range(column: Any, rows: int) -> str:
    missing = f"{column.nulls:,} of {rows:,} missing" if column.nulls else ""
    values = ", ".join(column.samples) if column.samples else _ends(column)
    return "; ".join(part for part in (values, missing) if part)


def _ends(column: Any) -> str:
    return f"{column.minimum} to {column.maximum}" if column.minimum is not None else ""


def write_definitions(settings: Settings, force: bool) -> None:
    """Write or bring up to date starting definitions for the loaded tables; raises as `init_command` says."""
    from assistant.service.init_command import write_starting_definitions

    engine = DuckDBEngine(snapshot_info(settings.warehouse).path)
    try:
        write_starting_definitions(settings, engine.schema, force)
    finally:
        engine.close()
