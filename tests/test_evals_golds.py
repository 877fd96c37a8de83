"""Golds of a question set agree with the rows published with them.

QUESTION_SET names a directory with `questions.jsonl`: {db, gold_sql: [...], expected: [{columns, rows}]} a line, `db` a
DuckDB file below the directory.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from evals.comparison import Table, compare
from evals.golds import open_gold
from warehouse import trusted_reader

DATA = Path(os.environ.get("QUESTION_SET", "/nowhere"))


@pytest.mark.skipif(not DATA.is_dir(), reason="QUESTION_SET names no question set")
def test_golds_agree_with_the_given_rows() -> None:
    checked = wrong = 0
    for line in (DATA / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        with trusted_reader(DATA / item["db"]) as read:
            for sql, given in zip(item["gold_sql"], item["expected"], strict=True):
                rows = Table(tuple(given["columns"]), tuple(tuple(row) for row in given["rows"]))
                checked += 1
                wrong += not compare(open_gold(sql, read), rows).exact
    assert checked > 0
    assert wrong == 0
