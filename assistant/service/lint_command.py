"""`tellwise lint`, `tellwise metrics diff` and `tellwise metrics log`: the model kept honest while it changes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.answer import Plan
from assistant.config import Settings
from assistant.definition_changes import LOG, keep_history
from assistant.errors import SettingsError
from semantic_layer import (
    Ground,
    SemanticQuery,
    changes_of,
    differences,
    latest,
    lint,
    load_workspace,
    read_goldens,
    read_history,
    read_side,
    read_verified,
    shipped_definitions,
    shipped_goldens,
)
from warehouse import QueryFailed, SQLRejected, validate

if TYPE_CHECKING:
    from assistant.assistant import Assistant

VERIFIED, GOLDENS = "verified.yml", "goldens.yml"
EXIT_FOUND = 1


def lint_model(settings: Settings, as_json: bool) -> None:
    """Prints what is doubtful in the workspace's model and leaves with 1 when there is anything."""
    from assistant.assistant import Assistant

    assistant = Assistant.open(settings)
    try:
        found = lint(ground_of(assistant), definition_files(settings.home))
    finally:
        assistant.close()
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(map(str, found)) if found else "Nothing to mend.")
    sys.exit(EXIT_FOUND if found else 0)


def ground_of(assistant: Assistant) -> Ground:
    """The model of an assistant with its goldens, its verified questions and its history, and a way to run and read."""
    home = assistant.settings.home
    layer = load_workspace(home, assistant.engine.schema)
    shipped = shipped_goldens() if layer.definitions.extends != "none" else ()
    return Ground(
        layer=layer,
        as_of=assistant.as_of,
        goldens=read_goldens([*shipped, home / GOLDENS]),
        verified=read_verified(home / VERIFIED),
        rows=lambda sql: run(assistant, sql),
        reads=lambda question: read(assistant, question),
        logged=latest(read_history(home / LOG)),
    )


def definition_files(home: Path) -> list[Path]:
    """Every file that the model of a workspace is made of, in the order of loading."""
    return [*shipped_definitions(), *sorted((home / "definitions").glob("*.y*ml"))]


def run(assistant: Assistant, sql: str) -> Sequence[tuple[Any, ...]]:
    """Rows of SQL through the guard; raises LookupError with the reason when it cannot be run."""
    try:
        return assistant.engine.run(validate(sql, assistant.engine.schema)).rows
    except (SQLRejected, QueryFailed) as error:
        raise LookupError(str(error)) from error


def read(assistant: Assistant, question: str) -> SemanticQuery | None:
    """The query that a question is read as; None when it is refused or asked back."""
    plan = assistant.understanding.plan(question)
    return plan.query if isinstance(plan, Plan) else None


def show_differences(old: Path, new: Path, as_json: bool) -> None:
    """Prints what two versions of a model say differently, in words and in SQL."""
    for path in (old, new):
        if not path.exists():
            raise SettingsError(f"{path} is not there. Name two definition files, or two folders of them.")
    found = differences(read_side(old), read_side(new))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        moved = " (gives other numbers)" if one.numbers else ""
        click.echo(f"{one.kind} {one.section} {one.name}{moved}")
        click.echo("".join(f"    {line}\n" for line in (*one.sentences, *one.sql)), nl=False)
    if not found:
        click.echo("Both say the same.")


def log_definitions(settings: Settings, names: Iterable[str]) -> None:
    """Notes what changed in the definitions since the last time; prints the changes of the metrics named, or of all."""
    from assistant.service.load_command import read_layer

    layer = read_layer(settings)
    history = keep_history(settings.home, layer, date.today())
    changed = [(name, pair) for name in (list(names) or layer.metrics) for pair in changes_of(history, name)]
    for name, (old, new) in changed:
        click.echo(f"{new.at} {name}: {old.formula} → {new.formula} (version {old.version} → {new.version})")
    if not changed:
        since = min((entry.at for entry in history), default=date.today())
        click.echo(f"No definition has changed since {since}, when the log began.")
