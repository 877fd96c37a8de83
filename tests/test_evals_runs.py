"""Runs: verdicts, failures, paraphrases, follow-ups, budgets, kept answers, resuming, lucky passes."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from evals.comparison import Table
from evals.errors import RunError
from evals.history import History, same_questions
from evals.questions import Choice
from evals.replies import Budget, Remembering, frozen, thawed
from evals.results import Results, head_of, shareable, summarise
from evals.system import Ask, Reaction, Usage
from tests.evals_world import BY_COUNTRY, REVENUE, SUITE, Scripted, ask_all, paid, perfect, rows, shop, verdicts


def test_a_perfect_system_passes_everything(tmp_path):
    loaded = shop(tmp_path)
    found = ask_all(loaded, Scripted(perfect(tmp_path)))
    assert verdicts(found.records) == {
        "total": "right",
        "total'": "right",
        "split": "right",
        "mood": "rightly_refused",
        "best": "rightly_refused",
        "follow": "right",
    }


@pytest.mark.parametrize(
    ("question", "reaction", "verdict", "reason"),
    [
        ("Revenue by country", Reaction("refusal", "No.", "UNKNOWN_WORDS"), "needlessly_refused", "UNKNOWN_WORDS"),
        ("Revenue by country", Reaction("clarification", "Which?"), "needlessly_refused", "CLARIFICATION"),
        ("Revenue by country", Reaction("failure", "boom", "QUERY_FAILED"), "error", "QUERY_FAILED"),
        ("Revenue by country", Reaction("answer", table=Table(("n",), ())), "silently_wrong", "EMPTY_RESULT"),
        ("Revenue by mood", Reaction("answer", table=Table(("n",), ((1,),))), "silently_wrong", "SHOULD_REFUSE"),
        ("Revenue by mood", Reaction("refusal", "I cannot."), "rightly_refused", "MENTION_MISSING"),
        ("Best customers", Reaction("answer", table=Table(("n",), ((1,),))), "silently_wrong", "SHOULD_ASK_BACK"),
    ],
)
def test_every_reaction_has_its_verdict(tmp_path, question, reaction, verdict, reason):
    loaded = shop(tmp_path)
    found = ask_all(loaded, Scripted(perfect(tmp_path) | {question: reaction}))
    record = next(record for record in found.records if record.question == question)
    assert (record.verdict, reason in record.reasons) == (verdict, True)


def test_an_accepted_reading_of_an_ambiguous_question_is_right(tmp_path):
    loaded = shop(tmp_path)
    found = ask_all(loaded, Scripted(perfect(tmp_path) | {"Best customers": rows(tmp_path, BY_COUNTRY)}))
    assert verdicts(found.records)["best"] == "right"


def test_a_crash_counts_against_its_question_alone(tmp_path):
    loaded = shop(tmp_path)

    def crash(ask: Ask) -> None:
        if ask.question == "Revenue by country":
            raise ZeroDivisionError("oops")

    found = ask_all(loaded, Scripted(perfect(tmp_path), before=crash))
    assert verdicts(found.records)["split"] == "error"
    assert verdicts(found.records)["total"] == "right"
    record = next(record for record in found.records if record.case == "split")
    assert (record.reasons, record.text) == (("CRASHED",), "ZeroDivisionError: oops")


def test_a_gold_that_fails_cannot_be_judged(tmp_path):
    loaded = shop(tmp_path, SUITE.replace(REVENUE, "SELECT nothing FROM nowhere"))
    found = ask_all(loaded, Scripted(perfect(tmp_path)))
    assert verdicts(found.records)["total"] == "error"
    assert found.records[0].reasons == ("GOLD_FAILED",)


def test_a_slow_answer_is_a_timeout(tmp_path):
    loaded = shop(tmp_path, SUITE.replace("as_of: 2026-06-30", "as_of: 2026-06-30\ndefaults: {timeout_s: 0.01}"))
    found = ask_all(loaded, Scripted(perfect(tmp_path), before=lambda _: time.sleep(0.02)))
    assert found.records[0].reasons == ("TIMEOUT",)


def test_a_follow_up_comes_with_what_was_asked_before(tmp_path):
    system = Scripted(perfect(tmp_path) if shop(tmp_path) else {})
    ask_all(shop(tmp_path), system)
    follow = next(ask for ask in system.asked if ask.question == "only Germany")
    assert follow.history == ("Revenue by country",)


def test_filters_and_repeats_choose_what_is_asked(tmp_path):
    loaded = shop(tmp_path)
    system = Scripted(perfect(tmp_path))
    found = ask_all(loaded, system, Choice(repeats=3, paraphrases=False, tags=("breakdown",)))
    assert [record.key for record in found.records] == [("shop", "split", 0, at) for at in range(3)]
    assert summarise(found.records).agreement == 1.0


def test_several_at_a_time_give_the_same_records(tmp_path):
    loaded = shop(tmp_path)
    one, many = (ask_all(loaded, Scripted(perfect(tmp_path)), jobs=jobs).records for jobs in (1, 4))
    assert [(r.key, r.verdict) for r in one] == [(r.key, r.verdict) for r in many]


def test_a_budget_stops_the_run_and_keeps_what_was_asked(tmp_path):
    loaded = shop(tmp_path)
    script = {question: paid(reaction) for question, reaction in perfect(tmp_path).items()}
    found = ask_all(loaded, Scripted(script), budget=Budget(dollars=1.0))
    assert (len(found.records), found.stopped) == (2, "The budget of 1.00 USD is used up.")
    found = ask_all(loaded, Scripted(script), budget=Budget(calls=3))
    assert (len(found.records), found.stopped) == (3, "The budget of 3 model calls is used up.")


def test_the_same_prompt_is_paid_once(tmp_path):
    loaded = shop(tmp_path)
    script = {question: paid(reaction) for question, reaction in perfect(tmp_path).items()}
    history = History(tmp_path / "home")
    system = Scripted(script, prompts=True)
    first = ask_all(loaded, Remembering(system, history, "data"))
    again = ask_all(loaded, Remembering(system, history, "data"))
    other = ask_all(loaded, Remembering(system, history, "other data"))
    history.close()
    assert len(system.asked) == 2 * len(first.records)
    assert verdicts(first.records) == verdicts(again.records) == verdicts(other.records)
    assert all(record.cached for record in again.records)
    assert (summarise(first.records).totals.dollars, summarise(again.records).totals.dollars) == (3.0, 0.0)


def test_a_kept_answer_has_the_types_it_had(tmp_path):
    shop(tmp_path)
    sql = (
        "SELECT 1.50::DECIMAL(9,2) a, DATE '2026-01-02' b, TIMESTAMP '2026-01-02 03:04:05' c, NULL d, [1, 2] e, "
        "INTERVAL 3 DAY f, TIME '01:02:03' g, true h, 'x' i"
    )
    reaction = replace(rows(tmp_path, sql), usage=Usage(1, 2, 3, 0.25))
    assert thawed(frozen(reaction)) == replace(reaction, table=Table(reaction.table.columns, reaction.table.rows))


def test_a_killed_run_goes_on_where_it_stopped(tmp_path):
    loaded = shop(tmp_path)
    history = History(tmp_path / "home")
    head = head_of([loaded], "run-1", "scripted")
    same = same_questions([loaded.sha256, "scripted"])
    history.begin(head, same)

    def kill(ask: Ask) -> None:
        if ask.question == "Revenue by mood":
            raise KeyboardInterrupt

    script = {question: paid(reaction) for question, reaction in perfect(tmp_path).items()}
    killed = Scripted(script, before=kill)
    with pytest.raises(KeyboardInterrupt):
        ask_all_into(loaded, killed, history, "run-1")
    history.close()

    history = History(tmp_path / "home")
    earlier = history.unfinished(same)
    assert earlier is not None
    assert (earlier.id, earlier.status) == ("run-1", "running")
    done = {record.key: record for record in history.records("run-1")}
    assert len(done) == len(killed.asked) == 3
    rest = Scripted(script)
    found = ask_all_into(loaded, rest, history, "run-1", done)
    assert len(rest.asked) == 3
    assert len(found.records) == len(history.records("run-1")) == 6
    history.end(Results(head=head, summary=summarise(found.records), records=found.records), "finished")
    assert history.unfinished(same) is None
    assert history.results("run-1").records == found.records
    history.close()


def ask_all_into(loaded, system, history, run_id, done=None):
    from evals.questions import questions
    from evals.replies import Till
    from evals.runner import Listener, Manner, Opened, Target, run

    manner = Manner(lambda _: Opened(system), Till(Budget()), recheck=False, done=done or {})
    listener = Listener(record=lambda record: history.add(run_id, record))
    return run(questions([loaded], Choice()), Target(loaded.file.parent / "home"), manner, listener)


def test_the_history_lists_runs_and_names_them_when_one_is_unknown(tmp_path):
    history = History(tmp_path)
    with pytest.raises(RunError, match="No run has been finished"):
        history.last()
    head = head_of([], "run-7", "scripted")
    history.begin(head, "same")
    history.end(Results(head=head, summary=summarise([]), records=()), "finished")
    assert [run.id for run in history.newest()] == ["run-7"]
    with pytest.raises(RunError, match=r"no finished run 'x'. The latest runs: run-7"):
        history.results("x")
    history.close()


def test_a_newer_history_is_not_touched(tmp_path):
    import sqlite3

    history = History(tmp_path)
    history.close()
    with sqlite3.connect(tmp_path / "evals" / "history.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RunError, match="newer version"):
        History(tmp_path)


@pytest.fixture
def few_copies(monkeypatch):
    monkeypatch.setattr("evals.copies.MIXED_ROWS", (100, 20))
    monkeypatch.setattr("evals.copies.LOOSE_ROWS", (30, 60))


def test_a_lucky_pass_is_flagged_and_a_right_one_is_not(tmp_path, few_copies):
    # every order of the shop has a known customer and a positive amount, so the wrong filter is right by luck
    lucky = rows(tmp_path, REVENUE + " WHERE amount < 1000") if shop(tmp_path) else None
    loaded = shop(tmp_path)
    script = perfect(tmp_path) | {"What is the revenue": lucky}
    found = ask_all(loaded, Scripted(script), recheck=True)
    by_case = {record.case + str(record.variant): record for record in found.records}
    assert by_case["total0"].verdict == "right"
    assert by_case["total0"].is_lucky
    assert (by_case["total1"].lucky, by_case["split0"].is_lucky) == ("", False)
    summary = summarise(found.records)
    assert (summary.lucky, summary.perturbed) == (1, 3)


def test_an_outer_join_beside_an_inner_one_is_fragile_not_lucky(tmp_path, few_copies):
    loaded = shop(tmp_path)
    outer = rows(tmp_path, BY_COUNTRY.replace("JOIN", "LEFT JOIN"))
    found = ask_all(loaded, Scripted(perfect(tmp_path) | {"Revenue by country": outer}), recheck=True)
    record = next(record for record in found.records if record.case == "split")
    assert (record.verdict, record.is_lucky, record.is_fragile) == ("right", False, True)


def test_sql_of_a_model_is_re_checked_in_a_worker(tmp_path, few_copies):
    loaded = shop(tmp_path)
    found = ask_all(loaded, Scripted(perfect(tmp_path)), recheck=True, compiled=False)
    assert all(record.lucky == "" for record in found.records if record.verdict == "right" and record.sql)


def test_a_test_split_is_counted_and_not_shown(tmp_path):
    loaded = shop(tmp_path, SUITE.replace("author: Ada", "author: Ada\nsplit: test"))
    found = ask_all(loaded, Scripted({}))
    results = Results(head=head_of([loaded], "r", "s"), summary=summarise(found.records), records=found.records)
    text = shareable(results).model_dump_json()
    for secret in ("Revenue by country", "sum(amount)", "only Germany", "cannot place"):
        assert secret not in text
    assert "needlessly_refused" in text
    assert "Revenue by country" in shareable(results, reveal_test=True).model_dump_json()
