"""Foreign questions written as suite files, one a database."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from evals.errors import RunError
from evals.importers.databases import column_names, find_database
from evals.importers.dialect import to_duckdb
from evals.importers.formats import FORMATS, ForeignCase, read_cases


@dataclass(frozen=True)
class ImportOptions:
    """Where databases lie, where suites go, and the split they belong to."""

    databases: tuple[Path, ...]
    out: Path
    split: Literal["dev", "test"] = "dev"
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imported:
    """What came of an import: the suite files, the number of cases, and what was left out with the reason."""

    files: tuple[Path, ...]
    cases: int
    left_out: tuple[str, ...]


def import_suites(format_name: str, file: Path, options: ImportOptions) -> Imported:
    """Suite files made of a foreign set; raises RunError when nothing could be taken over."""
    groups: dict[str, list[ForeignCase]] = {}
    for case in read_cases(format_name, file):
        name = Path(case.db).stem
        if not options.only or name in options.only:
            groups.setdefault(case.db, []).append(case)
    options.out.mkdir(parents=True, exist_ok=True)
    files, cases, left_out = [], 0, []
    for db, found in groups.items():
        try:
            written, kept, lost = _write_suite(format_name, db, found, options)
        except RunError as error:
            left_out.append(f"{len(found)} questions on {db}: {error}")
            continue
        files += written
        cases += kept
        left_out += lost
    if not cases:
        raise RunError(f"Nothing of {file} could be taken over. " + "; ".join(left_out[:5]))
    return Imported(tuple(files), cases, tuple(left_out))


def _write_suite(
    format_name: str, db: str, found: Sequence[ForeignCase], options: ImportOptions
) -> tuple[list[Path], int, list[str]]:
    """One file for each frozen day of the database's questions."""
    database = find_database(db, options.databases, options.out)
    columns = column_names(database)
    files, kept, lost = [], 0, []
    for as_of in sorted({case.as_of for case in found}):
        written: list[dict[str, Any]] = []
        for case in found:
            if case.as_of == as_of:
                _keep(case, lambda sql: to_duckdb(sql, FORMATS[format_name].dialect, columns), written, lost)
        if not written:
            continue
        name = _safe(f"{Path(db).stem}-{as_of}" if as_of else Path(db).stem)
        head = _head(name, os.path.relpath(database, options.out), as_of, options.split)
        files.append(options.out / f"{name}.yml")
        files[-1].write_text(_yaml({**head, "cases": written}), encoding="utf-8")
        kept += len(written)
    return files, kept, lost


def _keep(case: ForeignCase, translate: Callable[[str], str], written: list[dict[str, Any]], lost: list[str]) -> None:
    """Adds the case, or the reason why it is left out."""
    try:
        golds = [translate(sql) for sql in case.golds]
    except RunError as error:
        lost.append(f"{case.id}: {error}")
        return
    expect: dict[str, Any] = {"sql": golds} if golds else {"abstain": "missing_term"}
    order = {True: {"order": "yes"}, False: {"order": "no"}, None: {}}[case.ordered]
    optional = {"paraphrases": list(case.paraphrases), "context": case.context, "tags": list(case.tags)}
    given = {name: value for name, value in optional.items() if value}
    written.append({"id": _safe(case.id), "question": case.question, **given, "expect": expect, **order})


def _head(name: str, database: str, as_of: str, split: str) -> dict[str, Any]:
    head: dict[str, Any] = {"suite": name, "version": 1, "database": database}
    if as_of:
        head["as_of"] = as_of
    return {**head, "split": split, "author": "imported", "verified_by": ""}


def _safe(name: str) -> str:
    """The name with only the signs that ids may have."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-")[:80]


def _yaml(data: dict[str, Any]) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)


def summary(imported: Imported) -> Iterable[str]:
    """What was done, for a person."""
    yield f"{imported.cases} questions in {len(imported.files)} suite files:"
    yield from (f"  {file}" for file in imported.files)
    if imported.left_out:
        yield f"{len(imported.left_out)} left out:"
        yield from (f"  {reason}" for reason in imported.left_out)
