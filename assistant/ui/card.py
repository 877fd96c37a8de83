"""An outcome as a card of markup: sentence, number or chart, rows, how it was read, caveats, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import SqlLexer

from assistant.answer import Answer, Approval, Clarification, Explanation, Refusal, Span
from assistant.clock import utc_now
from assistant.data_caveats import freshness_words
from assistant.formatting import day
from assistant.store import StoredTurn
from assistant.ui import tables
from assistant.ui.frame import Frame, button, chips, steps, tools
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag, text, whole_numbers
from assistant.ui.picture import svg
from assistant.ui.tiles import tiles
from semantic_layer import Logged

OPEN_TABLE_ROWS = 5


def question_card(question: str) -> Markup:
    """What a person asked, as they wrote it."""
    return of_class("div", "tw-question", question)


def answer_card(answer: Answer, look: Look, frame: Frame | None = None) -> Markup:
    """An answer with everything that belongs to it; with a frame, its parts can be clicked."""
    can_change = frame is not None and answer.plan is not None
    parts = [
        of_class("p", "tw-free", look.say("answer.free")) if not answer.governed else "",
        of_class("p", "tw-sentence", whole_numbers(answer.sentence)),
        tiles(answer, look) if answer.chart.kind == "tile" else _chart(answer, look),
        _table(answer, look),
        chips(answer, frame, look) if frame and can_change else _chips(answer, look) if answer.governed else "",
        _caveats(answer, look),
        tools(answer, frame, look) if frame else "",
        frame.note if frame else "",
        steps(frame, look) if frame else "",
        _how(answer, look, frame.history if frame else ()),
    ]
    return tag("article", join(parts), {"class": "tw-card", "aria-label": look.say("answer.label")})


def past_card(turn: StoredTurn, key: str, look: Look) -> Markup:
    """A turn of a conversation that was opened again: how it was read; it is asked anew, since rows are not kept."""
    again = button(look.say("talk.again"), {"do": "again", "card": key}, "tw-step") if turn.query is not None else ""
    read = of_class("p", "tw-small", turn.reading or look.say(f"talk.was_{turn.kind}"))
    return tag("article", join([read, again]), {"class": "tw-card tw-past", "aria-label": look.say("answer.label")})


def approval_card(asked: Approval, key: str, look: Look) -> Markup:
    """What a model wants to do, to be allowed, changed or refused."""
    parts: list[Markup] = [of_class("p", "tw-sentence", asked.sentence)]
    for request in asked.requests:
        statement = str(request.arguments.get("sql", ""))
        told = [of_class("p", "tw-small", request.reason), tag("strong", request.tool)]
        if statement:
            names = {"class": "tw-edit", "rows": 8, "aria-label": look.say("approval.sql"), "spellcheck": "false"}
            told.append(tag("textarea", statement, names))
        parts.append(tag("div", join(told)))
    acts = [
        button(look.say(f"approval.{verdict}"), {"do": "decide", "card": key, "kind": verdict}, "tw-step")
        for verdict in ("approve", "edit", "reject")
    ]
    parts.append(of_class("div", "tw-steps", join(acts)))
    return tag("article", join(parts), {"class": "tw-card tw-asking", "aria-label": look.say("outcome.clarification")})


def decided_card(asked: Approval, look: Look) -> Markup:
    """What a model wanted to do, once a person has decided: to be read, not to be decided again."""
    parts = [of_class("p", "tw-small", asked.question)]
    parts += [tag("pre", str(one.arguments.get("sql", one.tool))) for one in asked.requests]
    return tag("article", join(parts), {"class": "tw-card tw-past", "aria-label": look.say("outcome.clarification")})


def refusal_card(refusal: Refusal, look: Look) -> Markup:
    """Why there is no answer, and the words that were in the way; what to ask instead stands below as buttons."""
    parts = [of_class("p", "tw-sentence", refusal.sentence), _words(refusal.words, look)]
    if refusal.suggestions:
        parts.append(of_class("p", "tw-small", look.say("outcome.try")))
    return tag("article", join(parts), {"class": "tw-card tw-refusal", "aria-label": look.say("outcome.refusal")})


def clarification_card(question: Clarification, look: Look) -> Markup:
    """The question back; its readings stand below as buttons."""
    parts = [of_class("p", "tw-sentence", question.sentence), of_class("p", "tw-small", look.say("outcome.choose"))]
    return tag("article", join(parts), {"class": "tw-card tw-asking", "aria-label": look.say("outcome.clarification")})


def explanation_card(outcome: Explanation, look: Look) -> Markup:
    """What a word means, or what the data hold, in words; formulas below, questions to ask as buttons."""
    formulas = [f"{item.label} = {item.formula}" for item in outcome.definitions if item.formula]
    parts = [of_class("p", "tw-sentence", outcome.sentence), *(of_class("p", "tw-small", line) for line in formulas)]
    return tag("article", join(parts), {"class": "tw-card tw-asking", "aria-label": look.say("outcome.clarification")})


def failure_card(sentence: str, look: Look) -> Markup:
    """Something that went wrong, in plain words."""
    body = of_class("p", "tw-sentence", sentence)
    return tag(
        "article", body, {"class": "tw-card tw-failure", "role": "alert", "aria-label": look.say("outcome.refusal")}
    )


def _words(words: tuple[str, ...], look: Look) -> Markup:
    if not words:
        return text("")
    marks = [of_class("span", "tw-chip tw-unknown", word) for word in words]
    return of_class("p", "tw-chips", join([of_class("span", "tw-small", look.say("outcome.words")), *marks]))


# --- the picture and the rows


def _chart(answer: Answer, look: Look) -> Markup:
    spec = answer.chart.spec
    if spec is None:
        return text("")
    title = spec.get("title", {})
    note = title.get("subtitle", "") if isinstance(title, Mapping) else ""
    caption = tag("figcaption", note) if note else text("")
    name = look.say("answer.chart", {"title": answer.chart.title})
    return tag("figure", join([svg(spec), caption]), {"class": "tw-chart", "aria-label": name})


def _table(answer: Answer, look: Look) -> Markup:
    """The first rows; folded away where a picture shows them already, left out where a tile shows all."""
    total = len(answer.result.rows)
    if total == 0 or answer.chart.kind == "tile":
        return text("")
    stood = tables.lines_of(answer)
    label = look.say("answer.table_one" if stood == 1 else "answer.table_many", {"count": stood})
    parts = [tag("summary", label), tables.wrapped(tables.short_table(answer, look.locale), label)]
    if total > tables.FIRST_ROWS:
        counts = {"shown": tables.FIRST_ROWS, "count": total}
        parts.append(of_class("p", "tw-small", look.say("answer.more", counts)))
    return tag(
        "details", join(parts), {"class": "tw-rows", "open": answer.chart.spec is None or total <= OPEN_TABLE_ROWS}
    )


def _chips(answer: Answer, look: Look) -> Markup:
    chips = [of_class("li", f"tw-chip tw-{part.kind}", part.label) for part in answer.interpretation.parts]
    return _list(chips, "tw-chips", look.say("answer.read_as"))


def _caveats(answer: Answer, look: Look) -> Markup:
    return _list([tag("li", caveat.sentence) for caveat in answer.caveats], "tw-caveats", look.say("answer.caveats"))


def _list(items: list[Markup], css: str, label: str = "") -> Markup:
    """A list, or nothing when it would be empty."""
    return tag("ul", join(items), {"class": css, "aria-label": label or None}) if items else text("")


# --- how it came about


def _how(answer: Answer, look: Look, history: tuple[tuple[Logged, Logged], ...]) -> Markup:
    rows: list[tuple[str, object]] = [
        ("governed", look.say("answer.governed" if answer.governed else "answer.not_governed")),
        ("read", answer.interpretation.sentence if answer.governed else ""),
        ("words", _used_words(answer)),
        ("period", answer.period),
        ("definitions", _definitions(answer)),
        ("history", _history(history, look)),
        ("sql", _sql(answer.sql, look)),
        ("fresh", _fresh(answer, look)),
        ("times", _times(answer, look)),
        ("model", _model(answer, look)),
    ]
    pairs = [join([tag("dt", look.say(f"answer.how_{key}")), tag("dd", value)]) for key, value in rows if value]
    body = join([tag("summary", look.say("answer.how")), tag("dl", join(pairs))])
    return tag("details", body, {"class": "tw-how"})


def _history(changes: tuple[tuple[Logged, Logged], ...], look: Look) -> Markup:
    """When the meaning of a metric changed, from what to what."""
    items = [
        tag("li", look.say("answer.changed", {
            "day": day(after.at, look.locale), "name": after.name, "before": before.formula, "after": after.formula,
        }))
        for before, after in changes
    ]  # fmt: skip
    return _list(items, "tw-definitions")


def _model(answer: Answer, look: Look) -> str:
    """Which road a language model took for the answer, and what it cost."""
    used = answer.model
    if used is None:
        return look.say("answer.no_model")
    counts = {"name": used.name, "calls": used.calls, "tokens": used.tokens_in + used.tokens_out}
    cost = f", ${used.dollars:.4f}" if used.dollars else ""
    return look.say(f"answer.road_{used.road}", counts) + cost


def _fresh(answer: Answer, look: Look) -> str:
    """How far each table reaches and when it was loaded; of one's own SQL only how far all data reaches."""
    reach = day(answer.fresh_until, look.locale) if answer.fresh_until else ""
    return freshness_words(answer.freshness, utc_now(), look.locale) or reach


