"""Reports, differences, baselines and gates over runs whose numbers are known."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from evals.baseline import Baseline, SuiteBaseline, baseline_of, merged, read_baseline, regressions, write_baseline
from evals.diff import as_json, describe, difference, mcnemar
from evals.errors import RunError
from evals.gates import Gates, failures, read_quarantine
from evals.records import Record, stored
from evals.reports import html, junit, markdown, terminal, write_counterexamples
from evals.results import Head, Results, SuiteInfo, read_results, summarise, write_results

NASTY = "<script>alert('x')</script> & | `code` \x00"


def record(case, verdict, **further):
    further = {"question": f"question {case}", "milliseconds": 5.0, **further}
    return Record(suite="shop", case=case, verdict=verdict, **further)


def results(*records, run="20260630-120000-abcdef"):
    info = SuiteInfo(suite="shop", version=1, file="shop.yml", sha256="0" * 64, database="shop", as_of="2026-06-30")
    head = Head(run=run, system="embedded", started="2026-06-30T12:00:00+00:00", suites=(info,))
    return Results(head=head, summary=summarise(records), records=records)


def mixed():
    wrong = record(
        "b",
        "silently_wrong",
        question=NASTY,
        reasons=("MISSING_COLUMNS",),
        understood="Revenue",
        sql="SELECT sum(amount) AS revenue FROM orders",
        gold_sql=("SELECT country, sum(amount) AS revenue FROM orders GROUP BY 1",),
        answer=stored(("revenue",), ((3.5,),)),
        gold=stored(("country", "revenue"), (("DE", 1.5), (None, 2.0))),
        missing=(0, 1),
        extra=(0,),
        tags=("total",),
    )
    return results(
        record("a", "right", exact=True, tags=("total",)),
        wrong,
        record("c", "needlessly_refused", reasons=("UNKNOWN_WORDS",), text="I could not place 'mood'."),
        record("d", "rightly_refused", kind="abstain"),
        record("e", "error", reasons=("TIMEOUT",)),
        record("f", "silently_wrong", split="test", question="the hidden question", reasons=("EXTRA_ROWS",)),
    )


def test_the_terminal_report_keeps_its_order_and_the_test_split_hidden():
    text = terminal(mixed())
    places = [
        text.index(word) for word in ("answered right", "silently wrong", "needlessly refused", "rightly refused")
    ]
    assert places == sorted(places)
    assert "question c" in text
    assert "the hidden question" not in text
    assert "33.3%" in text.partition("precision")[0]


def test_the_page_is_one_file_that_fetches_nothing_and_escapes_everything():
    page = html(mixed())
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page
    assert "an expected column is missing" in page
    for part in ("Asked", "Understood", "Expected rows (2)", "Answered rows (1)", "Expected SQL", "SQL that was run"):
        assert part in page
    assert "<tr class='off'><td>DE</td>" in page
    assert "NULL" in page


def test_junit_has_a_case_for_every_question_and_is_well_formed():
    root = ElementTree.fromstring(junit(mixed()).partition("\n")[2])
    suite = root[0]
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "6",
        "failures": "3",
        "errors": "1",
    }
    failed = {case.get("name"): case[0].get("type") for case in suite if len(case)}
    assert failed == {"b": "silently_wrong", "c": "needlessly_refused", "e": "error", "f": "silently_wrong"}


def test_markdown_names_what_broke_and_survives_nasty_text():
    before = results(record("a", "silently_wrong"), record("c", "right"))
    text = markdown(mixed(), before, ["too many"])
    assert "### Evals failed: 33.3% right, 2 silently wrong" in text
    assert "**1 fixed, 1 broken**" in text
    assert "Broken: `shop/c`" in text
    assert "<script>" not in text
    table = next(line for line in text.splitlines() if line.startswith("| `shop/b`"))
    assert table.replace("\\|", "").count("|") == 4


def test_difference_of_two_runs():
    before = results(record("a", "right"), record("b", "right"), record("c", "error"), record("z", "right"))
    after = results(record("a", "silently_wrong"), record("b", "right"), record("c", "right"), record("n", "right"))
    found = difference(before.records, after.records)
    assert [item.after.case for item in found.fixed] == ["c"]
    assert [item.after.case for item in found.broken] == ["a"]
    assert (found.common, found.added, found.removed, found.p) == (3, 1, 1, 1.0)
    assert [item.after.case for item in found.newly_wrong] == ["a"]
    assert "1 fixed, 1 broken" in describe(found)
    assert json.loads(as_json(found))["broken"] == [{"name": "shop/a", "before": "right", "after": "silently_wrong"}]


@pytest.mark.parametrize(
    ("fixed", "broken", "p"), [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (10, 1, 12 / 1024), (3, 3, 1.0)]
)
def test_mcnemar_is_the_exact_binomial(fixed, broken, p):
    assert mcnemar(fixed, broken) == pytest.approx(p, abs=1e-4)


def test_a_baseline_names_what_broke_and_counts_new_errors(tmp_path):
    base = baseline_of(
        results(record("a", "right"), record("a", "right", variant=1), record("b", "error")).records, "now"
    )
    assert base.suites["shop"] == SuiteBaseline(silently_wrong=0, passed=("a", "a#1"))
    now = [record("a", "right"), record("a", "silently_wrong", variant=1), record("b", "error")]
    assert [item.name for item in regressions(base, now)] == ["shop/a#1"]
    broken = failures(Gates(baseline=base), summarise(now), now)
    assert broken == (
        "1 questions passed before and do not now: shop/a#1 (silently_wrong)",
        "shop: 1 silently wrong, 0 in the baseline",
    )
    assert failures(Gates(baseline=base, quarantine=frozenset({"shop/a"})), summarise(now), now) == ()
    write_baseline(base, tmp_path / "base.json")
    assert read_baseline(tmp_path / "base.json") == base
    other = Baseline(written="later", suites={"else": SuiteBaseline()})
    assert set(merged(base, other).suites) == {"shop", "else"}


def test_gates_say_what_does_not_hold():
    found = mixed()
    gates = Gates(min_accuracy=0.5, max_silent_wrong=1, max_errors=0)
    assert failures(gates, found.summary, found.records) == (
        "accuracy is 33.3%, at least 50.0% is asked for",
        "2 silently wrong, at most 1 allowed: shop/b (silently_wrong), shop/f (silently_wrong)",
        "1 errors, at most 0 allowed: shop/e (error)",
    )
    assert failures(Gates(0.3, 2, 1), found.summary, found.records) == ()


def test_result_files_can_be_baselines_and_other_files_cannot(tmp_path):
    write_results(mixed(), tmp_path / "results.json")
    assert read_results(tmp_path / "results.json") == mixed()
    assert read_baseline(tmp_path / "results.json").suites["shop"].passed == ("a", "d")
    (tmp_path / "wrong.json").write_text('{"a": 1}')
    with pytest.raises(RunError, match="neither a baseline nor a result file"):
        read_baseline(tmp_path / "wrong.json")
    with pytest.raises(RunError, match="not a result file"):
        read_results(tmp_path / "wrong.json")
    with pytest.raises(RunError, match="--write-baseline"):
        read_baseline(tmp_path / "nowhere.json")


def test_a_quarantine_list_may_hold_remarks(tmp_path):
    (tmp_path / "flaky.txt").write_text("# flaky\nshop/a  # since May\n\nb\n")
    assert read_quarantine(tmp_path / "flaky.txt") == {"shop/a", "b"}


def test_every_wrong_answer_gets_a_counterexample(tmp_path):
    (file,) = write_counterexamples(mixed(), tmp_path / "wrong")
    found = json.loads(file.read_text(encoding="utf-8"))
    assert file.name == "shop-b.json"
    assert (found["expected"]["missing"], found["answered"]["extra"]) == ([["DE", 1.5], [None, 2.0]], [[3.5]])
    assert found["reasons"] == ["MISSING_COLUMNS"]
