"""What identity resolution leaves behind: the tables of core and meta, written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import BuildError
from warehouse.identity.comparisons import Comparison
from warehouse.identity.handover import Columns, create_table
from warehouse.identity.households import Household
from warehouse.identity.kept_model import keep_model
from warehouse.identity.matching import Model
from warehouse.identity.people import REVIEW, Decisions
from warehouse.identity.records import STRONG_IDS

CORE = Path(__file__).parents[1] / "schema" / "core"
IDENTIFIERS = ("email", "phone", *STRONG_IDS)  # kept in one written form; the others as written
AS_WRITTEN = ("device_id", "cookie_id", "social_handle")


@dataclass(frozen=True)
class Outcome:
    """What is to be written besides the tables of the private database."""

    retired: Mapping[str, str]
    households: Sequence[Household]
    decisions: Decisions
    model: Model | None
    now: datetime


def write_outcome(con: duckdb.DuckDBPyConnection, work: duckdb.DuckDBPyConnection, outcome: Outcome) -> dict[str, int]:
    """How many pairs were merged and how many wait for review; replaces the identity tables of `con`."""
    _prepare_matches(work, outcome)
    _prepare_identities(work)
    con.execute("BEGIN")
    try:
        _write(con, work, outcome)
        con.execute("COMMIT")
    except duckdb.Error:
        con.execute("ROLLBACK")
        raise
    rows = work.execute("SELECT decision, count(*) FROM match GROUP BY decision").fetchall()
    return {"merged": 0, "review": 0} | dict(rows)


def _write(con: duckdb.DuckDBPyConnection, work: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    con.execute("CREATE SCHEMA IF NOT EXISTS core")
    con.execute("CREATE SCHEMA IF NOT EXISTS meta")
    for table in ("customer_identity", "identity_match", "household", "household_member"):
        _create(con, table)
    now = [outcome.now]
    _copy(
        con,
        work,
        "FROM identity",
        "INSERT INTO core.customer_identity BY NAME SELECT *, ? AS ingested_at FROM rows",
        now,
    )
    _copy(
        con,
        work,
        "SELECT *, 'identity' AS source_system, left_id || '/' || right_id AS source_id FROM match",
        "INSERT INTO core.identity_match BY NAME SELECT * REPLACE (evidence::JSON AS evidence), $1 AS decided_at,"
        " $1 AS ingested_at FROM rows",
        now,
    )
    _write_households(con, outcome)
    _copy(
        con,
        work,
        "SELECT w.source_system, w.source_id, p.customer_id, p.issued_at, a.method, a.probability"
        " FROM written w JOIN people p USING (id) LEFT JOIN attached a USING (id) ORDER BY ALL",
        "CREATE OR REPLACE TABLE meta.customer_record AS FROM rows",
        [],
    )
    _copy(con, work, "FROM surviving ORDER BY ALL", "CREATE OR REPLACE TABLE meta.customer_value AS FROM rows", [])
    _write_merge_log(con, outcome)
    keep_model(con, outcome.model, outcome.now)


def _create(con: duckdb.DuckDBPyConnection, table: str) -> None:
    con.execute(f"DROP TABLE IF EXISTS core.{table}")
    con.execute(_definition(table))


def _definition(table: str) -> str:
    path = CORE / f"{table}.sql"
    if not path.is_file():
        raise BuildError(f"{path} is missing: the package is incomplete. Install it again.")
    return path.read_text(encoding="utf-8")


def _copy(
    con: duckdb.DuckDBPyConnection, work: duckdb.DuckDBPyConnection, select: str, insert: str, values: list[Any]
) -> None:
    con.register("rows", work.sql(select).to_arrow_table())
    try:
        con.execute(insert, values)
    finally:
        con.unregister("rows")


def _prepare_matches(work: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    """Tables `attached` (how each record hangs on its customer) and `match` (pairs worth keeping, with evidence)."""
    for name, pairs in (("joined", outcome.decisions.joined), ("parted", outcome.decisions.parted)):
        work.execute(f"CREATE TABLE {name} (id_l INTEGER, id_r INTEGER)")
        if pairs:
            columns = [[pair[0] for pair in pairs], [pair[1] for pair in pairs]]
            work.execute(f"INSERT INTO {name} SELECT unnest(?), unnest(?)", columns)
    work.execute(
        "CREATE TABLE decided AS SELECT *, 'merged' AS ruling FROM joined"
        " UNION ALL SELECT *, 'parted' FROM parted ANTI JOIN joined USING (id_l, id_r)"
    )
    work.execute(_MATCH.format(evidence=_evidence(outcome.model.comparisons if outcome.model else ()), review=REVIEW))
    work.execute(
        "CREATE TABLE attached AS SELECT id, arg_max(method, probability) AS method, max(probability) AS probability"
        " FROM (SELECT id_l AS id, method, probability FROM tied UNION ALL SELECT id_r, method, probability FROM tied)"
        " GROUP BY id"
    )


_MATCH = """
    CREATE TABLE tied AS SELECT coalesce(e.id_l, d.id_l) AS id_l, coalesce(e.id_r, d.id_r) AS id_r,
        CASE WHEN d.ruling IS NOT NULL THEN 'manual' ELSE e.method END AS method, d.ruling,
        CASE d.ruling WHEN 'merged' THEN 1.0 ELSE coalesce(e.probability, 0) END AS probability,
        coalesce(e.weight, 0) AS weight, {evidence} AS evidence, coalesce(e.conflict, false) AS conflict,
        l.customer_id AS customer_l, r.customer_id AS customer_r
    FROM edge e FULL JOIN decided d ON e.id_l = d.id_l AND e.id_r = d.id_r
    JOIN people l ON l.id = coalesce(e.id_l, d.id_l) JOIN people r ON r.id = coalesce(e.id_r, d.id_r)
    WHERE d.ruling IS NOT NULL OR e.probability >= {review} OR l.customer_id = r.customer_id;
    CREATE TABLE match AS SELECT l.source_system || ':' || l.source_id AS left_id,
        r.source_system || ':' || r.source_id AS right_id, customer_l AS left_customer_id,
        customer_r AS right_customer_id, probability AS match_probability, weight AS match_weight, method,
        evidence::VARCHAR AS evidence,
        CASE WHEN customer_l = customer_r THEN 'merged' WHEN ruling = 'parted' THEN 'parted'
            WHEN conflict THEN 'apart' ELSE 'review' END
        AS decision,
        CASE WHEN method = 'manual' THEN 'person' ELSE 'rule' END AS decided_by
    FROM tied JOIN written l ON l.id = id_l JOIN written r ON r.id = id_r ORDER BY ALL;
    DELETE FROM tied WHERE customer_l <> customer_r
