"""The records to resolve: read from one view, checked, and brought to one written form in a private database.

The view (`core`-ward name: raw.raw_person) has one row per record of a source system. `source_system` and `source_id`
are required and together unique; every other column of `CONTRACT` may be missing. All are read as text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.build import first_line, identifier
from warehouse.errors import BuildError
from warehouse.identity import normalise
from warehouse.identity.handover import Columns, create_table

KEY = ("source_system", "source_id")
STRONG_IDS = ("crm_id", "shop_id", "loyalty_no")  # given by one system to one customer, carried by the others
CONTRACT = {
    "source_system": "the system the row comes from (required)",
    "source_id": "key of the row in that system (required)",
    "first_name": "given name",
    "last_name": "family name",
    "email": "e-mail address as written",
    "phone": "phone number as written",
    "street": "street and house number",
    "city": "city",
    "postal_code": "postal code",
    "country_code": "ISO 3166-1 alpha-2; decides how a phone number without country code is read",
    "birth_date": "date of birth, ISO",
    "national_id": "a number that a person gives and may mistype: compared, never a key of its own",
    "crm_id": "id in the CRM, as carried by this system",
    "shop_id": "id in the shop, as carried by this system",
    "loyalty_no": "loyalty number, as carried by this system",
    "device_id": "device that the record was seen on",
    "cookie_id": "cookie that the record was seen with",
    "social_handle": "handle in a social network",
    "account_id": "account (company) that the record belongs to",
    "created_at": "first seen, UTC",
    "updated_at": "last changed, UTC",
}


@dataclass(frozen=True)
class Records:
    """A private database with table `record`: one row per source record, numbered 0.. in key order."""

    con: duckdb.DuckDBPyConnection
    count: int


def read_records(con: duckdb.DuckDBPyConnection, view: str, country: str | None = None) -> Records:
    """The view's rows, checked and normalised, in a database of their own; the caller closes `Records.con`.

    `country` (ISO alpha-2) is assumed where a row has none. Raises BuildError when the view is not there, has no key
    columns, a row without key, or one key twice.
    """
    written = _read(con, view)
    work = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    work.execute("SET preserve_insertion_order = true; SET enable_progress_bar = false")
    work.register("written_view", written)
    work.execute("CREATE TABLE written AS SELECT (row_number() OVER ())::INTEGER - 1 AS id, * FROM written_view")
    work.unregister("written_view")
    _check_keys(work, view)
    _normalise(work, country)
    return Records(work, written.num_rows)


def _read(con: duckdb.DuckDBPyConnection, view: str) -> Any:
    try:
        found = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {view}").fetchall()}
    except duckdb.Error as error:
        raise BuildError(f"Records to resolve cannot be read from {view}: {first_line(error)}.") from error
    missing = [column for column in KEY if column not in found]
    if missing:
        raise BuildError(f"{view} has no column {' and no '.join(missing)}. Name the system and the key of each row.")
    columns = ", ".join(
        f"CAST({identifier(column)} AS VARCHAR) AS {column}" if column in found else f"NULL::VARCHAR AS {column}"
        for column in CONTRACT
    )
    return con.sql(f"SELECT {columns} FROM {view} ORDER BY source_system, source_id").to_arrow_table()


def _check_keys(work: duckdb.DuckDBPyConnection, view: str) -> None:
    blank = work.execute("SELECT count(*) FROM written WHERE source_system IS NULL OR source_id IS NULL").fetchall()
    if blank[0][0]:
        raise BuildError(f"{view}: {blank[0][0]} rows have no source_system or source_id. Give every row a key.")
    twice = work.execute(
        "SELECT source_system, source_id, count(*) FROM written GROUP BY ALL HAVING count(*) > 1 ORDER BY 1, 2"
    ).fetchall()
    if twice:
        system, key, times = twice[0]
        raise BuildError(
            f"{view}: {len(twice)} keys occur more than once, the first is {system} {key} ({times} times)."
            " Keep one row per record of a system."
        )


def _normalise(work: duckdb.DuckDBPyConnection, country: str | None) -> None:
    for name, how in _CLEANINGS.items():
        _map(work, name, how)
    work.execute("UPDATE written SET country_code = coalesce(country_code, ?)", [country])
    _map_phones(work)
    joins = "\n".join(
        f"LEFT JOIN map_{name} ON map_{name}.written = w.{how.column}" for name, how in _CLEANINGS.items()
    )
    columns = ", ".join(f"map_{name}.clean AS {name}" for name in _CLEANINGS)
    work.execute(
        f"CREATE TABLE clean AS SELECT w.id, {columns}, map_phone.clean AS phone FROM written w {joins}\n"
        "LEFT JOIN map_phone ON map_phone.written = w.phone"
        " AND map_phone.country IS NOT DISTINCT FROM w.country_code"
    )
    _map(work, "first_forms", _Cleaning("first", lambda text: list(normalise.name_forms(text)), "clean", many=True))
    _map(work, "last_sound", _Cleaning("last", normalise.sound, "clean"))
    _map(work, "house", _Cleaning("street", normalise.house_number, "clean"))
    work.execute(_KNOWN_FIRST)
    work.execute(
        "CREATE TABLE record AS SELECT c.*, f.clean AS first_forms, s.clean AS last_sound, h.clean AS house,"
        " split_part(c.email, '@', 1) AS email_local, c.postal || ' ' || c.street AS address,"
        " k.near AS first_near, coalesce(k.known OR len(k.near) > 1, false) AS first_known"
        " FROM clean c LEFT JOIN known_first k ON k.first = c.first LEFT JOIN map_first_forms f ON f.written = c.first"
        " LEFT JOIN map_last_sound s ON s.written = c.last LEFT JOIN map_house h ON h.written = c.street ORDER BY id"
    )


# A given name that several families use is a name, unless one that is a letter apart is ten times as frequent: the
# larger the file, the more often a slip repeats itself. `near`: the forms of the name and of all it may be a slip for.
_KNOWN_FIRST = """
    CREATE TABLE known_first AS
    WITH used AS (
        SELECT c.first, count(DISTINCT c.last) AS families, any_value(f.clean) AS forms
        FROM clean c JOIN map_first_forms f ON f.written = c.first GROUP BY c.first)
    SELECT u.first, u.families >= 3 AND count(v.first) = 0 AS known,
        list_distinct(any_value(u.forms) || coalesce(flatten(list(v.forms) FILTER (v.first IS NOT NULL)), [])) AS near
    FROM used u LEFT JOIN used v ON v.families >= 3 AND v.families > 10 * u.families AND length(u.first) > 1
        AND abs(length(u.first) - length(v.first)) <= 1 AND damerau_levenshtein(u.first, v.first) = 1
    GROUP BY u.first, u.families
