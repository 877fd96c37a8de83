"""What the Customers view shows, as markup: who was found, one customer in full, a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from assistant.customers import CustomerList, Fact, Found, Mark, MatchedRecords, Moment, Profile, SavedSegment, Timeline
from assistant.formatting import Style, day, number
from assistant.ui import tables
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.states import empty_card, link

MONEY = frozenset({"net_amount", "amount", "value", "discount_amount", "mrr_delta"})
LONGEST_DETAIL = 160
_PLAIN = (("instalments", 1), ("discount_amount", 0))
_KNOWN = {"granted", "denied", "withdrawn"}
_WARNINGS = {"failed_payment", "open_ticket", "falling_use"}


def money(value: Any, look: Look) -> str:
    """An amount as people read it; amounts in the customer tables are in euros."""
    return number(value, Style("currency", "EUR", locale=look.locale))


def shown(value: Any, kind: str, look: Look) -> str:
    """A fact's value as people read it."""
    if kind == "currency":
        return money(value, look)
    if kind in ("integer", "decimal", "percent"):
        return number(value, Style(kind, locale=look.locale))
    if kind == "day":
        return day(value.date() if isinstance(value, datetime) else value, look.locale)
    if kind == "flag":
        return look.say("customers.flags.yes" if value else "customers.flags.no")
    return str(value).replace("_", " ")


# --- found


def found_table(found: Found, said: str, look: Look) -> Markup:
    """Who was found, each a link to their page; or that nobody was."""
    if not found.rows:
        return empty_card(look.say("customers.nobody"), look.say("customers.nobody_text", {"text": said}))
    count = len(found.rows)
    if not said.strip():
        heading = look.say("customers.recent")
    elif found.more:
        heading = look.say("customers.matches_more", {"count": count})
    else:
        heading = look.say("customers.matches_one" if count == 1 else "customers.matches_many", {"count": count})
    return join([tag("h2", heading), people_table(found.rows, found.columns, (), look, heading)])


def people_table(
    rows: Sequence[dict[str, Any]], columns: Sequence[str], metrics: Sequence[Any], look: Look, label: str
) -> Markup:
    """Customers as a table; the name, or the number where there is none, leads to the customer's page."""
    head = [tag("th", look.say(f"customers.columns.{name}"), {"scope": "col", "class": "tw-left"}) for name in columns]
    head += [tag("th", one.label or one.name, {"scope": "col", "class": "tw-right"}) for one in metrics]
    body = [tag("tr", join(_cells(row, columns, metrics, look))) for row in rows]
    table = tag(
        "table", join([tag("thead", tag("tr", join(head))), tag("tbody", join(body))]), {"class": "tw-table tw-people"}
    )
    return tables.wrapped(table, label)


def _cells(row: dict[str, Any], columns: Sequence[str], metrics: Sequence[Any], look: Look) -> Iterator[Markup]:
    leads = "full_name" if row.get("full_name") else "customer_id"
    for name in columns:
        value = row[name]
        text = "–" if value is None else shown(value, "day" if isinstance(value, date) else "plain", look)
        text = str(value) if name in ("customer_id", "primary_email", "primary_phone", "full_name") and value else text
        content = tag("a", text, {"href": _page(row["customer_id"])}) if name == leads else text
        yield tag("td", content, {"class": f"tw-left tw-{name.replace('_', '-')}"})
    for one in metrics:
        value = row[one.name]
        told = "–" if value is None else number(value, Style(one.format or "decimal", one.unit, locale=look.locale))
        yield tag("td", told, {"class": "tw-right"})


def _page(customer_id: str) -> str:
    return f"customers?id={quote(customer_id, safe='')}"


# --- one customer


def profile_card(profile: Profile, look: Look) -> Markup:
    """Name, number, how the customer stands, facts and consents."""
    name = profile.name or look.say("customers.profile.unnamed")
    ask = quote(look.say("customers.profile.ask_question", {"id": profile.customer_id}), safe="")
    links = [link(look.say("customers.back"), "customers"), link(look.say("customers.profile.ask"), f"./?ask={ask}")]
    title = tag("h2", join([name, " ", of_class("span", "tw-small", profile.customer_id)]))
    parts = [
        tag("div", join(links), {"class": "tw-actions"}),
        title,
        _standing(profile.marks, look),
        tag("h3", look.say("customers.profile.facts")),
        of_class("div", "tw-facts", join(_group(one.name, one.facts, look) for one in profile.groups)),
        tag("h3", look.say("customers.profile.consents")),
        _consents(profile, look),
    ]
    label = look.say("customers.profile.label", {"name": name})
    return tag("article", join(parts), {"class": "tw-profile", "aria-label": label})


