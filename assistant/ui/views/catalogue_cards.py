"""The catalogue as markup: what was found, one entry with all that is known of it, and a proposed change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from assistant.catalogue import KINDS, Change, Effects, Entry, Provenance, Reread
from assistant.formatting import day, shorten
from assistant.ui import tables
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag, text
from assistant.ui.sql_markup import difference_block
from assistant.ui.states import empty_card
from semantic_layer import Difference

MOST_SHOWN = 60
LONGEST = 180
Titles = Mapping[tuple[str, str], str]
"""What entries are called, by kind and name."""


def kinds(chosen: str, waiting: int, look: Look) -> Markup:
    """Links to each kind of entry, and to the proposals."""
    named = [("", "catalogue"), *((kind, f"catalogue?kind={kind}") for kind in KINDS)]
    links = [_nav(look.say(f"catalogue.kind_{kind}"), href, kind == chosen) for kind, href in named]
    proposals = look.say("catalogue.proposals") + (f" ({waiting})" if waiting else "")
    links.append(_nav(proposals, "catalogue?kind=proposals", chosen == "proposals"))
    return tag("nav", tag("ul", join(links)), {"class": "tw-board-list", "aria-label": look.say("catalogue.kinds")})


def _nav(label: str, href: str, current: bool) -> Markup:
    return tag("li", tag("a", label, {"href": href, "aria-current": "page" if current else None}))


def entry_list(found: Sequence[Entry], words: str, look: Look) -> Markup:
    """The entries found, the best first, as far as there is place."""
    if not found:
        told = look.say("catalogue.nothing_text", {"words": words})
        return empty_card(look.say("catalogue.nothing_title"), told)
    shown = found[:MOST_SHOWN]
    count = look.say("catalogue.found", {"shown": len(shown), "count": len(found)})
    lines = tag("ul", join([_line(one, look) for one in shown]), {"class": "tw-entries"})
    return join([of_class("p", "tw-small", count), lines])


def _line(entry: Entry, look: Look) -> Markup:
    head = [
        tag("a", entry.title, {"href": entry_href(entry)}),
        of_class("span", "tw-chip", look.say(f"catalogue.one_{entry.kind}")),
        of_class("span", "tw-small", entry.dataset),
    ]
    counts = [_count("used", entry.used, look), _count("tests", entry.tests, look)]
    parts = [
        of_class("div", "tw-entry-head", join(head)),
        of_class("p", "", shorten(entry.description, LONGEST)) if entry.description else "",
        of_class("p", "tw-small", " · ".join(filter(None, counts))),
    ]
    return tag("li", join(parts))


def _count(key: str, count: int, look: Look) -> str:
    if not count:
        return ""
    return look.say(f"catalogue.{key}_one" if count == 1 else f"catalogue.{key}", {"count": count})


def entry_href(entry: Entry) -> str:
    """The address of an entry's page."""
    return f"catalogue?entry={entry.kind}:{quote(entry.name)}"


# --- one entry


def entry_page(entry: Entry, known: Provenance, look: Look) -> Markup:
    """All that is known of an entry."""
    back = tag("a", look.say("catalogue.back"), {"href": "catalogue", "class": "tw-quiet"})
    kind = of_class("span", "tw-chip tw-metric", look.say(f"catalogue.one_{entry.kind}"))
    head = [back, tag("h2", entry.title), of_class("p", "tw-chips", kind), tag("p", entry.description)]
    return join([*head, _pairs(_known(entry, known, look))])


def _known(entry: Entry, known: Provenance, look: Look) -> list[tuple[str, object]]:
    say = look.say
    asked = [tag("li", _asked(one)) for one in entry.examples]
    usage = say("catalogue.usage_text", {"count": entry.used})
    tested = say("catalogue.tested_text", {"count": entry.tests}) if entry.tests else say("catalogue.untested")
    fresh = day(known.fresh_until, look.locale) if known.fresh_until else ""
    return [
        (say("catalogue.name"), tag("code", entry.name)),
        (say("catalogue.condition" if entry.kind == "segment" else "catalogue.formula"), _code(entry.formula)),
        (say("catalogue.steps"), _steps(entry.steps)),
        (say("catalogue.counts" if entry.kind == "funnel" else "catalogue.dataset"), entry.dataset),
        (say("catalogue.owner"), entry.owner),
        (say("catalogue.synonyms"), _chips(entry.synonyms)),
        (say("catalogue.examples"), tag("ul", join(asked), {"class": "tw-asks"}) if asked else ""),
        (say("catalogue.bands"), _asked(known.banded) if known.banded else ""),
        (say("catalogue.made_of"), _codes(known.parts)),
        (say("catalogue.tables"), _codes(known.tables)),
        (say("catalogue.fresh"), fresh),
        *((say(f"catalogue.facts.{key}"), _fact(key, value, look)) for key, value in entry.facts),
        (say("catalogue.usage"), usage if entry.used else ""),
        (say("catalogue.tested"), tested if entry.kind in ("metric", "segment") else ""),
    ]