"""


@dataclass(frozen=True)
class _Cleaning:
    """How one column of a table is brought to its clean form."""

    column: str
    clean: Callable[[str | None], object]
    table: str = "written"
    many: bool = False


def _map(work: duckdb.DuckDBPyConnection, name: str, how: _Cleaning) -> None:
    """Table map_<name>: each distinct written value beside its clean form; each value is worked on once."""
    rows = work.execute(f"SELECT DISTINCT {how.column} FROM {how.table} WHERE {how.column} IS NOT NULL").fetchall()
    written = [row[0] for row in rows]
    clean = [how.clean(text) for text in written]
    create_table(work, f"map_{name}", {"written": ("text", written), "clean": ("texts" if how.many else "text", clean)})


_CLEANINGS = {
    "first": _Cleaning("first_name", normalise.name),
    "last": _Cleaning("last_name", normalise.name),
    "email": _Cleaning("email", normalise.email),
    "street": _Cleaning("street", normalise.street),
    "city": _Cleaning("city", normalise.name),
    "postal": _Cleaning("postal_code", normalise.postal_code),
    "birth": _Cleaning("birth_date", normalise.birth_date),
    "national_id": _Cleaning("national_id", normalise.identifier),
} | {key: _Cleaning(key, normalise.identifier) for key in STRONG_IDS}


def _map_phones(work: duckdb.DuckDBPyConnection) -> None:
    pairs = work.execute("SELECT DISTINCT phone, country_code FROM written WHERE phone IS NOT NULL").fetchall()
    columns: Columns = {
        "written": ("text", [pair[0] for pair in pairs]),
        "country": ("text", [pair[1] for pair in pairs]),
        "clean": ("text", [normalise.phone(pair[0], pair[1]) for pair in pairs]),
    }
    create_table(work, "map_phone", columns)
