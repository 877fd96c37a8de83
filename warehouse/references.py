"""Who a fact is about: the person references of the sources kept as they came, and translated to resolved customers.

A source names its customers in its own way: by its account number, by the id of another system, by e-mail address or
device. Loading writes that reference to `customer_id` of the core table. `keep_references` moves it to a table of
schema raw, `raw._<table>_customer`, one row per core row that has a reference; `translate` then fills `customer_id`
with the resolved customer, or with NULL where nobody, or more than one, is meant. Because the references stay, the
next merge, split or rebuild translates them again.

A core row that was loaded again is told from one that was translated by its `ingested_at`: both sides carry it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from warehouse.build import identifier, literal
from warehouse.identity import normalise
from warehouse.identity.handover import create_table
from warehouse.sources.source_state import present_tables

OWN = frozenset({"customer", "customer_change", "person_record", "customer_identity", "household", "household_member"})
"""Core tables that say who the customers are; all others with a `customer_id` are facts about them."""


def _phone(text: str | None) -> str | None:
    return normalise.phone(text, None)


def _as_written(text: str | None) -> str | None:
    return text


NORMALISED: Mapping[str, Callable[[str | None], str | None]] = {
    "email": normalise.email,
    "phone": _phone,
    "crm_id": normalise.identifier,
    "shop_id": normalise.identifier,
    "loyalty_no": normalise.identifier,
    "device_id": _as_written,
    "cookie_id": _as_written,
    "social_handle": _as_written,
}
"""Kinds of identifiers that a reference can be, and how each is brought to one written form."""
Kinds = Mapping[tuple[str, str], str]
"""(core table, source system) -> whose ids its references are: a system, or one of the kinds above."""
_KEY = "source_system, source_id, ingested_at"


@dataclass(frozen=True)
class Translated:
    """One fact table: its rows, those that name a person, and those whose person was found."""

    table: str
    rows: int
    referenced: int
    resolved: int


def fact_tables(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The core tables of the snapshot whose rows are about a customer."""
    tables = present_tables(con)
    return tuple(name for name, table in tables.items() if name not in OWN and table.column("customer_id"))


def keep_references(con: duckdb.DuckDBPyConnection, table: str, kinds: Kinds) -> None:
    """Bring `raw._<table>_customer` to what the rows of the core table were loaded with."""
    core, store = f"core.{identifier(table)}", _store(table)
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {store} (source_system VARCHAR, source_id VARCHAR, ingested_at TIMESTAMP,"
        " reference VARCHAR, kind VARCHAR)"
    )
    kind = " ".join(
        f"WHEN {literal(system)} THEN {literal(of)}" for (name, system), of in kinds.items() if name == table
    )
    kind = f"CASE source_system {kind} END" if kind else "NULL::VARCHAR"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE kept_references AS SELECT r.* FROM {store} r SEMI JOIN {core} c USING ({_KEY})"
        f" UNION ALL SELECT {_KEY}, customer_id, {kind} FROM {core} c ANTI JOIN {store} r USING ({_KEY})"
        " WHERE customer_id IS NOT NULL"
    )
    con.execute(f"CREATE OR REPLACE TABLE {store} AS FROM kept_references")
    con.execute("DROP TABLE kept_references")


def translate(con: duckdb.DuckDBPyConnection, table: str) -> Translated:
    """What became of the references of a core table; fills its `customer_id`, rows are neither added nor lost."""
    core, store = f"core.{identifier(table)}", _store(table)
    _find_customers(con, store)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE translated AS SELECT c.rowid AS row, f.customer_id FROM"
        f" {core} c JOIN {store} r USING ({_KEY}) LEFT JOIN found_customer f ON f.reference = r.reference"
        " AND f.source_system = r.source_system AND f.kind IS NOT DISTINCT FROM r.kind"
    )
    rows = con.execute(
        f"SELECT (SELECT count(*) FROM {core}), count(*), count(customer_id) FROM temp.translated"
    ).fetchall()[0]
    if rows[1] > rows[2]:  # a row whose customer is not known any more stays, as that of an unknown one
        con.execute(f"ALTER TABLE {core} ALTER customer_id DROP NOT NULL")
    con.execute(
        f"UPDATE {core} AS c SET customer_id = t.customer_id FROM temp.translated t"
        " WHERE c.rowid = t.row AND c.customer_id IS DISTINCT FROM t.customer_id"
    )
    con.execute("DROP TABLE temp.translated; DROP TABLE temp.found_customer")
    return Translated(table, *rows)


