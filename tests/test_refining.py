"""Alternatives of an answer: whole queries made from its parts, each of which the layer can answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.charts import possible
from assistant.completion import completions
from assistant.config import Settings
from assistant.refining import Choice, World, additions, alternatives, chips, filterable, next_steps, presets
from assistant.sharing import CannotShare, share, shared
from assistant.store import Store
from assistant.ui.acts import Act, Scene, perform, read_act
from assistant.ui.files import CannotExport, kinds_of, written
from assistant.ui.look import look_of
from assistant.ui.session import Session
from assistant.ui.turns import Desk
from semantic_layer import Filter, GroupBy, SemanticQuery, TimeRange, check
from tests.canned import AS_OF, LAYER, VALUES, CannedAssistant, number, ranking, trend

WORLD = World(LAYER, VALUES, AS_OF)
ASKED = SemanticQuery(
    metrics=("net_revenue",),
    group_by=(GroupBy(field="customer.region"),),
    filters=(Filter(field="product.category", op="in", values=("Chairs",)),),
    time_range=TimeRange(start=date(2026, 9, 1), end=date(2026, 10, 1)),
)


def found(choices: tuple[Choice, ...], key: str, label: str = "") -> SemanticQuery:
    return next(one.query for one in choices if one.key == key and (not label or one.label == label))


def at(kind: str) -> tuple[Choice, ...]:
    place = next(i for i, part in enumerate(chips(WORLD, ASKED)) if part.kind == kind)
    return alternatives(WORLD, ASKED, place)


def test_each_chip_has_alternatives_that_change_only_its_part() -> None:
    assert found(at("metric"), "metric", "Orders") == ASKED.model_copy(update={"metrics": ("orders",)})
    by_category = found(at("dimension"), "by", "Category")
    assert by_category == ASKED.model_copy(update={"group_by": (GroupBy(field="product.category"),)})
    lamps = found(at("filter"), "value", "Lamps")
    assert lamps.filters == (Filter(field="product.category", op="in", values=("Lamps",)),)
    assert found(at("filter"), "not").filters[0].op == "not_in"
    assert found(at("filter"), "remove").filters == ()
    last = found(at("period"), "period_last_month").time_range
    assert (last.start, last.end) == (date(2026, 10, 1), date(2026, 11, 1))  # type: ignore[union-attr]  # a month


def test_what_is_offered_can_be_answered() -> None:
    offered = [one for place in range(len(chips(WORLD, ASKED))) for one in alternatives(WORLD, ASKED, place)]
    offered += [*additions(WORLD, ASKED, "dimension"), *additions(WORLD, ASKED, "comparison")]
    offered += [*additions(WORLD, ASKED, "filter:customer.region"), *next_steps(WORLD, ASKED)]
    assert len(offered) > 20
    for one in offered:
        check(LAYER, one.query)
        assert one.query != ASKED


def test_places_that_are_not_there_offer_nothing() -> None:
    assert alternatives(WORLD, ASKED, 99) == alternatives(WORLD, ASKED, -1) == ()
    assert additions(WORLD, ASKED, "filter:nothing.here") == additions(WORLD, ASKED, "everything") == ()
    assert filterable(WORLD, ASKED) == (("customer.region", "Region"),)


def test_periods_end_with_the_data() -> None:
    spans = dict(presets(date(2026, 5, 10)))
    running = spans["this_quarter"]
    assert running == TimeRange(start=date(2026, 4, 1), end=date(2026, 5, 11), partial=True)
    assert spans["last_year"] == TimeRange(start=date(2025, 1, 1), end=date(2026, 1, 1))
    assert spans["days_7"] == TimeRange(start=date(2026, 5, 4), end=date(2026, 5, 11))
    assert spans["months_12"] == TimeRange(start=date(2025, 5, 1), end=date(2026, 5, 1))


def test_completion_holds_names_and_values_once() -> None:
    words = completions(WORLD)
    assert [word.text for word in words if word.kind == "metric"] == ["Net revenue", "Orders"]
    assert {"Region", "Category", "North", "Tables & desks"} <= {word.text for word in words}
    assert len({word.text.casefold() for word in words}) == len(words)


# --- clicks


@pytest.fixture
def scene() -> Scene:
    desk = Desk(CannedAssistant(), look_of("en"), None, None)  # type: ignore[arg-type]  # a stand-in, no threads
    session = Session().knowing("k", ranking("revenue by category"))
    return Scene(desk, session, Act(do="menu"))


def acting(scene: Scene, **said: str) -> list[object]:
    return list(perform(replace(scene, act=Act.model_validate(said))))


def test_what_is_no_act_does_nothing(scene: Scene) -> None:
    assert read_act("") is read_act("[]") is read_act('{"do": 5}') is read_act('{"card": "k"}') is None
    assert acting(scene, do="launch") == []
    assert acting(scene, do="choose", card="k", place="0", choice="made up") == []
    assert acting(scene, do="step", card="other") == []
    assert acting(scene, do="decide", kind="approve") == []


def test_a_menu_and_a_file_come_from_the_card_that_was_clicked(scene: Scene) -> None:
    (effect,) = acting(scene, do="menu", card="k", place="export")
    assert 'data-card="k"' in effect.menu  # type: ignore[attr-defined]  # an Effect
    (effect,) = acting(scene, do="export", card="k", kind="csv")
    assert effect.file.name.endswith(".csv")  # type: ignore[attr-defined]  # an Effect
    (effect,) = acting(scene, do="menu", card="gone", place="0")
    assert "too far back" in effect.menu  # type: ignore[attr-defined]  # an Effect


def test_those_without_the_right_pin_and_review_nothing(scene: Scene) -> None:
    viewer = replace(scene, desk=replace(scene.desk, rights=frozenset({"ask"})))
    assert acting(viewer, do="pin", card="k") == acting(viewer, do="review", card="k") == []


@pytest.mark.parametrize("make", [trend, ranking])
def test_files_say_what_they_are(make: object) -> None:
    import pyarrow.parquet as pq
    from python_calamine import CalamineWorkbook

    answer = make("x")  # type: ignore[operator]  # a maker of answers
    paths = {kind: written(answer, kind) for kind in kinds_of(answer)}
    rows = CalamineWorkbook.from_path(str(paths["xlsx"])).get_sheet_by_name("Data").to_python()
    assert len(rows) == len(answer.result.rows) + 1
    assert rows[1][1] == float(answer.result.rows[0][1])
    assert pq.read_table(paths["parquet"]).num_rows == len(answer.result.rows)
    assert paths["svg"].read_text(encoding="utf-8").startswith("<svg")


def test_a_tile_has_no_picture() -> None:
    with pytest.raises(CannotExport, match="cannot be had as png"):
        written(number("x"), "png")
    assert possible(number("x").columns, number("x").result) == ()


def test_a_shared_answer_holds_a_query_and_no_rows(tmp_path: Path) -> None:
    store = Store.open(Settings(home=tmp_path), "ann")
    key = share(store, ranking("revenue by category"))
    opened = shared(store.acting("bob"), key)
    assert (opened.question, opened.by) == ("revenue by category", "ann")
    assert opened.plan.query.metrics == ("net_revenue",)
    with pytest.raises(CannotShare, match="leads to no answer"):
        shared(store, "made-up")
    with pytest.raises(CannotShare, match="own SQL"):
        share(store, replace(ranking("x"), plan=None))
    store.close()
