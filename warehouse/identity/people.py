"""Pairs and decisions made into people: which pairs are sure, which wait for a person, which group each record is in.

A pair is sure at `AUTO` and above, unless both given names are there and have nothing to do with each other: families
share their name, home, phone and mailbox, so all of that together does not make two people one, save that a date of
birth or an id number says so. Such pairs and those from `REVIEW` on wait in the review queue.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from warehouse.identity.clustering import Evidence, Pair, Rules, cohesive_groups, components
from warehouse.identity.handover import Columns, create_table
from warehouse.identity.matching import Model, count_owners, score
from warehouse.identity.records import STRONG_IDS

AUTO = 0.99  # merged without asking, from this probability on
INERTIA = 0.25  # log2 odds by which the evidence must pass `AUTO` to change what an earlier build decided
REVIEW = 0.90  # shown to a person, from this probability on
EXACT_WEIGHT = 40.0  # log2 odds of an id that only one customer has
CONFLICT = -20.0  # added to the weight of a pair whose given names differ
RESEMBLES = 0.7  # Jaro-Winkler similarity from which an unheard-of given name may be a slip for another
WHOLE = 300  # components up to this size have all their pairs compared


@dataclass(frozen=True)
class Decisions:
    """What people decided: pairs of record numbers that are one person, and pairs that are not."""

    joined: frozenset[Pair] = frozenset()
    parted: frozenset[Pair] = frozenset()


def find_people(
    con: duckdb.DuckDBPyConnection, model: Model | None, decisions: Decisions, rules: Rules
) -> list[list[int]]:
    """Groups of two and more records that are one person, by first record; leaves table `edge` of all scored pairs.

    `edge`: id_l, id_r, weight, probability, method (exact|probabilistic), sure, conflict, and the levels and parts of
    `score`. Needs tables `record`, `pair` and `before` (id, customer: of records that an earlier build knew).
    """
    _score_edges(con, model)
    _mark_exact(con)
    sure = _pairs(con, "SELECT id_l, id_r FROM edge WHERE sure")
    found = components(sorted(sure | decisions.joined))
    if model is not None:
        _complete(con, model, found)
    weights = {(left, right): weight for left, right, weight in con.execute(_WEIGHTS).fetchall()}
    nameless = frozenset(row[0] for row in con.execute(_WITHOUT_NAME).fetchall())
    evidence = Evidence(weights, sure, decisions.joined, decisions.parted, nameless)
    groups = [group for part in found for group in _groups(part, evidence, rules)]
    return [group for group in groups if len(group) > 1]


_WEIGHTS = f"SELECT id_l, id_r, weight + CASE WHEN conflict THEN {CONFLICT} ELSE 0 END FROM edge"


_WITHOUT_NAME = "SELECT id FROM record WHERE first IS NULL AND last IS NULL"


def _groups(part: list[int], evidence: Evidence, rules: Rules) -> list[list[int]]:
    if len(part) == 2 and not evidence.parted:
        return [part]
    return cohesive_groups(part, evidence, rules)


def _score_edges(con: duckdb.DuckDBPyConnection, model: Model | None) -> None:
    if model is None:  # too little to learn from: only ids and addresses of one owner make people
        con.execute(
            "CREATE TABLE judged (id_l INTEGER, id_r INTEGER, weight DOUBLE, probability DOUBLE, conflict BOOLEAN)"
        )
    else:
        count_owners(con, model)
        score(con, model, "pair", "scored", least=0.0)
        _judge(con, model, "scored", "judged")
    con.execute(SURE_EDGES)


SURE_EDGES = f"""
    CREATE TABLE edge AS SELECT j.*, 'probabilistic' AS method,
        NOT conflict AND weight >= {math.log2(AUTO / (1 - AUTO))} + {INERTIA}
        * CASE WHEN l.customer = r.customer THEN -1 WHEN l.customer <> r.customer THEN 1 ELSE 0 END AS sure
    FROM judged j LEFT JOIN before l ON l.id = j.id_l LEFT JOIN before r ON r.id = j.id_r
