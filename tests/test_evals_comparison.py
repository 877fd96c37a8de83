"""The comparator against pairs that a person judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evals.comparison import CompareRules, Cut, Expected, Table, Tolerance, compare

PAIRS = Path(__file__).parent / "fixtures" / "comparator_pairs.yml"


class PairLoader(yaml.SafeLoader):
    pass


PairLoader.add_constructor("!decimal", lambda loader, node: Decimal(loader.construct_scalar(node)))


def pairs() -> list[dict[str, Any]]:
    return yaml.load(PAIRS.read_text(encoding="utf-8"), Loader=PairLoader)


def table(spec: list[Any], truncated: bool = False) -> Table:
    return Table(tuple(spec[0].split()), tuple(tuple(row) for row in spec[1]), truncated)


def expected(pair: dict[str, Any]) -> Expected:
    gold = table(pair["gold"])
    ranks = tuple(pair.get("ranks", ()))
    if "keys" in pair:
        keys = [tuple(row[gold.columns.index(key)] for key in pair["keys"]) for row in gold.rows]
        distinct = list(dict.fromkeys(keys))
        ranks = tuple(distinct.index(key) for key in keys)
    optional = frozenset(gold.columns.index(name) for name in pair.get("optional", ()))
    return Expected(gold, ranks, Cut(*pair.get("cut", (0, None))), pair.get("ordered", False), optional)


def rules(pair: dict[str, Any]) -> CompareRules:
    given = pair.get("rules", {})
    tolerance = Tolerance(given.get("rel", 1e-6), given.get("abs", 0.005))
    return CompareRules(tolerance, given.get("extra", "allow") == "allow", tuple(given.get("scale", ())))


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair["name"])
def test_verdict_of_a_person(pair):
    found = compare(expected(pair), table(pair["answer"], pair.get("truncated", False)), rules(pair))
    if isinstance(pair["want"], list):
        assert not found.matches
        assert list(found.reasons) == pair["want"]
    else:
        assert found.matches, found.reasons
        assert found.exact is (pair["want"] == "exact")


def test_there_are_enough_pairs_with_names_of_their_own():
    names = [pair["name"] for pair in pairs()]
    assert len(names) >= 80
    assert len(set(names)) == len(names)


def test_names_choose_between_columns_of_equal_values():
    gold = Expected(Table(("gross", "net"), ((5, 5), (7, 7))))
    found = compare(gold, Table(("net", "gross"), ((5, 5), (7, 7))))
    assert dict(found.mapping) == {0: 1, 1: 0}


def test_differing_rows_are_named_on_both_sides():
    gold = Expected(Table(("c", "n"), (("DE", 1), ("FR", 2), ("NL", 3))))
    found = compare(gold, Table(("c", "n"), (("FR", 2), ("DE", 9), ("NL", 3))))
    assert (found.missing, found.extra) == ((0,), (1,))


def test_a_zone_counts_in_utc():
    gold = Expected(Table(("t",), ((datetime(2024, 3, 1, 23, 30),),)))
    east = datetime(2024, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert compare(gold, Table(("t",), ((east,),))).matches
    assert not compare(gold, Table(("t",), ((datetime(2024, 3, 2, 1, 30, tzinfo=UTC),),))).matches


def test_large_bags_of_decimals_are_compared_quickly_and_right():
    rows = tuple((index % 7, index * 1.37, index * 0.11) for index in range(3000))
    near = tuple((a, b + 0.001, c - 0.001) for a, b, c in reversed(rows))
    assert compare(Expected(Table(("a", "b", "c"), rows)), Table(("a", "b", "c"), near)).matches
    off = (*near[:-1], (near[-1][0], near[-1][1] + 1.0, near[-1][2]))
    assert not compare(Expected(Table(("a", "b", "c"), rows)), Table(("a", "b", "c"), off)).matches


def test_tolerant_partners_are_found_even_when_the_nearest_is_taken():
    gold = Expected(Table(("a", "b"), ((1.000, 9.000), (1.004, 9.004))))
    answer = Table(("a", "b"), ((1.004, 9.004), (1.008, 9.008)))
    assert compare(gold, answer).matches


CELLS = st.one_of(
    st.none(),
    st.integers(-1000, 1000),
    st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 2)),
    st.sampled_from(["a", "b", "c"]),
)


@st.composite
def tables(draw):
    width = draw(st.integers(1, 4))
    found = draw(st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=8))
    return Table(tuple(f"c{at}" for at in range(width)), tuple(found))


@given(tables(), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_and_dust_change_nothing(gold, random):
    places = list(range(len(gold.columns)))
    random.shuffle(places)
    rows = [tuple(_dusty(row[at]) for at in places) for row in gold.rows]
    random.shuffle(rows)
    found = compare(Expected(gold), Table(tuple(gold.columns[at] for at in places), tuple(rows)))
    assert found.exact


def _dusty(cell):
    return cell + 1e-9 if isinstance(cell, float) else cell


@given(tables(), st.data())
def test_one_value_from_elsewhere_is_never_right(gold, data):
    row, column = data.draw(st.integers(0, len(gold.rows) - 1)), data.draw(st.integers(0, len(gold.columns) - 1))
    rows = [list(found) for found in gold.rows]
    rows[row][column] = "a value that no table holds"
    assert not compare(Expected(gold), Table(gold.columns, tuple(map(tuple, rows)))).matches


@given(tables(), st.data())
def test_a_row_more_or_less_is_never_right(gold, data):
    more = (*gold.rows, data.draw(st.sampled_from(gold.rows)))
    assert not compare(Expected(gold), Table(gold.columns, more)).matches
    assert not compare(Expected(Table(gold.columns, more)), gold).matches
