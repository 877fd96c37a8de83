"""The guard: what passes means the same as before, what must not pass is refused with a stable code."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import random
import re
import time
from contextlib import suppress
from typing import Any

import duckdb
import pytest
from sqlglot import exp, parse_one

from tests.customer_world import connect, schema, statements
from warehouse import SQLRejected, ValidatedSQL, guard, validate
from warehouse.grammar import FUNCTIONS, GuardedDuckDB
from warehouse.guard import require_genuine
from warehouse.parsing import MAX_CHARACTERS, MAX_TOKENS
from warehouse.policy import Policy, TableRule
from warehouse.worker import parsed_tables

ACCEPTS = statements("guard_accepts.sql")
REJECTS = [
    (what.rpartition(" [")[0], what.rpartition(" [")[2][:-1], sql) for what, sql in statements("guard_rejects.sql")
]
WORLD = schema()
GRAMMAR_ONLY = {"array", "coalesce", "grouping", "grouping_id", "ifnull", "percentile_cont", "percentile_disc", "try"}
GRAMMAR_ONLY |= {"unnest"}  # calls that DuckDB's parser knows without listing them as functions


@pytest.fixture(scope="module")
def world() -> Any:
    with connect() as connection:
        yield connection


def answer(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[str], list[str]]:
    """Given names, types and rows; the names DuckDB makes up from an expression's text are left out."""
    connection.execute(sql)
    described = connection.description or []
    names = [column[0] if re.fullmatch(r"[\w ?]+", column[0]) else "-" for column in described]
    return names, [str(column[1]) for column in described], [repr(row) for row in connection.fetchall()]


def test_fixtures_are_many() -> None:
    assert len(ACCEPTS) >= 60
    assert len(REJECTS) >= 80


@pytest.mark.parametrize(("what", "sql"), ACCEPTS, ids=[what for what, _ in ACCEPTS])
def test_what_passes_means_the_same(world: duckdb.DuckDBPyConnection, what: str, sql: str) -> None:
    original = sql.replace("x -> x + 1", "lambda x: x + 1")  # DuckDB 2.0 no longer runs the arrow; the guard mends it
    assert answer(world, validate(sql, WORLD).sql) == answer(world, original)


def test_what_passes_runs_on_empty_tables() -> None:
    with connect(rows=0) as empty:
        for _, sql in ACCEPTS:
            empty.execute(validate(sql, WORLD).sql).fetchall()


def test_duckdb_sees_the_same_tables(world: duckdb.DuckDBPyConnection) -> None:
    bound = 0
    for _, sql in ACCEPTS:
        statement = validate(sql, WORLD)
        assert {name.lower() for name in parsed_tables(world, statement.sql)} == statement.tables
        with suppress(duckdb.BinderException):  # it cannot bind USING over real columns
            assert {name.lower() for name in world.get_table_names(statement.sql)} == statement.tables
            bound += 1
    assert bound > 80


def test_what_passes_passes_again_unchanged() -> None:
    for _, sql in ACCEPTS:
        once = validate(sql, WORLD)
        assert validate(once.sql, WORLD).sql == once.sql


@pytest.mark.parametrize(("what", "code", "sql"), REJECTS, ids=[what for what, _, _ in REJECTS])
def test_what_must_not_pass_is_refused(what: str, code: str, sql: str) -> None:
    with pytest.raises(SQLRejected) as refusal:
        validate(sql, WORLD)
    assert refusal.value.code == code
    assert refusal.value.reason.endswith((".", "?"))
    assert "sqlglot" not in refusal.value.reason


