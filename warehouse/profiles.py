"""The customer table: one row per resolved customer, made of what its records and its loaded profiles say.

Sources may fill core.customer as well as core.person_record: rows about a customer as one system knows them, with
attributes that no person record has (segment, income, how they were won). Those rows are kept in `raw._customer`, so
that core.customer can hold the resolved customers; before the next load they are put back. Names, addresses for mail
and phone and days of birth survive by the rules of identity; everything else comes from the profiles, of several the
one of the most trusted system, then the one changed last, and a home is taken whole from one place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import duckdb

from warehouse.build import identifier
from warehouse.sources.core_tables import core_tables
from warehouse.sources.source_state import present_tables

RESOLVED = "identity"  # the source system of resolved customers
STORE = "raw._customer"
NOWHERE = "ZZ"  # the code that ISO 3166 leaves free, for an unknown country
_PERSONAL = ("first_name", "last_name", "birth_date")
_SURVIVING = {"first_name": "first_name", "last_name": "last_name", "primary_email": "email", "primary_phone": "phone"}
_HOME = ("city", "region", "country_code", "country", "postal_code", "area_type", "lat", "lon")


def put_aside(con: duckdb.DuckDBPyConnection) -> None:
    """Move the rows that sources loaded into core.customer to raw._customer; again: nothing changes."""
    ddl = core_tables()["customer"].ddl
    if "customer" not in present_tables(con):
        con.execute(ddl)
    loaded = f"FROM core.customer WHERE source_system <> '{RESOLVED}'"
    resolved = con.execute(f"SELECT count(*) FROM core.customer WHERE source_system = '{RESOLVED}'").fetchall()[0][0]
    if resolved:
        return  # the table was not loaded since it was written here
    con.execute(f"CREATE OR REPLACE TABLE {STORE} AS {loaded}")


def put_back(con: duckdb.DuckDBPyConnection) -> None:
    """Give core.customer the rows that sources loaded, for a load to go on from; nothing without such rows."""
    there = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'raw' AND table_name = '_customer'"
        " AND database_name = current_database()"
    ).fetchall()
    if not there[0][0]:
        return
    con.execute("DROP TABLE IF EXISTS core.customer")
    if con.execute(f"SELECT count(*) FROM {STORE}").fetchall()[0][0]:
        con.execute(core_tables()["customer"].ddl)
        con.execute(f"INSERT INTO core.customer BY NAME FROM {STORE}")
    con.execute(f"DROP TABLE {STORE}")


def write_customers(con: duckdb.DuckDBPyConnection, people: str, systems: Sequence[str]) -> int:
    """How many customers core.customer has now: all of meta.customer_record.

    `people` is the view of the records that were resolved, `systems` the source systems from the most trusted on.
    """
    con.execute("DROP TABLE core.customer")
    con.execute(core_tables()["customer"].ddl)
    _name_countries(con)
    columns = [column.name for column in core_tables()["customer"].columns]
    con.execute(
        f"INSERT INTO core.customer BY NAME WITH {_profiles(columns)}, {_survivors()}, {_known(people)}"
        f" SELECT {_values(columns)}, '{RESOLVED}' AS source_system, k.customer_id AS source_id,"
        " now()::TIMESTAMP AS ingested_at FROM known k LEFT JOIN profile p USING (customer_id)"
        " LEFT JOIN survivor s USING (customer_id) LEFT JOIN temp.country_name n ON n.code = s.country_code"
        f" LEFT JOIN (SELECT account_id, mode(segment ORDER BY segment) AS segment FROM {STORE}"
        " WHERE account_id IS NOT NULL GROUP BY account_id) f ON f.account_id = s.account_id"
        " ORDER BY k.customer_id",
        {"systems": list(systems)},
    )
    con.execute("DROP TABLE temp.country_name")
    return con.execute("SELECT count(*) FROM core.customer").fetchall()[0][0]


def _profiles(columns: Sequence[str]) -> str:
    """SQL of table `profile`: of each customer's loaded rows the first value of each column, a home whole."""
    own = [name for name in columns if name not in ("customer_id", *_HOME)]
    ends = {"first_seen_at": "min", "first_order_at": "min", "last_order_at": "max", "last_seen_at": "max",
            "is_internal": "bool_or", "is_deleted": "bool_or"}  # fmt: skip
    values = [
        f"{ends[name]}({name}) AS {name}" if name in ends else
        f"arg_min({name}, place) FILTER ({name} IS NOT NULL) AS {name}"
        for name in own
    ]  # fmt: skip
    home = ", ".join(f"'{name}': {name}" for name in _HOME)
    return (
        "profile AS (SELECT who AS customer_id,"
        f" {', '.join(values)}, arg_min({{{home}}}, (city IS NULL, place)) AS home FROM (SELECT c.*,"
        " r.customer_id AS who, row_number() OVER (PARTITION BY r.customer_id ORDER BY"
        " list_position($systems, c.source_system) NULLS LAST, c.last_seen_at DESC NULLS LAST, c.source_system,"
        f" c.source_id) AS place FROM {STORE} c JOIN meta.customer_record r USING (source_system, source_id))"
        " GROUP BY who)"
    )


