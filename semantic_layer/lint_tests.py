"""Rules about what was checked: golden queries and verified questions, run again on the data at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from semantic_layer.compiler import to_sql
from semantic_layer.errors import QueryError
from semantic_layer.lint_ground import Finding, Ground, Rows
from semantic_layer.query import SemanticQuery
from semantic_layer.verified import Golden, VerifiedQuestion

_DIGITS = 6


def _untested(ground: Ground) -> Iterator[Finding]:
    tested = {one.metric for one in ground.goldens} | {name for one in ground.verified for name in one.query.metrics}
    for one in ground.metrics():
        if one.name not in tested and ground.computed(one.name):
            sentence = "no golden query and no verified question checks it."
            yield Finding("UNTESTED", "metrics", one.name, sentence)


def _goldens(ground: Ground) -> Iterator[Finding]:
    """Golden queries whose metric is gone, or whose rows are others now."""
    layer = ground.layer
    for one in ground.goldens:
        gone = one.metric not in layer.metrics and one.metric not in layer.inactive
        if gone or (one.segment and one.segment not in layer.segments and one.segment not in layer.inactive):
            sentence = f"a golden query is of {_named(one)}, which is gone."
            yield Finding("GOLDEN_UNKNOWN", "metrics", one.metric, sentence)
        elif ground.rows is not None and ground.computed(one.metric) and _is_served(ground, one):
            reason = _disagreement(ground, one.query, one.sql)
            if reason:
                yield Finding("GOLDEN_STALE", "metrics", one.metric, f"its golden query {_by(one)}{reason}")


def _is_served(ground: Ground, one: Golden) -> bool:
    fields = (item.field for item in one.group_by if "." in item.field)
    return not any(name in ground.layer.inactive for name in (one.segment, *fields))


def _named(one: Golden) -> str:
    return f"`{one.metric}`" + (f" of segment `{one.segment}`" if one.segment else "")


def _by(one: Golden) -> str:
    segment = f"of {one.segment} " if one.segment else ""
    return segment + "".join(f"by {item.field} " for item in one.group_by)


def _verified(ground: Ground) -> Iterator[Finding]:
    """Verified questions that cannot be asked any more, give other rows, or are read as something else."""
    for one in ground.verified:
        name = one.query.metrics[0] if one.query.metrics else one.query.entity
        told = f"the verified question `{one.question}` (approved by {one.by} on {one.at})"
        try:
            to_sql(ground.layer, one.query, as_of=one.as_of or ground.as_of)
        except QueryError as error:
            yield Finding("VERIFIED_FAILS", "metrics", name, f"{told} cannot be asked any more: {error.faults[0]}")
            continue
        yield from _reread(ground, one, Finding("VERIFIED_UNREAD", "metrics", name, told))
        reason = _disagreement(ground, one.query, one.sql, one) if one.sql and ground.rows is not None else ""
        if reason:
            yield Finding("VERIFIED_DIFFERS", "metrics", name, f"{told} {reason}")


def _reread(ground: Ground, one: VerifiedQuestion, finding: Finding) -> Iterator[Finding]:
    if ground.reads is None:
        return
    query = ground.reads(one.question)
    if query is not None and _essence(query) != _essence(one.query):
        sentence = f"{finding.sentence} is read as another query now."
        yield Finding(finding.code, finding.section, finding.name, sentence)


def _essence(query: SemanticQuery) -> object:
    """What a question means on whichever day it is asked: metrics, groups, conditions, and whether it names a time."""
    return query.metrics, query.group_by, query.filters, query.entity, query.time_range is None


def _disagreement(ground: Ground, query: SemanticQuery, sql: str, verified: VerifiedQuestion | None = None) -> str:
    """Why the rows of the query are not those of the SQL, as the end of a sentence; empty when they are."""
    assert ground.rows is not None
    as_of = (verified.as_of if verified else None) or ground.as_of
    try:
        found = ground.rows(to_sql(ground.layer, query, as_of=as_of).sql)
        wanted = ground.rows(sql)
    except QueryError as error:
        return f"cannot be asked any more: {error.faults[0]}"
    except LookupError as error:
        return f"does not run any more: {error.args[0]}"
    mine, theirs = _plain(found), _plain(wanted)
    if mine == theirs:
        return ""
    other = next((row for row in theirs if row not in mine), None) or next(row for row in mine if row not in theirs)
    return f"gives other rows than its SQL, such as {', '.join(other)}."


def _empty_steps(ground: Ground) -> Iterator[Finding]:
    """Steps of a funnel that the data has nothing of."""
    if ground.rows is None:
        return
    for one in ground.layer.funnels.values():
        try:
            found = ground.rows(
                to_sql(ground.layer.unhidden, SemanticQuery(metrics=one.metrics), as_of=ground.as_of).sql
            )
        except (QueryError, LookupError) as error:
            yield Finding("FUNNEL_FAILS", "funnels", one.name, f"its steps cannot be counted: {error}")
            continue
        for metric, count in zip(one.metrics, found[0] if found else [0] * len(one.metrics), strict=True):
            if not count:
                yield Finding("FUNNEL_EMPTY_STEP", "funnels", one.name, f"the data has nothing of its step `{metric}`.")


def _plain(rows: Rows) -> list[tuple[str, ...]]:
    """Rows in any order, numbers to six digits; groups in which there is nothing count for neither side."""
    kept = [row for row in rows if len(row) == 1 or row[-1] not in (None, 0)]
    return sorted(tuple(_text(value) for value in row) for row in kept)


def _text(value: Any) -> str:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if is_number:
        return str(None) if value != value else str(round(float(value), _DIGITS))  # 0 / 0 is empty
    return str(value)


TEST_RULES: Sequence[Any] = (_untested, _goldens, _verified, _empty_steps)
