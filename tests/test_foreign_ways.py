"""Tables without declared keys: two ways between two kinds, years and amounts as text, values that wordings rewrite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE Depot (DepotID BIGINT, DepotName VARCHAR, Town VARCHAR, OpenedYear VARCHAR, ManagerID BIGINT);
INSERT INTO Depot VALUES (1, 'Quay', 'Hull', '1998', 2), (2, 'Moor', 'York', '2004', 4), (3, 'Gate', 'York', '2011', 1),
  (4, 'Mill', 'Leeds', '2015', 3);
CREATE TABLE Staff (StaffID BIGINT, StaffName VARCHAR, Age BIGINT, DepotID BIGINT);
INSERT INTO Staff VALUES (1, 'Ada Low', 31, 1), (2, 'Ben Hay', 44, 2), (3, 'Cy Orr', 52, 1), (4, 'Di Fay', 28, 3),
  (5, 'Eve Roe', 39, 2);
CREATE TABLE Jobs (job_id BIGINT, depot_id BIGINT, job_state VARCHAR, total_charge VARCHAR, duration_secs BIGINT,
  reg_number VARCHAR, done_on DATE);
INSERT INTO Jobs VALUES (1, 1, 'In Progress', '60.5', 300, 'YK1', '2025-02-01'),
  (2, 1, 'Completed', '143.0', 1500, 'YK2', '2025-03-01'), (3, 2, 'In Progress', '226.5', 2400, 'YK3', '2025-04-01'),
  (4, 3, 'Completed', '90.0', 660, 'YK4', '2025-05-01'), (5, 1, 'In Progress', '12.0', 90, 'YK5', '2025-06-01');
CREATE TABLE ref_tools (tool_code VARCHAR, tool_descr VARCHAR);
INSERT INTO ref_tools VALUES ('SAW', 'Saw'), ('JCK', 'Jack'), ('LFT', 'Lift');
CREATE TABLE job_tools (job_id BIGINT, tool_code VARCHAR);
INSERT INTO job_tools VALUES (1, 'SAW'), (1, 'JCK'), (3, 'SAW'), (4, 'SAW');
CREATE TABLE warehouses (wh_id BIGINT, wh_name VARCHAR, floor_area BIGINT);
INSERT INTO warehouses VALUES (1, 'North', 1200), (2, 'South', 400);
CREATE TABLE Makers (maker_id BIGINT, maker_name VARCHAR, home_town VARCHAR);
INSERT INTO Makers VALUES (1, 'Orr Ltd', 'York'), (2, 'Pym Ltd', 'Hull');
CREATE TABLE Parts (part_id BIGINT, job_id BIGINT, maker_id BIGINT, price DOUBLE);
INSERT INTO Parts VALUES (1, 1, 1, 10), (2, 3, 2, 30), (3, 4, 1, 40), (4, 2, 1, 5);
CREATE TABLE mechanic (mechanic_id BIGINT, mechanic_name VARCHAR, city_of_birth VARCHAR);
INSERT INTO mechanic VALUES (1, 'Kai Ros', 'Oslo'), (2, 'Lu Sen', 'Riga'), (3, 'Mo Tam', 'Riga');
CREATE TABLE manual (manual_id BIGINT, title VARCHAR, pages BIGINT);
INSERT INTO manual VALUES (1, 'Brakes', 80), (2, 'Gears', 300), (3, 'Wheels', 120);
CREATE TABLE manual_translation (manual_id BIGINT, target_language VARCHAR);
INSERT INTO manual_translation VALUES (1, 'French'), (1, 'Polish'), (2, 'Polish');
CREATE TABLE stock_counts (stock_count_id BIGINT, wh_id BIGINT, pieces BIGINT);
INSERT INTO stock_counts VALUES (1, 1, 10), (2, 1, 30), (3, 2, 5);
"""


PLACED = "(Jobs JOIN Depot ON depot_id = DepotID)"


@pytest.fixture(scope="module")
def depots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("depots"), TABLES, date(2025, 6, 30)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "What is the average age of the staff working at the Quay depot?",
            "SELECT avg(Age) FROM Staff WHERE DepotID = 1",
        ),
        ("Give the names of the depots opened before 2005.", "SELECT DepotName FROM Depot WHERE DepotID IN (1, 2)"),
        ("How many jobs are in progress?", "SELECT 3"),
        ("What is the total charge of all jobs?", "SELECT 532.0"),
        ("How many jobs lasted longer than 10 minutes?", "SELECT 3"),
        ("What are the different job states?", "SELECT job_state, count(*) FROM Jobs GROUP BY 1"),
        ("Which tools are not used by any job?", "SELECT 'Lift'"),
        ("List the tool descriptions that no job uses.", "SELECT 'Lift'"),
        (
            "Which depots are in York? List the names in alphabetical order.",
            "SELECT DepotName FROM Depot WHERE Town = 'York'",
        ),
        (
            "What is the average number of pieces in each warehouse?",
            "SELECT wh_name, avg(pieces) FROM stock_counts JOIN warehouses USING (wh_id) GROUP BY 1",
        ),
        ("What are the registration numbers of the completed jobs?", "SELECT * FROM (VALUES ('YK2'), ('YK4'))"),
        ("List the names and opened years of all depots.", "SELECT DepotName, OpenedYear FROM Depot"),
        ("Which tools have never been used? Show their descriptions.", "SELECT 'Lift'"),
        ("List all towns in alphabetical order, without duplicates.", "SELECT DISTINCT Town FROM Depot"),
        (
            "Which staff have a higher age than the average? Show their names.",
            "SELECT StaffName FROM Staff WHERE Age > (SELECT avg(Age) FROM Staff)",
        ),
        ('Find the ages of the staff whose name contains "Ada Low".', "SELECT 31"),
        ("List the names of the mechanics born in Oslo.", "SELECT 'Kai Ros'"),
        ("Which manuals were translated into French?", "SELECT 'Brakes'"),
        ("What is the maximum and minimum number of pages of all manuals?", "SELECT 300, 80"),
        (
            "Show the name of the depot with the most jobs and the number of jobs.",
            "SELECT * FROM (VALUES ('Quay', 3))",
        ),
        (
            "What is the total price of parts for jobs in York?",
            f"SELECT sum(price) FROM Parts JOIN {PLACED} USING (job_id) WHERE Town = 'York'",
        ),
        (
            "How many jobs did each depot have in progress?",
            f"SELECT DepotName, count(*) FROM {PLACED} WHERE job_state = 'In Progress' GROUP BY 1",
        ),
        ("Show the ids of the jobs that took place after 2025-04-15.", "SELECT * FROM (VALUES (4), (5))"),
    ],
)
def test_trades_are_asked_in_their_own_words(depots: Foreign, question: str, sql: str) -> None:
    assert_same_rows(depots, question, sql)


@pytest.mark.parametrize("question", ["Which depots does Ada Low work at?", "How many depots does Ada Low work at?"])
def test_where_somebody_works_is_not_what_they_manage(depots: Foreign, question: str) -> None:
    outcome = depots.assistant.ask(question)
    rows = [set(map(str, row)) for row in outcome.result.rows] if isinstance(outcome, Answer) else []
    assert not any("Gate" in row for row in rows)
