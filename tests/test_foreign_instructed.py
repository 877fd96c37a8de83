"""Questions as analysts instruct: what to return, for the top few, in which order, by which conditions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Refusal
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE passengers (passenger_id BIGINT, passenger_name VARCHAR, email VARCHAR, home_port VARCHAR,
  country VARCHAR, signup_date DATE, status VARCHAR);
INSERT INTO passengers VALUES (1, 'Jon Reyes', 'jon@mail.com', 'Bergen', 'Norway', '2024-02-03', 'active'),
  (2, 'Ana Lopez', 'ana@post.org', 'Oslo', 'Norway', '2024-05-10', 'active'),
  (3, 'Jill Park', 'jill@mail.com', 'Kiel', 'Germany', '2025-01-15', 'closed'),
  (4, 'Tom Hart', 'tom@web.net', 'Kiel', 'Germany', '2025-03-20', 'active'),
  (5, 'Mia Sanchez', 'mia@mail.com', 'Malmo', 'Sweden', '2025-04-02', 'closed'),
  (6, 'Olaf Berg', 'olaf@post.org', 'Bergen', 'Norway', '2025-05-28', 'active'),
  (7, 'Eva Lind', 'eva@web.net', 'Malmo', 'Sweden', '2025-06-01', 'active');
CREATE TABLE routes (route_id BIGINT, route_code VARCHAR, route_type VARCHAR, line VARCHAR);
INSERT INTO routes VALUES (1, 'BGO-STV', 'coastal', 'Fjord'), (2, 'KEL-OSL', 'overnight', 'Baltic'),
  (3, 'MMA-KEL', 'overnight', 'Baltic'), (4, 'OSL-FRE', 'shuttle', 'Fjord');
CREATE TABLE bookings (booking_id BIGINT, passenger_id BIGINT, route_id BIGINT, booked_at TIMESTAMP,
  booking_type VARCHAR, seats BIGINT, fare DECIMAL(10,2), fee DECIMAL(10,2), tax DECIMAL(10,2), booking_status VARCHAR);
INSERT INTO bookings VALUES (1, 1, 1, '2024-02-20 09:00', 'buy', 2, 80, 4, 8, 'success'),
  (2, 1, 2, '2024-03-05 10:00', 'buy', 1, 120, 6, 12, 'success'),
  (3, 1, 1, '2024-06-11 11:00', 'sell', 1, 40, 2, 4, 'fail'),
  (4, 2, 2, '2024-05-12 12:00', 'buy', 3, 360, 18, 36, 'success'),
  (5, 2, 4, '2024-07-01 08:00', 'buy', 2, 30, 2, 3, 'pending'),
  (6, 2, 4, '2025-01-09 08:00', 'sell', 2, 30, 2, 3, 'success'),
  (7, 3, 3, '2025-01-20 19:00', 'buy', 1, 110, 5, 11, 'success'),
  (8, 3, 2, '2025-02-02 18:00', 'buy', 2, 240, 12, 24, 'fail'),
  (9, 4, 3, '2025-04-18 20:00', 'buy', 4, 440, 22, 44, 'success'),
  (10, 4, 2, '2025-05-30 20:00', 'sell', 1, 120, 6, 12, 'success'),
  (11, 5, 3, '2025-05-03 17:00', 'buy', 2, 220, 11, 22, 'success'),
  (12, 5, 1, '2025-05-31 09:30', 'buy', 1, 40, 2, 4, 'fail'),
  (13, 6, 1, '2025-06-07 09:00', 'buy', 2, 80, 4, 8, 'success'),
  (14, 6, 2, '2025-06-12 21:00', 'buy', 1, 125, 6, 12, 'success'),
  (15, 1, 1, '2025-06-14 09:00', 'sell', 1, 42, 2, 4, 'success'),
  (16, 2, 2, '2025-06-15 09:00', 'buy', 1, 121, 6, 12, 'success'),
  (17, 1, 3, '2025-06-03 09:00', 'buy', 1, 115, 6, 11, 'success');
"""
BOOKED = "(bookings JOIN passengers USING (passenger_id) JOIN routes USING (route_id))"


