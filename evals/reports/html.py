"""One self-contained page: what a manager must know at the top, every question below, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files

from evals.diff import Difference, difference
from evals.records import VERDICTS, Record
from evals.reports.html_case import case_of
from evals.reports.reason_words import in_words
from evals.reports.terminal import LABELS, dollars, milliseconds, percent
from evals.results import Results, Summary
from evals.scoring import Counts, Score

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_COLUMNS = 40


def html(results: Results, base: Results | None = None) -> str:
    """The page as text; with `base` also what was fixed and what broke against it."""
    found = difference(base.records, results.records) if base else None
    changes = _change_by_key(found)
    worst = sorted(results.records, key=lambda record: _ORDER[record.verdict])
    page = files("evals.reports") / "page"
    return "".join(
        [
            "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>",
            "<meta name='viewport' content='width=device-width, initial-scale=1'>",
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>{escape(_title(results))}</title>",
            f"<style>{(page / 'page.css').read_text(encoding='utf-8')}</style></head><body><main>",
            *_head(results),
            *_overview(results.summary),
            *_against(found),
            *_charts(results),
            "<h2 id='questions'>Questions</h2>",
            *_filters(results, found),
            *(case_of(record, changes.get(_key(record), "")) for record in worst),
            f"</main><script>{(page / 'page.js').read_text(encoding='utf-8')}</script></body></html>\n",
        ]
    )


_ORDER = {"silently_wrong": 0, "error": 1, "needlessly_refused": 2, "right": 3, "rightly_refused": 4}


def _key(record: Record) -> tuple[str, str, int, int]:
    return record.key


def _change_by_key(found: Difference | None) -> Mapping[tuple[str, str, int, int], str]:
    """ "fixed" or "broken" by question."""
    if found is None:
        return {}
    fixed = {item.after.key: "fixed" for item in found.fixed}
    return fixed | {item.after.key: "broken" for item in found.broken}


def _title(results: Results) -> str:
    overall = results.summary.overall
    return f"{percent(overall.accuracy)} right, {overall.counts.silently_wrong} silently wrong: {results.head.system}"


def _head(results: Results) -> Iterator[str]:
    head = results.head
    overall = results.summary.overall
    yield f"<h1>{percent(overall.accuracy)} of {overall.counts.total} questions get the right reaction</h1>"
    versions = f"Tellwise {head.product}, {head.engine}, Python {head.python} on {head.machine}"
    line = f"System: {head.system} · run {head.run} · {_moment(head.started)} · {versions}"
    yield f"<p class='soft'>{escape(line)}</p>"
    yield f"<details class='about'><summary>{len(head.suites)} suites: who wrote and who checked them</summary>"
    for info in head.suites:
        day = f" as of {info.as_of}" if info.as_of else ""
        signed = f" · written by {info.author or 'nobody named'}, checked by {info.verified_by or 'nobody named'}"
        line = f"{info.suite} v{info.version}: {info.cases} cases on {info.database}{day}{signed} · {info.sha256[:12]}"
        yield f"<p>{escape(line)}</p>"
    yield "</details>"
    if head.stopped:
        yield f"<p><strong>Stopped early:</strong> {escape(head.stopped)}</p>"


def _moment(text: str) -> str:
    """The moment of a run as people write it."""
    return text.replace("T", " ")[:16] + " UTC" if text.endswith("+00:00") else text


def _overview(summary: Summary) -> Iterator[str]:
    overall, counts = summary.overall, summary.overall.counts
    low, high = overall.interval or (0, 0)
    yield _bar(counts, tall=True)
    yield "<ul class='keys'>"
    for verdict in VERDICTS:
        vague = f" ({counts.vague} not naming what they must)" if verdict == "rightly_refused" and counts.vague else ""
        shown = f"<i></i>{LABELS[verdict]} {getattr(counts, verdict)}{vague}"
        yield f"<li class='key {verdict}'><a href='#questions' data-show='{verdict}'>{shown}</a></li>"
    yield "</ul><div class='tiles'>"
    yield _tile("right", percent(overall.accuracy), "accuracy", f"95% interval {low:.0%} to {high:.0%}")
    wrong = f"{counts.silently_wrong / counts.total:.1%} of all questions" if counts.total else ""
    yield _tile("silently_wrong", str(counts.silently_wrong), "silently wrong", wrong)
    yield _tile("", percent(overall.precision), "precision", "of the answers given are right")
    yield _tile("", percent(overall.coverage), "coverage", "of answerable questions get an answer")
    penalty = f"at penalty 1; {percent(overall.trust_5)} at penalty 5"
    yield _tile("", percent(overall.trust_1), "trust score", penalty)
    yield _tile(
        "", f"{milliseconds(overall.p50_ms)} ms", "median latency", f"95% within {milliseconds(overall.p95_ms)} ms"
    )
    yield from _more_tiles(summary)
    yield "</div>"


def _more_tiles(summary: Summary) -> Iterator[str]:
    """Numbers that not every run has."""
    if summary.paraphrases:
        p = summary.paraphrases
        yield _tile("", f"{-p.drop:+.1f} pt", "when reworded", f"{p.all_right} of {p.bases} pass in every wording")
    if summary.agreement is not None:
        yield _tile("", percent(summary.agreement), "run to run", "same answer each time")
    if summary.perturbed:
        checked = f"of {summary.perturbed} asked again on changed data; {summary.fragile} fragile"
        yield _tile("", str(summary.lucky), "lucky passes", checked)
    if summary.totals.calls:
        t = summary.totals
        tokens = f"{t.tokens_in:,} tokens in, {t.tokens_out:,} out; {dollars(t.dollars, 2)}"
        yield _tile("", str(t.calls), "model calls", tokens)


def _tile(tone: str, number: str, label: str, remark: str) -> str:
    return f"<div class='tile {tone}'><b>{number}</b>{label}<div class='soft'>{remark}</div></div>"


def _bar(counts: Counts, *, tall: bool = False) -> str:
    """The verdicts as one stacked bar."""
    found = [(verdict, getattr(counts, verdict)) for verdict in VERDICTS]
    parts = "".join(
        f"<i class='{verdict}' style='flex:{number}' title='{LABELS[verdict]}: {number}'></i>"
        for verdict, number in found
        if number
    )
    said = ", ".join(f"{LABELS[verdict]} {number}" for verdict, number in found)
    return f"<div class='bar{' tall' if tall else ''}' role='img' aria-label='{said}'>{parts}</div>"


def _against(found: Difference | None) -> Iterator[str]:
    if found is None:
        return
    yield "<h2>Against the earlier run</h2>"
    yield f"<p><strong>{len(found.fixed)} fixed, {len(found.broken)} broken</strong> of {found.common}"
    yield f" questions in both (McNemar p = {found.p:.3g}); {len(found.newly_wrong)} newly silently wrong.</p>"


def _charts(results: Results) -> Iterator[str]:
    yield "<div class='halves'>"
    yield from _groups("By suite", results.summary.suites)
    yield from _groups("By tag", results.summary.tags)
    yield from _latency([r.milliseconds for r in results.records if r.verdict != "error"])
    yield from _reasons(results.summary)
    yield "</div>"


def _groups(title: str, groups: Mapping[str, Score]) -> Iterator[str]:
    if len(groups) < 2:
        return
    yield f"<section><h2>{title}</h2><div class='groups'>"
    for name, score in groups.items():
        number = f"{percent(score.accuracy)} of {score.counts.total}"
        yield f"<div class='name'>{escape(name)}</div>{_bar(score.counts)}<div class='number'>{number}</div>"
    yield "</div></section>"


def _latency(times: list[float]) -> Iterator[str]:
    """How long answers took, as columns over a span that leaves the slowest hundredth out."""
    if len(times) < 5:
        return
    top = sorted(times)[int(len(times) * 0.99) - 1] or 1.0
    columns = [0] * _COLUMNS
    for value in times:
        columns[min(_COLUMNS - 1, int(value / top * _COLUMNS))] += 1
    highest = max(columns)
    yield "<section><h2>Time to answer</h2><div class='columns' role='img' aria-label='distribution of latencies'>"
    for at, number in enumerate(columns):
        span = f"{at * top / _COLUMNS:.0f} to {(at + 1) * top / _COLUMNS:.0f} ms: {number}"
        yield f"<i style='height:{100 * number / highest:.0f}%' title='{span}'></i>"
    yield f"</div><div class='ends'><span>0 ms</span><span>{top:.0f} ms and more</span></div></section>"


def _reasons(summary: Summary) -> Iterator[str]:
    if not summary.reasons:
        return
    yield "<section><h2>Why questions did not pass</h2><div class='groups'>"
    most = max(summary.reasons.values())
    for code, number in list(summary.reasons.items())[:12]:
        bar = f"<div class='bar'><i class='silently_wrong' style='flex:{number}'></i>"
        rest = f"<i style='flex:{most - number};background:none'></i></div>"
        yield f"<div class='name'>{escape(in_words(code))}</div>{bar}{rest}<div class='number'>{number}</div>"
    yield "</div></section>"


def _filters(results: Results, found: Difference | None) -> Iterator[str]:
    yield "<form class='none' aria-label='Filter the questions'>"
    yield "<input type='search' name='words' placeholder='Search questions, SQL, answers' aria-label='Search'>"
    for verdict in VERDICTS:
        yield f"<button type='button' class='{verdict}' data-group='verdict' value='{verdict}' aria-pressed='false'>"
        yield f"<i></i>{LABELS[verdict]}</button>"
    for change in ("broken", "fixed") if found else ():
        yield f"<button type='button' data-group='change' value='{change}' aria-pressed='false'>{change}</button>"
    yield _select("suite", "all suites", {name: name for name in results.summary.suites})
    yield _select("tag", "all tags", {name: name for name in results.summary.tags})
    yield _select("reason", "all reasons", {code: in_words(code) for code in results.summary.reasons})
    yield "<span id='shown' class='soft' role='status'></span></form>"


def _select(name: str, label: str, values: Mapping[str, str]) -> str:
    options = "".join(
        f"<option value='{escape(key, quote=True)}'>{escape(text)}</option>" for key, text in values.items()
    )
    return f"<select name='{name}' aria-label='{name}'><option value=''>{label}</option>{options}</select>"
