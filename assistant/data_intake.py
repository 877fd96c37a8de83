"""A file from a person's hands into the data: kept in the workspace, described, declared, loaded; broken lines mended.

A file with a name that was taken in before replaces it, so that a mended export is loaded in place of the broken one.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.config import Settings
from assistant.data_desk import OWN, Progress
from assistant.errors import AssistantError
from warehouse import (
    ColumnGuess,
    Proposal,
    QuarantinedRow,
    RunReport,
    core_tables,
    guess,
    load_sources,
    proposal_text,
    read_sources,
)

FOLDER = "files"
LARGEST_MB = 500
KINDS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".gz", ".zip")
_TEXT = (".csv", ".tsv", ".txt")


class IntakeError(AssistantError):
    """A file cannot be taken in or mended; the text says why and what to do."""


@dataclass(frozen=True)
class Slot:
    """One column of the table that a file fills: what it holds, whether it must be filled, what fills it so far."""

    name: str
    comment: str
    required: bool
    source: str
    sure: bool


def take_in(settings: Settings, upload: Path, name: str) -> Path:
    """The file's place in the workspace; raises IntakeError for a kind or size that is not taken."""
    plain = re.sub(r"[^\w.\- ]+", "_", Path(name).name).strip(". ") or "file"
    if Path(plain).suffix.lower() not in KINDS:
        raise IntakeError(f"{plain}: files of this kind are not taken. Taken are {', '.join(KINDS)}.")
    if upload.stat().st_size > LARGEST_MB * 1_000_000:
        raise IntakeError(f"{plain} is larger than {LARGEST_MB} MB. Declare it in sources.yml and run `tellwise load`.")
    place = settings.home / FOLDER / plain
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{plain}.new")
    shutil.copyfile(upload, draft)
    os.replace(draft, place)
    return place


def slots_of(proposal: Proposal) -> tuple[Slot, ...]:
    """The columns of the proposed table: those that are found or must be filled first, then the rest."""
    found = {column.core: column for column in proposal.columns}
    needed = dict(proposal.missing)
    slots = [
        Slot(
            one.name, one.comment, one.name in needed or (one.required and one.name in found),
            found[one.name].source if one.name in found else "", one.name not in found or found[one.name].score >= 0.9,
        )
        for one in core_tables()[proposal.table].columns
    ]  # fmt: skip
    return tuple(sorted(slots, key=lambda one: (not (one.source or one.required), not one.required)))


def corrected(proposal: Proposal, chosen: Mapping[str, str]) -> tuple[Proposal, dict[str, str]]:
    """The proposal as a person corrected it, and the values they gave for all rows.

    `chosen` holds, by column of the table, a column of the file, or a text that is none: a value for every row.
    """
    guessed = {(column.core, column.source): column for column in proposal.columns}
    said = {name: text.strip() for name, text in chosen.items() if text.strip()}
    columns = tuple(
        guessed.get((name, text), ColumnGuess(name, text, 1.0))
        for name, text in said.items()
        if text in proposal.header
    )
    values = {name: text for name, text in said.items() if text not in proposal.header}
    comments = {one.name: one.comment for one in core_tables()[proposal.table].columns}
    needed = dict.fromkeys([*(name for name, _ in proposal.missing if name not in said), *values])
    missing = tuple((name, comments[name]) for name in needed)
    return replace(proposal, columns=columns, missing=missing), values


def declare(settings: Settings, proposal: Proposal, values: Mapping[str, str]) -> str:
    """The name under which sources.yml declares the file now; the file's earlier declaration is replaced.

    Raises SourcesInvalid, and changes nothing, when a column that must be filled is not.
    """
    path = settings.home / OWN
    before = path.read_text(encoding="utf-8") if path.exists() else "sources:\n"
    known = read_sources(path).entries if before.strip() != "sources:" else {}
    name = next((one for one, source in known.items() if source.files == [proposal.pattern]), "")
    if name:
        before = _without(before, name)
    else:
        taken = (f"{proposal.name}_{n}" if n > 1 else proposal.name for n in range(1, len(known) + 2))
        name = next(one for one in taken if one not in known)
    text = f"{before.rstrip()}\n{proposal_text(replace(proposal, name=name), values)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft.yml")
    draft.write_text(text, encoding="utf-8")
    try:
        read_sources(draft)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return name


def _without(text: str, name: str) -> str:
    """The declarations without the block of one source."""
    lines, kept, inside = text.splitlines(), [], False
    for line in lines:
        if re.match(r"  \S", line) and not line.startswith("  #"):
            inside = line.startswith(f"  {name}:")
        if not inside:
            kept.append(line)
    return "\n".join(kept) + "\n"


def propose(path: Path, table: str = "") -> Proposal:
    """What a file seems to be, or how it would fill a table; raises LoadError naming line and remedy."""
    return guess(path, table or None)


def load(settings: Settings, names: tuple[str, ...], step: Progress, anew: bool = False) -> RunReport:
    """What the sources brought; raises LoadError when none could be loaded, and leaves the data as it was."""
    return load_sources(settings.warehouse, read_sources(settings.home / OWN), step, names, anew)


# --- mending


def can_mend(settings: Settings, row: QuarantinedRow) -> bool:
    """Whether the row stands in a text file that was taken in here, and so can be mended on the screen."""
    path = _place(settings, row)
    return path.parent == (settings.home / FOLDER).resolve() and path.suffix.lower() in _TEXT and path.is_file()


def _place(settings: Settings, row: QuarantinedRow) -> Path:
    """The row's file; reports name files relative to the workspace where they lie in it."""
    return (settings.home / row.file).resolve()


def line_of(settings: Settings, row: QuarantinedRow) -> str:
    """The line of the file as it stands; raises IntakeError when it cannot be mended here."""
    return _lines(settings, row)[row.line - 1].rstrip("\r\n")


def mend_line(settings: Settings, row: QuarantinedRow, text: str) -> None:
    """Replace the line in the file; raises IntakeError for more than one line. The file is then to be loaded again."""
    if "\n" in text or "\r" in text or not text.strip():
        raise IntakeError("Write the row as one line.")
    lines = _lines(settings, row)
    ending = lines[row.line - 1][len(lines[row.line - 1].rstrip("\r\n")) :]
    lines[row.line - 1] = text + ending
    path = _place(settings, row)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text("".join(lines), encoding="utf-8", newline="")
    os.replace(draft, path)


def _lines(settings: Settings, row: QuarantinedRow) -> list[str]:
    if not can_mend(settings, row):
        raise IntakeError(f"{row.file} was not taken in here. Mend it where it comes from, and load it again.")
    try:
        with _place(settings, row).open(encoding="utf-8", newline="") as file:
            lines = file.read().splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise IntakeError(f"{row.file} is not in UTF-8. Mend it where it comes from, and load it again.") from error
    if not 0 < row.line <= len(lines):
        raise IntakeError(f"{row.file} has no line {row.line} any more. Load it again.")
    return lines