"""


def _judge(con: duckdb.DuckDBPyConnection, model: Model, scored: str, judged: str) -> None:
    """Table `judged`: `scored` with conflict, whether the given names speak against one person.

    They do when they have nothing in common and no date of birth or id number says that it is one person. A name
    that is neither known nor a slip for a known one conflicts only when it resembles nothing of the other.
    """
    levels = {one.column: len(one.levels) for one in model.comparisons}
    proof = [f"coalesce(level_{name}, 0) = {levels[name]}" for name in ("birth_date", "id_number") if name in levels]
    differ = f"s.level_given_name = 0 AND NOT ({' OR '.join(proof) or 'false'})" if "given_name" in levels else "false"
    con.execute(
        f"CREATE OR REPLACE TABLE {judged} AS SELECT s.*, coalesce({differ} AND {_OTHER_NAME}, false) AS conflict"
        f" FROM {scored} s JOIN record l ON l.id = s.id_l JOIN record r ON r.id = s.id_r"
    )


_OTHER_NAME = f"((l.first_known AND r.first_known) OR jaro_winkler_similarity(l.first, r.first) < {RESEMBLES})"


def _mark_exact(con: duckdb.DuckDBPyConnection) -> None:
    """Pairs that share an id of one customer, or the e-mail address of one owner where a name is missing: sure."""
    rules = [
        f"SELECT l.id, r.id FROM record l JOIN record r ON l.{key} = r.{key} AND l.id < r.id" for key in STRONG_IDS
    ]
    con.execute(f"CREATE TABLE exact_pair AS SELECT * FROM ({' UNION '.join((*rules, _NAMELESS))}) AS e (id_l, id_r)")
    con.execute(
        f"UPDATE edge SET method = 'exact', sure = true, conflict = false, weight = greatest(weight, {EXACT_WEIGHT}),"
        " probability = 1 FROM exact_pair x WHERE x.id_l = edge.id_l AND x.id_r = edge.id_r"
    )
    con.execute(
        "INSERT INTO edge BY NAME"
        f" SELECT id_l, id_r, {EXACT_WEIGHT} AS weight, 1.0 AS probability, 'exact' AS method, false AS conflict,"
        " true AS sure FROM exact_pair x ANTI JOIN edge e ON x.id_l = e.id_l AND x.id_r = e.id_r"
    )


_NAMELESS = """
    SELECT l.id, r.id FROM record l JOIN record r ON l.email = r.email AND l.id < r.id
    JOIN (SELECT email FROM record WHERE email IS NOT NULL GROUP BY email
          HAVING count(DISTINCT left(first, 1)) <= 1 AND count(DISTINCT last_sound) <= 1) owned ON owned.email = l.email
    WHERE l.first IS NULL OR r.first IS NULL
"""


def _complete(con: duckdb.DuckDBPyConnection, model: Model, found: Iterable[list[int]]) -> None:
    """Compare the pairs of every component that have not been compared, so that cohesion is judged on all of them."""
    rows = [(part[0], record) for part in found if 2 < len(part) <= WHOLE for record in part]
    columns: Columns = {"component": ("number", [row[0] for row in rows]), "id": ("number", [row[1] for row in rows])}
    create_table(con, "member", columns)
    con.execute(
        "CREATE TABLE unseen AS SELECT l.id AS id_l, r.id AS id_r FROM member l"
        " JOIN member r ON l.component = r.component AND l.id < r.id"
        " ANTI JOIN edge e ON e.id_l = l.id AND e.id_r = r.id"
    )
    if not con.execute("SELECT count(*) FROM unseen").fetchall()[0][0]:
        return
    score(con, model, "unseen", "scored_within")
    _judge(con, model, "scored_within", "judged_within")
    con.execute("INSERT INTO edge BY NAME SELECT *, 'probabilistic' AS method, false AS sure FROM judged_within")


def _pairs(con: duckdb.DuckDBPyConnection, sql: str) -> set[Pair]:
    return {(left, right) for left, right in con.execute(sql).fetchall()}
