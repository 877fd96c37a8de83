"""What `tellwise load` does with declared sources: loads them, and says what came of every row."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from assistant.config import Settings
from assistant.service.load_command import Steps
from warehouse import RunReport, SourceReport, Unified, load_sources, read_sources

EXIT_SOME_FAILED = 1


def sources_path(settings: Settings) -> Path:
    """Where the workspace declares its sources."""
    return settings.home / "sources.yml"


def load_declared(settings: Settings, only: Sequence[str], fresh: bool, as_json: bool) -> None:
    """Load the sources of sources.yml, report, and end with status 1 when one of them failed."""
    sources = read_sources(sources_path(settings))
    if as_json:
        report = load_sources(settings.warehouse, sources, lambda _what, _share: None, only, fresh)
        click.echo(json.dumps(asdict(report), indent=2, default=str, ensure_ascii=False))
    else:
        report = load_sources(settings.warehouse, sources, Steps(), only, fresh)
        click.echo(run_text(report))
    if report.failed:
        sys.exit(EXIT_SOME_FAILED)


def run_text(report: RunReport) -> str:
    """A run as lines: each source with its counts, why rows were put aside, and what failed."""
    lines = [line for one in report.loaded for line in _source_lines(one)]
    lines += [f"{one.source}: FAILED, its rows of before are kept. {one.message}" for one in report.failed]
    lines += _unified_lines(report.unified) if report.unified else []
    lines += [f"Check: {one.subject}, {one.kind}: {one.told}" for one in report.alarms]
    if any(one.counts.quarantined for one in report.loaded):
        lines.append("Rows put aside are kept in raw.quarantine with file, line and reason.")
    return "\n".join(lines)


def _unified_lines(unified: Unified) -> list[str]:
    """Who the customers are now, rows that name nobody known, and what could not be built."""
    found = unified.resolution
    lines = [f"{found.records:,} records of people are {found.customers:,} customers."] if found else []
    unknown = [one for one in unified.facts if one.referenced > one.resolved]
    lines += [
        f"  core.{one.table}: {one.referenced - one.resolved:,} of {one.referenced:,} rows that name a customer name"
        " nobody known; they are kept without one."
        for one in unknown
    ]
    return [*lines, *(f"Note: {note}" for note in unified.notes)]


def _source_lines(one: SourceReport) -> list[str]:
    counts = one.counts
    where = f" -> core.{one.table}" if one.table else ""
    if not counts.rows_in:
        return [f"{one.source}{where}: nothing new.", *(f"  Note: {note}" for note in one.notes)]
    parts = {"new": counts.inserted, "changed": counts.updated, "known": counts.unchanged, "older": counts.superseded}
    told = ", ".join(f"{rows:,} {word}" for word, rows in parts.items() if rows)
    lines = [
        f"{one.source}{where}: {counts.rows_in:,} rows read = {counts.loaded:,} loaded ({told or 'none'})"
        f" + {counts.quarantined:,} put aside, {one.seconds:.1f} s."
    ]
    lines += [f"  {rows:,} put aside: {reason}" for reason, rows in one.reasons]
    return [*lines, *(f"  Note: {note}" for note in one.notes)]