def test_every_code_is_documented_and_tested() -> None:
    documented = set(re.findall(r"\b[a-z]+(?:_[a-z]+)*\b", (guard.__doc__ or "").split("all stable:")[1]))
    assert {code for _, code, _ in REJECTS} | {"too_long", "too_complex"} <= documented


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT region FROM customer", {"customer.region"}),
        ("SELECT c.city FROM customer c WHERE c.Region = 'x'", {"customer.city", "customer.region"}),
        ("SELECT count(*) FROM customer", set()),
        ("SELECT * FROM campaign", {f"campaign.{name}" for name in WORLD["campaign"]}),
        ("SELECT * EXCLUDE (budget, name, objective) FROM campaign", {"campaign.campaign_id", "campaign.channel"}),
        (
            "SELECT * REPLACE (upper(name) AS channel) FROM campaign",
            {"campaign.campaign_id", "campaign.name", "campaign.objective", "campaign.budget"},
        ),
        ("WITH a AS (SELECT city AS x FROM customer) SELECT x FROM a", {"customer.city"}),
        ("SELECT a FROM (SELECT city AS a, region FROM customer) AS d", {"customer.city", "customer.region"}),
        ("SELECT 1 FROM customer JOIN orders USING (customer_id)", {"customer.customer_id", "orders.customer_id"}),
        (
            "SELECT (SELECT max(net_amount) FROM orders o WHERE o.customer_id = c.customer_id) FROM customer c",
            {"orders.net_amount", "orders.customer_id", "customer.customer_id"},
        ),
        ("SELECT net_amount AS n FROM orders ORDER BY n", {"orders.net_amount"}),
        ("SELECT pages[1], s.x FROM (SELECT {'x': 1} AS s, pages FROM session) AS d", {"session.pages"}),
        ("SELECT [p FOR p IN pages IF p <> device] FROM session", {"session.pages", "session.device"}),
        ("SELECT 1 UNION SELECT budget FROM campaign ORDER BY 1", {"campaign.budget"}),
    ],
)  # fmt: skip
def test_columns_read(sql: str, columns: set[str]) -> None:
    assert {f"{table}.{column}" for table, column in validate(sql, WORLD).columns} == columns


def test_tables_read() -> None:
    sql = "WITH a AS (SELECT 1 AS x) SELECT * FROM a WHERE x IN (SELECT order_seq FROM Orders) AND EXISTS (FROM ticket)"
    assert validate(sql, WORLD).tables == {"orders", "ticket"}


def test_names_are_as_the_schema_spells_them() -> None:
    statement = validate("SELECT REGION FROM customer", {"Customer": {"Region": "VARCHAR"}})
    assert (statement.tables, statement.columns) == ({"Customer"}, {("Customer", "Region")})


def test_reserved_words_are_quoted() -> None:
    assert validate("SELECT at FROM subscription_event", WORLD).sql == 'SELECT "at" FROM subscription_event'


def test_suggestions() -> None:
    for sql, hint in [
        ("SELECT * FROM custmer", "customer"),
        ("SELECT regoin FROM customer", "region"),
        ("SELECT cuont(*) FROM customer", "count"),
        ("SELECT odrers.channel FROM orders", "orders"),
    ]:
        with pytest.raises(SQLRejected, match=f"Did you mean .*{hint}"):
            validate(sql, WORLD)


# bounds


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT " + "(" * 100_000,
        "SELECT " + "[" * 3000 + "1" + "]" * 3000,
        "SELECT " + "NOT " * 3000 + "TRUE",
        "SELECT " + "- " * 3000 + "1",
        "SELECT " + "CASE WHEN TRUE THEN " * 2000 + "1" + " END" * 2000,
        "SELECT * FROM " + "(SELECT * FROM " * 2000 + "customer" + ")" * 2000,
        "SELECT list_transform([1], " + "lambda x: " * 2000 + "x)",
        "SELECT 1" + "::INT" * 3000,
        "SELECT [1]" + "[1]" * 3000,
        "SELECT a" + ".a" * 4000 + " FROM customer",
        " UNION ALL ".join(["SELECT 1"] * 2600),
        "SELECT * FROM customer" + " JOIN customer" * 900 + " ON TRUE" * 900,
        "WITH " + "a AS (WITH " * 500 + "b AS (SELECT 1) SELECT * FROM b" + ") SELECT * FROM a" * 500,
        "SELECT " + "interval " * 3000 + "1 DAY",
        "SELECT " + "row(" * 22 + "1" + ")" * 22,
        "SELECT " + "date(" * 22 + "1" + ")" * 22,
        "SELECT " + "array[" * 22 + "1" + "]" * 22,
    ],
    ids=lambda sql: sql[:40],
)
def test_bombs_of_text_are_refused_quickly(sql: str) -> None:
    started = time.perf_counter()
    with pytest.raises(SQLRejected) as refusal:
        validate(sql, WORLD)
    assert refusal.value.code in ("too_deep", "too_complex", "too_long", "syntax", "qualified_name")
    assert time.perf_counter() - started < 3


