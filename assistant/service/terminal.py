"""Outcomes and catalogues as text for a terminal, and as plain data for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from assistant.answer import Answer, Approval, Clarification, Explanation, Outcome, Refusal
from assistant.clock import utc_now
from assistant.data_caveats import freshness_words
from assistant.formatting import Style, cell, number, style_of
from assistant.wording import answers
from semantic_layer import Funnel, GroupBy, QueryError, SemanticLayer, SemanticQuery, check, formula, stands

WIDEST = 40


def render(outcome: Outcome, rows: int, with_sql: bool, locale: str) -> str:
    """An outcome as paragraphs: sentence, table, how it was read, caveats, on request SQL and definitions."""
    words = answers(locale)
    if isinstance(outcome, Refusal):
        return _with_list(outcome.sentence, words.say("headings.ask"), outcome.suggestions)
    if isinstance(outcome, Approval):
        decide = f"tellwise model decide {outcome.thread[:8]}"
        return f"{outcome.sentence}\n\n{decide} --approve | --sql SQL | --reject WHY"
    if isinstance(outcome, Clarification):
        return _with_list(outcome.sentence, words.say("headings.mean"), tuple(one.label for one in outcome.options))
    if isinstance(outcome, Explanation):
        meanings = tuple(f"{item.label} = {item.formula}" for item in outcome.definitions if item.formula)
        return _with_list(outcome.sentence, words.say("headings.computed"), meanings)
    return "\n\n".join(part for part in _paragraphs(outcome, rows, with_sql, locale) if part)


def _paragraphs(answer: Answer, rows: int, with_sql: bool, locale: str) -> list[str]:
    words = answers(locale)
    read = words.say("headings.read", {"reading": answer.interpretation.sentence})
    read += f"  ({answer.period})" if answer.period else ""
    notes = "\n".join(words.say("headings.note", {"sentence": caveat.sentence}) for caveat in answer.caveats)
    known = freshness_words(answer.freshness, utc_now(), locale)
    fresh = words.say("headings.data", {"fresh": known}) if known else ""
    body = [answer.sentence, table(answer, rows, locale), "\n".join(p for p in (read, notes, fresh) if p)]
    if with_sql:
        meanings = "\n".join(words.say("headings.formula", asdict(item)) for item in answer.definitions)
        body += [meanings, answer.sql]
    return body


def _with_list(sentence: str, heading: str, items: tuple[str, ...]) -> str:
    return "\n".join([sentence, *([heading] if items else []), *(f"  - {item}" for item in items)])


def table(answer: Answer, limit: int, locale: str) -> str:
    """The first rows as aligned text: numbers to the right, names to the left."""
    styles = [style_of(column, locale) for column in answer.columns]
    shown = answer.result.rows[:limit]
    pairs = list(zip(answer.columns, styles, strict=True))
    lines = [[cell(value, *pair)[:WIDEST] for value, pair in zip(row, pairs, strict=True)] for row in shown]
    head = [column.label[:WIDEST] for column in answer.columns]
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    left = [column.role in ("dimension", "time") for column in answer.columns]
    text = [
        "  ".join(_pad(item, width, is_left) for item, width, is_left in zip(line, widths, left, strict=True))
        for line in [head, *lines]
    ]
    more = len(answer.result.rows) - len(shown)
    count = number(more, Style("integer", locale=locale))
    return "\n".join([*text, *([answers(locale).say("headings.more_rows", {"count": count})] if more else [])])


def _pad(text: str, width: int, left: bool) -> str:
    return text.ljust(width) if left else text.rjust(width)


def as_data(outcome: Outcome) -> Mapping[str, Any]:
    """An outcome as plain data: `kind` is answer, clarification, explanation or refusal."""
    if isinstance(outcome, Refusal):
        return {"kind": "refusal", **asdict(outcome)}
    if isinstance(outcome, Clarification):
        options = [{"label": o.label, "query": o.plan.query.model_dump(mode="json")} for o in outcome.options]
        return {"kind": "clarification", "sentence": outcome.sentence, "words": outcome.words, "options": options}
    if isinstance(outcome, Explanation):
        return {"kind": "explanation", **asdict(outcome)}
    return _answer_data(outcome)


def _answer_data(answer: Answer) -> Mapping[str, Any]:
    return {
        "kind": "answer",
        "question": answer.question,
        "sentence": answer.sentence,
        "interpretation": answer.interpretation.sentence,
        "period": answer.period,
        "columns": [asdict(column) for column in answer.columns],
        "rows": answer.result.rows,
        "truncated": answer.result.truncated,
        "definitions": [asdict(item) for item in answer.definitions],
        "caveats": [asdict(item) for item in answer.caveats],
        "fresh_until": answer.fresh_until,
        "freshness": [asdict(item) for item in answer.freshness],
        "governed": answer.governed,
        "sql": answer.sql,
        "query": answer.plan.query.model_dump(mode="json") if answer.plan else None,
        "chart": answer.chart.kind,
        "timings_ms": {name: round(value, 2) for name, value in answer.timings.items()},
    }


def catalogue(layer: SemanticLayer, name: str | None) -> list[Mapping[str, Any]]:
    """What can be asked, one entry a metric or funnel; with a name, that one and the dimensions that break it down."""
    if name is None:
        shown = [metric for metric, found in layer.metrics.items() if not (found.hidden or found.implied)]
        return [*(_entry(layer, metric) for metric in shown), *map(_funnel, layer.funnels.values())]
    if name in layer.funnels:
        return [{**_funnel(layer.funnels[name]), "dimensions": _shared(layer, layer.funnels[name].metrics)}]
    try:
        check(layer, SemanticQuery(metrics=(name,)))
    except QueryError as error:
        if name not in layer.metrics or error.code != "E_NOT_COMPUTED":
            raise  # a metric that is known without its numbers is told about all the same
    return [{**_entry(layer, name), "dimensions": _shared(layer, (name,))}]


def _funnel(funnel: Funnel) -> Mapping[str, Any]:
    return {
        "name": funnel.name,
        "label": funnel.title,
        "description": funnel.description,
        "formula": " → ".join(funnel.metrics),
        "unit": "funnel",
        "owner": funnel.owner,
        "synonyms": list(funnel.synonyms),
        "examples": list(funnel.ai_context.examples),
    }


def _entry(layer: SemanticLayer, name: str) -> Mapping[str, Any]:
    metric = layer.metrics[name]
    return {
        "name": name,
        "label": metric.title,
        "description": metric.description,
        "formula": formula(layer, name),
        "unit": metric.unit,
        "good_direction": metric.good_direction,
        "owner": metric.owner,
        "version": metric.version,
        "synonyms": list(metric.synonyms),
        "examples": list(metric.ai_context.examples),
    }


def _shared(layer: SemanticLayer, metrics: tuple[str, ...]) -> list[str]:
    """The dimensions that break down all of these metrics."""
    queries = ((name, SemanticQuery(metrics=metrics, group_by=(GroupBy(field=name),))) for name in layer.fields)
    return [name for name, query in queries if stands(layer, query)]


def render_catalogue(entries: list[Mapping[str, Any]]) -> str:
    """A catalogue as text: a line a metric, or everything about a single one."""
    if len(entries) != 1 or "dimensions" not in entries[0]:
        return "\n".join(f"{entry['name']:28} {entry['description']}" for entry in entries)
    entry = entries[0]
    lines = [f"{entry['label']} ({entry['name']}), {entry['unit']}", entry["description"], f"= {entry['formula']}"]
    lines += [f"Also: {', '.join(entry['synonyms'])}"] if entry["synonyms"] else []
    version = f", version {entry['version']}" if "version" in entry else ""
    lines += [f"Owner: {entry['owner']}{version}"] if entry["owner"] else []
    lines += [f"By: {', '.join(entry['dimensions'])}"] if entry["dimensions"] else []
    return "\n".join([*lines, *(f"Ask: {example}" for example in entry["examples"])])


def trace(found: Any) -> str:
    """How a question was read, as text."""
    return str(found)
