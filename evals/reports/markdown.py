"""The results as Markdown: a comment on a pull request, or a build's summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.diff import Difference, difference
from evals.records import Record
from evals.reports.terminal import LABELS, milliseconds, percent
from evals.results import Results
from evals.scoring import Score

_SHOWN = 25


def markdown(results: Results, base: Results | None = None, broken: Sequence[str] = ()) -> str:
    """The report; with `base` also what was fixed and what broke against it."""
    found = difference(base.records, results.records) if base else None
    return "\n".join([*_head(results, broken), *_table(results), *_changes(found), *_failed(results.records)]) + "\n"


def _head(results: Results, broken: Sequence[str]) -> Iterator[str]:
    overall = results.summary.overall
    sign = "failed" if broken else "passed"
    yield f"### Evals {sign}: {percent(overall.accuracy)} right, {overall.counts.silently_wrong} silently wrong"
    yield ""
    yield from (f"- **Gate failed:** {_text(sentence)}" for sentence in broken)
    if broken:
        yield ""


def _table(results: Results) -> Iterator[str]:
    yield "| suite | n | right | silently wrong | needlessly refused | rightly refused | error | accuracy | p50 ms |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for name, score in results.summary.suites.items():
        yield _row(name, score)
    if len(results.summary.suites) > 1:
        yield _row("**all**", results.summary.overall)
    overall = results.summary.overall
    low, high = overall.interval or (0, 0)
    trust = f"{percent(overall.trust_1)} at penalty 1, {percent(overall.trust_5)} at penalty 5"
    yield ""
    yield f"Accuracy {percent(overall.accuracy)} (95% interval {low:.1%} to {high:.1%}),"
    yield f"precision when answering {percent(overall.precision)}, coverage {percent(overall.coverage)},"
    yield f"trust score {trust}."
    yield ""


def _row(name: str, score: Score) -> str:
    c = score.counts
    numbers = (c.total, c.right, c.silently_wrong, c.needlessly_refused, c.rightly_refused, c.error)
    cells = [name, *map(str, numbers), percent(score.accuracy), milliseconds(score.p50_ms)]
    return "| " + " | ".join(cells) + " |"


def _changes(found: Difference | None) -> Iterator[str]:
    """What changed against the base."""
    if found is None:
        return
    yield f"Against the base: **{len(found.fixed)} fixed, {len(found.broken)} broken** (McNemar p = {found.p:.3g})."
    yield ""
    for title, changes in (("Broken", found.broken), ("Fixed", found.fixed)):
        if changes:
            names = ", ".join(f"`{item.after.name}`" for item in changes[:_SHOWN])
            more = f" and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
            yield f"{title}: {names}{more}"
            yield ""


def _failed(records: Sequence[Record]) -> Iterator[str]:
    """The silently wrong questions of dev splits, folded away."""
    wrong = [record for record in records if record.verdict == "silently_wrong" and record.split == "dev"]
    if not wrong:
        return
    yield f"<details><summary>{len(wrong)} {LABELS['silently_wrong']} (dev)</summary>"
    yield ""
    yield "| question | read as | reasons |"
    yield "|---|---|---|"
    for record in wrong[:_SHOWN]:
        name = f"`{record.name}` {_text(record.question)}"
        yield f"| {name} | {_text(record.understood)} | {', '.join(record.reasons)} |"
    yield ""
    yield "</details>"


def _text(text: str) -> str:
    """The text with the signs escaped that would break a table or become markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("\\", "\\\\")
    for sign in "|`*_[]#":
        escaped = escaped.replace(sign, f"\\{sign}")
    return " ".join(escaped.split())
