"""Values too many for memory: found exactly, in another form, by their beginning and with one slip; persons by none."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.answer import Clarification, Plan, Refusal
from assistant.understanding import Contents, Understanding, ValuesIndex, load_language, write_index
from assistant.understanding.values_index import identity_key, value_key
from semantic_layer import with_implied
from tests.understanding_layer import TODAY, VALUES, rental_layer

FORMS = load_language().forms
TOWNS = ["Greenwood", "Greenwald", "Alder Springs", "Alder Falls", "Ostrava", "Quito 7", "Rides", "Šibenik", "St. Ives"]
PEOPLE = [("M1", "M1"), ("M1", "Ann Smith"), ("M2", "M2"), ("M2", "Bo Lee"), ("M3", "Bo Lee"), ("M2", "bo@x.example")]
PEOPLE += [(f"M{number}", "Cy Dee") for number in range(10, 16)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ValuesIndex:
    path = tmp_path_factory.mktemp("index") / "values.db"
    contents = Contents([("member.town", TOWNS)], [("member.member_id", PEOPLE)])
    write_index(path, contents, b"salt", FORMS)
    return ValuesIndex(path)


@pytest.fixture(scope="module")
def shop(index: ValuesIndex, tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    layer = with_implied(rental_layer(tmp_path_factory.mktemp("layer")))
    return Understanding(layer, {**VALUES, "member.town": ()}, TODAY, index)


def filters(outcome: object) -> list[tuple[str, tuple[object, ...]]]:
    assert isinstance(outcome, Plan), outcome
    return [(f.field, f.values) for f in outcome.query.filters]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("greenwood", "Greenwood"), ("ALDER springs", "Alder Springs"), ("alder-spring", "Alder Springs")],
)
def test_a_value_is_found_in_any_form(index: ValuesIndex, typed: str, stored: str) -> None:
    assert [found.spelt for found in index.exact(value_key(typed, FORMS))] == [stored]


def test_accents_and_signs_make_no_difference(index: ValuesIndex) -> None:
    assert [found.spelt for found in index.exact(value_key("sibenik", FORMS))] == ["Šibenik"]
    assert [found.spelt for found in index.exact(value_key("st ives", FORMS))] == ["St. Ives"]


@pytest.mark.parametrize(
    "typed", ["ostrva", "osttrava", "ostrave", "sotrava", "ostarva", "ostravaa", "strava", "otsrava"]
)
def test_one_slip_is_forgiven_wherever_it_is(index: ValuesIndex, typed: str) -> None:
    assert [found.spelt for found in index.near(typed)] == ["Ostrava"]


def test_two_slips_and_numbers_are_not(index: ValuesIndex) -> None:
    assert index.near("ostrvwa") == ()
    assert index.near(value_key("quito 8", FORMS)) == ()


def test_a_beginning_finds_all_that_begin_so(index: ValuesIndex) -> None:
    assert [found.spelt for found in index.starting("alder")] == ["Alder Falls", "Alder Springs"]


def test_an_index_keeps_no_personal_text(index: ValuesIndex) -> None:
    content = index.path.read_bytes()
    assert b"Greenwood" in content
    assert b"Ann Smith" not in content
    assert b"annsmith" not in content
    assert b"bo@x.example" not in content


@pytest.mark.parametrize(
    ("one", "other"),
    [("+49 (30) 123-4567", "0049301234567"), ("A@B.example", "a@b.example"), ("Žana  O'Neil", "zana oneil")],
)
def test_identifying_texts_are_compared_by_what_they_say(one: str, other: str) -> None:
    assert identity_key(one) == identity_key(other)


def test_a_question_uses_a_value_of_the_index(shop: Understanding) -> None:
    assert filters(shop.plan("members in Ostrava")) == [("member.town", ("Ostrava",))]


def test_a_slip_is_corrected_and_said(shop: Understanding) -> None:
    plan = shop.plan("members in Ostrva")
    assert filters(plan) == [("member.town", ("Ostrava",))]
    assert isinstance(plan, Plan)
    assert any("Ostrva" in note and "Ostrava" in note for note in plan.notes)


def test_a_beginning_that_several_share_is_asked_back(shop: Understanding) -> None:
    outcome = shop.plan("members in Alder")
    assert isinstance(outcome, Clarification)
    chosen = [f.values for option in outcome.options for f in option.plan.query.filters]
    assert chosen == [("Alder Falls",), ("Alder Springs",)]


def test_a_value_called_like_a_metric_does_not_take_its_place(shop: Understanding) -> None:
    plan = shop.plan("rides by tier")
    assert isinstance(plan, Plan)
    assert plan.query.metrics == ("rides",)
    assert plan.query.filters == ()


@pytest.mark.parametrize(("text", "key"), [("m1", "M1"), ("ann smith", "M1"), ("BO@x.example", "M2")])
def test_one_row_is_found_by_what_identifies_it(shop: Understanding, text: str, key: str) -> None:
    assert filters(shop.plan(f"rides of {text}")) == [("member.member_id", (key,))]


def test_all_there_is_of_one_row(shop: Understanding) -> None:
    plan = shop.plan("show me the details of member M1")
    assert filters(plan) == [("member.member_id", ("M1",))]
    assert isinstance(plan, Plan)
    assert plan.query.entity == "member"
    assert [group.field for group in plan.query.group_by] == ["member.tier", "member.town", "member.joined_at"]


def test_two_of_one_name_are_asked_back(shop: Understanding) -> None:
    outcome = shop.plan("rides of Bo Lee")
    assert isinstance(outcome, Clarification)
    assert [f.values for option in outcome.options for f in option.plan.query.filters] == [("M2",), ("M3",)]


def test_of_many_of_one_name_more_is_wanted(shop: Understanding) -> None:
    outcome = shop.plan("rides of Cy Dee")
    assert isinstance(outcome, Refusal)
    assert outcome.code == "NOT_AVAILABLE"
    assert "6" in outcome.sentence


@pytest.mark.parametrize("text", ["Ann Smth", "Ann", "cy@x.example", "M4"])
def test_nobody_is_found_by_a_near_name(shop: Understanding, text: str) -> None:
    outcome = shop.plan(f"rides of {text}")
    assert isinstance(outcome, Refusal)
    assert "M1" not in outcome.sentence
    assert "Smith" not in outcome.sentence


def test_several_may_write_the_index_at_once(tmp_path: Path) -> None:
    path = tmp_path / "values.db"
    towns = [f"Town {chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(600)]

    def write(number: int) -> int:
        write_index(path, Contents([("member.town", towns)], []), bytes([number]) * 8, FORMS)
        return len(ValuesIndex(path).exact(value_key(towns[number], FORMS)))

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(write, range(16))) == [1] * 16
    assert [one.name for one in tmp_path.iterdir()] == ["values.db"]


def test_what_a_killed_writer_left_behind_goes_after_an_hour(tmp_path: Path) -> None:
    old, new = tmp_path / "values-1-ab.building", tmp_path / "values-2-cd.building"
    for one in (old, new):
        one.write_bytes(b"half")
    os.utime(old, (0, 0))
    write_index(tmp_path / "values.db", Contents([("member.town", TOWNS)], []), b"salt", FORMS)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["values-2-cd.building", "values.db"]
