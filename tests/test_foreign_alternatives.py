"""Alternatives, fields compared with each other, and "the same as", over a schema never seen before; rows from SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Refusal
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE language (lang_code VARCHAR PRIMARY KEY, lang_name VARCHAR, family VARCHAR);
INSERT INTO language VALUES ('de', 'German', 'Germanic'), ('en', 'English', 'Germanic'), ('fr', 'French', 'Romance');
CREATE TABLE translator (translator_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, hired_on DATE,
  email VARCHAR, break_minutes INTEGER);
INSERT INTO translator VALUES (1, 'Aino Salo', 'Turku', '2015-03-01', 'aino@mail.org', 150),
  (2, 'Bruno Cole', 'Leeds', '2018-07-15', 'bruno@mailorg.com', 45), (3, 'Carla Ruiz', 'Turku', '2020-01-10',
  'carla@mail.org', 90), (4, 'Dieter Falk', 'Kiel', '2012-11-05', 'dieter@post.de', 130);
CREATE TABLE speaks (translator_id INTEGER REFERENCES translator, lang_code VARCHAR REFERENCES language, level VARCHAR);
INSERT INTO speaks VALUES (1, 'en', 'fluent'), (2, 'en', 'native'), (2, 'de', 'fluent'), (3, 'fr', 'native'),
  (4, 'de', 'native'), (4, 'fr', 'fluent');
CREATE TABLE client (client_id INTEGER PRIMARY KEY, company VARCHAR, sector VARCHAR, country VARCHAR, vip BOOLEAN);
INSERT INTO client VALUES (1, 'Nordlys', 'energy', 'Norway', true), (2, 'Bakery Blum', 'food', 'Germany', false),
  (3, 'Atelier K', 'fashion', 'France', true), (4, 'Hydra Tools', 'industry', 'Germany', false),
  (5, 'Petit Four', 'food', 'France', false);
CREATE TABLE job (job_id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES client,
  translator_id INTEGER REFERENCES translator, words INTEGER, ordered_on DATE, due_on DATE, delivered_on DATE,
  state VARCHAR, price DOUBLE, cost DOUBLE);
INSERT INTO job VALUES (1, 1, 1, 3200, '2026-01-10', '2026-01-20', '2026-01-18', 'delivered', 640, 500),
  (2, 1, 2, 1500, '2026-02-01', '2026-02-08', '2026-02-12', 'delivered', 300, 320),
  (3, 2, 2, 800, '2026-02-15', '2026-03-18', '2026-03-18', 'delivered', 160, 90),
  (4, 3, 4, 5400, '2026-03-01', '2026-03-20', NULL, 'open', 1080, 800),
  (5, 4, 4, 2500, '2026-03-10', '2026-03-20', '2026-04-25', 'delivered', 500, 520);
CREATE TABLE payment (payment_id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES client, amount DOUBLE,
  paid_on DATE, method VARCHAR);
INSERT INTO payment VALUES (1, 1, 640, '2026-02-10', 'cash'), (2, 1, 300, '2026-03-01', 'card'),
  (3, 2, 160, '2026-04-01', 'card');
CREATE TABLE coach (coach_id INTEGER PRIMARY KEY, coach_name VARCHAR, supervisor_id INTEGER, birth_date DATE,
  town VARCHAR, min_fee DOUBLE, fee DOUBLE);
INSERT INTO coach VALUES (1, 'Olga Renn', NULL, '1950-01-01', 'Bath', 50, 45), (2, 'Pavel Stark', 1, '1988-05-05',
  'York', 30, 40), (3, 'Quin Abbey', 1, '1990-06-06', 'Bath', 30, 30);
CREATE TABLE village (village_id INTEGER PRIMARY KEY, village_name VARCHAR, county VARCHAR);
INSERT INTO village VALUES (1, 'Ashby', 'Kent'), (2, 'Burnham', 'Kent');
CREATE TABLE choir (choir_id INTEGER PRIMARY KEY, choir_name VARCHAR, village_id INTEGER REFERENCES village,
  height_cm INTEGER);
INSERT INTO choir VALUES (1, 'Ashby Voices', 1, 180), (2, 'Kent Chorale', 2, 160), (3, 'Cantus', 2, 175);
CREATE TABLE concert (concert_id INTEGER PRIMARY KEY, choir_id INTEGER REFERENCES choir,
  village_id INTEGER REFERENCES village, concert_date DATE, planned_audience INTEGER, audience INTEGER);
INSERT INTO concert VALUES (1, 1, 2, '2026-01-03', 150, 180), (2, 2, 1, '2026-02-03', 200, 120);
"""


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("agency"), TABLES, date(2026, 6, 30)) as world:
        yield world


