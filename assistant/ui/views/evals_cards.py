"""What the Evals view shows, as markup: progress, past runs, a run with the questions that failed, a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from assistant.eval_runs import PASSED, EvalRun, Progress, title_of
from assistant.formatting import Style, day, number
from assistant.ui import tables
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.states import empty_card, link

VERDICTS = ("right", "rightly_refused", "needlessly_refused", "silently_wrong", "error")
MOST_FAILING, MOST_ROWS, MOST_CHANGES = 200, 8, 100


def when(run_id: str, look: Look) -> str:
    """The name of a run as a day and a time (UTC)."""
    try:
        moment = datetime.strptime(run_id, "%Y%m%d-%H%M%S")
    except ValueError:
        return run_id
    return f"{day(moment.date(), look.locale)} {moment:%H:%M}"


def progress_card(run: EvalRun, why: str, look: Look) -> Markup:
    """How far a run is: a bar, the counts of each verdict, what is being done."""
    told = run.progress
    values: dict[str, object] = {"done": told.done, "total": told.total or "…"}
    label = look.say("evals.progress", values)
    bar = tag(
        "progress", label, {"max": max(told.total, 1), "value": told.done, "aria-label": label, "class": "tw-progress"}
    )
    phase = told.phase if told.state == "running" and told.done < max(told.total, 1) else ""
    parts: list[object] = [
        tag("h3", f"{', '.join(map(title_of, run.suites))} · {look.say(f'evals.state_{told.state}')}"),
        bar,
        of_class("p", "tw-small", " · ".join(part for part in (label, phase) if part)),
        verdict_chips(told, look),
    ]
    if told.state == "failed" and why:
        parts.append(tag("p", look.say("evals.failed_why", {"why": why}), {"class": "tw-refused", "role": "alert"}))
    if told.state == "finished":
        parts.append(link(look.say("evals.run_title", {"when": when(run.id, look)}), f"evals?run={run.id}"))
    return tag("section", join(parts), {"class": "tw-run", "aria-live": "polite"})


def verdict_chips(told: Progress, look: Look) -> Markup:
    """How many questions got each verdict."""
    chips = [
        tag("li", f"{told.verdicts[name]} {look.say(f'evals.{name}')}", {"class": f"tw-chip tw-verdict-{name}"})
        for name in VERDICTS
        if told.verdicts.get(name)
    ]
    return tag("ul", join(chips), {"class": "tw-chips"}) if chips else join([])


def runs_table(runs: Sequence[EvalRun], look: Look) -> Markup:
    """Past runs, each a link to its questions."""
    if not runs:
        return empty_card(look.say("evals.none"), look.say("evals.none_text"))
    names = ("run", "suites", "state", "passed", "wrong", "refused")
    sides = ("tw-left", "tw-left", "tw-left", "tw-right", "tw-right", "tw-right")
    head = [
        tag("th", look.say(f"evals.columns.{name}"), {"scope": "col", "class": side})
        for name, side in zip(names, sides, strict=True)
    ]
    rows: list[Markup] = []
    for run in runs:
        told = run.progress
        share = number(run.passed / told.done, Style("percent", locale=look.locale)) if told.done else "–"
        cells = (
            tag("a", when(run.id, look), {"href": f"evals?run={run.id}"}), ", ".join(map(title_of, run.suites)),
            look.say(f"evals.state_{told.state}"), f"{share} ({run.passed}/{told.done})",
            told.verdicts.get("silently_wrong", 0), told.verdicts.get("needlessly_refused", 0),
        )  # fmt: skip
        rows.append(tag("tr", join(tag("td", c, {"class": side}) for c, side in zip(cells, sides, strict=True))))
    table = tag("table", join([tag("thead", tag("tr", join(head))), tag("tbody", join(rows))]), {"class": "tw-table"})
    return tables.wrapped(table, look.say("evals.past"))


# --- one run


def run_card(run: EvalRun, records: Sequence[Mapping[str, Any]], why: str, look: Look) -> Markup:
    """A run with its counts, and each question that did not pass, to be opened."""
    told = run.progress
    failing = [one for one in records if one["verdict"] not in PASSED]
    failing.sort(key=lambda one: (one["verdict"] != "silently_wrong", one["verdict"] != "error"))
    passed: dict[str, object] = {"passed": run.passed, "total": told.done}
    parts: list[object] = [
        of_class("div", "tw-actions", link(look.say("evals.back"), "evals?tab=past")),
        tag("h2", look.say("evals.run_title", {"when": when(run.id, look)})),
        of_class("p", "tw-small", ", ".join(map(title_of, run.suites))),
        tag("p", look.say("evals.passed", passed), {"class": "tw-score"}),
        verdict_chips(told, look),
    ]
    if told.state == "failed":
        parts.append(tag("p", look.say("evals.failed_why", {"why": why or "–"}), {"class": "tw-refused"}))
    title = look.say("evals.failing", {"count": len(failing)}) if failing else look.say("evals.all_passed")
    parts.append(tag("h3", title))
    parts += [_case(one, look) for one in failing[:MOST_FAILING]]
    return tag("article", join(parts), {"class": "tw-run"})


def _case(record: Mapping[str, Any], look: Look) -> Markup:
    verdict = of_class("span", f"tw-chip tw-verdict-{record['verdict']}", look.say(f"evals.{record['verdict']}"))
    question = record["question"] or look.say("evals.hidden")
    name = of_class("span", "tw-small", f"{title_of(record['suite'])} · {record['case']}")
    summary = tag("summary", join([verdict, " ", tag("strong", question), " ", name]))
    pairs = [
        ("reasons", ", ".join(record.get("reasons") or ())),
        ("understood", record.get("understood") or ""),
        ("got", _came_back(record)),
        ("answer_sql", _sql(record.get("sql") or "")),
        ("expected", _expected(record)),
        ("gold_sql", _sql("\n\n".join(record.get("gold_sql") or ()))),
    ]
    told = [join([tag("dt", look.say(f"evals.{key}")), tag("dd", value)]) for key, value in pairs if value]
    ask = link(look.say("evals.ask"), f"./?ask={quote(record['question'], safe='')}") if record["question"] else ""
    return tag("details", join([summary, tag("dl", join(told)), ask]), {"class": "tw-case"})


def _came_back(record: Mapping[str, Any]) -> Markup:
    return join([tag("p", record.get("text") or record.get("code") or ""), _rows(record.get("answer"))])


def _expected(record: Mapping[str, Any]) -> Markup:
    return join([tag("p", record.get("expectation") or record.get("kind") or ""), _rows(record.get("gold"))])


def _rows(table: Mapping[str, Any] | None) -> Markup:
    if not table or not table.get("rows"):
        return join([])
    head = tag("tr", join(tag("th", name, {"scope": "col"}) for name in table["columns"]))
    body = (tag("tr", join(tag("td", cell) for cell in row)) for row in table["rows"][:MOST_ROWS])
    made = tag("table", join([tag("thead", head), tag("tbody", join(body))]), {"class": "tw-table"})
    return tables.wrapped(made, ", ".join(map(str, table["columns"])))


def _sql(text: str) -> Markup:
    return tag("pre", tag("code", text), {"class": "tw-sql", "tabindex": "0"}) if text else join([])


# --- two runs


def comparison_card(found: Mapping[str, Any], look: Look) -> Markup:
    """What was fixed and what broke between two runs."""
    counts: dict[str, object] = {"common": found["common"]}
    counts |= {key: len(found[key]) for key in ("fixed", "broken")}
    chance = number(found["p"], Style("decimal", locale=look.locale))
    parts: list[object] = [
        tag("p", look.say("evals.compared", counts), {"class": "tw-score"}),
        of_class("p", "tw-small", look.say("evals.chance", {"p": chance})),
    ]
    for key in ("broken", "fixed", "changed"):
        if found[key]:
            items = [tag("li", _change(one, look)) for one in found[key][:MOST_CHANGES]]
            parts += [tag("h3", look.say(f"evals.{key}")), tag("ul", join(items), {"class": "tw-changes"})]
    return join(parts)


def _change(one: Mapping[str, str], look: Look) -> str:
    before, after = (look.say(f"evals.{one[side]}") for side in ("before", "after"))
    return look.say("evals.change", {"name": one["name"], "before": before, "after": after})