def _standing(marks: Sequence[Mark], look: Look) -> Markup:
    items = [tag("li", join(_mark(mark, look)), {"class": f"tw-standing-{mark.name}"}) for mark in marks]
    label = look.say("customers.profile.standing")
    return tag("ul", join(items), {"class": "tw-standing", "aria-label": label}) if items else join([])


def _mark(mark: Mark, look: Look) -> Iterator[Markup]:
    yield tag("strong", look.say(f"customers.marks.{mark.name}"))
    yield tag("span", reason(mark, look))


def reason(mark: Mark, look: Look) -> str:
    """Why a customer stands so, in a sentence with the numbers of the rule."""
    values: dict[str, object] = dict(mark.values)
    if mark.reason == "silence":
        values["gap"] = number(values["gap"], Style("integer", locale=look.locale)) if values.get("gap") else "–"
        return look.say(f"customers.reasons.silence_{values['of']}", values)
    if mark.reason == "renewal":
        warning = str(values["warning"]) if values["warning"] in _WARNINGS else "other"
        due = shown(values["due"], "day", look) if values.get("due") else "–"
        return look.say("customers.reasons.renewal", {"due": due, "warning": look.say(f"customers.warnings.{warning}")})
    if mark.reason == "rank":
        values["share"] = number(values["share"], Style("percent", decimals=0, locale=look.locale))
    elif mark.reason == "points":
        share = float(str(values["score"])) / 100
        values["share"] = number(share, Style("percent", decimals=0, locale=look.locale))
    return look.say(f"customers.reasons.{mark.reason}", values)


def _group(name: str, facts: Sequence[Fact], look: Look) -> Markup:
    pairs = [
        join([tag("dt", look.say(f"customers.facts.{fact.name}")), tag("dd", _fact(fact, look))]) for fact in facts
    ]
    title = tag("h4", look.say(f"customers.groups.{name}"))
    return tag("section", join([title, tag("dl", join(pairs))]))


def _fact(fact: Fact, look: Look) -> str:
    exact = fact.name in ("primary_email", "primary_phone")
    return str(fact.value) if exact else shown(fact.value, fact.kind, look)


def _consents(profile: Profile, look: Look) -> Markup:
    if not profile.consents:
        return of_class("p", "tw-small", look.say("customers.profile.no_consents"))
    items: list[Markup] = []
    for one in profile.consents:
        status = one.status if one.status in _KNOWN else "other"
        values: dict[str, object] = {
            "purpose": one.purpose, "channel": one.channel, "status": look.say(f"customers.consent.{status}"),
            "day": shown(one.since, "day", look) if one.since else "–",
        }  # fmt: skip
        items.append(tag("li", look.say("customers.consent.line", values), {"class": f"tw-consent-{status}"}))
    return tag("ul", join(items), {"class": "tw-consents"})


def timeline_list(timeline: Timeline, look: Look) -> Markup:
    """The events, grouped by day, newest first."""
    if not timeline.moments:
        return of_class("p", "tw-small", look.say("customers.profile.no_events"))
    items: list[Markup] = []
    last = None
    for moment in timeline.moments:
        if moment.at.date() != last:
            last = moment.at.date()
            items.append(of_class("li", "tw-day", day(last, look.locale)))
        items.append(tag("li", join(_moment(moment, look)), {"class": "tw-moment"}))
    return tag("ol", join(items), {"class": "tw-timeline"})


def _moment(moment: Moment, look: Look) -> Iterator[Markup]:
    yield of_class("span", "tw-when", f"{moment.at:%H:%M}")
    yield of_class("span", f"tw-kind tw-kind-{moment.kind}", look.say(f"customers.kinds.{moment.kind}"))
    told = [_detail(name, value, look) for name, value in moment.details if (name, value) not in _PLAIN]
    yield of_class("span", "tw-what", " · ".join(part for part in (*told, moment.reference) if part))
    yield of_class("span", "tw-from", moment.system)