@pytest.fixture(scope="module")
def ferries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("ferries"), TABLES, date(2025, 6, 16)) as world:
        yield world


COLUMNS = [
    (
        "Return the line, number of bookings and average number of seats, for the top 1 line by number of bookings.",
        f"SELECT line, count(*), avg(seats) FROM {BOOKED} GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
    ),
    (
        "Return the route code and total fare, ordered from lowest to highest total fare.",
        f"SELECT route_code, sum(fare) FROM {BOOKED} GROUP BY 1 ORDER BY 2",
    ),
    (
        "List the passenger name, number of bookings and total fare for all passengers, ordered from highest to lowest "
        "number of bookings.",
        "SELECT passenger_name, count(booking_id), sum(fare) FROM passengers LEFT JOIN bookings USING (passenger_id) "
        "GROUP BY passenger_id, 1 ORDER BY 2 DESC",
    ),
    (
        "What was the total fare in 2025? Return the country and total fare.",
        f"SELECT country, sum(fare) FROM {BOOKED} WHERE year(booked_at) = 2025 GROUP BY 1",
    ),
    (
        "How many distinct passengers made each type of booking in 2025? Return the booking type, number of distinct "
        "passengers and average number of seats, for the top 1 booking type by number of passengers.",
        "SELECT booking_type, count(DISTINCT passenger_id) AS n, avg(seats) FROM bookings WHERE year(booked_at) = 2025 "
        "GROUP BY 1 ORDER BY n DESC LIMIT 1",
    ),
    (
        "What are the top 2 combinations of home port and route type by number of bookings?",
        f"SELECT home_port, route_type, count(*) AS n FROM {BOOKED} GROUP BY 1, 2 ORDER BY n DESC LIMIT 2",
    ),
    (
        "Number of bookings and total fare by country, top 1 by total fare",
        f"SELECT country, count(*), sum(fare) FROM {BOOKED} GROUP BY 1 ORDER BY 3 DESC LIMIT 1",
    ),
]


@pytest.mark.parametrize(("question", "sql"), COLUMNS)
def test_columns_order_and_cut_are_those_told(ferries: Foreign, question: str, sql: str) -> None:
    assert_same_rows(ferries, question, sql)


def test_rows_come_in_the_order_told(ferries: Foreign) -> None:
    answer = ferries.answer("Return the route code and total fare, ordered from lowest to highest total fare.")
    expected = ferries.rows_of(f"SELECT route_code, sum(fare) FROM {BOOKED} GROUP BY 1 ORDER BY 2")
    assert [row[0] for row in answer.result.rows] == [row[0] for row in expected]


@pytest.mark.parametrize(
    "question",
    [
        "Return the line and total fare for the top 2 countries by total fare.",
        "Return the line and total fare, ordered by the weather.",
        "Return the line and the captain.",
        "What are the 2 most frequently bought route codes? Return the route code and number of sell bookings.",
    ],
)
def test_what_is_not_of_the_rows_is_refused(ferries: Foreign, question: str) -> None:
    assert isinstance(ferries.assistant.ask(question), Refusal)


