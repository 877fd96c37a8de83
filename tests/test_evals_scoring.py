"""Counts and rates against arithmetic done by hand."""

from __future__ import annotations

import pytest

from evals.records import Record
from evals.results import summarise
from evals.scoring import Counts, agreement, paraphrases, percentile, score, trust, wilson


def record(verdict, case="a", **further):
    return Record(suite="s", case=case, verdict=verdict, **further)


def mixed() -> list[Record]:
    verdicts = ["right"] * 6 + ["silently_wrong"] * 2 + ["needlessly_refused"]
    answerable = [record(verdict, f"q{at}", exact=at != 0, milliseconds=at + 1) for at, verdict in enumerate(verdicts)]
    refused = [record("rightly_refused", f"n{at}", kind="abstain", milliseconds=50) for at in range(2)]
    return [*answerable, *refused, record("silently_wrong", "n2", kind="abstain"), record("error", "e")]


def test_rates_of_a_mixed_run():
    found = score(mixed())
    assert found.counts == Counts(right=6, silently_wrong=3, needlessly_refused=1, rightly_refused=2, error=1)
    assert found.accuracy == pytest.approx(8 / 13)
    assert found.precision == pytest.approx(6 / 9)
    assert found.coverage == pytest.approx(8 / 10)
    assert found.trust_1 == pytest.approx((8 - 3) / 13)
    assert found.trust_5 == pytest.approx((8 - 15) / 13)
    assert (found.exact, found.subset) == (5, 1)


def test_a_refusal_that_does_not_name_what_it_must_is_no_error_and_no_pass():
    vague = record("rightly_refused", "v", kind="abstain", reasons=("MENTION_MISSING",))
    found = score([vague, record("rightly_refused", "n", kind="abstain"), record("right", "a")])
    assert found.counts == Counts(right=1, rightly_refused=2, vague=1)
    assert (found.accuracy, found.trust_5) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert (vague.passed, summarise([vague]).reasons) == (False, {"MENTION_MISSING": 1})


def test_wilson_interval_of_the_literature():
    # Newcombe 1998, Statistics in Medicine 17: 81 of 263 gives 0.2553 to 0.3662
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    low, high = wilson(0, 20)
    assert low == 0
    assert round(high, 4) == 0.1611
    assert wilson(0, 0) is None


def test_percentiles_are_nearest_ranks():
    values = [15, 20, 35, 40, 50]
    assert percentile(values, 0.5) == 35
    assert percentile(values, 0.95) == 50
    assert percentile(values, 0.05) == 15
    assert percentile([], 0.5) is None


def test_nothing_asked_gives_no_rates():
    found = score([])
    assert (found.accuracy, found.precision, found.coverage, found.trust_1) == (None, None, None, None)
    assert trust(Counts(), 1) is None


def test_paraphrases_are_counted_beside_the_headline():
    records = [
        record("right", "a"),
        record("right", "a", variant=1),
        record("silently_wrong", "a", variant=2),
        record("right", "b"),
        record("right", "b", variant=1),
        record("silently_wrong", "c"),
    ]
    found = paraphrases(records)
    assert found is not None
    assert (found.bases, found.rewordings, found.all_right) == (2, 3, 1)
    assert found.drop == pytest.approx(100 * (1 - 2 / 3))
    summary = summarise(records)
    assert summary.overall.counts.total == 3
    assert summary.silently_wrong == 2
    assert paraphrases([record("right")]) is None


def test_agreement_needs_the_same_verdict_and_rows_each_time():
    assert agreement([record("right")]) is None
    same = [record("right", "a", repeat=at) for at in range(3)]
    other = [record("right", "b"), record("error", "b", repeat=1, code="X")]
    assert agreement(same) == 1
    assert agreement([*same, *other]) == 0.5