def forget_references(con: duckdb.DuckDBPyConnection, customer_id: str) -> Iterator[tuple[str, int]]:
    """(table of schema raw, rows) of what named the customer in facts, before those lose their `customer_id`.

    Rows that the core table keeps lose the cells that name the customer; of rows that it deletes, those of raw go too.
    """
    there = {row[0] for row in con.execute(_TABLES_OF_RAW).fetchall()}
    for table in fact_tables(con):
        if f"_{table}_customer" not in there:
            continue
        core, store = f"core.{identifier(table)}", _store(table)
        theirs = f"(SELECT source_system, source_id FROM {core} WHERE customer_id = $customer)"
        for source, system, columns in con.execute(_SOURCES, [table]).fetchall():
            cells = json.loads(columns).get("customer_id", "").split(", ")
            if source in there:
                yield source, _forget_raw(con, (source, system, core), cells, customer_id)
        gone = f"DELETE FROM {store} WHERE (source_system, source_id) IN {theirs}"
        yield f"_{table}_customer", con.execute(gone, {"customer": customer_id}).fetchall()[0][0]


_TABLES_OF_RAW = (
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw' AND database_name = current_database()"
)
_SOURCES = "SELECT source, system, columns FROM meta.load_mapping WHERE core_table = ? ORDER BY source"


def _forget_raw(
    con: duckdb.DuckDBPyConnection, place: tuple[str, str, str], cells: Sequence[str], customer_id: str
) -> int:
    """Rows of raw that named the customer: without the cells, or deleted as those of the core table are."""
    source, system, core = place
    where = f"WHERE _key IN (SELECT source_id FROM {core} WHERE customer_id = $customer AND source_system = $system)"
    kept = con.execute(
        "SELECT is_nullable FROM duckdb_columns() WHERE schema_name = 'core' AND column_name = 'customer_id'"
        " AND database_name = current_database() AND 'core.' || table_name = replace($core, '\"', '')",
        {"core": core},
    ).fetchall()[0][0]
    blank = ", ".join(f"{identifier(cell)} = NULL" for cell in cells)
    change = f"UPDATE raw.{identifier(source)} SET {blank}" if kept else f"DELETE FROM raw.{identifier(source)}"
    return con.execute(f"{change} {where}", {"customer": customer_id, "system": system}).fetchall()[0][0]


def _store(table: str) -> str:
    # no source can have this name: theirs begin with a letter
    return f"raw.{identifier(f'_{table}_customer')}"


def _find_customers(con: duckdb.DuckDBPyConnection, store: str) -> None:
    """Table `found_customer`: each reference with the one customer it means, where there is one.

    A record of the named system counts before an identifier that other records carry. A reference that means several
    customers means nobody, and is not looked up in another way.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE asked AS SELECT DISTINCT source_system, kind, reference,"
        f" coalesce(kind, source_system) AS owner FROM {store}"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE found_customer AS SELECT a.* EXCLUDE (owner), r.customer_id FROM temp.asked a"
        " JOIN meta.customer_record r ON r.source_system = a.owner AND r.source_id = a.reference"
    )
    for id_type, condition in _id_types().items():
        _find_by(con, id_type, condition)
    con.execute("DROP TABLE temp.asked")


def _id_types() -> dict[str, str]:
    """SQL of when a reference is an identifier of each type: declared so, an id of that system, or an address."""
    told = {name: f"a.kind = {literal(name)}" for name in NORMALISED}
    for name in ("crm_id", "shop_id", "loyalty_no"):
        told[name] += f" OR a.owner = {literal(name.partition('_')[0])}"
    kinds = ", ".join(map(literal, NORMALISED))
    told["email"] += f" OR (contains(a.reference, '@') AND coalesce(a.kind NOT IN ({kinds}), true))"
    return told


def _find_by(con: duckdb.DuckDBPyConnection, id_type: str, condition: str) -> None:
    """Add what is found by identifiers of this type that tell one customer from all others."""
    rows = con.execute(
        f"SELECT a.source_system, a.kind, a.reference FROM temp.asked a ANTI JOIN temp.found_customer f"
        " ON f.source_system = a.source_system AND f.reference = a.reference AND f.kind IS NOT DISTINCT FROM a.kind"
        f" WHERE {condition}"
    ).fetchall()
    if not rows:
        return
    clean = [NORMALISED[id_type](row[2]) for row in rows]
    _hand_over(con, rows, clean)
    con.execute(
        "INSERT INTO temp.found_customer SELECT l.source_system, l.kind, l.reference, min(i.customer_id)"
        " FROM looked_up l JOIN core.customer_identity i ON i.id_type = ? AND i.id_value_norm = l.clean AND i.is_active"
        " GROUP BY ALL HAVING count(DISTINCT i.customer_id) = 1",
        [id_type],
    )
    con.execute("DROP TABLE looked_up")


def _hand_over(con: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, ...]], clean: Sequence[str | None]) -> None:
    create_table(
        con,
        "looked_up",
        {
            "source_system": ("text", [row[0] for row in rows]),
            "kind": ("text", [row[1] for row in rows]),
            "reference": ("text", [row[2] for row in rows]),
            "clean": ("text", clean),
        },
    )