def _survivors() -> str:
    """SQL of table `survivor`: what the rules of identity chose for each customer."""
    wanted = (*_SURVIVING.values(), "birth_date", "account_id", "city", "postal_code", "country_code")
    values = ", ".join(f"max(value) FILTER (attribute = '{name}') AS {name}" for name in wanted)
    return f"survivor AS (SELECT customer_id, {values} FROM meta.customer_value GROUP BY customer_id)"


def _known(people: str) -> str:
    """SQL of table `known`: every customer, since when, of which sex, and how sure we are of its records."""
    return (
        "known AS (SELECT r.customer_id, min(v.created_at)::TIMESTAMP AS since, max(v.updated_at)::TIMESTAMP AS seen,"
        " mode(v.gender ORDER BY v.gender) AS gender, min(coalesce(r.match_probability, 1)) AS confidence"
        " FROM (SELECT customer_id, source_system, source_id, probability AS match_probability"
        f" FROM meta.customer_record) r JOIN {people} v USING (source_system, source_id) GROUP BY r.customer_id)"
    )


def _values(columns: Sequence[str]) -> str:
    return ", ".join(f"{_value(name)} AS {identifier(name)}" for name in columns)


def _value(name: str) -> str:
    account, gone = f"{_KIND} = 'account'", "coalesce(p.is_deleted, false)"
    if name in _SURVIVING or name == "birth_date":
        hidden = f"{gone} OR {account}" if name in _PERSONAL else gone
        kept = f"coalesce(s.{_SURVIVING.get(name, name)}, p.{name}::VARCHAR)"
        kind = "DATE" if name == "birth_date" else "VARCHAR"
        return f"CASE WHEN NOT ({hidden}) THEN try_cast({kept} AS {kind}) END"
    if name in _HOME:
        return _home(name)
    return _OTHERS.get(name, f"p.{name}").replace("$gone", gone).replace("$account", account)


def _home(name: str) -> str:
    """The address of the profile whole, or else that of the records; an unknown country has a code of its own."""
    other = {
        "city": "s.city",
        "postal_code": "s.postal_code",
        "country_code": f"coalesce(s.country_code, p.home.country_code, '{NOWHERE}')",
        "country": "coalesce(n.name, s.country_code, p.home.country, 'Unknown')",
    }.get(name, "NULL")
    told = "p.home.city IS NOT NULL OR (s.city IS NULL AND p.home IS NOT NULL)"
    return f"CASE WHEN {told} THEN p.home.{name} ELSE {other} END"


