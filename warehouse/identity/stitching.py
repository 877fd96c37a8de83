"""Visits joined to customers by the device they came from, with time: who signed in there last is who is there now.

From a sign-in on, a device (or cookie) is that customer's until somebody else signs in on it. What was seen there
shortly before the first sign-in belongs to that customer too: people look before they sign in. A device on which many
customers signed in (a shop's terminal, a library) is evidence of nobody; signed-in visits keep their customer even so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import duckdb

from warehouse.build import first_line
from warehouse.errors import BuildError

COLUMNS = ("event_key", "device_id", "seen_at", "customer_id")


@dataclass(frozen=True)
class StitchRules:
    """How long before the first sign-in a device is already the customer's; from how many customers on it is shared."""

    before_first: timedelta = timedelta(days=30)
    shared_by: int = 4  # a family's tablet is still someone's; more customers than this and it is nobody's


@dataclass(frozen=True)
class Stitched:
    """How many events there were, how each found its customer, and how many devices were too shared to tell."""

    events: int
    signed_in: int
    by_device: int
    before_sign_in: int
    anonymous: int
    shared_devices: int


def stitch_visitors(
    con: duckdb.DuckDBPyConnection, view: str, table: str, rules: StitchRules | None = None
) -> Stitched:
    """Counts of what was found; writes `table` anew: event_key, customer_id or NULL, and method (signed in, device,
    before sign-in, or NULL), one row for each row of `view`.

    `view` has the columns event_key, device_id (a device or a cookie), seen_at and customer_id (NULL when nobody was
    signed in). Raises BuildError when it lacks one of them.
    """
    rules = rules or StitchRules()
    _check(con, view)
    before = rules.before_first / timedelta(microseconds=1)
    con.execute(
        f"CREATE OR REPLACE TABLE {table} AS {_STITCH.format(view=view)}",
        {"shared": rules.shared_by, "before": int(before)},
    )
    counts = dict(con.execute(f"SELECT coalesce(method, ''), count(*) FROM {table} GROUP BY 1").fetchall())
    shared = con.execute(f"SELECT count(*) FROM ({_SHARED.format(view=view)})", {"shared": rules.shared_by}).fetchall()
    return Stitched(
        events=sum(counts.values()),
        signed_in=counts.get("signed in", 0),
        by_device=counts.get("device", 0),
        before_sign_in=counts.get("before sign-in", 0),
        anonymous=counts.get("", 0),
        shared_devices=shared[0][0],
    )


_SHARED = (
    "SELECT device_id FROM {view} WHERE device_id IS NOT NULL AND customer_id IS NOT NULL"
    " GROUP BY device_id HAVING count(DISTINCT customer_id) > $shared"
)
# of two sign-ins at one moment the greater id is the later, so that the same rows always give the same answer; an
# anonymous event at the moment of a sign-in comes after it
_STITCH = f"""
    WITH shared AS ({_SHARED}),
    timed AS (SELECT event_key, device_id, seen_at, customer_id,
            CASE WHEN seen_at IS NOT NULL THEN customer_id END AS here FROM {{view}}),
    seen AS (
        SELECT v.event_key, v.customer_id, v.seen_at, s.device_id IS NULL AND v.device_id IS NOT NULL
                AND v.seen_at IS NOT NULL AS tells,
            last_value(v.here IGNORE NULLS) OVER earlier AS signed_in,
            first_value(v.here IGNORE NULLS) OVER later AS next_in,
            min(v.seen_at) FILTER (v.here IS NOT NULL) OVER (PARTITION BY v.device_id) AS first_in
        FROM timed v LEFT JOIN shared s ON s.device_id = v.device_id
        WINDOW earlier AS (PARTITION BY v.device_id ORDER BY v.seen_at NULLS FIRST, v.here NULLS LAST
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
            later AS (PARTITION BY v.device_id ORDER BY v.seen_at NULLS FIRST, v.here NULLS LAST
                ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING))
    SELECT event_key,
        CASE WHEN customer_id IS NOT NULL THEN customer_id WHEN NOT tells THEN NULL
            WHEN signed_in IS NOT NULL THEN signed_in
            WHEN epoch_us(first_in) - epoch_us(seen_at) <= $before THEN next_in END AS customer_id,
        CASE WHEN customer_id IS NOT NULL THEN 'signed in' WHEN NOT tells THEN NULL
            WHEN signed_in IS NOT NULL THEN 'device'
            WHEN epoch_us(first_in) - epoch_us(seen_at) <= $before THEN 'before sign-in' END AS method
    FROM seen
"""


def _check(con: duckdb.DuckDBPyConnection, view: str) -> None:
    try:
        found = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {view}").fetchall()}
    except duckdb.Error as error:
        raise BuildError(f"Visits to stitch cannot be read from {view}: {first_line(error)}.") from error
    missing = [column for column in COLUMNS if column not in found]
    if missing:
        raise BuildError(f"{view} has no column {', '.join(missing)}. Visits need {', '.join(COLUMNS)}.")
