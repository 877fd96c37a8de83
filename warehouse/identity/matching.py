"""How likely two records are the same person: the Fellegi-Sunter model of Splink, trained on the records themselves.

No labels are needed. How often strangers agree (u) is counted on random pairs; how often records of one person agree
(m) is found by expectation maximisation within pairs that share a key which strangers hardly share. Agreement on a
rare value counts more than on a frequent one (term frequencies). Source of the method: Fellegi and Sunter, A Theory
for Record Linkage, JASA 64 (1969); Splink, https://moj-analytical-services.github.io/splink/.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse.errors import BuildError
from warehouse.identity.comparisons import COMPARISONS, Comparison

if TYPE_CHECKING:
    from splink import Linker

SEED = 17
U_PAIRS = 4e5  # random pairs on which the agreement of strangers is counted
EM_PAIRS = 4e5  # pairs at most that one training pass looks at
LEAST_PAIRS = 20  # a training key with fewer pairs teaches nothing
RECALL = 0.6  # share of true pairs that the strict rules below find (0.59 to 0.70 on files whose truth is known)


# values whose owners are counted: how many of the people that have one are the two at hand at most, and how many
# more must be reckoned with that the file does not show (guesses, in people)
OWNED = {"email": (1, 0.1), "phone": (1, 0.1), "address": (1, 0.3), "first": (2, 0.5), "last": (2, 0.5)}
# keys that strangers hardly share: within them the pairs of one person are frequent enough to learn from; a key
# teaches of what is compared without it
TRAINING = (
    ("email",),
    ("phone",),
    ("first", "last", "postal"),
    ("last", "birth"),
    ("first", "birth"),
    ("first", "last"),
    ("address", "first"),
    ("national_id",),
)
STRICT = (
    "l.email = r.email AND (l.first = r.first OR l.last = r.last)",
    "l.phone = r.phone AND l.first = r.first",
    "l.first = r.first AND l.last = r.last AND l.postal = r.postal",
    "l.last = r.last AND l.birth = r.birth AND l.postal = r.postal",
    "l.first = r.first AND l.last = r.last AND l.birth = r.birth",
)


@dataclass(frozen=True)
class Model:
    """A trained model: Splink's settings with its parameters, what it compares, what it was trained on, how many
    records those were.
    """

    settings: dict[str, Any]
    comparisons: tuple[Comparison, ...]
    prior: float
    trained_on: tuple[str, ...]
    records: int


def train(con: duckdb.DuckDBPyConnection) -> Model | None:
    """A model of `record` in the private database, or None when too little is filled in to learn from.

    Raises BuildError when Splink is not installed.
    """
    used = compared(con)
    prior = _prior(con)
    if len(used) < 2 or prior is None:
        return None
    with _quiet():
        linker = _untrained(con, used, prior)
        linker.training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=SEED, num_chunks=1)
        keys = [key for key in TRAINING if any(not set(one.columns) & set(key) for one in used)]
        trained = tuple(" and ".join(key) for key in keys if _train_on(con, linker, key))
        return Model(linker.misc.save_model_to_json(), used, prior, trained, count_records(con))


def compared(con: duckdb.DuckDBPyConnection) -> tuple[Comparison, ...]:
    """The comparisons whose columns `record` fills."""
    return tuple(one for one in COMPARISONS if _filled(con, one))


def count_records(con: duckdb.DuckDBPyConnection) -> int:
    """How many records there are."""
    return con.execute("SELECT count(*) FROM record").fetchall()[0][0]


def count_owners(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Tables tf_<column>: how likely a stranger has that very value.

    A mailbox, number or home that one person alone has is not made frequent by that person's many records: its owners
    are counted by family names or by given names, whichever are fewer, because one person may change the one and one
    family shares the other. The pair at hand is left out of the count, as its own agreement proves nothing about
    strangers. The chance of owners that the file does not show is reckoned on the records that the model was trained
    on: else every new record would make all rare values a little rarer, and tip pairs that nothing new was learnt of.
    """
    people = "least(count(DISTINCT last_sound), count(DISTINCT list_last(first_forms)))"
    for column, (own, chance) in OWNED.items():
        owners = "count(*)" if column in ("first", "last") else people
        frequency = f"greatest({owners} - {own}, 0) / (SELECT count(*) FROM record) + {chance / model.records!r}"
        con.execute(
            f"CREATE OR REPLACE TABLE tf_{column} AS SELECT {column}, {frequency} AS tf_{column}"
            f" FROM record WHERE {column} IS NOT NULL GROUP BY {column}"
        )


