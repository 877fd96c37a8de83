"""What the Data view shows, as markup: previews, reports of loads, rows put aside, checks, lineage, pairs that wait."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from assistant.data_state import Freshness
from assistant.formatting import Style, day, number
from assistant.retelling import retold
from assistant.ui import tables
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.states import empty_card, link
from warehouse import (
    Decision,
    Proposal,
    QualityCheck,
    QuarantinedRow,
    RunReport,
    SourceReport,
    TableLineage,
    WaitingPair,
)

SURE = 0.99  # records this alike are joined without asking, save that something speaks against it
LONGEST_CELL, MOST_FILES, MOST_CHECKS = 60, 12, 400


def count(value: float, look: Look) -> str:
    """A whole number as people read it."""
    return number(value, Style("integer", locale=look.locale))


def share(value: float, look: Look, digits: int = 0) -> str:
    """A share as people read it."""
    return number(value, Style("percent", decimals=digits, locale=look.locale))


def when(value: datetime | None, look: Look) -> str:
    """A day, or a dash."""
    return day(value.date(), look.locale) if value else "–"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], label: str) -> Markup:
    """A plain table in a box that scrolls sideways."""
    top = tag("tr", join(tag("th", one, {"scope": "col", "class": "tw-left"}) for one in head))
    body = [tag("tr", join(tag("td", cell, {"class": "tw-left"}) for cell in row)) for row in rows]
    made = tag("table", join([tag("thead", top), tag("tbody", join(body))]), {"class": "tw-table tw-data"})
    return tables.wrapped(made, label)


def cut(text: str | None) -> str:
    """A cell on one line, not too long."""
    line = " ".join((text or "").split())
    return line if len(line) <= LONGEST_CELL else f"{line[: LONGEST_CELL - 1]}…"


# --- loading


def preview_card(proposal: Proposal, name: str, look: Look) -> Markup:
    """What a file seems to be, and its first rows."""
    title = look.say("data.looks_like", {"file": name, "table": proposal.table.replace("_", " ")})
    rows = ([cut(cell) for cell in row] for row in proposal.rows)
    heading = look.say("data.preview")
    return join([tag("h3", title), tag("h4", heading), table(proposal.header, rows, heading)])


def report_card(report: RunReport, look: Look) -> Markup:
    """What a load brought: each source with its counts, why rows were put aside, and what to do next."""
    lines = [tag("p", _loaded(one, look), {"class": "tw-noted", "role": "status"}) for one in report.loaded]
    for one in report.failed:
        told = look.say("data.failed", {"source": one.source, "message": one.message})
        lines.append(tag("p", told, {"class": "tw-refused", "role": "alert"}))
    found = report.unified.resolution if report.unified else None
    if found:
        counts = {"records": count(found.records, look), "customers": count(found.customers, look)}
        lines.append(tag("p", look.say("data.unified", counts)))
    reasons = [(rows, reason) for one in report.loaded for reason, rows in one.reasons]
    if reasons:
        told = [
            look.say("data.reason", {"count": count(rows, look), "reason": retold(reason, look.locale)})
            for rows, reason in reasons
        ]
        lines += [tag("h4", look.say("data.reasons")), tag("ul", join(tag("li", one) for one in told))]
    notes = [note for one in report.loaded for note in one.notes] + list(report.unified.notes if report.unified else ())
    lines += [of_class("p", "tw-small", note) for note in notes]
    links = [link(look.say("data.mend_now"), "data?tab=aside")] if reasons else []
    links.append(link(look.say("data.ask_now"), "./"))
    return join([*lines, of_class("div", "tw-actions", join(links))])


def _loaded(one: SourceReport, look: Look) -> str:
    counts = one.counts
    values: dict[str, object] = {
        "source": one.source, "read": count(counts.rows_in, look), "loaded": count(counts.loaded, look),
        "aside": count(counts.quarantined, look),
    }  # fmt: skip
    return look.say("data.loaded", values)


# --- put aside


def aside_card(rows: Sequence[QuarantinedRow], told: bool, look: Look) -> Markup:
    """The rows that could not be taken; what they say only where it may be told."""
    if not rows:
        return empty_card(look.say("data.no_aside"), look.say("data.no_aside_text"))
    names = ("source", "place", "reason", "row") if told else ("source", "place", "reason")
    head = [look.say(f"data.columns.{name}") for name in names]
    body = [
        [one.source, place(one, look), retold(one.reason, look.locale), *([cut(_cells(one.row))] if told else [])]
        for one in rows
    ]
    intro = look.say("data.aside_intro") if told else look.say("data.hidden")
    return join([of_class("p", "tw-small", intro), table(head, body, look.say("data.aside"))])


def _cells(row: str) -> str:
    """A row as people read it: names and values, without what is missing; as it stands when it is a line of text."""
    try:
        found = json.loads(row)
    except ValueError:
        return row
    if not isinstance(found, dict):
        return row
    return ", ".join(f"{name} {value}" for name, value in cast("dict[str, Any]", found).items() if value is not None)


def place(row: QuarantinedRow, look: Look) -> str:
    """Where a row stands."""
    return look.say("data.where", {"file": row.file.rsplit("/", 1)[-1], "line": row.line})


# --- health


def health_card(fresh: Sequence[Freshness], checks: Sequence[QualityCheck], look: Look) -> Markup:
    """How far each table reaches, and what the checks found; those that failed first."""
    return join([tag("h3", look.say("data.quality")), _checks(checks, look), *_freshness(fresh, look)])


def _checks(checks: Sequence[QualityCheck], look: Look) -> Markup:
    if not checks:
        return tag("p", look.say("data.no_checks"))
    bad = [one for one in checks if not one.passed]
    values: dict[str, object] = {"count": len(bad), "all": len(checks)}
    title = look.say("data.checks_failed" if bad else "data.checks_fine", values)
    parts: list[object] = [tag("p", title, {"class": "tw-verdict-bad" if bad else "tw-verdict-good"})]
    if bad:
        parts.append(_check_table(bad, title, look))
    every = look.say("data.show_all", values)
    whole = _check_table(checks[:MOST_CHECKS], every, look)
    return join([*parts, tag("details", join([tag("summary", every), whole]), {"class": "tw-more"})])


def _check_table(checks: Sequence[QualityCheck], label: str, look: Look) -> Markup:
    head = [look.say(f"data.columns.{name}") for name in ("state", "table", "check", "found")]
    rows = [
        [_state(one.passed, look), ".".join(part for part in (one.subject, one.column) if part), one.kind, one.told]
        for one in checks
    ]
    return table(head, rows, label)


def _state(passed: bool, look: Look) -> Markup:
    return of_class("span", "tw-good" if passed else "tw-bad", look.say("data.good" if passed else "data.bad"))


def _freshness(fresh: Sequence[Freshness], look: Look) -> list[Markup]:
    if not fresh:
        return []
    head = [look.say(f"data.columns.{name}") for name in ("table", "latest", "loaded")]
    rows = [[one.table, when(one.latest, look), when(one.loaded_at, look)] for one in fresh]
    title = look.say("data.fresh")
    return [tag("h3", title), table(head, rows, title)]


# --- lineage


def lineage_card(found: TableLineage, look: Look) -> Markup:
    """The sources behind a table: systems, files, and which column fills which."""
    title = look.say("data.lineage", {"table": found.table, "rows": count(found.rows, look)})
    systems = of_class("p", "tw-small", " · ".join(f"{name} {count(rows, look)}" for name, rows in found.systems))
    cards = [_source(one, look) for one in found.sources]
    return join([tag("h3", title), systems, of_class("div", "tw-sources", join(cards))])


def _source(one: Any, look: Look) -> Markup:
    values: dict[str, object] = {
        "source": one.source, "system": one.system, "rows": count(one.rows, look),
        "aside": count(one.quarantined, look),
    }  # fmt: skip
    parts = [tag("h4", look.say("data.from", values))]
    if one.loaded_at:
        parts.append(of_class("p", "tw-small", look.say("data.from_when", {"when": when(one.loaded_at, look)})))
    names = [name.rsplit("/", 1)[-1] for name in one.files[:MOST_FILES]]
    parts.append(_folded(look.say("data.files"), names, len(one.files)))
    parts.append(_folded(look.say("data.mapped"), [f"{core} ← {column}" for core, column in one.columns], 0))
    return tag("section", join(parts))


def _folded(label: str, lines: Sequence[str], total: int) -> Markup:
    if not lines:
        return join([])
    more = [tag("li", "…")] if total > len(lines) else []
    listed = tag("ul", join([*(tag("li", line) for line in lines), *more]))
    return tag("details", join([tag("summary", f"{label} ({total or len(lines)})"), listed]), {"class": "tw-more"})


# --- who is who


def pair_card(pair: WaitingPair, total: int, look: Look) -> Markup:
    """Two customers side by side, how alike they are, and what speaks for and against."""
    left, right = pair.left, pair.right
    columns = list(dict.fromkeys((*left.values, *right.values)))
    rows = [[c.replace("_", " "), left.values.get(c, "–"), right.values.get(c, "–")] for c in columns]
    head = ["", *(f"{one.customer_id} ({':'.join(one.key)})" for one in (left, right))]
    weights = [
        tag("li", f"{'+' if one.weight >= 0 else '−'}{abs(one.weight):.1f}  {one.what}: {one.agreement}")
        for one in pair.evidence
        if one.agreement != "missing"
    ]
    title = look.say("data.waiting_one" if total == 1 else "data.waiting_many", {"count": count(total, look)})
    alike = look.say("data.alike", {"share": share(pair.probability, look, 1)})
    against = of_class("p", "tw-small", look.say("data.others_against")) if pair.probability >= SURE else ""
    parts = [tag("h3", title), of_class("p", "tw-alike", alike), against, table(head, rows, title)]
    return join([*parts, tag("h4", look.say("data.for_against")), tag("ul", join(weights), {"class": "tw-weights"})])


def decisions_card(made: Sequence[Decision], look: Look) -> Markup:
    """What people decided, the latest first."""
    if not made:
        return join([])
    items: list[Markup] = []
    for one in reversed(made[-20:]):
        entry = one.entry
        groups = [entry.body["records"]] if entry.kind == "merge" else entry.body["groups"]
        records = " / ".join(", ".join(":".join(record) for record in group) for group in groups)
        key = "data.decision_merge" if entry.kind == "merge" else "data.decision_split"
        told = look.say(key, {"records": records})
        small = [day(entry.at.date(), look.locale), entry.by, str(entry.body.get("reason") or "")]
        small += [] if one.holds else [look.say("data.undone")]
        note = of_class("span", "tw-small", " · ".join(part for part in small if part))
        items.append(tag("li", join([told, " ", note]), {"class": None if one.holds else "tw-gone"}))
    return join([tag("h3", look.say("data.decisions")), tag("ul", join(items), {"class": "tw-decisions"})])
