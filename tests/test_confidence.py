"""How sure a plan is: every doubt lowers it, and what it decides; the weights come from judged answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answer import Clarification, Plan
from assistant.understanding import DOUBTS, Understanding, confidence
from assistant.understanding.confidence import Calibration
from evals.calibrate import PRIOR, Judged, fit, table
from evals.errors import RunError
from tests.understanding_layer import rental


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    return rental(tmp_path_factory.mktemp("layer"))


def test_a_plain_question_has_no_doubts(shop: Understanding) -> None:
    plan = shop.plan("rides by city")
    assert isinstance(plan, Plan)
    assert plan.doubts == ()
    assert plan.confidence == confidence.confidence(())


def test_a_slip_is_a_doubt_and_lowers_the_confidence(shop: Understanding) -> None:
    plain, misspelt = shop.plan("rides by platform"), shop.plan("rides by platfrom")
    assert isinstance(plain, Plan)
    assert isinstance(misspelt, Plan)
    assert dict(misspelt.doubts)["misspelt"] == 1
    assert misspelt.confidence <= plain.confidence


def test_the_shipped_weights_never_make_doubtful_plans_surer() -> None:
    known = confidence.calibration()
    assert set(known.weights) == set(DOUBTS)
    assert min(known.weights.values()) >= 0
    assert 0 < known.ask_below < known.unsure_below < confidence.confidence(())


@pytest.mark.parametrize(("unsure", "ask", "kind"), [(0.0, 0.0, Plan), (1.0, 0.0, Plan), (1.0, 1.0, Clarification)])
def test_confidence_decides(
    shop: Understanding, monkeypatch: pytest.MonkeyPatch, unsure: float, ask: float, kind: type
) -> None:
    known = Calibration(2.0, {}, unsure, ask)
    monkeypatch.setattr("assistant.understanding.outcome.calibration", lambda: known)
    outcome = shop.plan(f"rides by city in {2023 + int(unsure + ask)}")  # what was just asked is remembered
    assert isinstance(outcome, kind)
    if isinstance(outcome, Plan):
        assert bool(outcome.notes) == (unsure == 1.0)
    if isinstance(outcome, Clarification):
        assert [option.plan.query.metrics for option in outcome.options] == [("rides",)]


def judged(misspelt: float, right: bool, times: int) -> list[Judged]:
    doubts = tuple(misspelt if name == "misspelt" else 0.0 for name in DOUBTS)
    return [Judged(doubts, right)] * times


def test_weights_follow_what_was_wrong() -> None:
    known = fit([*judged(0, True, 190), *judged(0, False, 10), *judged(1, True, 60), *judged(1, False, 40)])
    surest, unsure = known.sure((0.0,) * len(DOUBTS)), known.sure(judged(1, True, 1)[0].doubts)
    assert surest == pytest.approx(0.95, abs=0.03)
    assert unsure == pytest.approx(0.60, abs=0.08)
    unseen = {name: weight for name, weight in zip(DOUBTS, known.weights, strict=True) if name != "misspelt"}
    assert unseen == {name: weight for name, weight in PRIOR.items() if name != "misspelt"}


def test_a_doubt_of_right_answers_only_costs_less_than_before_they_were_seen() -> None:
    known = fit([*judged(0, True, 100), *judged(0, False, 20), *judged(1, True, 100)])
    assert known.weights[DOUBTS.index("misspelt")] < PRIOR["misspelt"] / 2


def test_too_few_answers_are_refused() -> None:
    with pytest.raises(RunError, match="too few"):
        fit(judged(0, True, 500))


def test_the_table_tells_share_and_mean_by_band() -> None:
    every = [*judged(0, True, 3), *judged(0, False, 1)]
    assert "| 0.95 to 0.98 | 4 | 0.960 | 0.750 |" in table(every, [0.96] * 4)


def test_the_weights_are_read_from_a_file() -> None:
    assert Path(confidence.WEIGHTS).read_text(encoding="utf-8").startswith("# Written by `python -m evals calibrate")