def score(con: duckdb.DuckDBPyConnection, model: Model, pairs: str, result: str, least: float = -1e9) -> None:
    """Table `result`: pairs of table `pairs` (id_l, id_r) that weigh `least` or more, in log2 odds.

    Columns: id_l < id_r, weight, probability, and per comparison level_<name> (None missing, 0 different, higher is
    closer) and part_<name>, what it adds to the weight.
    """
    con.execute(
        "CREATE OR REPLACE TABLE blocked AS"
        f" SELECT id_l AS join_key_l, id_r AS join_key_r, '0' AS match_key FROM {pairs}"
    )
    splink, api_of = _splink()
    with _quiet():
        api = api_of(con)
        linker = splink.Linker(
            api.register("record"), model.settings, validate_settings=False
        )  # they were, in training
        table = linker.table_management
        for column in OWNED:
            table.register_term_frequency_lookup(api.register(f"tf_{column}"), column)
        table.register_blocked_pairs_for_predict(api.register("blocked"))
        predicted = linker.inference.predict(threshold_match_weight=least)
    parts = ", ".join(_parts(one) for one in model.comparisons)
    con.execute(
        f"CREATE OR REPLACE TABLE {result} AS SELECT least(id_l, id_r) AS id_l, greatest(id_l, id_r) AS id_r,"
        f" match_weight AS weight, match_probability AS probability, {parts} FROM {predicted.physical_name}"
    )
    con.execute(f"DROP TABLE {predicted.physical_name}")


def _parts(one: Comparison) -> str:
    rare = f" + coalesce(mw_tf_adj_{one.column}, 0)" if any(level.rare for level in one.levels) else ""
    return f"nullif(gamma_{one.column}, -1) AS level_{one.column}, mw_{one.column}{rare} AS part_{one.column}"


def _untrained(con: duckdb.DuckDBPyConnection, used: tuple[Comparison, ...], prior: float) -> Linker:
    splink, api = _splink()
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[_settings(one) for one in used],
        blocking_rules_to_generate_predictions=[],
        probability_two_random_records_match=prior,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
        max_iterations=30,
    )
    return splink.Linker(api(con).register("record"), settings)


def splink_version() -> str:
    """The version of Splink, whose models others may not read. Raises BuildError when it is not installed."""
    return str(_splink()[0].__version__)


def _splink() -> tuple[Any, Any]:
    try:
        import splink
        from splink.internals.duckdb.database_api import DuckDBAPI
    except ImportError as error:
        raise BuildError(
            'Matching of records needs Splink. Install it with: pip install "tellwise[identity]"'
        ) from error
    return splink, DuckDBAPI


def _settings(one: Comparison) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": one.silent, "label_for_charts": "missing", "is_null_level": True},
    ]
    for level in one.levels:
        entry: dict[str, Any] = {"sql_condition": level.condition, "label_for_charts": level.name}
        entry |= {"m_probability": level.m, "u_probability": level.u, "fix_u_probability": level.fixed}
        if level.rare:
            entry |= {"tf_adjustment_column": level.rare, "tf_adjustment_weight": 1.0}
        levels.append(entry)
    left = 1 - sum(level.m for level in one.levels), 1 - sum(level.u for level in one.levels)
    levels.append(
        {"sql_condition": "ELSE", "label_for_charts": "different", "m_probability": left[0], "u_probability": left[1]}
    )
    return {"output_column_name": one.column, "comparison_levels": levels}


def _filled(con: duckdb.DuckDBPyConnection, one: Comparison) -> bool:
    """True when enough records have the value that two of them can be expected to meet."""
    return con.execute(f"SELECT count(*) FILTER ({one.columns[0]} IS NOT NULL) >= 10 FROM record").fetchall()[0][0]


def _prior(con: duckdb.DuckDBPyConnection) -> float | None:
    """Probability that two random records are one person, from the pairs that strict rules find; None if too few."""
    rules = " OR ".join(f"({rule})" for rule in STRICT)
    found = con.execute(
        f"SELECT count(*) FROM pair p JOIN record l ON l.id = p.id_l JOIN record r ON r.id = p.id_r WHERE {rules}"
    ).fetchall()[0][0]
    count = count_records(con)
    return None if found < LEAST_PAIRS else min(0.5, found / RECALL / (count * (count - 1) / 2))


def _train_on(con: duckdb.DuckDBPyConnection, linker: Linker, key: tuple[str, ...]) -> bool:
    columns = ", ".join(key)
    filled = " AND ".join(f"{column} IS NOT NULL" for column in key)
    pairs = con.execute(
        f"SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM"
        f" (SELECT count(*) AS n FROM record WHERE {filled} GROUP BY {columns})"
    ).fetchall()[0][0]
    if pairs < LEAST_PAIRS:
        return False
    from splink import block_on

    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on(*key), estimate_without_term_frequencies=True, max_pairs=EM_PAIRS if pairs > EM_PAIRS else None
    )
    return True


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Splink writes its progress to standard output and its log, and DuckDB warns of how it is used: all silenced.

    Raises BuildError for what Splink cannot work with.
    """
    _splink()
    from splink import logging as splink_logging
    from splink.internals.exceptions import SplinkException

    sink = io.StringIO()  # its log handler is made on first use, for whatever standard error is then
    with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except SplinkException as error:
            raise BuildError(
                f"Records could not be matched: {str(error).splitlines()[0]}. Nothing was written."
            ) from error
        finally:
            splink_logging.disable()
