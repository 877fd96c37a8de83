"""A tiny shop, a suite over it, and systems that answer from a script: what the tests of the evals share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from evals.comparison import Table
from evals.databases import Prepared
from evals.loader import LoadedSuite, load_suite
from evals.questions import Choice, questions
from evals.records import Record
from evals.replies import Budget, Till
from evals.runner import Listener, Manner, Opened, Outcome, Target, run
from evals.system import Ask, Reaction, Usage

SHOP = """
CREATE TABLE customer (customer_id INTEGER, country VARCHAR);
CREATE TABLE orders (order_id INTEGER, customer_id INTEGER, amount DOUBLE, ordered_at DATE);
INSERT INTO customer SELECT i, ['DE', 'FR', 'NL'][1 + i % 3] FROM range(1, 31) AS r(i);
INSERT INTO orders SELECT i, 1 + i * 7 % 30, round(10 + i * 13.7 % 90, 2), DATE '2026-01-01' + CAST(i % 180 AS INTEGER)
FROM range(1, 121) AS r(i);
"""
REVENUE = "SELECT sum(amount) AS revenue FROM orders"
BY_COUNTRY = "SELECT country, sum(amount) AS revenue FROM orders JOIN customer USING (customer_id) GROUP BY country"
SUITE = f"""
suite: shop
database: shop.duckdb
as_of: 2026-06-30
author: Ada
verified_by: Grace
cases:
  - {{id: total, question: What is the revenue, paraphrases: [how much money did we make], expect: {{sql: {REVENUE}}}}}
  - id: split
    question: Revenue by country
    tags: [breakdown]
    expect:
      sql: "{BY_COUNTRY}"
  - {{id: mood, question: Revenue by mood, expect: {{abstain: missing_term, mentions: [mood]}}}}
  - {{id: best, question: Best customers, expect: {{clarify: true, or_any_of: [{{sql: "{BY_COUNTRY}"}}]}}}}
  - {{id: follow, after: split, question: only Germany, expect: {{scalar: 1.5}}}}
"""


@dataclass
class Scripted:
    """A system that answers from a script and counts what it was asked."""

    script: dict[str, Reaction]
    name: str = "scripted"
    deterministic: bool = True
    prompts: bool = False
    asked: list[Ask] = field(default_factory=list)
    before: Callable[[Ask], None] = lambda _: None

    def prompt(self, ask: Ask) -> str:
        return f"prompt: {ask.question}" if self.prompts else ""

    def answer(self, ask: Ask) -> Reaction:
        self.before(ask)
        self.asked.append(ask)
        return self.script.get(ask.question, Reaction("refusal", "I cannot place that.", "UNKNOWN_WORDS"))

    def close(self) -> None:
        pass


def shop(directory: Path, text: str = SUITE) -> LoadedSuite:
    """The suite's file and its database in a directory."""
    if not (directory / "shop.duckdb").exists():
        with duckdb.connect(str(directory / "shop.duckdb")) as connection:
            connection.execute(SHOP)
    file = directory / "shop.yml"
    file.write_text(text, encoding="utf-8")
    return load_suite(file)


def rows(directory: Path, sql: str, **further) -> Reaction:
    """An answer with the rows of a statement."""
    with duckdb.connect(str(directory / "shop.duckdb"), read_only=True) as connection:
        found = connection.execute(sql)
        names = tuple(item[0] for item in found.description)
        return Reaction("answer", "Here it is.", table=Table(names, tuple(found.fetchall())), sql=sql, **further)


def perfect(directory: Path) -> dict[str, Reaction]:
    """The right reaction to every question of the suite."""
    return {
        "What is the revenue": rows(directory, REVENUE),
        "how much money did we make": rows(directory, REVENUE),
        "Revenue by country": rows(directory, BY_COUNTRY),
        "Revenue by mood": Reaction("refusal", "There is no 'mood' in the data.", "UNKNOWN_WORDS"),
        "Best customers": Reaction("clarification", "Best by what?"),
        "only Germany": Reaction("answer", table=Table(("revenue",), ((1.5,),))),
    }


def ask_all(
    loaded: LoadedSuite, system: Scripted, choice: Choice | None = None, budget: Budget | None = None, **manner
) -> Outcome:
    """A run of the whole suite against the scripted system."""
    home = loaded.file.parent / "home"
    recheck = manner.pop("recheck", False)
    settings = Manner(lambda _: Opened(system), Till(budget or Budget()), recheck=recheck, **manner)
    return run(questions([loaded], choice or Choice()), Target(home), settings, Listener())


def verdicts(records: tuple[Record, ...]) -> dict[str, str]:
    """Verdicts by case, paraphrases marked."""
    return {record.case + ("'" if record.variant else ""): record.verdict for record in records}


def paid(reaction: Reaction, dollars: float = 0.5) -> Reaction:
    """The reaction with a price."""
    return Reaction(**{**reaction.__dict__, "usage": Usage(1, 100, 10, dollars)})


def prepared(loaded: LoadedSuite) -> Prepared:
    """The suite's database as a workspace, without building one."""
    path = Path(loaded.database)
    return Prepared(path.parent, path, date(2026, 6, 30), "print", "shop")
