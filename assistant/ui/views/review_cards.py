"""The review queue as markup: the list, and one item with its SQL, its checks, its result and its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from assistant.answer import Answer, Definition
from assistant.formatting import day
from assistant.review import Checked, DeedDone, Finding, ReviewItem
from assistant.review.records import ReviewStatus
from assistant.ui import tables
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag, text
from assistant.ui.sql_markup import difference_block, sql_block
from assistant.ui.states import empty_card, link

STATES: tuple[ReviewStatus, ...] = ("pending", "approved", "rejected")
_MARKS = {"good": "✓", "note": "i", "warning": "!", "bad": "✕"}


def state_named(name: str) -> ReviewStatus:
    """The state of that name; what waits for any other."""
    state: ReviewStatus = "pending"
    for one in STATES:
        state = one if one == name else state
    return state


def states(chosen: ReviewStatus, waiting: int, look: Look) -> Markup:
    """Links to what waits, what was approved and what was turned down."""
    links = [
        tag(
            "a", _state_name(one, waiting, look), {"href": f"review?state={one}", "aria-current": _current(one, chosen)}
        )
        for one in STATES
    ]
    items = join([tag("li", one) for one in links])
    return tag("nav", tag("ul", items), {"class": "tw-board-list", "aria-label": look.say("review.states")})


def _current(one: str, chosen: str) -> str | None:
    return "page" if one == chosen else None


def _state_name(state: ReviewStatus, waiting: int, look: Look) -> str:
    name = look.say(f"review.state_{state}")
    return f"{name} ({waiting})" if state == "pending" and waiting else name


def queue(items: Sequence[ReviewItem], state: ReviewStatus, may_decide: bool, look: Look) -> Markup:
    """The items of a state as a list to choose from; with boxes to select several where they can be decided."""
    if not items:
        if state != "pending":
            return of_class("p", "tw-small", look.say("review.empty_decided"))
        action = link(look.say("review.ask"), "./")
        return empty_card(look.say("review.empty_title"), look.say("review.empty_text"), action)
    boxes = may_decide and state == "pending"
    return tag("ul", join([_line(one, boxes, look) for one in items]), {"class": "tw-queue"})


def _line(item: ReviewItem, boxes: bool, look: Look) -> Markup:
    title = item.question or look.say("review.no_question")
    name = look.say("review.pick", {"title": title})
    box = {"type": "checkbox", "value": item.id, "data-picks": True, "aria-label": name}
    who = look.say("review.sent", {"name": item.by, "day": _day(item.at, look)})
    parts = [
        Markup(tag("input", "", box).removesuffix("</input>")) if boxes else "",
        tag("a", title, {"href": f"review?item={item.id}"}),
        of_class("span", "tw-small", who),
        _origin(item, look),
    ]
    return tag("li", join(parts))


def _origin(item: ReviewItem, look: Look) -> Markup:
    label = look.say("review.edited") if item.edited else look.say(f"review.origin_{item.origin}")
    return of_class("span", "tw-chip tw-metric" if item.governed else "tw-chip tw-unknown", label)


def _day(at: datetime | None, look: Look) -> str:
    return day(at, look.locale) if at else ""


# --- one item


def head(item: ReviewItem, definitions: Sequence[Definition], look: Look) -> Markup:
    """The question, where it comes from, and the SQL as it stands, with what was changed in it."""
    title = item.question or look.say("review.no_question")
    back = tag("a", look.say("review.back"), {"href": "review", "class": "tw-quiet"})
    return join(
        [
            back,
            tag("h2", title),
            of_class("p", "tw-chips", _origin(item, look)),
            _facts(item, definitions, look),
            _sql(item, look),
        ]
    )


def _facts(item: ReviewItem, definitions: Sequence[Definition], look: Look) -> Markup:
    sent = look.say("review.sent_by", {"name": item.by, "day": _day(item.at, look)})
    state = look.say(f"review.state_{item.status}")
    told = {"state": state, "name": item.decided_by, "day": _day(item.decided_at, look)}
    decided = look.say("review.decided", told) if item.status != "pending" else ""
    meant = join([tag("p", join([tag("strong", one.label), " = ", tag("code", one.formula)])) for one in definitions])
    pairs = [
        (look.say(f"review.state_{item.status}"), " · ".join(filter(None, (sent, decided)))),
        (look.say("review.note"), item.note),
        (look.say("review.comment"), item.comment),
        (look.say("review.read_as"), item.reading),
        (look.say("review.definitions"), meant if item.governed else ""),
    ]
    return _pairs(pairs)


def _pairs(pairs: Sequence[tuple[str, object]]) -> Markup:
    shown = [join([tag("dt", name), tag("dd", value)]) for name, value in pairs if value]
    return tag("dl", join(shown), {"class": "tw-facts"})


def _sql(item: ReviewItem, look: Look) -> Markup:
    parts = [tag("h3", look.say("review.sql")), sql_block(item.sql)]
    if item.edited and item.generated:
        label = look.say("review.sql_before")
        parts += [tag("h3", label), difference_block(item.generated, item.sql, label)]
    return join(parts)


def checking(look: Look) -> Markup:
    """That the checks are being made."""
    bones = [of_class("span", "tw-bone", "") for _ in range(3)]
    said = of_class("span", "tw-small", look.say("review.checking"))
    return tag("div", join([said, *bones]), {"class": "tw-state tw-loading", "role": "status"})


def checks(checked: Checked, look: Look) -> Markup:
    """Everything found out about the SQL: findings, cost, origins, the change of its result, and its first rows."""
    findings = tag("ul", join([_finding(one, look) for one in checked.findings]), {"class": "tw-findings"})
    parts = [tag("h3", look.say("review.checks")), findings, _cost(checked, look), _difference(checked, look)]
    return join([*parts, _preview(checked.preview, look), _lineage(checked, look)])


def _finding(found: Finding, look: Look) -> Markup:
    mark = tag("span", _MARKS[found.verdict], {"class": f"tw-mark-{found.verdict}", "aria-hidden": "true"})
    verdict = of_class("strong", "tw-verdict", look.say(f"review.verdict_{found.verdict}"))
    said = look.say(f"review.found.{found.code}", dict(found.values))
    return tag("li", join([mark, tag("span", join([verdict, " ", said]))]))


def _cost(checked: Checked, look: Look) -> Markup:
    if checked.estimate is None:
        return text("")
    reads = ", ".join(f"{table} {look.count(rows)}" for table, rows in checked.estimate.reads)
    seconds = checked.preview.result.seconds if checked.preview else 0.0
    values = {"rows": checked.estimate.rows, "tables": reads, "steps": checked.estimate.steps}
    said = look.say("review.cost_text", values | {"count": round(seconds * 1000)})
    return join([tag("h3", look.say("review.cost")), of_class("p", "tw-small", said)])


def _difference(checked: Checked, look: Look) -> Markup:
    if checked.difference is None:
        return text("")
    more, fewer = checked.difference
    values: dict[str, object] = {"more": more, "fewer": fewer}
    said = look.say("review.difference_text", values) if more or fewer else look.say("review.difference_none")
    return join([tag("h3", look.say("review.difference")), tag("p", said)])


def _preview(preview: Answer | None, look: Look) -> Markup:
    if preview is None or not preview.result.rows:
        return text("")
    shown = min(len(preview.result.rows), tables.FIRST_ROWS)
    said = look.say("review.preview_one") if shown == 1 else look.say("review.preview_text", {"shown": shown})
    table = tables.wrapped(tables.short_table(preview, look.locale), said)
    return join([tag("h3", look.say("review.preview")), of_class("p", "tw-small", said), table])


def _lineage(checked: Checked, look: Look) -> Markup:
    rows = [
        tag("li", join([tag("code", one.column), f" {look.say('review.lineage_from')} ", _codes(one.sources)]))
        for one in checked.origins
        if one.sources
    ]
    if not rows:
        return text("")
    body = tag("ul", join(rows), {"class": "tw-origins"})
    return tag("details", join([tag("summary", look.say("review.lineage")), body]), {"class": "tw-plain"})


def _codes(names: Sequence[str]) -> Markup:
    parts: list[object] = []
    for name in names:
        parts += [", ", tag("code", name)] if parts else [tag("code", name)]
    return join(parts)


def history_list(deeds: Sequence[DeedDone], look: Look) -> Markup:
    """Who did what with the item and when, oldest first."""
    items = [tag("li", join(_deed(one, look))) for one in deeds]
    return join([tag("h3", look.say("review.history")), tag("ol", join(items), {"class": "tw-history"})])


def _deed(done: DeedDone, look: Look) -> Iterator[Markup]:
    said = look.say(f"review.deed_{done.deed}", {"text": done.sql})
    yield of_class("span", "tw-small", f"{_day(done.at, look)} {done.at:%H:%M}")
    yield text(f" {done.by} {said}")
    if done.comment:
        yield of_class("blockquote", "tw-said", done.comment)
