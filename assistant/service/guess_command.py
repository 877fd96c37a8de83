"""`tellwise load --guess FILE...`: a mapping is proposed, shown with ten rows, corrected by answers, and written."""

from __future__ import annotations

import os
from pathlib import Path

import click

from assistant.config import Settings
from assistant.errors import SettingsError
from assistant.service.sources_command import sources_path
from warehouse import Proposal, guess, proposal_text, read_sources

_WIDTH = 24


def guess_sources(settings: Settings, files: tuple[str, ...], yes: bool) -> None:
    """Propose a source for each file and write those that are agreed to; with `yes`, ask nothing."""
    if not files:
        raise SettingsError("--guess needs a file: tellwise load --guess orders.csv.")
    for file in files:
        proposal = guess(Path(file))
        click.echo(_shown(proposal))
        values = {} if yes else _asked(proposal)
        text = proposal_text(proposal, values)
        click.echo(text)
        if yes or click.confirm(f"Write this to {sources_path(settings)}?", default=True):
            _write(sources_path(settings), proposal.name, text)
    click.echo("Next: check the file, then `tellwise load`.")


def _shown(proposal: Proposal) -> str:
    lines = [f"{proposal.pattern} looks like core.{proposal.table}:"]
    for column in proposal.columns:
        doubt = "" if column.score >= 0.9 else "  (not sure)"
        lines.append(f"  {column.core:{_WIDTH}} <- {column.source}{doubt}")
    lines += [f"  {name:{_WIDTH}} <- nothing found; {comment}" for name, comment in proposal.missing]
    lines += ["", "  ".join(_cut(name) for name in proposal.header)]
    lines += ["  ".join(_cut(cell or "") for cell in row) for row in proposal.rows]
    return "\n".join([*lines, ""])


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:17]}..." if len(line) > 20 else f"{line:20}"


def _asked(proposal: Proposal) -> dict[str, str]:
    """One value for all rows for each column that must be filled; an empty answer leaves it open."""
    answers: dict[str, str] = {}
    for name, comment in proposal.missing:
        words = f"No column holds {name} ({comment}). One value for all rows, or Enter to leave it open"
        answers[name] = click.prompt(words, default="", show_default=False)
    return {name: value for name, value in answers.items() if value}


def _write(path: Path, name: str, text: str) -> None:
    """Add the block to the file, which is there whole or not at all."""
    before = path.read_text(encoding="utf-8") if path.exists() else "sources:\n"
    if before.strip() != "sources:":
        known = read_sources(path).entries
        number = next(n for n in range(1, len(known) + 2) if (f"{name}_{n}" if n > 1 else name) not in known)
        if number > 1:
            text = text.replace(f"  {name}:", f"  {name}_{number}:", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(f"{before.rstrip()}\n{text}", encoding="utf-8")
    os.replace(draft, path)