WRAPPERS = [
    "({})", "abs({})", "[{}]", "{{'a': {}}}", "CASE WHEN {} THEN 1 END", "CAST({} AS INT)", "(SELECT {})", "({}, 1)",
    "list_transform([1], lambda x: {})", "list_transform([1], x -> {})", "coalesce({}, 2)", "sum({}) OVER (ORDER BY 1)",
    "sum({}) FILTER (WHERE true)", "map {{'a': {}}}", "list(1 ORDER BY {})", "EXISTS (SELECT {})", "a[{}]", "({}",
    "[x FOR x IN {}]", "1 = ANY ({})", "if({}, 1, 2)", "interval ({}) day", "extract(year FROM {})", "trim({})",
    "struct_pack(a := {})", "count(DISTINCT {})", "1 IN ({})", "{}::INT", "- ({})", "NOT ({})", "(x, y) -> {}",
]  # fmt: skip


@pytest.mark.deep
@pytest.mark.parametrize("outer", WRAPPERS)
def test_no_nesting_makes_the_parser_explode(outer: str) -> None:
    """CPU seconds stay small at the deepest nesting that is let through, for every pair of constructs."""
    for inner in WRAPPERS:
        text = "1"
        for level in range(22):
            text = (inner, outer)[level % 2].format(text)
        started = time.thread_time()
        with suppress(SQLRejected):
            validate(f"SELECT {text} FROM customer", WORLD)
        assert time.thread_time() - started < 0.5, inner


def test_bounds_on_length() -> None:
    with pytest.raises(SQLRejected, match="too_long"):
        validate("SELECT 1 -- " + "x" * MAX_CHARACTERS, WORLD)
    with pytest.raises(SQLRejected, match="too_complex"):
        validate("SELECT 1" + ", 1" * MAX_TOKENS, WORLD)


def test_long_but_flat_queries_pass(world: duckdb.DuckDBPyConnection) -> None:
    either = " OR ".join(f"city = 'city {n}'" for n in range(1200))
    many = ", ".join(f"'city {n}'" for n in range(3000))
    total = " + ".join(["1"] * 900)
    assert world.execute(validate(f"SELECT count(*) FROM customer WHERE {either}", WORLD).sql).fetchone() == (
        world.execute("SELECT count(*) FROM customer WHERE city IS NOT NULL").fetchone()
    )
    assert validate(f"SELECT count(*) FROM customer WHERE city IN ({many})", WORLD)
    assert world.execute(validate(f"SELECT {total} AS n", WORLD).sql).fetchone() == (900,)


def test_deep_callers_get_a_refusal_too() -> None:
    def dive(depth: int) -> str:
        if depth:
            return dive(depth - 1)
        try:
            return validate("SELECT " + "(" * 22 + "1" + ")" * 22, WORLD).sql
        except SQLRejected as refusal:
            return refusal.code

    assert dive(10).startswith("SELECT ")
    assert dive(800) == "too_deep"


# trees as input, and text that tries to break out


def test_a_tree_is_as_good_as_its_text() -> None:
    tree = parse_one("SELECT region, COUNT(*) AS n FROM customer GROUP BY region", dialect="duckdb")
    assert validate(tree, WORLD).sql == "SELECT region, COUNT(*) AS n FROM customer GROUP BY region"
    assert tree.sql("duckdb") == "SELECT region, COUNT(*) AS n FROM customer GROUP BY region"