def _asked(question: str) -> Markup:
    return tag("a", question, {"href": f"./?ask={quote(question)}"})


def _steps(steps: Sequence[tuple[str, str]]) -> Markup:
    """The steps of a funnel in order, each with a link to the metric that counts it."""
    if not steps:
        return text("")
    items = [tag("li", tag("a", title, {"href": f"catalogue?entry=metric:{quote(name)}"})) for name, title in steps]
    return tag("ol", join(items), {"class": "tw-asks"})


def _fact(key: str, value: str, look: Look) -> object:
    if key in ("direction", "type"):
        return look.words.choice(f"catalogue.fact_{key}", value.replace(" ", "_"))
    return _code(value) if key in ("table", "key", "time") else value


def _pairs(pairs: Sequence[tuple[str, object]]) -> Markup:
    shown = [join([tag("dt", name), tag("dd", value)]) for name, value in pairs if value]
    return tag("dl", join(shown), {"class": "tw-facts"})


def _code(value: str) -> Markup:
    return tag("code", value) if value else text("")


def _codes(names: Sequence[str]) -> Markup:
    return join([tag("code", name), " "][i] for name in names for i in (0, 1))


def _chips(words: Sequence[str]) -> Markup:
    return (
        of_class("span", "tw-chips", join([of_class("span", "tw-chip", one) for one in words])) if words else text("")
    )


def history(known: Provenance, decided: Sequence[Change], look: Look) -> Markup:
    """How the definition changed, by the log and by decisions on proposals, newest first."""
    items: list[tuple[datetime, Markup]] = [(one.at, _told(one, look)) for one in decided]
    for before, after in known.changes:
        values: dict[str, object] = {"old": before.version, "new": after.version}
        values |= {"before": before.formula, "after": after.formula}
        items.append((datetime.combine(after.at, datetime.min.time()), text(look.say("catalogue.history_log", values))))
    items.sort(key=lambda item: item[0], reverse=True)
    lines = [tag("li", join([of_class("span", "tw-small", f"{day(at, look.locale)} "), said])) for at, said in items]
    none = of_class("p", "tw-small", look.say("catalogue.history_none"))
    body = tag("ol", join(lines), {"class": "tw-history"}) if lines else none
    return join([tag("h3", look.say("catalogue.history")), body])


def _told(change: Change, look: Look) -> Markup:
    values: dict[str, object] = {"name": change.by, "reason": change.reason or look.say("catalogue.no_reason")}
    return tag("a", look.say(f"catalogue.change_{change.status}", values), {"href": f"catalogue?change={change.id}"})


# --- proposals


def proposals(waiting: Sequence[Change], titles: Titles, look: Look) -> Markup:
    """The changes that wait for a decision."""
    if not waiting:
        return empty_card(look.say("catalogue.waiting_title"), look.say("catalogue.waiting_text"))
    return tag("ul", join([_proposal(one, titles, look) for one in waiting]), {"class": "tw-entries"})


def _proposal(change: Change, titles: Titles, look: Look) -> Markup:
    head = [
        tag("a", _title(change, titles), {"href": f"catalogue?change={change.id}"}),
        of_class("span", "tw-chip", look.say(f"catalogue.one_{change.kind}")),
    ]
    told = look.say("catalogue.proposed_by", {"name": change.by, "day": day(change.at, look.locale)})
    reason = tag("p", change.reason) if change.reason else ""
    return tag("li", join([of_class("div", "tw-entry-head", join(head)), reason, of_class("p", "tw-small", told)]))


def _title(change: Change, titles: Titles) -> str:
    """What the thing is called; one that is proposed for the first time has only its name."""
    return titles.get((change.kind, change.name), change.name)


