"""What makes a suite unfit to judge by."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from evals.lint import lint
from evals.loader import load_suites
from semantic_layer import load, shipped_definitions
from tests.evals_world import shop

HEAD = "suite: shop\ndatabase: shop.duckdb\nas_of: 2026-06-30\nauthor: Ada\nverified_by: Grace\ncases:\n"


def codes(tmp_path: Path, case: str, head: str = HEAD) -> set[tuple[str, str]]:
    """(code, level) of every finding about a suite of one case."""
    found = found_in(tmp_path, head + f"  - {{id: a, question: Q one, {case}}}\n")
    return {(code, level) for _, code, level in found}


def found_in(tmp_path: Path, suite: str) -> set[tuple[str, str, str]]:
    """(case, code, level) of every finding about a suite."""
    shop(tmp_path)
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS sizes AS SELECT * FROM (VALUES ('9'), ('10'), ('11')) AS v(size)"
        )
    (tmp_path / "shop.yml").write_text(suite, encoding="utf-8")
    found = lint(load_suites([tmp_path / "shop.yml"]), tmp_path / "home", lambda _: None)
    return {(finding.case, finding.code, finding.level) for finding in found}


WEAK = [
    ("expect: {sql: SELECT nothing FROM orders}", "GOLD_FAILS", "error"),
    ("expect: {sql: SELECT 1 AS a, columns: {required: [b]}}", "GOLD_FAILS", "error"),
    ("expect: {sql: SELECT amount FROM orders WHERE amount < 0}", "EMPTY_GOLD", "error"),
    ("expect: {sql: SELECT first(amount) FROM orders}", "UNSTABLE_GOLD", "error"),
    ("expect: {sql: SELECT country FROM customer LIMIT 2}", "TIE_AT_LIMIT", "warning"),
    (
        "expect: {sql: SELECT country FROM customer ORDER BY country LIMIT 2, ties: as_given}",
        "TIE_AT_LIMIT",
        "error",
    ),
    ("expect: {sql: SELECT size FROM sizes ORDER BY size}", "NUMERIC_TEXT_ORDER", "error"),
    ("expect: {sql: SELECT count(*) FROM customer WHERE country = 'DE'}", "SMALL_INTEGER", "warning"),
    ("expect: {sql: 'SELECT 0.031::DOUBLE AS share'}", "WIDE_TOLERANCE", "warning"),
    ("order: yes, expect: {sql: SELECT country FROM customer}", "ORDER_WITHOUT_KEYS", "error"),
]


@pytest.fixture(scope="module")
def weaknesses(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str, str]]:
    """(case, code, level) of every finding about one suite with all of the weak cases."""
    cases = "".join(f"  - {{id: case{at}, question: Q {at}, {case}}}\n" for at, (case, _, _) in enumerate(WEAK))
    return found_in(tmp_path_factory.mktemp("weak"), HEAD + cases)


@pytest.mark.parametrize(("at", "code", "level"), [(at, code, level) for at, (_, code, level) in enumerate(WEAK)])
def test_every_weakness_has_its_code(weaknesses: set[tuple[str, str, str]], at: int, code: str, level: str) -> None:
    assert (f"case{at}", code, level) in weaknesses


def test_a_good_case_is_not_complained_about(tmp_path):
    assert codes(tmp_path, "expect: {sql: SELECT sum(amount) AS revenue FROM orders}") == set()


def test_today_needs_a_day(tmp_path):
    case = "expect: {sql: 'SELECT count(*) + 100 FROM orders WHERE ordered_at <= current_date'}"
    assert ("DEPENDS_ON_TODAY", "error") in codes(tmp_path, case, HEAD.replace("as_of: 2026-06-30\n", ""))
    assert codes(tmp_path, case) == set()


def test_a_case_without_names_is_unsigned(tmp_path):
    head = HEAD.replace("author: Ada\nverified_by: Grace\n", "")
    found = codes(tmp_path, "expect: {sql: SELECT sum(amount) AS revenue FROM orders}", head)
    assert found == {("NO_AUTHOR", "warning"), ("NOT_VERIFIED", "warning")}


def test_a_question_may_not_repeat_an_example_of_the_definitions(tmp_path):
    layer = load(shipped_definitions())
    example = next(m.ai_context.examples[0] for m in layer.metrics.values() if m.ai_context.examples)
    shouted = example.upper() + " !"
    expect = "expect: {sql: SELECT sum(amount) AS revenue FROM orders}"
    found = codes(tmp_path, expect + f', paraphrases: ["{shouted}"]')
    assert found == {("REPEATS_EXAMPLE", "error")}


def test_the_same_question_twice_is_told(tmp_path):
    shop(tmp_path)
    cases = "  - {id: a, question: 'How many?', expect: {scalar: 100.5}}\n"
    cases += "  - {id: b, question: how many, expect: {scalar: 100.5}}\n"
    (tmp_path / "shop.yml").write_text(HEAD + cases, encoding="utf-8")
    found = lint(load_suites([tmp_path / "shop.yml"]), tmp_path / "home", lambda _: None)
    assert [str(finding) for finding in found] == [
        f"{tmp_path / 'shop.yml'}:8: warning REPEATED_QUESTION (b): a wording is also asked by shop/a."
    ]
