"""One file a wrong question: everything that shows why the answer is not the expected one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.errors import RunError
from evals.records import Record, StoredTable
from evals.results import Results


def write_counterexamples(results: Results, directory: Path) -> tuple[Path, ...]:
    """A JSON file for every answer that is not right, named after its question; raises RunError when one cannot be."""
    written: list[Path] = []
    for record in results.records:
        if record.passed or record.gold is None or record.answer is None:
            continue
        name = record.name + (f"-{record.repeat}" if record.repeat else "")
        path = directory / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)}.json"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(counterexample(record), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise RunError(f"{path} cannot be written: {error.strerror}.") from error
        written.append(path)
    return tuple(written)


def counterexample(record: Record) -> dict[str, Any]:
    """What was asked, understood and run, what was expected, and the rows of both sides that have no partner."""
    return {
        "name": record.name,
        "question": record.question,
        "verdict": record.verdict,
        "reasons": list(record.reasons),
        "understood": record.understood,
        "plan": record.plan,
        "sql": record.sql,
        "gold_sql": list(record.gold_sql),
        "expected": _table(record.gold, record.missing, "missing"),
        "answered": _table(record.answer, record.extra, "extra"),
    }


def _table(table: StoredTable | None, off: Sequence[int], title: str) -> dict[str, Any]:
    """The table with its rows that have no partner set apart; rows beyond the stored ones are only counted."""
    if table is None:
        return {}
    rows = [list(table.rows[at]) for at in off if at < len(table.rows)]
    return {
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "total": table.total,
        title: rows,
    }
