"""Numbers for each thing, by columns and of extremes, over a schema never seen before; expected rows come from SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE districts (district_id BIGINT, district_name VARCHAR);
INSERT INTO districts VALUES (1, 'Harbour'), (2, 'Old Town'), (3, 'Meadows');
CREATE TABLE bakeries (bakery_id BIGINT, bakery_name VARCHAR, district_id BIGINT, land_code VARCHAR,
  ovens BIGINT, floor_area DOUBLE, owner_type_name VARCHAR, monthly_rent BIGINT);
INSERT INTO bakeries VALUES (1, 'Crumb', 1, 'NL', 3, 80, 'family', 900), (2, 'Rye', 1, 'NL', 5, 120, 'chain', 2100),
  (3, 'Loaf', 2, 'BE', 2, 60, 'family', 700), (4, 'Miller', 2, 'NL', 4, 95, 'family', 1100),
  (5, 'Golden Crust', 1, 'BE', 6, 140, 'chain', 2500), (6, 'Sourdough', 2, 'DE', 3, 70, 'chain', 1500);
CREATE TABLE contests (contest_id BIGINT, bakery_id BIGINT, held DATE, judge_age BIGINT, baker_age BIGINT,
  jury_name VARCHAR, contest_rank BIGINT, score BIGINT);
INSERT INTO contests VALUES (1, 1, '2026-01-10', 40, 25, 'North', 3, 70), (2, 1, '2026-02-10', 55, 31, 'South', 1, 93),
  (3, 2, '2026-01-10', 38, 45, 'North', 2, 81), (4, 3, '2026-02-10', 61, 28, 'South', 4, 64),
  (5, 5, '2026-03-02', 47, 33, 'North', 1, 90);
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("town"), TABLES, date(2026, 3, 31)) as world:
        yield world


PER_DISTRICT = (
    "SELECT district_id, district_name, count(*) FROM bakeries JOIN districts USING (district_id) GROUP BY 1, 2"
)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("For each district, list its id, name, and how many bakeries it has?", PER_DISTRICT),
        ("For each district, list its name and the number of bakeries", PER_DISTRICT),
        ("What is the name of each district and how many bakeries are there in each one?", PER_DISTRICT),
        ("Show the names of the districts and the number of bakeries.", PER_DISTRICT),
        (
            "Show the names of all districts and the number of bakeries.",
            "SELECT district_name, count(bakery_id) FROM districts LEFT JOIN bakeries USING (district_id) GROUP BY 1",
        ),
        (
            "Which of the districts has the most bakeries?",
            f"SELECT district_name FROM ({PER_DISTRICT}) WHERE district_name = 'Harbour'",
        ),
        ("Find the number of bakeries for each land.", "SELECT land_code, count(*) FROM bakeries GROUP BY 1"),
        ("What are the codes of lands with more than 2 bakeries?", "SELECT 'NL', 3"),
        ("Find the code of the land that has the most bakeries.", "SELECT 'NL', 3"),
        (
            "What is the maximum floor area for different number of ovens?",
            "SELECT ovens, max(floor_area) FROM bakeries GROUP BY 1",
        ),
        (
            "Find the average age of bakers and judges of all contests.",
            "SELECT avg(baker_age), avg(judge_age) FROM contests",
        ),
        ("What is the average floor area across all bakeries?", "SELECT avg(floor_area) FROM bakeries"),
        ("Give the land that is most common across all bakeries.", "SELECT 'NL', 3"),
        (
            "What is the average rent of each owner type?",
            "SELECT owner_type_name, avg(monthly_rent) FROM bakeries GROUP BY 1",
        ),
        (
            "Which owner type has the highest average rent?",
            "SELECT 'chain', avg(monthly_rent) FROM bakeries WHERE owner_type_name = 'chain'",
        ),
        (
            "Show the average, minimum and maximum floor area for each land.",
            "SELECT land_code, avg(floor_area), min(floor_area), max(floor_area) FROM bakeries GROUP BY 1",
        ),
        (
            "For each district, what is the smallest and the largest floor area?",
            "SELECT district_name, min(floor_area), max(floor_area) FROM bakeries JOIN districts USING (district_id) "
            "GROUP BY 1",
        ),
        ("What are the names of districts and how many bakeries does each have?", PER_DISTRICT),
        (
            "Show the number of bakeries and the average rent for each district.",
            "SELECT district_name, count(*), avg(monthly_rent) FROM bakeries JOIN districts USING (district_id) "
            "GROUP BY 1",
        ),
        (
            "Find the district with the highest average floor area.",
            "SELECT district_name, avg(floor_area) a FROM bakeries JOIN districts USING (district_id) "
            "GROUP BY 1 ORDER BY a DESC LIMIT 1",
        ),
        ("How many bakeries exist?", "SELECT count(*) FROM bakeries"),
        (
            "Find the average score for each bakery and their land.",
            "SELECT bakery_name, land_code, avg(score) FROM contests JOIN bakeries USING (bakery_id) GROUP BY 1, 2",
        ),
        (
            "What are the names of all bakeries, and their average score?",
            "SELECT bakery_name, avg(score) FROM bakeries LEFT JOIN contests USING (bakery_id) GROUP BY 1",
        ),
    ],
)
def test_numbers_of_things_and_columns(town: Foreign, question: str, sql: str) -> None:
    assert_same_rows(town, question, sql)


def test_what_is_left_out_is_said(town: Foreign) -> None:
    answer = town.answer("Show the names of the districts and the number of bakeries.")
    assert answer.plan is not None
    assert any("at least one" in note for note in answer.plan.notes)


@pytest.mark.parametrize(
    "question",
    [
        "What is the average floor area for each bakery?",  # of one row each
        "Find the highest contest rank.",  # the highest rank is the first
        "Which bakeries have the highest contest rank?",
    ],
)
def test_numbers_that_would_mislead_are_refused(town: Foreign, question: str) -> None:
    assert not isinstance(town.assistant.ask(question), Answer)
