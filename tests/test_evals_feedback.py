"""What people said about answers becomes cases: found right, corrected, approved; each once."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from click.testing import CliRunner

from assistant.config import read_settings
from assistant.conversation import Turn
from assistant.store import Feedback, Proposal, Store, StoredTurn
from evals.cli import main
from evals.feedback import rated
from evals.loader import load_suite
from semantic_layer import SemanticQuery, TimeRange

WHEN = datetime(2026, 6, 30, 12)
TODAY = date(2026, 6, 30)
REVENUE = SemanticQuery(metrics=("net_revenue",))
IN_MAY = REVENUE.model_copy(update={"time_range": TimeRange(start=date(2026, 5, 1), end=date(2026, 6, 1))})


@dataclass
class Kept:
    """What a store holds."""

    said: tuple[Feedback, ...] = ()
    asked: tuple[StoredTurn, ...] = ()
    verified: tuple[Proposal, ...] = ()

    def feedback(self):
        return self.said

    def turns(self):
        return self.asked

    def proposals(self, status):
        assert status == "approved"
        return self.verified


def said(question, verdict, correction="", turn="") -> Feedback:
    return Feedback(question, question, REVENUE, "SELECT 1", verdict, "", correction, "Ada", WHEN, turn)


def asked(id_, question, conversation="c") -> StoredTurn:
    return StoredTurn(id_, conversation, question, "answer", REVENUE, "SELECT 1", "", "", (), WHEN)


def approved(question, query, sql="", as_of=TODAY) -> Proposal:
    return Proposal(question, question, query, sql, as_of, "approved", "Ada", WHEN, "Grace", WHEN)


def test_what_is_right_comes_from_the_answer_or_from_its_correction():
    kept = Kept(
        (said("a", "up"), said("b", "down", "SELECT 2"), said("c", "down"), said("d", "down", "revenue in May"))
    )
    found = rated(kept, TODAY)
    assert [(case.question, case.expect) for case in found.cases] == [
        ("a", {"sql": ["SELECT 1"]}),
        ("b", {"sql": ["SELECT 2"]}),
    ]
    assert found.cases[1].note == "corrected on 2026-06-30"
    assert [sentence[:3] for sentence in found.left_out] == ["'c'", "'d'"]


def test_the_last_verdict_counts_and_follow_ups_keep_what_was_asked_before():
    turns = (asked("1", "revenue"), asked("2", "other", "else"), asked("3", "by country"))
    found = rated(Kept((said("by country", "up", turn="3"), said("by country", "down", "SELECT 3", "3")), turns), TODAY)
    assert [(case.expect["sql"], case.before) for case in found.cases] == [(["SELECT 3"], ("revenue",))]


def test_approved_questions_of_another_day_are_left_out_unless_no_period_is_in_them():
    earlier = date(2026, 5, 31)
    verified = (
        approved("a", IN_MAY),
        approved("b", IN_MAY, as_of=earlier),
        approved("c", REVENUE, "SELECT 9", earlier),
    )
    found = rated(Kept(verified=verified), TODAY)
    assert [case.question for case in found.cases] == ["a", "c"]
    assert found.cases[0].expect["query"][0]["metrics"] == ["net_revenue"]
    assert (found.cases[1].expect, found.cases[1].verified_by) == ({"sql": ["SELECT 9"]}, "Grace")
    assert found.left_out == ("'b' was approved when today was 2026-05-31.",)


def test_one_command_adds_each_case_once(tmp_path: Path):
    with closing(Store.open(read_settings(home=tmp_path / "home"), by="Ada")) as store:
        store.give_feedback(Turn("revenue", "answer", REVENUE), "SELECT 1 AS revenue", "up")
        store.give_feedback(Turn("orders", "answer", REVENUE), "SELECT 1", "down")
    words = [
        "add",
        str(tmp_path / "use.yml"),
        "--from-feedback",
        "--home",
        str(tmp_path / "home"),
        "--as-of",
        "2026-06-30",
    ]
    first, again = (CliRunner().invoke(main, words) for _ in range(2))
    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert "Left out: 'orders' was found wrong" in first.output
    assert "1 cases added" in first.output
    assert "0 cases added" in again.output
    case = load_suite(tmp_path / "use.yml").suite.cases[0]
    assert (case.question, case.expect.sql, case.author, case.tags) == (
        "revenue",
        ("SELECT 1 AS revenue",),
        "Ada",
        ("from_use",),
    )
