"""What a reviewer is shown about SQL: does the guard let it pass, do joins repeat or drop rows, what will it cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from assistant.answer import Answer, Refusal
from assistant.review.records import ReviewItem
from warehouse import (
    Estimate,
    Join,
    Limits,
    Origin,
    QueryFailed,
    Result,
    SQLRejected,
    ValidatedSQL,
    joins_of,
    origins_of,
    validate,
)

if TYPE_CHECKING:
    from assistant.assistant import Assistant

PREVIEW_ROWS = 50
COMPARED_ROWS = 2000
Verdict = Literal["good", "note", "warning", "bad"]
_ORDER: tuple[Verdict, ...] = ("good", "note", "warning", "bad")


@dataclass(frozen=True)
class Finding:
    """One thing checked: a stable code, how bad it is, and the values that its sentence names."""

    code: str
    verdict: Verdict
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """All that is known about an item's SQL; `preview` is the first rows, `difference` holds (rows more, rows fewer)
    than what was generated, when it was edited and both can be compared.
    """

    findings: tuple[Finding, ...]
    estimate: Estimate | None = None
    origins: tuple[Origin, ...] = ()
    preview: Answer | None = None
    difference: tuple[int, int] | None = None

    @property
    def worst(self) -> Verdict:
        """The worst of all findings."""
        worst = max(self.findings, key=lambda one: _ORDER.index(one.verdict), default=None)
        return worst.verdict if worst is not None else "good"


def check_item(assistant: Assistant, item: ReviewItem) -> Checked:
    """What the SQL does, under the rights of whoever reviews; it is run with a limit on rows."""
    try:
        statement = validate(item.sql, assistant.engine.schema, assistant.policy)
    except SQLRejected as error:
        return Checked((Finding("guard", "bad", {"code": error.code, "reason": error.reason}),))
    tables = ", ".join(sorted(statement.tables))
    findings = [Finding("guard_passed", "good", {"tables": tables, "columns": len(statement.columns)})]
    joins = joins_of(statement, assistant.engine.schema)
    try:
        estimate = assistant.engine.estimate(statement)
        preview = _preview(assistant, statement, item)
        found = [one for join in joins for one in _join_findings(assistant, join, item.governed)]
    except QueryFailed as error:
        return Checked((*findings, Finding("failed", "bad", {"reason": str(error)})))
    findings += found or [Finding("no_joins" if not joins else "joins_clean", "good", {"count": len(joins)})]
    findings += _result_findings(preview, item)
    difference = _difference(assistant, item) if item.edited and item.generated else None
    origins = origins_of(statement, assistant.engine.schema)
    return Checked(tuple(findings), estimate, origins, preview, difference)


def _preview(assistant: Assistant, statement: ValidatedSQL, item: ReviewItem) -> Answer | None:
    outcome = assistant.run_sql(item.sql)
    if isinstance(outcome, Refusal):
        raise QueryFailed(outcome.sentence, statement.sql)
    result = outcome.result
    cut = Result(result.columns, result.types, result.rows[:PREVIEW_ROWS], result.truncated, result.seconds)
    return replace(outcome, result=cut, question=item.question) if len(result.rows) > PREVIEW_ROWS else outcome


def _result_findings(preview: Answer | None, item: ReviewItem) -> Iterator[Finding]:
    if not item.governed:
        yield Finding("not_governed", "note")
    if preview is not None and not preview.result.rows:
        yield Finding("no_rows", "warning")
    if preview is not None and preview.result.truncated:
        yield Finding("many_rows", "note", {"count": len(preview.result.rows)})


# --- joins


def _join_findings(assistant: Assistant, join: Join, governed: bool) -> Iterator[Finding]:
    """What a join does to rows: repeated where the right side has several for a key, dropped where it has none."""
    told: dict[str, object] = {"left": join.left, "right": join.right}
    repeated = _count(assistant, _REPEATED, join)
    if repeated:
        verdict: Verdict = "warning" if join.sums and not governed else "note"
        yield Finding("repeats" if join.sums else "multiplies", verdict, told | {"count": repeated})
    dropped = _count(assistant, _DROPPED, join) if join.kind in ("inner", "right") else 0
    if dropped:
        yield Finding("drops", "warning" if not governed else "note", told | {"count": dropped})


_REPEATED = (
    "SELECT count(*) AS n FROM (SELECT {right_keys} FROM {right} WHERE {right_there} GROUP BY {right_keys}"
    " HAVING count(*) > 1) AS twice"
)
_DROPPED = (
    "SELECT count(*) AS n FROM {left} AS l LEFT JOIN (SELECT DISTINCT {right_keys} FROM {right}) AS r ON {both}"
    " WHERE {missing}"
)


def _count(assistant: Assistant, form: str, join: Join) -> int:
    """The count of a check; names are those that the guard found in the statement, and are quoted all the same."""
    left, right = _quoted(join.left), _quoted(join.right)
    rights = [_quoted(column) for _, column in join.pairs]
    pairs = [(f"l.{_quoted(one)}", f"r.{_quoted(other)}") for one, other in join.pairs]
    sql = form.format(
        left=left,
        right=right,
        right_keys=", ".join(rights),
        right_there=" AND ".join(f"{one} IS NOT NULL" for one in rights),
        both=" AND ".join(f"{one} = {other}" for one, other in pairs),
        missing=f"{pairs[0][1]} IS NULL",
    )
    statement = validate(sql, assistant.engine.schema, assistant.policy)
    return int(assistant.engine.run(statement).rows[0][0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# --- what an edit changed


def _difference(assistant: Assistant, item: ReviewItem) -> tuple[int, int] | None:
    """(rows that only the edited SQL gives, rows that only the generated one gives); None when they are too many."""
    try:
        both = [_rows(assistant, sql) for sql in (item.sql, item.generated)]
    except (SQLRejected, QueryFailed):
        return None
    if any(found is None for found in both):
        return None
    now, before = ([*found] if found else [] for found in both)
    return len([row for row in now if row not in before]), len([row for row in before if row not in now])


def _rows(assistant: Assistant, sql: str) -> list[tuple[str, ...]] | None:
    limits = Limits(assistant.settings.query_seconds, assistant.settings.query_memory_mb, COMPARED_ROWS)
    result = assistant.engine.run(validate(sql, assistant.engine.schema, assistant.policy), limits)
    return None if result.truncated else [tuple(str(value) for value in row) for row in result.rows]