@pytest.mark.parametrize(
    "tree",
    [
        exp.select(exp.Column(this=exp.Identifier(this="region FROM customer; DROP TABLE customer --", quoted=False))),
        exp.select(exp.Literal(this="1; DROP TABLE customer", is_string=False)),
        exp.select(exp.Anonymous(this="getenv", expressions=[exp.Literal.string("HOME")])),
        exp.select(exp.Var(this="current_setting('memory_limit')")),
        exp.select("1").from_(exp.Table(this=exp.Identifier(this="customer, sqlite_master", quoted=False))),
        exp.select("1").from_(exp.to_table("main.customer")),
        exp.Command(this="DROP", expression="TABLE customer"),
        exp.Drop(this=exp.to_table("customer"), kind="TABLE"),
        exp.Select(),
    ],
    ids=lambda tree: tree.sql("duckdb")[:50],
)
def test_trees_that_hold_what_no_text_may(tree: exp.Expr) -> None:
    with pytest.raises(SQLRejected):
        validate(tree, WORLD)


def test_comments_and_quotes_stay_harmless(world: duckdb.DuckDBPyConnection) -> None:
    sql = """SELECT 'it''s; DROP TABLE customer --' AS "a""b", count(*) /* ; */ FROM customer -- '; DROP"""
    statement = validate(sql, WORLD)
    assert "DROP TABLE customer --'" in statement.sql
    assert "/*" not in statement.sql
    assert world.execute(statement.sql).fetchall() == [("it's; DROP TABLE customer --", 60)]
    assert (world.description or [])[0][0] == 'a"b'


def test_functions_are_written_as_they_were_read() -> None:
    for name in sorted(FUNCTIONS - {"array", "if", "unnest", "range", "generate_series"}):
        assert parse_one(f"SELECT {name}(a, b)", dialect=GuardedDuckDB).sql(
            GuardedDuckDB, normalize_functions=False
        ) == (f"SELECT {name}(a, b)"), name


def test_functions_exist_and_read_nothing_but_their_arguments(world: duckdb.DuckDBPyConnection) -> None:
    listed = world.execute(
        "SELECT function_name FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate', 'window', 'macro')"
    ).fetchall()
    assert {name for (name,) in listed} | GRAMMAR_ONLY >= FUNCTIONS
    assert not [name for name in FUNCTIONS if name.startswith(("current_", "duckdb_", "pragma_", "pg_", "read_"))]
    assert not FUNCTIONS & {"getenv", "getvariable", "nextval", "query", "query_table", "stats", "write_log", "glob"}


# only the guard makes statements


def test_a_statement_cannot_be_made_by_hand() -> None:
    for seal in (b"", b"0" * 16):
        with pytest.raises(TypeError, match=r"Only guard\.validate"):
            ValidatedSQL("DROP TABLE customer", frozenset(), frozenset(), seal)


def test_no_trick_makes_another_statement() -> None:
    statement = validate("SELECT region FROM customer", WORLD)
    with pytest.raises(TypeError):
        dataclasses.replace(statement, sql="DROP TABLE customer")
    with pytest.raises(TypeError):
        dataclasses.replace(statement, tables=frozenset())
    with pytest.raises(TypeError):
        pickle.dumps(statement)
    with pytest.raises(dataclasses.FrozenInstanceError):
        statement.sql = "DROP TABLE customer"  # type: ignore[misc] - the point of the test
    assert copy.copy(statement) is statement
    assert copy.deepcopy([statement]) == [statement]


def test_a_forged_statement_is_known_as_such() -> None:
    forged = object.__new__(ValidatedSQL)
    genuine = validate("SELECT region FROM customer", WORLD)
    for name in ("sql", "tables", "columns", "seal"):
        object.__setattr__(forged, name, getattr(genuine, name))
    require_genuine(forged)  # an exact copy says nothing new
    object.__setattr__(forged, "sql", "DROP TABLE customer")
    with pytest.raises(TypeError):
        require_genuine(forged)
    with pytest.raises(TypeError):
        require_genuine("SELECT 1")


# the guard never changes a meaning