def change_page(change: Change, titles: Titles, look: Look) -> Markup:
    """What is proposed, by whom and why, line by line."""
    back = tag("a", look.say("catalogue.back"), {"href": "catalogue?kind=proposals", "class": "tw-quiet"})
    entry = tag("a", tag("code", change.name), {"href": f"catalogue?entry={change.kind}:{quote(change.name)}"})
    state = look.say(f"catalogue.state_{change.status}")
    decided = {"state": state, "name": change.decided_by, "day": _day(change.decided_at, look)}
    by = look.say("catalogue.proposed_by", {"name": change.by, "day": _day(change.at, look)})
    told = [by, look.say("catalogue.decided", decided)] if change.decided_by else [by]
    pairs: list[tuple[str, object]] = [
        (look.say(f"catalogue.one_{change.kind}"), entry),
        (state, " · ".join(told)),
        (look.say("catalogue.reason"), change.reason),
        (look.say("catalogue.comment"), change.comment),
    ]
    label = look.say("catalogue.diff")
    return join(
        [
            back,
            tag("h2", _title(change, titles)),
            _pairs(pairs),
            tag("h3", label),
            difference_block(change.before, change.after, label),
        ]
    )


def _day(at: datetime | None, look: Look) -> str:
    return day(at, look.locale) if at else ""


def computing(look: Look) -> Markup:
    """That the effects are being worked out."""
    bones = [of_class("span", "tw-bone", "") for _ in range(3)]
    said = of_class("span", "tw-small", look.say("catalogue.computing"))
    return tag("div", join([said, *bones]), {"class": "tw-state tw-loading", "role": "status"})


def effects(found: Effects, look: Look) -> Markup:
    """What a change would do: to words, to numbers, to known questions."""
    say = look.say
    checked = of_class("p", "tw-small", say("catalogue.checked", {"count": found.checked}))
    says = tag("ul", join([_difference(one, look) for one in found.differences]), {"class": "tw-origins"})
    parts = [tag("h3", say("catalogue.effects")), checked, _reread(found.reread, look), _other(found, look)]
    parts += [_totals(found, look), tag("h3", say("catalogue.says")), says, _sql(found, look)]
    doubts = tag("ul", join([tag("li", one) for one in found.findings]), {"class": "tw-caveats"})
    none = of_class("p", "tw-small", say("catalogue.no_doubts"))
    return join([*parts, tag("h3", say("catalogue.doubts")), doubts if found.findings else none])


def _difference(one: Difference, look: Look) -> Markup:
    name = f"{look.say(f'catalogue.section_{one.section}')} "
    moved = of_class("span", "tw-chip tw-unknown", look.say("catalogue.numbers")) if one.numbers else ""
    return tag("li", join([name, tag("code", one.name), " ", moved, tag("br"), "; ".join(one.sentences)]))


def _reread(changed: Sequence[Reread], look: Look) -> Markup:
    say = look.say
    title = tag("h3", say("catalogue.reread"))
    if not changed:
        return join([title, of_class("p", "tw-small", say("catalogue.reread_none"))])
    names = (say("review.question"), say("catalogue.before"), say("catalogue.after"))
    head = tag("tr", join([tag("th", name, {"scope": "col", "class": "tw-left"}) for name in names]))
    rows = [
        tag("tr", join([
            tag("td", join([one.question, " ", of_class("span", "tw-chip", say(f"catalogue.source_{one.source}"))])),
            tag("td", one.before), tag("td", one.after),
        ]))
        for one in changed
    ]  # fmt: skip
    table = tag("table", join([tag("thead", head), tag("tbody", join(rows))]), {"class": "tw-table tw-wrapping"})
    return join([title, tables.wrapped(table, say("catalogue.reread"))])


def _other(found: Effects, look: Look) -> Markup:
    if not found.other_numbers:
        return text("")
    items = tag("ul", join([tag("li", one) for one in found.other_numbers]), {"class": "tw-origins"})
    return join([tag("h3", look.say("catalogue.other_numbers")), items])


def _totals(found: Effects, look: Look) -> Markup:
    if not found.totals:
        return text("")
    say = look.say
    names = ("", say("catalogue.total_before"), say("catalogue.total_after"))
    head = tag("tr", join([tag("th", name, {"scope": "col", "class": "tw-right"}) for name in names]))
    rows = [
        tag(
            "tr",
            join(
                [
                    tag("th", title, {"scope": "row", "class": "tw-left"}),
                    *(tag("td", one, {"class": "tw-right"}) for one in pair),
                ]
            ),
        )
        for title, *pair in found.totals
    ]
    table = tag("table", join([tag("thead", head), tag("tbody", join(rows))]), {"class": "tw-table"})
    return join([tag("h3", say("catalogue.totals")), tables.wrapped(table, say("catalogue.totals"))])


def _sql(found: Effects, look: Look) -> Markup:
    lines = [line for one in found.differences for line in (f"-- {one.name}", *one.sql[2:]) if one.sql]
    if not lines:
        return text("")
    block = tag("pre", "\n".join(lines), {"class": "tw-sql", "tabindex": "0"})
    return tag("details", join([tag("summary", look.say("catalogue.sql")), block]), {"class": "tw-plain"})
