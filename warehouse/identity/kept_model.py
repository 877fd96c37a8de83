"""The trained model kept between builds, so that a few new records are judged by the measure that judged the old ones.

Learning anew from nearly the same records gives nearly the same model, and nearly the same is enough to tip pairs that
lie at the edge: customers nobody touched would change. The model holds no value of any record, only how often
agreement of each degree occurs. It is learnt anew when the records grew or shrank by a quarter, when other columns
are filled, or when the comparisons themselves changed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import duckdb

from warehouse.identity.comparisons import Comparison
from warehouse.identity.matching import Model, compared, count_records, splink_version, train

SHRUNK, GROWN = 0.8, 1.25  # the records that there are, as a share of those it was trained on


def kept_or_trained(con: duckdb.DuckDBPyConnection, work: duckdb.DuckDBPyConnection) -> Model | None:
    """The model kept in `con` when it still fits the records of `work`, else one trained on them; None when they are
    too few to learn from.
    """
    used = compared(work)
    row = _kept(con)
    if row is None or row[0] != _fingerprint(used) or not SHRUNK <= count_records(work) / row[1] <= GROWN:
        return train(work)
    return Model(json.loads(row[4]), used, row[2], tuple(row[3]), row[1])


def keep_model(con: duckdb.DuckDBPyConnection, model: Model | None, now: datetime) -> None:
    """Table meta.identity_model with this one model, or without any; `now` (UTC) is when it was taken in use."""
    con.execute(
        "CREATE OR REPLACE TABLE meta.identity_model (fingerprint VARCHAR NOT NULL, records BIGINT NOT NULL,"
        " prior DOUBLE NOT NULL, trained_on VARCHAR[] NOT NULL, settings VARCHAR NOT NULL, kept_at TIMESTAMP NOT NULL)"
    )
    if model is not None:
        kept = [_fingerprint(model.comparisons), model.records, model.prior, list(model.trained_on)]
        con.execute(
            "INSERT INTO meta.identity_model VALUES (?, ?, ?, ?, ?, ?)", [*kept, json.dumps(model.settings), now]
        )


def _kept(con: duckdb.DuckDBPyConnection) -> tuple[Any, ...] | None:
    there = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'identity_model'"
        " AND database_name = current_database()"
    ).fetchall()
    if not there[0][0]:
        return None
    rows = con.execute("SELECT fingerprint, records, prior, trained_on, settings FROM meta.identity_model").fetchall()
    return rows[0] if rows else None


def _fingerprint(used: tuple[Comparison, ...]) -> str:
    return hashlib.sha256(f"{splink_version()} {used!r}".encode()).hexdigest()