"""


def _evidence(comparisons: Sequence[Comparison]) -> str:
    """SQL: a JSON list of what was compared, how it agreed and what that adds to the weight."""
    parts = [
        f"json_object('what', '{one.name}', 'agreement', CASE e.level_{one.column}"
        + "".join(f" WHEN {level} THEN {_quoted(one.agreement(level))}" for level in range(len(one.levels) + 1))
        + f" ELSE 'missing' END, 'weight', round(e.part_{one.column}, 2))"
        for one in comparisons
    ]
    return f"json_array({', '.join(parts)})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _prepare_identities(work: duckdb.DuckDBPyConnection) -> None:
    """Table `identity`: each identifier of a customer once per source system, with the times it was seen."""
    normed = [
        f"SELECT id, '{column}' AS id_type, w.{column} AS id_value, m.clean AS id_value_norm"
        f" FROM written w JOIN map_{column} m ON m.written = w.{column}"
        + (" AND m.country IS NOT DISTINCT FROM w.country_code" if column == "phone" else "")
        for column in IDENTIFIERS
    ]
    plain = [
        f"SELECT id, '{column}', {column}, {column} FROM written WHERE {column} IS NOT NULL" for column in AS_WRITTEN
    ]
    work.execute(f"CREATE TABLE named AS {' UNION ALL '.join(normed + plain)}")
    work.execute(
        "CREATE TABLE identity AS SELECT md5(concat_ws('|', customer_id, id_type, id_value_norm, source_system))"
        " AS identity_id, customer_id, id_type, min(id_value) AS id_value, id_value_norm,"
        " min(coalesce(try_cast(created_at AS TIMESTAMP), try_cast(updated_at AS TIMESTAMP))) AS first_seen_at,"
        " max(try_cast(updated_at AS TIMESTAMP)) AS last_seen_at,"
        " arg_max(coalesce(a.method, 'exact'), coalesce(a.probability, 1)) AS match_method,"
        " max(coalesce(a.probability, 1)) AS match_probability,"
        " NOT bool_or(s.value IS NOT NULL) AS is_active, source_system, min(source_id) AS source_id"
        " FROM named n JOIN written w USING (id) JOIN people p USING (id) LEFT JOIN attached a USING (id)"
        " LEFT JOIN shared_value s ON s.kind = n.id_type AND s.value = n.id_value_norm"
        " WHERE n.id_value_norm IS NOT NULL"
        " GROUP BY customer_id, id_type, id_value_norm, source_system ORDER BY ALL"
    )


def _write_merge_log(con: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    """Add the ids retired now; mark those that came back since (a merge undone) as such."""
    there = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'core' AND table_name = 'identity_merge_log'"
        " AND database_name = current_database()"
    ).fetchall()
    if not there[0][0]:
        con.execute(_definition("identity_merge_log"))
    con.execute(
        "UPDATE core.identity_merge_log SET undone_at = ? WHERE undone_at IS NULL"
        " AND from_customer_id IN (SELECT customer_id FROM meta.customer_record)",
        [outcome.now],
    )
    for old, new in sorted(outcome.retired.items()):
        con.execute(
            "INSERT INTO core.identity_merge_log SELECT md5(concat_ws('|', $1, $2, $3::VARCHAR)), $1, $2, $3,"
            " 'matched', NULL, 'identity', md5(concat_ws('|', $1, $2, $3::VARCHAR)), $3",
            [old, new, outcome.now],
        )


def _write_households(con: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    members = [(home.household_id, member) for home in outcome.households for member in home.members]
    columns: Columns = {"home": ("text", [row[0] for row in members]), "member": ("text", [row[1] for row in members])}
    create_table(con, "meta.living_together", columns)
    con.execute(
        "INSERT INTO core.household SELECT home, count(*), 'identity', home, ? FROM meta.living_together"
        " GROUP BY home ORDER BY home",
        [outcome.now],
    )
    con.execute(
        "INSERT INTO core.household_member SELECT home, member, 'identity', home || '/' || member, ?"
        " FROM meta.living_together ORDER BY ALL",
        [outcome.now],
    )
    con.execute("DROP TABLE meta.living_together")