def _used_words(answer: Answer) -> Markup:
    """Each word of the question that counted, and what it was taken for."""
    spans = [span for span in answer.plan.spans if span.role != "filler"] if answer.plan else []
    items = [tag("li", join([tag("q", span.text), " ", of_class("span", "tw-small", _role(span))])) for span in spans]
    return _list(items, "tw-words")


def _role(span: Span) -> str:
    return f"{span.role}: {span.target}" if span.target else span.role


def _definitions(answer: Answer) -> Markup:
    items = [
        tag("li", join([tag("strong", item.label), " ", item.text, " ", tag("code", item.formula)]))
        for item in answer.definitions
    ]
    return _list(items, "tw-definitions")


def _sql(sql: str, look: Look) -> Markup:
    """The SQL with its parts coloured; the highlighter escapes what it is given."""
    if not sql:
        return text("")
    colored = Markup(highlight(sql, SqlLexer(), HtmlFormatter(nowrap=True, classprefix="tw-sql-")))
    names = {"type": "button", "class": "tw-copy", "data-copied": look.say("answer.copied")}
    block = tag("pre", tag("code", colored), {"class": "tw-sql", "tabindex": "0"})
    return join([tag("button", look.say("answer.copy"), names), block])


def _times(answer: Answer, look: Look) -> str:
    steps = [(step, round(count, 1)) for step, count in answer.timings.items()]
    return ", ".join(look.say("answer.milliseconds", {"step": step, "count": count}) for step, count in steps)