OF_PASSENGERS = "SELECT count(*) FROM passengers WHERE "
CONDITIONS = [
    (
        "Number of passengers whose name starts with J or ends with 'ez'",
        OF_PASSENGERS + "passenger_name LIKE 'J%' OR passenger_name LIKE '%ez'",
    ),
    (
        "What is the number of passengers whose name starts with J or ends with 'd', and who live in a country ending "
        "with the letter 'y'?",
        OF_PASSENGERS + "(passenger_name LIKE 'J%' OR passenger_name LIKE '%d') AND country LIKE '%y'",
    ),
    ("How many passengers whose email ends with .com live in Norway?", OF_PASSENGERS + "passenger_id IN (1)"),
    (
        "Number of bookings for routes whose route code contains 'OSL' or 'MMA'",
        "SELECT count(*) FROM bookings WHERE route_id IN (2, 3, 4)",
    ),
    ("How many users signed up in 2025?", OF_PASSENGERS + "year(signup_date) = 2025"),
    (
        "How many passengers whose name starts with O and whose status ends with 'e'?",
        OF_PASSENGERS + "passenger_name LIKE 'O%' AND status LIKE '%e'",
    ),
    ("How many passengers whose country does not end with 'y'?", OF_PASSENGERS + "country NOT LIKE '%y'"),
    (
        "What are the 2 most frequently bought overnight route codes in 2025 (inclusive of start and end dates)? "
        "Return the route code and number of buy bookings.",
        f"SELECT route_code, count(*) AS n FROM {BOOKED} WHERE booking_type = 'buy' AND route_type = 'overnight' AND "
        "year(booked_at) = 2025 GROUP BY 1 ORDER BY n DESC LIMIT 2",
    ),
    (
        "Give me the passengers who have not made any bookings since May 20, 2025.",
        "SELECT passenger_name FROM passengers WHERE passenger_id NOT IN (SELECT passenger_id FROM bookings WHERE "
        "booked_at >= DATE '2025-05-20')",
    ),
    (
        "Number of bookings by users who signed up in the past 70 days",
        f"SELECT count(*) FROM {BOOKED} WHERE signup_date >= DATE '2025-04-08'",
    ),
    (
        "How many passengers are there from each country, for passengers who signed up on or after January 1, 2025?",
        "SELECT country, count(*) FROM passengers WHERE signup_date >= DATE '2025-01-01' GROUP BY 1",
    ),
    (
        "What are the 2 most frequently bought route codes in 2025?",
        f"SELECT route_code, count(*) AS n FROM {BOOKED} WHERE booking_type = 'buy' AND year(booked_at) = 2025 "
        "GROUP BY 1 ORDER BY n DESC LIMIT 2",
    ),
    (
        "For passengers with at least 3 bookings, what is their booking success rate? Return the passenger name and "
        "success rate, ordered from lowest to highest success rate.",
        "SELECT passenger_name, avg(CASE WHEN booking_status = 'success' THEN 1.0 ELSE 0.0 END) FROM "
        f"{BOOKED} GROUP BY passenger_id, 1 HAVING count(*) >= 3",
    ),
    (
        "Failure rate by line",
        f"SELECT line, count(*) FILTER (booking_status = 'fail') / count(*) FROM {BOOKED} GROUP BY 1",
    ),
]


@pytest.mark.parametrize(("question", "sql"), CONDITIONS)
def test_conditions_on_text_days_and_outcomes(ferries: Foreign, question: str, sql: str) -> None:
    assert_same_rows(ferries, question, sql)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Which passenger spent the most in 2025? Return the passenger name and total fare.", ""),
        ("Return the passenger name and total fare for passengers whose email ends with 'com', ordered by fare.", ""),
        ("Number of bookings by passengers whose signup date is in the past 70 days", ""),
        (
            "Number of bookings of passengers whose signup date was in 2024",
            f"SELECT count(*) FROM {BOOKED} WHERE year(signup_date) = 2024",
        ),
        (
            "Number of bookings of passengers who signed up in 2024",
            f"SELECT count(*) FROM {BOOKED} WHERE year(signup_date) = 2024",
        ),
    ],
)
def test_a_time_or_a_rank_is_not_put_on_what_it_is_not_said_of(ferries: Foreign, question: str, sql: str) -> None:
    if sql:
        assert_same_rows(ferries, question, sql)
    else:
        assert isinstance(ferries.assistant.ask(question), Refusal)
