"""What people decided about who is who: merges and splits, made, undone, and replayed by every build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import duckdb

from warehouse.errors import BuildError
from warehouse.identity.clustering import Pair, components
from warehouse.identity.people import Decisions
from warehouse.identity.stable_ids import RecordKey
from warehouse.journal import Entry, Journal


def merge_customers(
    con: duckdb.DuckDBPyConnection, journal: Journal, customers: Sequence[str], by: str, reason: str = ""
) -> Entry:
    """The decision, written to the journal, that these customers are one; the next build carries it out.

    Raises BuildError when there are fewer than two or one is unknown.
    """
    if len(set(customers)) < 2:
        raise BuildError("A merge needs two customers or more.")
    records = [list(record) for customer in customers for record in records_of(con, customer)]
    return journal.append("merge", {"records": records, "reason": reason}, by)


def split_customer(
    con: duckdb.DuckDBPyConnection, journal: Journal, apart: Iterable[RecordKey], by: str, reason: str = ""
) -> Entry:
    """The decision that these records of one customer are someone else than the rest of that customer's records.

    Raises BuildError when a record is unknown, they belong to several customers, or nothing would be left.
    """
    parted = sorted(set(apart))
    owners = {customer_of(con, record) for record in parted}
    if len(owners) != 1:
        raise BuildError("Records to split off must belong to one customer. Split one customer at a time.")
    rest = [record for record in records_of(con, owners.pop()) if record not in parted]
    if not rest:
        raise BuildError("All records of the customer were named; leave at least one where it is.")
    groups = [[list(record) for record in parted], [list(record) for record in rest]]
    return journal.append("split", {"groups": groups, "reason": reason}, by)


def keep_apart(
    con: duckdb.DuckDBPyConnection, journal: Journal, customers: Sequence[str], by: str, reason: str = ""
) -> Entry:
    """The decision that these customers are different people; their records are never joined, and wait no more.

    Raises BuildError when there are fewer than two or one is unknown.
    """
    if len(set(customers)) < 2:
        raise BuildError("To keep people apart, name two customers or more.")
    groups = [[list(record) for record in records_of(con, customer)] for customer in dict.fromkeys(customers)]
    return journal.append("split", {"groups": groups, "reason": reason}, by)


def records_of(con: duckdb.DuckDBPyConnection, customer: str) -> list[RecordKey]:
    """The source records of a customer. Raises BuildError for an unknown id, naming what it became if it was merged."""
    rows = con.execute(
        "SELECT source_system, source_id FROM meta.customer_record WHERE customer_id = ? ORDER BY ALL", [customer]
    ).fetchall()
    if rows:
        return [(row[0], row[1]) for row in rows]
    now = con.execute(
        "SELECT to_customer_id FROM core.identity_merge_log WHERE from_customer_id = ? AND undone_at IS NULL",
        [customer],
    ).fetchall()
    hint = f" It was merged into {now[0][0]}." if now else ""
    raise BuildError(f"There is no customer {customer}.{hint}")


def customer_of(con: duckdb.DuckDBPyConnection, record: RecordKey) -> str:
    """The customer a source record belongs to. Raises BuildError when no such record was resolved."""
    rows = con.execute(
        "SELECT customer_id FROM meta.customer_record WHERE source_system = ? AND source_id = ?", list(record)
    ).fetchall()
    if not rows:
        raise BuildError(f"There is no record {record[1]} of {record[0]}.")
    return rows[0][0]


def decided(journal: Journal | None, keys: Mapping[int, RecordKey]) -> Decisions:
    """The decisions that hold as pairs of record numbers; of two that contradict each other the later one holds.

    Records that are not there (any more) are passed over: the decision waits until they come again.
    """
    number = {key: at for at, key in keys.items()}
    joined: set[Pair] = set()
    parted: set[Pair] = set()
    for entry in journal.active("merge", "split") if journal else ():
        if entry.kind == "merge":
            records = _numbers(entry.body["records"], number)
            parted -= set(combinations(records, 2))
            joined |= {(records[0], other) for other in records[1:]}
        else:
            groups = [_numbers(group, number) for group in entry.body["groups"]]
            across = {_ordered(left, right) for one, two in combinations(groups, 2) for left in one for right in two}
            parted |= across
            joined = _unjoined(joined, across)
    return Decisions(frozenset(joined), frozenset(parted))


def _numbers(keys: Iterable[Sequence[str]], number: Mapping[RecordKey, int]) -> list[int]:
    return sorted(number[key[0], key[1]] for key in keys if (key[0], key[1]) in number)


def _ordered(left: int, right: int) -> Pair:
    return (left, right) if left < right else (right, left)


def _unjoined(joined: set[Pair], across: set[Pair]) -> set[Pair]:
    """The joins without those that tie together, by however long a chain, what a later split parted."""
    kept = set(joined)
    for part in components(sorted(joined)):
        inside = set(combinations(part, 2))
        if not inside & across:
            continue
        kept -= inside
        kept |= _closure(part, across)
    return kept


def _closure(part: list[int], across: set[Pair]) -> set[Pair]:
    """Pairs that still hold within a joined group once some of its records were parted: each record goes with the
    first earlier one that it was not parted from."""
    found: set[Pair] = set()
    homes: list[list[int]] = []
    for record in part:
        for home in homes:
            if not any(_ordered(other, record) in across for other in home):
                found.add(_ordered(home[0], record))
                home.append(record)
                break
        else:
            homes.append([record])
    return found
