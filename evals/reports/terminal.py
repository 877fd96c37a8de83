"""The report in a terminal: the numbers in a fixed order, then what failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evals.history import PastRun
from evals.records import Record
from evals.results import Results, Summary
from evals.scoring import Score

LABELS = {
    "right": "answered right",
    "silently_wrong": "silently wrong",
    "needlessly_refused": "needlessly refused",
    "rightly_refused": "rightly refused",
    "error": "error",
}
_FAILED_SHOWN = 40


def terminal(results: Results) -> str:
    """The whole report as text; questions of a test split are never named, only counted."""
    summary = results.summary
    lines = [
        *_head(results),
        "",
        *_counts(summary.overall),
        "",
        *_rates(summary.overall),
        *_groups("Suites", summary.suites),
        *_groups("Tags", summary.tags),
        *_further(summary),
        *_reasons(summary),
        *_failed(results.records),
    ]
    return "\n".join(lines)


def _head(results: Results) -> Iterator[str]:
    head = results.head
    yield f"{head.system} · {results.summary.overall.counts.total} questions · run {head.run} · {head.started}"
    for info in head.suites:
        day = f" as of {info.as_of}" if info.as_of else ""
        yield f"  {info.suite} v{info.version} ({info.cases} cases) on {info.database}{day}"


def _counts(score: Score) -> Iterator[str]:
    counts = score.counts.model_dump()
    for verdict, label in LABELS.items():
        share = counts[verdict] / score.counts.total if score.counts.total else 0
        vague = f"  ({score.counts.vague} without naming what they must)" if score.counts.vague else ""
        yield f"  {label:<20}{counts[verdict]:>6}  {share:>6.1%}{vague if verdict == 'rightly_refused' else ''}"


def _rates(score: Score) -> Iterator[str]:
    low, high = score.interval or (0, 0)
    yield f"  {'accuracy':<20}{percent(score.accuracy):>6}  (95% interval {low:.1%} to {high:.1%})"
    yield f"  {'precision':<20}{percent(score.precision):>6}  of the answers given are right"
    yield f"  {'coverage':<20}{percent(score.coverage):>6}  of the answerable questions get an answer"
    yield f"  {'trust score':<20}{percent(score.trust_1):>6}  at penalty 1, {percent(score.trust_5)} at penalty 5"
    yield f"  {'exact / subset':<20}{score.exact:>6} right without, {score.subset} with further columns"


def _groups(title: str, groups: dict[str, Score]) -> Iterator[str]:
    """One line a group: counts, accuracy, median latency."""
    if len(groups) < 2:
        return
    width = max(len(name) for name in groups)
    yield ""
    yield f"  {title:<{width}}      n  right  wrong  need.ref  right.ref  error  accuracy   p50 ms"
    for name, score in groups.items():
        c = score.counts
        refused = f"{c.needlessly_refused:>10}{c.rightly_refused:>11}"
        numbers = f"{c.total:>5}{c.right:>7}{c.silently_wrong:>7}{refused}{c.error:>7}"
        yield f"  {name:<{width}}  {numbers}{percent(score.accuracy):>10}{milliseconds(score.p50_ms):>9}"


def _further(summary: Summary) -> Iterator[str]:
    yield ""
    if summary.paraphrases:
        p, c = summary.paraphrases, summary.paraphrases.counts
        yield f"  paraphrases: {p.all_right} of {p.bases} questions pass in every wording"
        yield f"    accuracy {p.accuracy_base:.1%} as written, {p.accuracy:.1%} reworded ({p.rewordings} rewordings):"
        yield f"    a drop of {p.drop:.1f} points; {c.silently_wrong} silently wrong, {c.needlessly_refused} refused"
    if summary.agreement is not None:
        yield f"  run-to-run agreement: {summary.agreement:.1%}"
    yield f"  latency: p50 {milliseconds(summary.overall.p50_ms)} ms, p95 {milliseconds(summary.overall.p95_ms)} ms"
    totals = summary.totals
    if totals.calls:
        tokens = f"{totals.tokens_in:,} tokens in, {totals.tokens_out:,} out"
        yield f"  model: {totals.calls} calls, {tokens}, {dollars(totals.dollars, 4)}"
    if summary.perturbed:
        yield f"  lucky passes: {summary.lucky} of {summary.perturbed} right answers fall apart on changed data,"
        yield f"    {summary.fragile} more only over empty groups, links that lead nowhere, NULL in other columns"
    if summary.plan_differs:
        yield f"  right rows from another plan than expected: {summary.plan_differs}"


def _reasons(summary: Summary) -> Iterator[str]:
    if summary.reasons:
        yield ""
        yield "  reasons: " + ", ".join(f"{code} {number}" for code, number in summary.reasons.items())


def _failed(records: Iterable[Record]) -> Iterator[str]:
    """The questions that did not pass, worst first; those of a test split stay hidden."""
    order = {"silently_wrong": 0, "error": 1, "needlessly_refused": 2}
    failed = [record for record in records if not record.passed and record.split == "dev"]
    failed.sort(key=lambda record: order.get(record.verdict, 3))
    if not failed:
        return
    yield ""
    for record in failed[:_FAILED_SHOWN]:
        yield f"  {LABELS[record.verdict]:<19} {record.name}: {record.question}"
        yield f"  {'':<19} {', '.join(record.reasons)}{_detail(record)}"
    if len(failed) > _FAILED_SHOWN:
        yield f"  ... and {len(failed) - _FAILED_SHOWN} more; the JSON and the HTML report hold all of them"


def _detail(record: Record) -> str:
    """The reading of a wrong answer, or the first sentence of a refusal."""
    said = record.understood if record.verdict == "silently_wrong" else record.text.partition("\n")[0]
    return f" · {said}" if said else ""


def percent(share: float | None) -> str:
    """A share as people read it."""
    return "-" if share is None else f"{share:.1%}"


def milliseconds(value: float | None) -> str:
    """A latency, with one digit below ten."""
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def dollars(amount: float, digits: int) -> str:
    """What a model cost; nothing is known without its prices."""
    return f"{amount:.{digits}f} USD" if amount else "prices not given"


def past_run(run: PastRun) -> str:
    """One run of the history in one line."""
    suites = ", ".join(info.suite for info in run.head.suites)
    if run.summary is None:
        return f"{run.id}  {run.status:<9}{run.head.system:<12}{suites}"
    overall = run.summary.overall
    numbers = (
        f"{overall.counts.total:>5} asked{percent(overall.accuracy):>8} right{overall.counts.silently_wrong:>5} wrong"
    )
    return f"{run.id}  {run.status:<9}{run.head.system:<12}{numbers}  {suites}"