CLIENTS, JOBS = "SELECT company FROM client WHERE ", "SELECT job_id FROM job WHERE "
HAVING_JOBS = "client_id IN (SELECT client_id FROM job GROUP BY 1 HAVING count(*) >= 2)"
LATE = "client_id IN (SELECT client_id FROM job WHERE delivered_on > due_on)"
SPEAKS = "SELECT name FROM translator JOIN speaks USING (translator_id) WHERE lang_code = "


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Find the companies either in France or in the energy sector.", "country = 'France' OR sector = 'energy'"),
        ("Which clients are VIP or have at least two jobs?", f"vip OR {HAVING_JOBS}"),
        ("Which clients have at least two jobs, or are in the fashion sector?", f"{HAVING_JOBS} OR sector = 'fashion'"),
        ("Which clients had a job that was delivered late?", LATE),
        ("Which clients have no jobs at all?", "client_id NOT IN (SELECT client_id FROM job)"),
    ],
)  # fmt: skip
def test_clients_meet_one_of_several_conditions(agency: Foreign, question: str, sql: str) -> None:
    assert_same_rows(agency, question, CLIENTS + sql)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Which jobs cost more than their price?", "cost > price"),
        ("Which jobs have a price higher than the cost?", "price > cost"),
        ("List the job ids delivered after the due date.", "delivered_on > due_on"),
        ("Which jobs were delivered on time?", "delivered_on <= due_on"),
        ("Which jobs were delivered in March 2026?", "delivered_on BETWEEN '2026-03-01' AND '2026-03-31'"),
        ("List the job ids delivered after 2026-03-20.", "delivered_on > '2026-03-20'"),
    ],
)
def test_jobs_by_two_of_their_fields(agency: Foreign, question: str, sql: str) -> None:
    assert_same_rows(agency, question, JOBS + sql)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many jobs were delivered late?", "SELECT count(*) FROM job WHERE delivered_on > due_on"),
        (
            "Which translators live in the same city as Carla Ruiz?",
            "SELECT name FROM translator WHERE city = 'Turku' AND name <> 'Carla Ruiz'",
        ),
        ("Which translators speak German?", f"{SPEAKS}'de'"),
        ("Which translators speak German and French?", f"{SPEAKS}'de' INTERSECT {SPEAKS}'fr'"),
        (
            "Find the names of translators whose email contains 'mail.org'.",
            "SELECT name FROM translator WHERE email LIKE '%mail.org%'",
        ),
        ("How much has Nordlys paid in total?", "SELECT sum(amount) FROM payment WHERE client_id = 1"),
        (
            "Which clients paid both in cash and by card?",
            "SELECT company FROM client JOIN payment USING (client_id) WHERE method = 'cash' INTERSECT "
            "SELECT company FROM client JOIN payment USING (client_id) WHERE method = 'card'",
        ),
        ("Which choirs are taller than the average choir?", "SELECT choir_name FROM choir WHERE height_cm > 515.0 / 3"),
        (
            "Which concerts had a larger audience than planned?",
            "SELECT concert_date FROM concert WHERE audience > planned_audience",
        ),
        ("Which choirs are in Burnham?", "SELECT choir_name FROM choir WHERE village_id = 2"),
        ("How many coaches does Olga Renn supervise?", "SELECT count(*) FROM coach WHERE supervisor_id = 1"),
        (
            "Which coaches are over 70 or live in York?",
            "SELECT coach_name FROM coach WHERE birth_date <= '1955-06-30' OR town = 'York'",
        ),
        ("Which coaches are offered below their minimum fee?", "SELECT coach_name FROM coach WHERE fee < min_fee"),
        ("Find the companies in food or VIP.", "SELECT company FROM client WHERE sector = 'food' OR vip"),
        (
            "List the jobs that were delivered after 2026-03-01 with the name of the translator.",
            "SELECT job_id, name FROM job JOIN translator USING (translator_id) WHERE delivered_on > '2026-03-01'",
        ),
        (
            "Which translators have a break longer than two hours?",
            "SELECT name FROM translator WHERE break_minutes > 120",
        ),
    ],
)
def test_the_rows_are_those_of_the_sql(agency: Foreign, question: str, sql: str) -> None:
    assert_same_rows(agency, question, sql)


@pytest.mark.parametrize(
    "question",
    [
        "Which clients are VIP and in France or in the food sector?",  # of which two the alternative is
        "Which jobs have a price higher than the state?",
        "Which choirs have sung in Ashby?",  # where they are from, or where their concerts were
    ],
)
def test_what_may_mean_two_things_is_refused(agency: Foreign, question: str) -> None:
    assert isinstance(agency.assistant.ask(question), Refusal)


def test_what_was_read_is_said(agency: Foreign) -> None:
    said = agency.answer("Which clients are VIP or have at least two jobs?").interpretation.sentence
    assert "Vip: yes or Number of jobs: ≥ 2 per client" in said
    late = agency.answer("How many jobs were delivered late?")
    assert late.sentence == "Number of jobs where delivered on is after due on: 2."


def test_the_sentence_of_a_list_tells_each_of_the_alternatives(agency: Foreign) -> None:
    told = agency.answer("Which clients are VIP or have at least two jobs?").sentence
    assert "Vip: yes or " in told
    assert "Number of jobs: ≥ 2" in told


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many clients have at least two jobs?", "Number of clients with at least 2 jobs: 1."),
        (
            "Total price of jobs of clients with more than one job",
            "Total price of clients with at least 2 jobs was 940.",
        ),
    ],
)
def test_a_bound_on_a_count_is_told_as_people_say_it(agency: Foreign, question: str, sentence: str) -> None:
    assert agency.answer(question).sentence == sentence
