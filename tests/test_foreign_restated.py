"""Questions over a schema never seen before that say again what it tells: roles as things, second halves, verbs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer
from semantic_layer.bootstrap.vocabulary import vocabulary
from tests.foreign import Foreign, assert_same_rows, foreign

# Two links from voyages to quays, crew who answer to one another, a city and a regatta that begins with its name,
# a short form that is a word of its own, and a number beside an id.
TABLES = """
CREATE TABLE emp (emp_id BIGINT, emp_nm VARCHAR, job_ttl VARCHAR, mgr_emp_id BIGINT, mth_sal BIGINT);
INSERT INTO emp VALUES (1, 'Ada Holm', 'Chief', NULL, 4000), (2, 'Bo Lind', 'Purser', 1, 3000),
  (3, 'Cy Moe', 'Waiter', 1, 2100), (4, 'Di Noor', 'Waiter', 2, 2000), (5, 'Ed Olt', 'Cook', 1, 2600);
CREATE TABLE Quay (QuayID BIGINT, QuayName VARCHAR, City VARCHAR, Berths BIGINT);
INSERT INTO Quay VALUES (1, 'Long Arm', 'Sund', 4), (2, 'Short Arm', 'Sund', 2), (3, 'West Kaj', 'Malm', 7);
CREATE TABLE Voyage (VoyageID BIGINT, VoyageNumber VARCHAR, StartQuayID BIGINT, EndQuayID BIGINT, BookedOn DATE,
  Fare DOUBLE, PaymentMethod VARCHAR, DelayFound VARCHAR);
INSERT INTO Voyage VALUES
  (1, 'V-1', 1, 3, '2024-02-01', 10, 'cash', 'Y'), (2, 'V-2', 1, 3, '2024-03-01', 12, 'card', 'N'),
  (3, 'V-3', 2, 1, '2025-03-04', 20, 'cash', 'N'), (4, 'V-4', 3, 2, '2025-05-06', 8, 'card', 'Y'),
  (5, 'V-5', 1, 2, '2025-06-06', 9, 'cash', 'N');
CREATE TABLE crew_list (emp_id BIGINT, VoyageID BIGINT);
INSERT INTO crew_list VALUES (1, 1), (1, 2), (1, 3), (2, 1), (3, 2), (3, 3), (4, 5);
CREATE TABLE sailor (sailor_id BIGINT, sailor_name VARCHAR, gender VARCHAR, town VARCHAR, home_quay_id BIGINT);
INSERT INTO sailor VALUES (1, 'Fay', 'F', 'Sund', 1), (2, 'Gus', 'M', 'Malm', 1), (3, 'Hal', 'M', 'Sund', 3),
  (4, 'Ida', 'F', 'Malm', 1);
CREATE TABLE regatta (regatta_id BIGINT, regatta_name VARCHAR, city VARCHAR, prize_money BIGINT);
INSERT INTO regatta VALUES (1, 'Sund Open', 'Sund', 500), (2, 'Malm Cup', 'Malm', 900), (3, 'Night Race', 'Sund', 100);
CREATE TABLE regatta_entry (sailor_id BIGINT, regatta_id BIGINT, place BIGINT);
INSERT INTO regatta_entry VALUES (1, 1, 2), (2, 1, 1), (1, 2, 1), (3, 3, 1), (1, 3, 2), (4, 3, 3);
CREATE TABLE letter (letter_id BIGINT, sender_id BIGINT, receiver_id BIGINT, pages BIGINT);
INSERT INTO letter VALUES (1, 1, 2, 3), (2, 1, 3, 1), (3, 4, 2, 2), (4, 1, 2, 9), (5, 2, 1, 4);
CREATE TABLE club (club_id BIGINT, club_name VARCHAR, owner_id BIGINT);
INSERT INTO club VALUES (1, 'Knots', 4), (2, 'Ropes', 4), (3, 'Sails', 1);
CREATE TABLE club_member (club_id BIGINT, sailor_id BIGINT);
INSERT INTO club_member VALUES (1, 1), (2, 1), (3, 1), (1, 2), (2, 3), (3, 3);
CREATE TABLE yawl (yawl_id BIGINT, yawl_name VARCHAR, make VARCHAR, price_per_day DOUBLE, yr_built BIGINT);
INSERT INTO yawl VALUES (1, 'Alca', 'Nord', 30, 1990), (2, 'Bubo', 'Sud', 20, 2001),
  (3, 'Cyg', 'Sud', 25, 2010), (4, 'Dun', 'Ost', 50, 2015);
