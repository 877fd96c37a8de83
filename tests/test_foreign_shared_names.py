"""Fields that two tables of one's own have by the same name: whose is meant is not guessed."""

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer, Plan
from assistant.understanding.entities.shapes_of_words import field_of_others
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, GroupBy, SemanticQuery
from tests.foreign import Foreign, foreign

TABLES = """
CREATE TABLE cafe (cafe_id INTEGER PRIMARY KEY, address VARCHAR, seats INTEGER);
INSERT INTO cafe VALUES (1, 'Mill Lane 1', 20), (2, 'High Street 2', 30), (3, 'Dock Road 3', 12);
CREATE TABLE guest (guest_id INTEGER PRIMARY KEY, guest_name VARCHAR, address VARCHAR, membership_card VARCHAR);
INSERT INTO guest VALUES (1, 'Ann Hay', 'Kiln', 'Gold'), (2, 'Bo Rye', 'Ford', 'Gold'), (3, 'Cy Oat', 'Kiln', 'Black');
CREATE TABLE tasting (tasting_id INTEGER PRIMARY KEY, cafe_id INTEGER REFERENCES cafe, held_on DATE);
INSERT INTO tasting VALUES (1, 1, '2026-01-03'), (2, 2, '2026-02-03'), (3, 3, '2026-02-09');
CREATE TABLE tasting_guest (tasting_id INTEGER PRIMARY KEY, guest_id INTEGER REFERENCES guest, spent DOUBLE);
INSERT INTO tasting_guest VALUES (1, 1, 9), (2, 2, 12), (3, 3, 7);
"""


@pytest.fixture(scope="module")
def cafes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("cafes"), TABLES, date(2026, 3, 31)) as world:
        yield world


LACKING = Filter(field="guest.membership_card", op="in", values=("Black",), entity="cafe", none=True)
OF_CAFES = Plan(SemanticQuery(entity="cafe", group_by=(GroupBy(field="cafe.address"),), filters=(LACKING,)))


@pytest.mark.parametrize(
    ("question", "doubted"),
    [
        ("Which address do not have any guest with the black membership card?", ("address",)),
        ("Which addresses of cafes have no guest with the black membership card?", ()),
    ],
)
def test_a_field_of_both_is_doubted_where_nobody_names_whose_it_is(
    cafes: Foreign, question: str, doubted: tuple[str, ...]
) -> None:
    world = cafes.assistant.understanding.world
    assert field_of_others(OF_CAFES, Words(tuple(world.language.tokens(question)), world)) == doubted


def test_a_field_of_both_is_not_told_of_one_that_nobody_named(cafes: Foreign) -> None:
    asked = cafes.assistant.ask("Which address do not have any guest with the black membership card?")
    assert not isinstance(asked, Answer)