ATOMS = [
    "a", "b", "c", "n", "p", "q", "s", "v", "1", "2", "-3", "'x1'", "NULL", "TRUE", "d", "(a + 1)", "(p AND q)",
    "abs(b)", "a::VARCHAR", "CASE WHEN p THEN a ELSE b END", "l[1]", "DATE '2024-01-03'", "INTERVAL 1 DAY",
]  # fmt: skip
OPERATORS = [
    "+", "-", "*", "/", "//", "%", "^", "**", "||", "=", "==", "<>", "!=", "<", ">=", "AND", "OR", "LIKE", "NOT LIKE",
    "ILIKE", "~", "!~", "GLOB", "SIMILAR TO", "NOT SIMILAR TO", "IS DISTINCT FROM", "IS NOT DISTINCT FROM",
]  # fmt: skip
ENDINGS = [
    " IS NULL", " IS NOT NULL", " IN (1, 2)", " NOT IN (1, 2)", " BETWEEN 0 AND 3", " NOT BETWEEN 0 AND 3", " IS TRUE",
    " IS NOT TRUE", "::VARCHAR", "::BOOLEAN", " ISNULL", " NOTNULL", " AT TIME ZONE 'UTC'", " COLLATE nocase",
]  # fmt: skip


CHAIN_TABLE = """
    CREATE TABLE t AS SELECT i a, i * 2 - 5 b, i % 3 c, (i % 2 = 0) p, (i % 3 = 0) q, 'x' || i s, 'y%' v,
    CASE WHEN i % 4 = 0 THEN NULL ELSE i END n, DATE '2024-01-01' + i::INT d, [1, i, 3] l FROM range(-3, 9) r(i)
"""


def chain(dice: random.Random) -> str:
    """Operands and operators in a row, hardly ever with parentheses: what two parsers may read differently."""
    text = ""
    for position in range(dice.randint(1, 4)):
        text += f" {dice.choice(OPERATORS)} " if position else ""
        text += dice.choice(["NOT ", "- "]) if dice.random() < 0.2 else ""
        text += dice.choice(ATOMS)
        text += dice.choice(ENDINGS) if dice.random() < 0.3 else ""
    return text


def compare_chains(count: int, seed: int) -> int:
    """How many random expressions passed and ran; each must give what the original gives."""
    dice, compared = random.Random(seed), 0
    columns = dict.fromkeys("abcpqsvndl", "INTEGER")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(CHAIN_TABLE)
        for _ in range(count):
            sql = f"SELECT {chain(dice)} AS r FROM t"
            try:
                original = repr(connection.execute(sql).fetchall())
            except duckdb.Error:
                continue  # what DuckDB refuses has no meaning to keep
            try:
                mended = validate(sql, {"t": columns}).sql
            except SQLRejected:
                continue
            assert repr(connection.execute(mended).fetchall()) == original, (sql, mended)
            compared += 1
    return compared


def test_operators_keep_their_meaning() -> None:
    assert compare_chains(1500, seed=5) > 250


@pytest.mark.deep
def test_operators_keep_their_meaning_over_many_seeds() -> None:
    assert sum(compare_chains(5_000, seed=seed) for seed in range(6, 10)) > 3000


def test_word_salad_is_refused_and_nothing_else_happens() -> None:
    dice = random.Random(3)
    words = " ".join(sql for _, sql in ACCEPTS).replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split()
    outcomes: dict[str, int] = {}
    for _ in range(400):
        try:
            validate("SELECT " + " ".join(dice.choices(words, k=dice.randint(1, 25))), WORLD)
        except SQLRejected as refusal:
            outcomes[refusal.code] = outcomes.get(refusal.code, 0) + 1
    assert sum(outcomes.values()) > 350


def test_refusals_do_not_depend_on_a_policy() -> None:
    """A rule for one table must not open anything: every rejected statement stays rejected."""
    policy = Policy({"customer": TableRule("region = 'North'", frozenset({"full_name"}))})
    for what, _, sql in REJECTS:
        try:
            validate(sql, WORLD, policy)
        except SQLRejected:
            continue
        pytest.fail(what)