CREATE TABLE repair (repair_id BIGINT, yawl_id BIGINT, cost DOUBLE);
INSERT INTO repair VALUES (1, 1, 5), (2, 1, 6), (3, 2, 1), (4, 2, 2), (5, 3, 8);
"""
BY_QUAY = "SELECT QuayName, {} FROM Voyage JOIN Quay ON {}QuayID = QuayID GROUP BY QuayName"
UNDER = "SELECT m.emp_nm, count(*) FROM emp s JOIN emp m ON s.mgr_emp_id = m.emp_id GROUP BY m.emp_nm"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("fleet"), TABLES, date(2025, 12, 31)) as world:
        yield world


RESTATED = [
    ("What is the total fare for each start quay?", BY_QUAY.format("sum(Fare)", "Start")),
    ("How many voyages are there for each end quay?", BY_QUAY.format("count(*)", "End")),
    ("Which start quay has the most voyages, and how many?", "SELECT 'Long Arm', 3"),
    ("Which quay is the home quay of the most sailors?", "SELECT 'Long Arm', 3"),
    ("How many employees does each manager have?", UNDER),
    ("Which managers have more than 2 employees?", f"{UNDER} HAVING count(*) > 2"),
    ("How many employees have no manager?", "SELECT 1"),
    ("What is the average monthly salary of the employees for each job title?",
     "SELECT job_ttl, avg(mth_sal) FROM emp GROUP BY job_ttl"),
    ("Which regatta had the most entries, and in which city was it held?", "SELECT 'Night Race', 'Sund', 3"),
    ("How many sailors entered the Sund Open?", "SELECT 2"),
    ("What is the total prize money of the regattas held in each city?",
     "SELECT city, sum(prize_money) FROM regatta GROUP BY city"),
    ("Which city hosted the most regattas?", "SELECT 'Sund', 2"),
    ("How many regattas did each sailor take part in?",
     "SELECT sailor_name, count(*) FROM sailor JOIN regatta_entry USING (sailor_id) GROUP BY sailor_name"),
    ("How many voyages were paid in cash?", "SELECT 3"),
    ("How many voyages found a delay?", "SELECT 2"),
    ("Show the number of voyages booked in each year.",
     "SELECT date '2024-01-01', 2 UNION ALL SELECT date '2025-01-01', 3"),
    ("How many letters did each employee send?",
     "SELECT emp_nm, count(*) FROM letter JOIN emp ON sender_id = emp_id GROUP BY emp_nm"),
    ("Which receiver got the most letters?", "SELECT 'Bo Lind', 3"),
    ("Which sailors belong to more than 1 club?", "SELECT 'Fay' UNION ALL SELECT 'Hal'"),
    ("Which make of yawl had the most repairs?", "SELECT 'Sud', 3"),
    ("Which yawl has the fewest repairs, and when was it built?", "SELECT 'Cyg', 2010"),
    ("List the names of the yawls sorted by price.", "SELECT yawl_name FROM yawl"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), RESTATED)
def test_restated(fleet: Foreign, question: str, sql: str) -> None:
    assert_same_rows(fleet, question, sql)


@pytest.mark.parametrize(
    "question", ["How many captains does each quay have?", "What is the total fare at each bridge quay?"]
)
def test_roles_that_nobody_has_are_refused(fleet: Foreign, question: str) -> None:
    assert not isinstance(fleet.assistant.ask(question), Answer)


def test_names_in_one_piece_and_short_forms_of_texts(fleet: Foreign) -> None:
    layer = fleet.assistant.layer
    assert vocabulary().split("Passage") == ("passage",)
    assert layer.fields["employee.job_ttl"].label == "Job title"
    assert layer.fields["employee.mth_sal"].label == "Monthly salary"
    assert layer.datasets["voyage"].primary_key == ("VoyageID",)
