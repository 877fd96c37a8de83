"""What holds for every model and every query: properties over random small models, data and queries."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from semantic_layer import Definitions, QueryError, SemanticLayer, SemanticQuery, check, to_sql
from semantic_layer.identifiers import needs_quotes
from tests.hard_cases.answers import AS_OF, database, model

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
WORDS = ["a", "b", "c", None]
LAST_DAY = date(2025, 6, 30)


@dataclass
class World:
    """A small random model with its data: facts that link to dimension tables, which link to one another."""

    layer: SemanticLayer
    con: duckdb.DuckDBPyConnection
    additive: list[str]
    counts: list[str]
    metrics: list[str]
    fields: dict[str, list[str]]

    def reach(self, *metrics: str) -> list[str]:
        """Fields that every one of the metrics can be grouped by."""
        return sorted(set.intersection(*(set(self.fields[name.partition("_")[0]]) for name in metrics)))

    def rows(self, query: SemanticQuery) -> list[dict[str, Any]]:
        """The answer, each row by column name."""
        made = to_sql(self.layer, query, as_of=LAST_DAY)
        names = [column.name for column in made.columns]
        return [dict(zip(names, row, strict=True)) for row in self.con.execute(made.sql).fetchall()]


@st.composite
def worlds(draw) -> World:
    depth = draw(st.integers(1, 3))
    facts = draw(st.integers(1, 3))
    con = _scratch()
    datasets, links, metrics = [], [], []
    for level in range(depth):
        datasets.append(_dimension(draw, con, level, last=level == depth - 1))
        if level < depth - 1:
            links.append(_link(f"d{level}", "next", f"d{level + 1}"))
    for number in range(facts):
        datasets.append(_fact(draw, con, number))
        links.append(_link(f"f{number}", "dim", "d0"))
        metrics += _metrics(number)
    layer = SemanticLayer(
        Definitions.model_validate({"datasets": datasets, "relationships": links, "metrics": metrics})
    )
    names = [metric["name"] for metric in metrics]
    shared = [f"d{level}.{name}" for level in range(depth) for name in ("word", "select")]
    return World(
        layer,
        con,
        [name for name in names if name.endswith(("_total", "_rows"))],
        [name for name in names if name.endswith(("_rows", "_kinds"))],
        names,
        {f"f{number}": [*shared, f"f{number}.word"] for number in range(facts)},
    )


def _link(start: str, column: str, end: str) -> dict[str, Any]:
    return {"name": f"{start}_{end}", "from": start, "to": end, "from_columns": [column], "to_columns": ["id"]}


def _dimension(draw, con, level: int, last: bool) -> dict[str, Any]:
    rows = [
        (key, draw(st.sampled_from(WORDS)), draw(st.sampled_from(WORDS)), draw(st.sampled_from([None, 0, 1, 2, 99])))
        for key in range(draw(st.integers(0, 4)))
    ]
    _table(con, f"d{level}", 'id INTEGER, word VARCHAR, "select" VARCHAR, "next" INTEGER', rows)
    fields = [{"name": "word"}, {"name": "select", "expression": '"select"'}]
    return {"name": f"d{level}", "source": f"d{level}", "primary_key": ["id"], "entity": last, "fields": fields}


def _fact(draw, con, number: int) -> dict[str, Any]:
    start = datetime(2025, 1, 1)
    rows = [
        (
            key,
            draw(st.sampled_from([None, 0, 1, 2, 3, 99])),
            draw(st.sampled_from(WORDS)),
            start + timedelta(hours=draw(st.integers(0, 180 * 24))),
            Decimal(draw(st.integers(-500, 5000))) / 100 if draw(st.booleans()) else None,
        )
        for key in range(draw(st.integers(0, 12)))
    ]
    _table(con, f"f{number}", 'id INTEGER, dim INTEGER, word VARCHAR, "at" TIMESTAMP, amount DECIMAL(12,2)', rows)
    return {
        "name": f"f{number}",
        "source": f"f{number}",
        "primary_key": ["id"],
        "time": "at",
        "fields": [{"name": "word"}, {"name": "at", "type": "time"}],
        "measures": [
            {"name": "total", "agg": "sum", "expression": "amount"},
            {"name": "rows", "agg": "count"},
            {"name": "large", "agg": "count", "filter": "amount > 20"},
            {"name": "kinds", "agg": "count_distinct", "expression": "word"},
            {"name": "mean", "agg": "average", "expression": "amount"},
        ],
    }


@cache
def _scratch() -> duckdb.DuckDBPyConnection:
    """One database for all worlds of a process, one at a time."""
    return duckdb.connect()


def _table(con, name: str, columns: str, rows) -> None:
    con.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    if rows:
        con.execute(f"INSERT INTO {name} VALUES {', '.join(f'({chr(44).join(map(_literal, row))})' for row in rows)}")


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | Decimal) else f"'{value}'"


def _metrics(number: int) -> list[dict[str, Any]]:
    fact = f"f{number}"
    return [
        {"name": f"{fact}_total", "measure": f"{fact}.total"},
        {"name": f"{fact}_rows", "measure": f"{fact}.rows"},
        {"name": f"{fact}_large", "measure": f"{fact}.large"},
        {"name": f"{fact}_kinds", "measure": f"{fact}.kinds"},
        {"name": f"{fact}_mean", "measure": f"{fact}.mean"},
        {"name": f"{fact}_some", "measure": f"{fact}.total", "filter": "word = 'a' OR d0.word = 'b'"},
        {"name": f"{fact}_part", "type": "ratio", "numerator": f"{fact}_large", "denominator": f"{fact}_rows"},
        {"name": f"{fact}_so_far", "type": "cumulative", "metric": f"{fact}_total"},
        {"name": f"{fact}_before", "type": "offset", "metric": f"{fact}_rows", "offset": "1 month"},
    ]


@st.composite
def asked(draw, world: World, most: int = 2, pool: str = "metrics") -> SemanticQuery:
    metrics = draw(st.lists(st.sampled_from(getattr(world, pool)), min_size=1, max_size=most, unique=True))
    fields = draw(st.lists(st.sampled_from(world.reach(*metrics)), max_size=2, unique=True))
    group_by: list[dict[str, Any]] = [{"field": name} for name in fields]
    if any("before" in name for name in metrics) or draw(st.booleans()):
        group_by.append({"field": "metric_time", "grain": "month"})
    return SemanticQuery.model_validate({"metrics": metrics, "group_by": group_by})


def by_group(rows: list[dict[str, Any]], keys: list[str], name: str) -> dict[tuple[Any, ...], Any]:
    return {tuple(row[key] for key in keys): row[name] for row in rows}


def group_names(world: World, query: SemanticQuery) -> list[str]:
    return [column.name for column in to_sql(world.layer, query, as_of=LAST_DAY).columns][: len(query.group_by)]


def _adding_a_metric(data) -> None:
    world = data.draw(worlds())
    query = data.draw(asked(world, most=1))
    more = [name for name in world.metrics if set(world.reach(*query.metrics)) <= set(world.fields[name[:2]])]
    other = data.draw(st.sampled_from([name for name in more if name not in query.metrics and "before" not in name]))
    both = query.model_copy(update={"metrics": (*query.metrics, other)})
    keys, name = group_names(world, query), query.metrics[0]
    alone = by_group(world.rows(query), keys, name)
    beside = by_group(world.rows(both), keys, name)
    assert alone.items() <= beside.items()
    assert all(not beside[key] for key in beside.keys() - alone.keys() if "before" not in name)


def _groups_make_the_total(data) -> None:
    world = data.draw(worlds())
    query = data.draw(asked(world, most=1, pool="additive"))
    coarse = query.model_copy(update={"group_by": query.group_by[:-1]})
    width = len(coarse.group_by)
    sums: dict[tuple[Any, ...], Any] = {}
    for *group, value in map(dict.values, world.rows(query)):
        key = tuple(group[:width])
        sums[key] = value if sums.get(key) is None else sums[key] + (value or 0)
    whole = {tuple(group): value for *group, value in map(dict.values, world.rows(coarse))}
    assert {key: value for key, value in whole.items() if value} == {key: v for key, v in sums.items() if v}


def _a_filter_and_its_rest(data) -> None:
    world = data.draw(worlds())
    query = data.draw(asked(world, most=1, pool="counts"))
    field = data.draw(st.sampled_from(world.reach(*query.metrics)))
    value = data.draw(st.sampled_from(["a", "b", "missing"]))
    keys, name = group_names(world, query), query.metrics[0]

    def under(*conditions: dict[str, Any]) -> dict[tuple[Any, ...], Any]:
        asked_again = {**query.model_dump(), "filters": list(conditions)}
        return by_group(world.rows(SemanticQuery.model_validate(asked_again)), keys, name)

    whole = under()
    inside, outside = (under({"field": field, "op": op, "values": [value]}) for op in ("eq", "ne"))
    assert all((part.get(key) or 0) <= count for part in (inside, outside) for key, count in whole.items())
    if name.endswith("_rows"):
        assert all((inside.get(key) or 0) + (outside.get(key) or 0) == count for key, count in whole.items())
    both = under({"field": field, "op": "eq", "values": [value]}, {"field": field, "op": "not_null"})
    assert both == inside


def _order_of_names(data) -> None:
    world = data.draw(worlds())
    query = data.draw(asked(world, most=3))
    names = [column.name for column in to_sql(world.layer, query, as_of=LAST_DAY).columns]
    expected = sorted(repr([row[name] for name in names]) for row in world.rows(query))
    for metrics in itertools.islice(itertools.permutations(query.metrics), 1, 3):
        swapped = query.model_copy(update={"metrics": metrics, "group_by": tuple(reversed(query.group_by))})
        assert sorted(repr([row[name] for name in names]) for row in world.rows(swapped)) == expected


def _a_row_for_each_group(data) -> None:
    """Rows are unique by their grouping columns, in the order that the query names, NULLs last."""
    world = data.draw(worlds())
    query = data.draw(asked(world, most=3))
    keys = group_names(world, query)
    groups = [tuple(row[key] for key in keys) for row in world.rows(query)]
    assert len(groups) == len(set(groups))
    if not any(one.field == "metric_time" for one in query.group_by):
        assert groups == sorted(groups, key=lambda group: [(value is None, value or "") for value in group])


def _same_bytes(data) -> None:
    world = data.draw(worlds())
    query = data.draw(asked(world, most=3))
    again = SemanticLayer(Definitions.model_validate_json(world.layer.definitions.model_dump_json(by_alias=True)))
    copied = SemanticQuery.model_validate_json(query.model_dump_json())
    assert to_sql(world.layer, query, as_of=LAST_DAY).sql == to_sql(again, copied, as_of=LAST_DAY).sql


PROPERTIES = [
    _adding_a_metric,
    _groups_make_the_total,
    _a_filter_and_its_rest,
    _order_of_names,
    _a_row_for_each_group,
    _same_bytes,
]


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__.strip("_"))
def test_property_on_a_few_worlds(holds):
    FEW(given(st.data())(holds))()


@pytest.mark.deep
@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__.strip("_"))
def test_property_on_many_worlds(holds):
    MANY(given(st.data())(holds))()


NAMES = st.sampled_from(
    [*model().metrics, *model().fields, *model().segments, "metric_time", "cohort_age", "nothing", "orders.nothing", ""]
)
DAYS = st.dates(date(2025, 1, 1), date(2025, 12, 31)).map(str)
VALUES = st.lists(
    st.one_of(st.integers(-5, 500), st.sampled_from(["ent", "paid", "3 weeks", "", "x'y"]), DAYS, st.booleans()),
    max_size=2,
)
GRAINS = st.sampled_from(
    [None, "hour", "day", "week", "month", "quarter", "half", "year", "fiscal_quarter", "fiscal_year"]
)
VIA = st.sampled_from(["", "", "", "billing_region", "order_customer", "nowhere"])
ENTITY = st.sampled_from(["", "", "", "customers", "orders", "regions", "nobody"])
OPERATORS = st.sampled_from(
    ["in", "not_in", "eq", "ne", "gt", "le", "between", "like", "is_null", "not_null", "last", "not_last"]
)
SPANS = st.one_of(
    st.none(), st.tuples(DAYS, DAYS).filter(lambda d: d[0] < d[1]).map(lambda d: {"start": d[0], "end": d[1]})
)
QUERIES = st.fixed_dictionaries(
    {
        "metrics": st.lists(st.sampled_from([*model().metrics]), max_size=3),
        "group_by": st.lists(st.fixed_dictionaries({"field": NAMES, "grain": GRAINS, "via": VIA}), max_size=2),
        "filters": st.lists(
            st.fixed_dictionaries(
                {"field": NAMES, "op": OPERATORS, "values": VALUES, "via": VIA, "entity": ENTITY, "none": st.booleans(),
                 "time_range": SPANS, "last": st.sampled_from(["", "", "", "2 weeks", "soon"])}
            ),
            max_size=2,
        ),
        "time_range": SPANS,
        "compare": st.sampled_from([None, None, {}, {"kind": "previous_year"}, {"kind": "range"}]),
        "entity": ENTITY,
        "shares": st.sampled_from([(), (), ({"metric": "revenue"},), ({"metric": "orders", "within": ("month",)},)]),
        "ranks": st.sampled_from([(), (), ({"metric": "orders"},)]),
        "top": st.sampled_from([None, None, {"field": "segment", "by": "revenue", "n": 2, "others": True}]),
        "fill": st.sampled_from(["none", "none", "spine"]),
        "pivot": st.sampled_from([None, None, {"field": "segment", "values": ["smb", "x"]}]),
        "mark_partial": st.booleans(),
        "time_zone": st.sampled_from(["", "", "Asia/Tokyo", "Nowhere"]),
        "limit": st.sampled_from([None, 3, 0]),
    }
)  # fmt: skip


def _answered_or_refused(data) -> None:
    """Any query is answered by SQL that runs, or refused with codes, sentences and suggestions that exist."""
    query = SemanticQuery.model_validate(data.draw(QUERIES))
    try:
        check(model(), query)
    except QueryError as error:
        known = {*model().metrics, *model().fields, *model().relationships, *model().datasets, *model().segments}
        for fault in error.faults:
            assert fault.code.startswith("E_")
            assert fault.sentence.endswith((".", "?", "`"))
            assert all(isinstance(name, str) and name for name in fault.suggestions)
            if fault.code == "E_NAME_NOT_FOUND":
                assert set(fault.suggestions) <= known | {"metric_time", "cohort_age"}
        return
    made = to_sql(model(), query, as_of=AS_OF)
    names = [one[0] for one in database().execute(made.sql).description or ()]
    assert names == [column.name for column in made.columns]


def test_any_query_is_answered_or_refused():
    settings(FEW, max_examples=120)(given(st.data())(_answered_or_refused))()


@pytest.mark.deep
def test_any_of_many_queries_is_answered_or_refused():
    settings(MANY, max_examples=3000)(given(st.data())(_answered_or_refused))()


SEGMENT = {"field": "customers.segment"}
SOUND = st.fixed_dictionaries(
    {
        "metrics": st.lists(
            st.sampled_from(
                ["revenue", "orders", "tickets", "buyers", "average_order", "customers", "running_revenue", "balance",
                 "buyers_3_months", "revenue_month_before", "repeat_share", "orders_per_customer", "signup_conversion"]
            ),
            min_size=1, max_size=3, unique=True,
        ).map(lambda names: ["revenue", *(name for name in names if name != "revenue")]),
        "group_by": st.lists(
            st.sampled_from(["regions.region_name", "frequent", "lapsed"]), max_size=1
        ).flatmap(lambda names: st.sampled_from([
            [SEGMENT, *({"field": name} for name in names)],
            [SEGMENT, *({"field": name} for name in names), {"field": "metric_time", "grain": "month"}],
        ])),
        "filters": st.lists(
            st.sampled_from(
                [
                    {"field": "customers.segment", "op": "not_in", "values": ["ent"]},
                    {"field": "frequent", "op": "eq", "values": [True]},
                    {"field": "orders.status", "op": "eq", "values": ["paid"], "entity": "customers"},
                    {"field": "orders", "op": "ge", "values": [2], "entity": "customers", "last": "200 days"},
                    {"field": "tickets", "op": "eq", "values": [0], "entity": "customers", "none": True},
                    {"field": "revenue", "op": "gt", "values": [100]},
                ]
            ),
            max_size=2,
        ),
        "time_range": st.sampled_from([{"start": "2025-02-01", "end": "2025-08-01"}, {"start": "2025-03-10"}]),
        "compare": st.sampled_from([None, None, {}, {"kind": "previous_year"}]),
        "shares": st.sampled_from([(), ({"metric": "revenue"},), ({"metric": "revenue", "within": ("segment",)},)]),
        "ranks": st.sampled_from([(), ({"metric": "revenue", "within": ("customers.segment",)},)]),
        "top": st.sampled_from([None, {"field": "segment", "by": "revenue", "n": 2},
                                {"field": "segment", "by": "orders", "n": 2, "others": True}]),
        "fill": st.sampled_from(["none", "spine"]),
        "mark_partial": st.booleans(),
        "time_zone": st.sampled_from(["", "America/New_York"]),
    }
)  # fmt: skip


def _sound_queries_run(data) -> None:
    """Combinations of kinds, sets, filters and facts that have an answer get one, with one row for each group."""
    query = SemanticQuery.model_validate(data.draw(SOUND))
    assume(query.fill == "none" or any(one.grain for one in query.group_by))
    assume(not query.mark_partial or any(one.grain for one in query.group_by))
    assume(not (query.compare or "revenue_month_before" in query.metrics) or query.time_range.end)
    made = to_sql(model(), query, as_of=AS_OF)
    rows = database().execute(made.sql).fetchall()
    groups = [row[: len(query.group_by)] for row in rows]
    assert len(groups) == len(set(groups))


def test_sound_queries_run():
    FEW(given(st.data())(_sound_queries_run))()


@pytest.mark.deep
def test_many_sound_queries_run():
    settings(MANY, max_examples=600)(given(st.data())(_sound_queries_run))()


@pytest.mark.parametrize("word", ["order", "select", "group", "end", "my name", "1st", "user", "interval"])
def test_names_that_sql_reserves_are_quoted(word):
    con = duckdb.connect()
    text = f'"{word}"' if needs_quotes(word) else word
    assert con.execute(f"SELECT {text} FROM (SELECT 1 AS {text})").fetchall() == [(1,)]
