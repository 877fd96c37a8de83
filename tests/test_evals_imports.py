"""Public question sets become suites that load and run; small made-up files in the sets' own forms."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
import yaml

from evals.errors import RunError
from evals.importers import ImportOptions, import_suites, read_cases, summary
from evals.lint import lint
from evals.loader import load_suites
from tests.evals_world import SHOP
from warehouse import query_trusted


def sqlite_shop(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, country TEXT, joined DATE, balance REAL, mixed INT);
            INSERT INTO customer VALUES (1, 'DE', '2024-01-31', 12.5, 1), (2, 'FR', '', 7, 'two');
            INSERT INTO customer VALUES (3, 'DE', NULL, NULL, 3);
        """)


def run_import(form: str, file: Path, tmp_path: Path, **options):
    found = import_suites(form, file, ImportOptions((tmp_path / "databases",), tmp_path / "suites", **options))
    return found, load_suites([tmp_path / "suites"])


def test_spider_questions_come_with_their_sqlite_database(tmp_path):
    sqlite_shop(tmp_path / "databases" / "shop" / "shop.sqlite")
    items = [
        {
            "db_id": "shop",
            "question": "How many Germans?",
            "query": 'SELECT count(*) FROM customer WHERE country = "DE"',
        },
        {"db_id": "shop", "question": "Broken", "query": "SELECT FROM WHERE"},
        {"db_id": "gone", "question": "Where?", "query": "SELECT 1"},
    ]
    (tmp_path / "dev.json").write_text(json.dumps(items))
    found, suites = run_import("spider-json", tmp_path / "dev.json", tmp_path)
    assert (found.cases, len(found.left_out)) == (1, 2)
    text = "\n".join(summary(found))
    assert "not readable as sqlite SQL" in text
    assert "no database gone" in text
    database = Path(suites[0].database)
    assert query_trusted(database, suites[0].suite.cases[0].expect.sql[0]).rows == ((2,),)
    types = dict(
        query_trusted(
            database, "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'customer'"
        ).rows
    )
    assert types == {
        "customer_id": "BIGINT",
        "country": "VARCHAR",
        "joined": "DATE",
        "balance": "DOUBLE",
        "mixed": "VARCHAR",
    }


def test_bird_evidence_is_handed_on_as_context(tmp_path):
    sqlite_shop(tmp_path / "databases" / "shop.sqlite")
    item = {
        "question_id": 7,
        "db_id": "shop",
        "question": "Average balance?",
        "evidence": "balance is in EUR",
        "SQL": "SELECT AVG(balance) FROM customer",
        "difficulty": "simple",
    }
    (tmp_path / "bird.json").write_text(json.dumps([item]))
    _, suites = run_import("bird-json", tmp_path / "bird.json", tmp_path, split="test")
    case = suites[0].suite.cases[0]
    assert (case.id, case.context, case.tags) == ("bird-7", "balance is in EUR", ("simple",))
    assert suites[0].suite.split == "test"


def test_defog_alternatives_and_column_choices_become_golds(tmp_path):
    (tmp_path / "defog.csv").write_text(
        "question,query,db_name,query_category,instructions\n"
        'Who?,"SELECT {c.customer_id, c.country}, count(*) AS n FROM customer c GROUP BY {};SELECT 1",shop,group_by,\n'
        "Unknown?,SELECT 'without the necessary data' AS answer,shop,idk,Say so.\n"
    )
    cases = read_cases("defog-csv", tmp_path / "defog.csv")
    assert cases[0].golds == (
        "SELECT c.customer_id, count(*) AS n FROM customer c GROUP BY c.customer_id",
        "SELECT c.country, count(*) AS n FROM customer c GROUP BY c.country",
        "SELECT 1",
    )
    assert (cases[1].golds, cases[1].context) == ((), "Say so.")


def test_dbt_questions_are_found_in_turtle(tmp_path):
    (tmp_path / "bench.ttl").write_text(
        """@prefix QandA: <http://example.org/QandA#> .

dwt:IQ_1
        rdf:type       QandA:Inquiry ;
        QandA:expects  dwt:query-a , dwt:query-b ;
        QandA:prompt   "How many \\"big\\" orders?" .

dwt:query-a
        rdf:type          dwt:SqlQuery ;
        QandA:inLanguage  QandA:SQL ;
        QandA:queryText   "SELECT count(*)\\nFROM orders" ;
        dct:title         "a" .

dwt:query-b
        rdf:type          dwt:SparqlQuery ;
        QandA:inLanguage  QandA:SPARQL ;
        QandA:queryText   "select ?x" .
"""
    )
    (case,) = read_cases("dbt-ttl", tmp_path / "bench.ttl")
    assert (case.question, case.golds) == ('How many "big" orders?', ("SELECT count(*)\nFROM orders",))


def test_json_lines_keep_days_rewordings_and_order(tmp_path):
    (tmp_path / "databases").mkdir()
    with duckdb.connect(str(tmp_path / "databases" / "shop.duckdb")) as connection:
        connection.execute(SHOP)
    item = {
        "id": "x 1",
        "db": "shop",
        "question": "Orders so far?",
        "gold_sql": ["SELECT count(*) + 100 FROM orders WHERE ordered_at <= current_date"],
        "as_of": "2026-03-31",
        "paraphrases": ["how many orders"],
        "order_matters": False,
        "tags": ["total"],
    }
    (tmp_path / "set.jsonl").write_text(json.dumps(item) + "\n")
    found, suites = run_import("jsonl", tmp_path / "set.jsonl", tmp_path)
    suite = suites[0].suite
    assert (suite.suite, str(suite.as_of), suite.cases[0].order) == ("shop-2026-03-31", "2026-03-31", "no")
    assert suite.cases[0].id == "x-1"
    findings = lint(suites, tmp_path / "home", lambda _: None)
    assert {finding.code for finding in findings} == {"NOT_VERIFIED"}
    assert yaml.safe_load(found.files[0].read_text())["database"] == "../databases/shop.duckdb"


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        ("spider-json", "{", "is not a Spider JSON file"),
        ("spider-json", '{"a": 1}', "is not a list of objects"),
        ("spider-json", '[{"db_id": "shop"}]', "an entry lacks 'question'"),
        ("defog-csv", "a,b\n1,2\n", "an entry lacks 'query'"),
    ],
)
def test_a_file_of_another_kind_is_told(tmp_path, form, text, message):
    (tmp_path / "file").write_text(text)
    with pytest.raises(RunError, match=message):
        read_cases(form, tmp_path / "file")


def test_an_import_that_takes_nothing_over_fails(tmp_path):
    (tmp_path / "dev.json").write_text(json.dumps([{"db_id": "gone", "question": "Q", "query": "SELECT 1"}]))
    with pytest.raises(RunError, match=r"Nothing of .* could be taken over. 1 questions on gone: no database gone"):
        run_import("spider-json", tmp_path / "dev.json", tmp_path)