def _detail(name: str, value: Any, look: Look) -> str:
    if name in MONEY:
        return money(value, look)
    text = " ".join(shown(value, "day" if isinstance(value, date) else "plain", look).split())
    if name in ("score", "rating", "csat_score", "points", "items", "page_views", "instalments"):
        return f"{name.replace('_', ' ')} {text}"
    return text if len(text) <= LONGEST_DETAIL else f"{text[: LONGEST_DETAIL - 1]}…"


def evidence_card(found: MatchedRecords, look: Look) -> Markup:
    """The records that make up a customer, side by side, and how sure their matches are."""
    if not found.records:
        return of_class("p", "tw-small", look.say("customers.profile.no_records"))
    columns = list(dict.fromkeys(name for one in found.records for name in one.values))
    head = [tag("th", look.say("customers.profile.record"), {"scope": "col", "class": "tw-left"})]
    head += [tag("th", name.replace("_", " "), {"scope": "col", "class": "tw-left"}) for name in columns]
    rows = []
    for one in found.records:
        cells = [tag("td", ":".join(one.key), {"class": "tw-left"})]
        cells += [tag("td", one.values.get(name, "–"), {"class": "tw-left"}) for name in columns]
        rows.append(tag("tr", join(cells)))
    table = tag("table", join([tag("thead", tag("tr", join(head))), tag("tbody", join(rows))]), {"class": "tw-table"})
    matches = [tag("li", _match(one, look)) for one in found.matches]
    hidden = "" if found.told else of_class("p", "tw-small", look.say("customers.profile.hidden_values"))
    parts: list[object] = [of_class("p", "tw-small", look.say("customers.profile.identity_intro")), hidden]
    parts.append(tables.wrapped(table, look.say("customers.profile.identity")))
    if matches:
        parts += [tag("h4", look.say("customers.profile.matches")), tag("ul", join(matches), {"class": "tw-matches"})]
    return join(parts)


def _match(one: tuple[tuple[str, str], tuple[str, str], float], look: Look) -> str:
    left, right, share = one
    least = number(0.001, Style("percent", decimals=1, locale=look.locale))
    told = number(share, Style("percent", decimals=1, locale=look.locale)) if share >= 0.001 else f"< {least}"
    return look.say("customers.profile.match", {"left": ":".join(left), "right": ":".join(right), "share": told})


# --- lists


def list_card(found: CustomerList, skip: int, look: Look) -> Markup:
    """A page of a list: how many customers, and those of this page."""
    if not found.total:
        return empty_card(look.say("customers.list.empty"), look.say("customers.list.empty_text"))
    count = number(found.total, Style("integer", locale=look.locale))
    total = look.say("customers.list.total_one" if found.total == 1 else "customers.list.total_many", {"count": count})
    places: dict[str, object] = {"first": skip + 1, "last": skip + len(found.rows), "count": count}
    table = people_table(found.rows, found.columns, found.metrics, look, total)
    shown_of = of_class("p", "tw-small", look.say("customers.list.shown", places)) if len(found.rows) > 1 else ""
    return join([tag("h3", total, {"class": "tw-total"}), table, shown_of])


def segments_list(segments: Sequence[SavedSegment], look: Look) -> Markup:
    """The saved segments, each a link to its list."""
    if not segments:
        return of_class("p", "tw-small", look.say("customers.segments.none"))
    items: list[Markup] = []
    for one in segments:
        told = look.say("customers.segments.line", {"by": one.by, "day": day(one.at.date(), look.locale)})
        offered = look.say("customers.segments.offered", {"name": one.offered}) if one.offered else ""
        small = of_class("span", "tw-small", " · ".join(part for part in (told, offered) if part))
        anchor = tag("a", one.name, {"href": f"customers?segment={one.id}"})
        items.append(tag("li", join([anchor, small])))
    return tag("ul", join(items), {"class": "tw-segments"})


def noted(sentence: str) -> Markup:
    """That something was done."""
    return tag("p", sentence, {"class": "tw-noted", "role": "status"})


def refused(sentence: str) -> Markup:
    """That something was not done, and why; nothing else changes."""
    return tag("p", sentence, {"class": "tw-refused", "role": "alert"})
