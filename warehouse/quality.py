"""Checks of what was loaded: is it fresh, is it all there, do keys, values and references hold.

Results go to `meta.quality_check`, one row a check, for answers and for the monitor. A check that fails never stops
a load: the rows are there and counted; it says that a person should look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from warehouse.build import identifier, literal, read_snapshot
from warehouse.sources.core_tables import CoreTable, core_tables
from warehouse.sources.declared import Source
from warehouse.sources.source_state import now, present_tables

DDL = """
CREATE OR REPLACE TABLE meta.quality_check (
    subject VARCHAR NOT NULL,     -- source, or core table with its schema
    kind VARCHAR NOT NULL,        -- freshness, volume, quarantine, key, missing, range, reference, reach or day
    "column" VARCHAR NOT NULL,    -- column it is about; empty when it is about the whole
    value DOUBLE,                 -- what was found: hours, rows or a share from 0 to 1; NULL: nothing to see
    threshold DOUBLE NOT NULL,    -- what it is held against
    passed BOOLEAN NOT NULL,      -- whether it holds
    told VARCHAR NOT NULL,        -- the finding as a sentence
    "day" DATE,                   -- day that it is about; NULL when it is about the whole
    checked_at TIMESTAMP NOT NULL -- when, UTC
)
"""
MOST_ORPHANS = 0.01  # share of references that may lead nowhere: the other table may be loaded later
LEAST_OF_USUAL = 0.5  # a load that brings less than half of what is usual is told
LEAST_OF_A_DAY = 0.3  # a day that has less than this share of the same weekday's median is told
_ROWS_OF_A_DAY = 30  # smaller days differ by chance
_WEEKS, _RECENT_DAYS, _REACH_DAYS = 8, 90, 90


@dataclass(frozen=True)
class QualityCheck:
    """One finding: what was checked, what was found, what it is held against, whether it holds."""

    subject: str
    kind: str
    column: str
    value: float | None
    threshold: float
    passed: bool
    told: str
    day: date | None = None


def run_checks(con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> tuple[QualityCheck, ...]:
    """All findings on a building connection, written to `meta.quality_check` in place of the last ones."""
    con.execute(DDL)
    present = present_tables(con)
    known = {name: source for name, source in sources.items() if source.table is None or source.table in present}
    found = [check for name, source in known.items() for check in _source_checks(con, name, source)]
    filled = {name: table for name, table in present.items() if _count(con, f"core.{identifier(name)}")}
    last = _last_day(con)
    for table in filled.values():
        found += [*_table_checks(con, table, filled), *_day_checks(con, table, last)]
    moment = now()
    for one in found:
        row = [one.subject, one.kind, one.column, one.value, one.threshold, one.passed, one.told, one.day, moment]
        con.execute("INSERT INTO meta.quality_check VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    return tuple(found)


def quality_checks(path: Path) -> tuple[QualityCheck, ...]:
    """The findings of the published snapshot, failed ones first; none when nothing was checked yet."""
    with read_snapshot(path) as con:
        there = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'quality_check'").fetchone()
        if there == (0,):
            return ()
        sql = 'SELECT subject, kind, "column", value, threshold, passed, told FROM live.meta.quality_check'
        return tuple(QualityCheck(*row) for row in con.execute(f"{sql} ORDER BY passed, subject, kind, 3").fetchall())


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return row[0] if row else 0


def _source_checks(con: duckdb.DuckDBPyConnection, name: str, source: Source) -> Iterator[QualityCheck]:
    yield from _freshness(con, name, source)
    yield from _volume(con, name, source)
    yield from _put_aside(con, name, source)
    if source.table is None:
        return
    place = f"core.{identifier(source.table)} WHERE source_system = {literal(source.system or name)}"
    rows = _count(con, place)
    for column, most in source.expect.max_missing.items():
        share = _count(con, f"{place} AND {identifier(column)} IS NULL") / rows if rows else None
        told = f"{column} is missing in {share:.1%} of the rows." if share is not None else "There are no rows."
        yield QualityCheck(name, "missing", column, share, most, share is None or share <= most, told)
    for column, (least, most) in source.expect.ranges.items():
        outside = _count(con, f"{place} AND {identifier(column)} NOT BETWEEN {least!r} AND {most!r}")
        told = f"{column} is outside {least:g} to {most:g} in {outside:,} rows."
        yield QualityCheck(name, "range", column, outside, 0, outside == 0, told)


def _freshness(con: duckdb.DuckDBPyConnection, name: str, source: Source) -> Iterator[QualityCheck]:
    """How long ago the last event of the source was; its last load, when its rows have no time of their own."""
    limit = source.expect.fresh_within_hours
    if limit is None:
        return
    table = core_tables()[source.table] if source.table else None
    sql = f"SELECT max(started_at) FROM meta.load_run WHERE source = {literal(name)} AND rows_in > 0"
    what = "last load with rows"
    if table and table.event_time:
        time, system = identifier(table.event_time), literal(source.system or name)
        sql = f"SELECT max({time})::TIMESTAMP FROM core.{identifier(table.name)} WHERE source_system = {system}"
        what = f"last {table.event_time}"
    row = con.execute(sql).fetchone()
    if row is None or row[0] is None:
        yield QualityCheck(name, "freshness", "", None, limit, False, "There are no rows.")
        return
    hours = (now() - row[0]).total_seconds() / 3600
    told = f"The {what} is {hours:,.0f} hours ago; {limit:g} are allowed."
    yield QualityCheck(name, "freshness", "", hours, limit, hours <= limit, told)


def _volume(con: duckdb.DuckDBPyConnection, name: str, source: Source) -> Iterator[QualityCheck]:
    """Rows of the last load that brought any, against the declared least and against what is usual."""
    sql = f"SELECT rows_in FROM meta.load_run WHERE source = {literal(name)} AND rows_in > 0 ORDER BY started_at DESC"
    runs = [row[0] for row in con.execute(f"{sql} LIMIT 11").fetchall()]
    last = runs[0] if runs else 0
    if source.expect.min_rows is not None:
        least = source.expect.min_rows
        yield QualityCheck(name, "volume", "", last, least, last >= least, f"The last load read {last:,} rows.")
    if len(runs) > 3:
        usual = sorted(runs[1:])[len(runs[1:]) // 2]
        least = LEAST_OF_USUAL * usual
        told = f"The last load read {last:,} rows; {usual:,} are usual."
        yield QualityCheck(name, "volume", "usual", last, least, last >= least, told)


def _put_aside(con: duckdb.DuckDBPyConnection, name: str, source: Source) -> Iterator[QualityCheck]:
    if source.table is None:
        return
    aside = _count(con, f"raw.quarantine WHERE source = {literal(name)}")
    there = _count(con, f"core.{identifier(source.table)} WHERE source_system = {literal(source.system or name)}")
    share = aside / (aside + there) if aside + there else 0.0
    told = f"{aside:,} rows are in quarantine."
    yield QualityCheck(name, "quarantine", "", share, MOST_ORPHANS, share <= MOST_ORPHANS, told)


def _last_day(con: duckdb.DuckDBPyConnection) -> date:
    """The day that counts as today in this data."""
    row = con.execute("SELECT as_of FROM meta.snapshot").fetchone()
    return row[0] if row and row[0] else now().date()


def _day_checks(con: duckdb.DuckDBPyConnection, table: CoreTable, last: date) -> Iterator[QualityCheck]:
    """Do rows reach as far as they should, and is there a day with far fewer of them than its weekday usually has?"""
    if table.event_time is None:
        return
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE rows_of_day AS SELECT CAST({identifier(table.event_time)} AS DATE) AS d,"
        f" count(*) AS n FROM core.{identifier(table.name)}"
        f" WHERE {identifier(table.event_time)} < CAST(? AS DATE) + 1 GROUP BY 1",
        [last],
    )
    yield from _reach(con, table, last)
    yield from _thin_days(con, table)
    con.execute("DROP TABLE temp.rows_of_day")


def _reach(con: duckdb.DuckDBPyConnection, table: CoreTable, last: date) -> Iterator[QualityCheck]:
    """How many days back the last event lies, held against the most that lately lay between two days with events."""
    row = con.execute(
        f"SELECT max(d), max(gap) FILTER (d > (SELECT max(d) FROM temp.rows_of_day) - {_REACH_DAYS})"
        " FROM (SELECT d, d - lag(d) OVER (ORDER BY d) AS gap FROM temp.rows_of_day)"
    ).fetchone()
    if row and row[0] is not None and row[1] is not None:
        behind, usual = (last - row[0]).days, int(row[1])
        told = f"The last {table.event_time} is {behind:,} days back; {usual:,} are the most between two of its days."
        # never an alarm by itself, since old data may be all there is: who asks about later days is told
        yield QualityCheck(f"core.{table.name}", "reach", table.event_time or "", behind, usual, True, told)


def _thin_days(con: duckdb.DuckDBPyConnection, table: CoreTable) -> Iterator[QualityCheck]:
    """Days with a small part of what the weekday usually has, and fewer rows than any day of the weeks before.

    The second keeps rhythms apart from faults: nothing is renewed on the 31st, and nobody should look then.
    """
    weekday = f"PARTITION BY dayofweek(d) ORDER BY d ROWS BETWEEN {_WEEKS} PRECEDING AND 1 PRECEDING"
    before = f"ORDER BY d ROWS BETWEEN {7 * _WEEKS + 7} PRECEDING AND 8 PRECEDING"
    rows = con.execute(
        "WITH every AS (SELECT u.d::DATE AS d, coalesce(c.n, 0) AS n FROM (SELECT unnest(generate_series("
        "(SELECT min(d) FROM temp.rows_of_day), (SELECT max(d) FROM temp.rows_of_day), INTERVAL 1 DAY)) AS d) u"
        " LEFT JOIN temp.rows_of_day c ON c.d = u.d) SELECT d, n, usual FROM (SELECT d, n,"
        f" median(n) OVER ({weekday}) AS usual, count(*) OVER ({weekday}) AS weeks,"
        f" min(n) OVER ({before}) AS fewest FROM every)"
        f" WHERE weeks >= {_WEEKS // 2} AND usual >= {_ROWS_OF_A_DAY} AND n < {LEAST_OF_A_DAY} * usual"
        " AND n < fewest"
        f" AND d > (SELECT max(d) FROM every) - {_RECENT_DAYS} AND d < (SELECT max(d) FROM every) ORDER BY d"
    ).fetchall()
    for day, count, usual in rows:
        rows_told = f"{count:,} {'row' if count == 1 else 'rows'}, {1 - count / usual:.0%} below what is usual"
        told = f"{day:%d %b %Y} has {rows_told} for that weekday."
        least = LEAST_OF_A_DAY * usual
        yield QualityCheck(f"core.{table.name}", "day", table.event_time or "", count, least, False, told, day)


def _table_checks(
    con: duckdb.DuckDBPyConnection, table: CoreTable, filled: Mapping[str, CoreTable]
) -> Iterator[QualityCheck]:
    subject = f"core.{table.name}"
    place = f"core.{identifier(table.name)}"
    if table.key:
        columns = ", ".join(map(identifier, table.key))
        twice = _count(con, f"(SELECT {columns} FROM {place} GROUP BY ALL HAVING count(*) > 1)")
        told = f"{twice:,} keys stand more than once."
        yield QualityCheck(subject, "key", ", ".join(table.key), twice, 0, twice == 0, told)
    owners = {one.key[0]: one for one in filled.values() if len(one.key) == 1 and one.key[0] not in ("id", "record_id")}
    for column in table.columns:
        owner = owners.get(column.name)
        if owner is None or owner.name == table.name:
            continue
        name = identifier(column.name)
        there = _count(con, f"{place} WHERE {name} IS NOT NULL")
        known = f"(SELECT {name} FROM core.{identifier(owner.name)})"
        lost = _count(con, f"{place} WHERE {name} IS NOT NULL AND {name} NOT IN {known}") if there else 0
        share = lost / there if there else 0.0
        told = f"{lost:,} of {there:,} values of {column.name} are not in core.{owner.name}."
        yield QualityCheck(subject, "reference", column.name, share, MOST_ORPHANS, share <= MOST_ORPHANS, told)
