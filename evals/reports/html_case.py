"""One question on the page: asked, understood, run, expected, and where the rows differ."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

from evals.records import Record, StoredTable
from evals.reports.reason_words import in_words
from evals.reports.terminal import LABELS, milliseconds

_ROWS = 60


def case_of(record: Record, change: str = "") -> str:
    """The question as a line that opens; `change` is "fixed", "broken" or empty."""
    return "".join(
        [
            f"<details class='case {record.verdict}' data-verdict='{record.verdict}' data-change='{change}'",
            f" data-suite='{_attribute(record.suite)}' data-tag='{_attribute(' '.join(record.tags))}'",
            f" data-reason='{_attribute(' '.join(record.reasons))}' data-text='{_attribute(_searched(record))}'>",
            *_summary(record, change),
            "<div class='inside'>",
            *_facts(record),
            *_rows(record),
            *_statements(record),
            *(f"<span class='tag'>{escape(tag)}</span>" for tag in record.tags),
            "</div></details>",
        ]
    )


def _attribute(text: str) -> str:
    return escape(text, quote=True)


def _searched(record: Record) -> str:
    """All text in which the search looks."""
    parts = (record.name, record.question, record.understood, record.text, record.sql, *record.gold_sql)
    return " ".join(" ".join(parts).lower().split())


def _summary(record: Record, change: str) -> Iterator[str]:
    name = record.name + (f" (repeat {record.repeat})" if record.repeat else "")
    question = record.question or ("a question of the test split" if record.split == "test" else "")
    yield f"<summary><span class='verdict'>{LABELS[record.verdict]}</span>"
    yield f"<span class='question'>{escape(question)}</span>"
    yield f"<span class='name soft'>{escape(name)}</span>"
    marks = [
        *map(in_words, record.reasons),
        *(["lucky"] if record.is_lucky else ["fragile"] if record.is_fragile else []),
    ]
    if record.verdict == "needlessly_refused" and record.text:
        marks.append(record.text.partition("\n")[0])
    if marks or change:
        noted = f"<span class='change'>{change}</span> " if change else ""
        yield f"<span class='why soft'>{noted}{escape(' · '.join(marks))}</span>"
    yield "</summary>"


def _facts(record: Record) -> Iterator[str]:
    facts = {
        "Asked": record.question,
        "Asked before": "\n".join(record.history),
        "Understood": record.understood,
        "Plan": _plan(record.plan),
        "Said": record.text.partition("\n")[0] if record.reaction == "answer" else record.text,
        "Expected": "the rows below" if record.kind == "rows" else record.expectation,
        "Why": "; ".join(in_words(code) for code in record.reasons),
        "Code": record.code,
        "Time": f"{milliseconds(record.milliseconds)} ms",
        "Cost": f"{record.calls} calls, {record.dollars:.4f} USD" if record.calls else "",
        "Luck": f"falls apart on a changed copy of the data ({record.lucky})" if record.lucky else "",
        "Plan check": "another plan than expected" if record.plan_matches is False else "",
    }
    yield "<dl class='facts'>"
    for label, text in facts.items():
        if text:
            yield f"<dt>{label}</dt><dd>{escape(text)}</dd>"
    yield "</dl>"


def _plan(plan: Any) -> str:
    """What the typed plan holds, empty parts left out."""
    if not plan:
        return ""
    return json.dumps(_held(plan), ensure_ascii=False, default=str)


def _held(value: Any) -> Any:
    """The value without what is empty in it."""
    if isinstance(value, Mapping):
        return {name: _held(item) for name, item in value.items() if item not in (None, "", [], (), {}, False)}
    return [_held(item) for item in value] if isinstance(value, list | tuple) else value


def _rows(record: Record) -> Iterator[str]:
    """Expected and answered rows side by side, those without a partner marked."""
    if record.gold is None and record.answer is None:
        return
    yield "<div class='pair'>"
    yield from _table("Expected rows", record.gold, frozenset(record.missing))
    yield from _table("Answered rows", record.answer, frozenset(record.extra))
    yield "</div>"


def _table(title: str, table: StoredTable | None, off: frozenset[int]) -> Iterator[str]:
    if table is None:
        return
    yield f"<div><h3>{title} ({table.total})</h3><div class='scroll' tabindex='0'><table><thead><tr>"
    yield "".join(_title(name, [row[at] for row in table.rows]) for at, name in enumerate(table.columns))
    yield "</tr></thead><tbody>"
    for at in _shown(len(table.rows), off):
        marked = " class='off'" if at in off else ""
        yield f"<tr{marked}>{''.join(_cell(value) for value in table.rows[at])}</tr>"
    yield "</tbody></table></div>"
    if table.total > _ROWS:
        yield f"<p class='soft'>{_ROWS} of {table.total} rows shown, differing ones first</p>"
    yield "</div>"


def _title(name: str, values: Sequence[Any]) -> str:
    """A column's head, on the right over numbers."""
    numbers = any(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return f"<th{' class=n' if numbers else ''}>{escape(name)}</th>"


def _shown(count: int, off: frozenset[int]) -> Sequence[int]:
    """Which rows are shown: all in their order when there are few, else the differing ones first."""
    if count <= _ROWS:
        return range(count)
    return sorted(range(count), key=lambda at: at not in off)[:_ROWS]


def _cell(value: Any) -> str:
    if value is None:
        return "<td class='null'>NULL</td>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<td class='n'>{value:,.4f}</td>" if isinstance(value, float) else f"<td class='n'>{value}</td>"
    return f"<td>{escape(str(value))}</td>"


def _statements(record: Record) -> Iterator[str]:
    """What was run beside what was expected, and the difference line by line."""
    if not record.sql and not record.gold_sql:
        return
    gold = _pretty(record.gold_sql[0]) if record.gold_sql else ""
    answer = _pretty(record.sql)
    yield "<div class='pair'>"
    for title, text in (("Expected SQL", gold), ("SQL that was run", answer)):
        if text:
            yield f"<div><h3>{title}</h3><div class='scroll' tabindex='0'><pre>{escape(text)}</pre></div></div>"
    yield "</div>"
    if len(record.gold_sql) > 1:
        yield f"<p class='soft'>{len(record.gold_sql)} accepted readings; the first is shown.</p>"
    if gold and answer and not record.passed:
        yield "<h3>Difference of the SQL (expected to run)</h3>"
        yield f"<div class='scroll' tabindex='0'><pre>{''.join(_difference(gold, answer))}</pre></div>"


def _pretty(sql: str) -> str:
    """The statement laid out so that two of them can be compared by line."""
    try:
        return sqlglot.parse_one(sql, dialect="duckdb").sql(dialect="duckdb", pretty=True) if sql else ""
    except SqlglotError:
        return sql


def _difference(gold: str, answer: str) -> Iterator[str]:
    for line in difflib.ndiff(gold.splitlines(), answer.splitlines()):
        kind = {"+ ": "add", "- ": "del", "  ": "same"}.get(line[:2])
        if kind:
            yield f"<span class='{kind}'>{escape(line)}</span>"
