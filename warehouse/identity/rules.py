"""Which pairs are worth comparing, chosen by the data: every way that two records of one person may meet.

A value that many people share (an info@ address, the phone of a home for the aged, a placeholder) says nothing about
who someone is; it is taken out before anything is compared. A key that would make too many pairs loses its most
frequent values until it fits, and the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

SHARED_BY = 6  # an e-mail address or phone that carries more than this many different names belongs to no one
GROUP_CAP = 400  # records with one key value that are still compared with each other
PAIRS_PER_RECORD = 20  # pairs that one key may make, for each record that there is

KEYS = {
    "email": "email",
    "phone": "phone",
    "mailbox": "CASE WHEN length(email_local) >= 7 THEN email_local END",
    "address": "address",
    "full name": "first || '|' || last",
    "names in either order": "least(first, last) || '|' || greatest(first, last)",
    "name, postal code": "last_sound || '|' || postal",
    "given name, postal code": "first || '|' || postal",
    "given name, birth date": "first || '|' || birth",
    "family name, birth date": "last || '|' || birth",
    "sound, birth year, initial": "last_sound || '|' || left(birth, 4) || left(first, 1)",
    "birth date, postal code": "birth || '|' || postal",
    "sound, city, initial": "last_sound || '|' || city || '|' || left(first, 1)",
    "house, given name": "house || '|' || street || '|' || first",
    "house, family name": "house || '|' || street || '|' || last",
    "family name, half a phone": "last || '|' || right(phone, 4)",
    "given name, half a phone": "first || '|' || right(phone, 6)",
    "rare family name": "last_sound",
    "birth date": "birth",
    "house": "house || '|' || street",
    "house, city": "house || '|' || city",
}


@dataclass(frozen=True)
class KeyUse:
    """How one key was used: pairs it makes, and how many records and values were left out as too frequent."""

    key: str
    pairs: int
    cap: int
    dropped_values: int
    dropped_records: int


def drop_shared_values(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """E-mail addresses and phone numbers that too many different names carry, blanked in `record`; by column."""
    dropped: dict[str, list[str]] = {}
    con.execute("CREATE TABLE shared_value (kind VARCHAR, value VARCHAR, names INTEGER)")
    for column in ("email", "phone"):
        con.execute(
            f"INSERT INTO shared_value SELECT '{column}', {column}, count(DISTINCT (left(first, 2), last_sound))"
            f" FROM record WHERE {column} IS NOT NULL GROUP BY {column}"
            f" HAVING count(DISTINCT (left(first, 2), last_sound)) > {SHARED_BY}"
        )
        rows = con.execute(f"SELECT value FROM shared_value WHERE kind = '{column}' ORDER BY value").fetchall()
        dropped[column] = [row[0] for row in rows]
        local = ", email_local = NULL" if column == "email" else ""
        con.execute(
            f"UPDATE record SET {column} = NULL{local}"
            f" WHERE {column} IN (SELECT value FROM shared_value WHERE kind = '{column}')"
        )
    return dropped


def candidate_pairs(con: duckdb.DuckDBPyConnection) -> list[KeyUse]:
    """Table `pair` (id_l, id_r) of all pairs that share a key, each once; and what every key contributed."""
    count = _number(con, "SELECT count(*) FROM record")
    con.execute("CREATE TABLE met (id_l INTEGER, id_r INTEGER)")
    uses = [use for key, sql in KEYS.items() if (use := _use(con, key, sql, count)) is not None]
    con.execute("CREATE TABLE pair AS SELECT DISTINCT id_l, id_r FROM met")
    con.execute("DROP TABLE met")
    return uses


def _use(con: duckdb.DuckDBPyConnection, key: str, sql: str, count: int) -> KeyUse | None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT id, {sql} AS value FROM record WHERE {sql} IS NOT NULL")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE key_size AS SELECT value, count(*) AS n FROM keyed GROUP BY value HAVING n > 1"
    )
    sizes = con.execute("SELECT n, count(*) FROM key_size GROUP BY n ORDER BY n").fetchall()
    if not sizes:
        return None
    cap, pairs = _cap(sizes, PAIRS_PER_RECORD * count)
    con.execute(
        "INSERT INTO met SELECT l.id, r.id FROM keyed l JOIN keyed r ON l.value = r.value AND l.id < r.id"
        " JOIN key_size s ON s.value = l.value WHERE s.n <= ?",
        [cap],
    )
    left_out = [(size, values) for size, values in sizes if size > cap]
    return KeyUse(key, pairs, cap, sum(v for _, v in left_out), sum(s * v for s, v in left_out))


def _cap(sizes: list[tuple[int, int]], budget: int) -> tuple[int, int]:
    """The largest group size that keeps the key within its budget of pairs, and the pairs it then makes."""
    total, cap = 0, 1
    for size, values in sizes:
        more = values * size * (size - 1) // 2
        if size > GROUP_CAP or total + more > budget:
            break
        total, cap = total + more, size
    return cap, total


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return con.execute(sql).fetchall()[0][0]