_KIND = "coalesce(p.customer_type, CASE WHEN s.account_id IS NULL THEN 'person' ELSE 'account' END)"
_SPOKEN = "nullif(trim(concat_ws(' ', s.first_name, s.last_name)), '')"
_OTHERS = {
    "customer_id": "k.customer_id",
    "customer_type": _KIND,
    # a company's customers are of the company's segment, and a person is a consumer
    "segment": "coalesce(p.segment, f.segment, CASE WHEN $account THEN 'Unknown' ELSE 'Consumer' END)",
    "full_name": f"CASE WHEN $gone THEN NULL WHEN $account THEN coalesce(p.full_name, {_SPOKEN})"
    f" ELSE coalesce({_SPOKEN}, p.full_name) END",
    "gender": "coalesce(p.gender, CASE WHEN NOT ($gone OR $account) THEN k.gender END)",
    "account_id": "coalesce(p.account_id, s.account_id)",
    "first_seen_at": "least(p.first_seen_at, k.since)",
    "last_seen_at": "coalesce(p.last_seen_at, k.seen)",
    "is_internal": "coalesce(p.is_internal, false)",
    "is_deleted": "$gone",
    "profile_confidence": "k.confidence",
}


def _name_countries(con: duckdb.DuckDBPyConnection) -> None:
    """Table `country_name`: codes of the records with the names that profiles use, or else their English names."""
    from babel import Locale

    territories: Any = Locale("en").territories  # pyright: ignore[reportUnknownMemberType]  # babel has no types
    names = cast("Mapping[str, str]", territories)
    codes = con.execute("SELECT DISTINCT value FROM meta.customer_value WHERE attribute = 'country_code'").fetchall()
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE country_name AS SELECT country_code AS code, mode(country) AS name FROM {STORE}"
        " GROUP BY country_code"
    )
    known = {row[0] for row in con.execute("SELECT code FROM temp.country_name").fetchall()}
    for code in sorted({row[0] for row in codes} - known):
        con.execute("INSERT INTO temp.country_name VALUES (?, ?)", [code, names.get(str(code).upper(), code)])


def date_customers(con: duckdb.DuckDBPyConnection) -> None:
    """Bring the times of core.customer to what orders and visits say."""
    present = present_tables(con)
    if "orders" in present:
        con.execute(
            "UPDATE core.customer AS c SET first_order_at = o.first, last_order_at = o.last FROM (SELECT k.customer_id,"
            " min(ordered_at) FILTER (status <> 'cancelled') AS first, max(ordered_at) FILTER (status <> 'cancelled')"
            " AS last FROM core.customer k LEFT JOIN core.orders o USING (customer_id) GROUP BY k.customer_id) o"
            " WHERE o.customer_id = c.customer_id"
        )
    for table, begin, end in (("orders", "ordered_at", "ordered_at"), ("session", "started_at", "ended_at")):
        if table in present:
            con.execute(
                "UPDATE core.customer AS c SET first_seen_at = least(c.first_seen_at, f.first),"
                f" last_seen_at = greatest(c.last_seen_at, f.last) FROM (SELECT customer_id, min({begin}) AS first,"
                f" max({end}) AS last FROM core.{table} WHERE customer_id IS NOT NULL GROUP BY customer_id) f"
                " WHERE f.customer_id = c.customer_id"
            )


def number_orders(con: duckdb.DuckDBPyConnection) -> None:
    """Count each customer's orders that were not cancelled, over all the accounts that turned out to be theirs."""
    if "orders" not in present_tables(con):
        return
    con.execute(
        "UPDATE core.orders AS o SET order_seq = n.place, is_first_order = n.place = 1 FROM (SELECT rowid AS row,"
        " CASE WHEN customer_id IS NOT NULL AND status <> 'cancelled' THEN row_number() OVER (PARTITION BY customer_id,"
        " status = 'cancelled' ORDER BY ordered_at, order_id) END AS place FROM core.orders) n"
        " WHERE n.row = o.rowid AND o.order_seq IS DISTINCT FROM n.place"
    )
