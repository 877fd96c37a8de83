"""What the columns of a result are called in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.formatting import so_many
from assistant.wording import FIRST, Wording, answers
from semantic_layer import (
    COHORT_AGE,
    METRIC_TIME,
    Column,
    SemanticLayer,
    SemanticQuery,
    funnel_of,
    is_funnel,
    is_together,
)

_ENDS = ("highest", "lowest")
_BESIDE = ("previous", "change", "change_ratio", "share", "rank")


def labelled(layer: SemanticLayer, query: SemanticQuery, columns: Sequence[Column], locale: str) -> tuple[Column, ...]:
    """The columns, those that belong to a metric or to a time under a label of the language; the SQL stays."""
    words = answers(locale)
    if is_funnel(query):
        columns = [replace(one, label=_of_step(layer, query, one, words) or one.label) for one in columns]
    if words.locale == FIRST:  # the compiler's own labels
        return tuple(columns)
    return tuple(
        one
        if _of_step(layer, query, one, words)
        else replace(one, label=_beside(layer, query, one, words) or _label(layer, one, words))
        for one in columns
    )


def _of_step(layer: SemanticLayer, query: SemanticQuery, column: Column, words: Wording) -> str:
    """What a step of a funnel is called, and its shares of the step before and of the first; else nothing."""
    if not is_funnel(query) or column.role not in ("metric", "share"):
        return ""
    funnel = funnel_of(layer, query)
    named = {step.metric: step.label for step in funnel.steps} if funnel else {}
    title = named.get(column.ref) or layer.metrics[column.ref].title
    if column.role == "metric":
        return title
    whole = next(one.of for one in query.shares if column.name == f"{one.metric}_of_{one.of}")
    of = named.get(whole) or layer.metrics[whole].title
    return words.say("columns.part", {"title": title, "whole": words.inside(of)})


def _beside(layer: SemanticLayer, query: SemanticQuery, column: Column, words: Wording) -> str:
    return _part_of(layer, query, column, words) or _along_time(layer, query, column, words)


def _along_time(layer: SemanticLayer, query: SemanticQuery, column: Column, words: Wording) -> str:
    """What a metric over buckets of time is called: an average, a count of them, a running total; else nothing."""
    if column.role != "metric" or column.ref not in layer.metrics:
        return ""
    told = {"title": layer.metrics[column.ref].title}
    if query.per_bucket is not None:
        grain = words.choice("reading.grains", query.per_bucket.grain)
        if query.per_bucket.agg == "count":
            return words.say("columns.buckets", {"grain": grain})
        how = words.choice("reading.per_bucket", query.per_bucket.agg).format(grain=grain)
        return words.say("columns.along_time", told | {"how": how})
    if query.per_group is not None:
        what = _what(layer, query.per_group.fields[0])
        end = column.name.removeprefix(f"{column.ref}_") if column.name != column.ref else query.per_group.agg
        return words.say(f"columns.groups_{end if end in _ENDS else query.per_group.agg}", told | {"what": what})
    if query.top is not None and is_together(query):
        side = "columns.top" if query.top.descending else "columns.bottom"
        n = f"{query.top.n}{words.say('columns.percent') if query.top.percent else ''}"
        return words.say(side, told | {"what": _what(layer, query.top.field), "n": n})
    if query.running is not None:
        key = "reading.running_last" if query.running.last else "reading.running"
        return words.say("columns.along_time", told | {"how": words.say(key, {"n": query.running.last or 0})})
    return ""


def _what(layer: SemanticLayer, name: str) -> str:
    """What the values of a field are called: the things whose key they are, else the field."""
    dataset, _, field = name.partition(".")
    return layer.datasets[dataset].title if field in layer.datasets[dataset].key_fields else layer.fields[name].title


def _part_of(layer: SemanticLayer, query: SemanticQuery, column: Column, words: Wording) -> str:
    """What one metric as a share of another is called."""
    share = next((one for one in query.shares if column.name == f"{one.metric}_per_{one.of}"), None)
    if share is not None and share.per:
        of = so_many(layer.metrics[share.of].title, share.per, words.locale)
        return words.say("columns.per", {"title": layer.metrics[column.ref].title, "of": of})
    other = next((one.of for one in query.shares if one.less and column.name == f"{one.metric}_less_{one.of}"), "")
    if other:
        told = {"title": layer.metrics[column.ref].title, "other": words.inside(layer.metrics[other].title)}
        return words.say("columns.less", told)
    whole = next((one.of for one in query.shares if one.of and column.name == f"{one.metric}_of_{one.of}"), "")
    if not whole:
        return ""
    return words.say("columns.part", {"title": layer.metrics[column.ref].title, "whole": layer.metrics[whole].title})


def _label(layer: SemanticLayer, column: Column, words: Wording) -> str:
    if column.bands is not None and column.ref in layer.metrics:
        return words.say("columns.of_each", {"title": layer.metrics[column.ref].title})
    if column.role in _BESIDE and column.ref in layer.metrics:
        return words.say(f"columns.{column.role}", {"title": layer.metrics[column.ref].title})
    if column.ref == COHORT_AGE:
        return words.choice("columns.age", column.grain)
    grain = words.choice("reading.grains", column.grain) if column.grain else ""
    if column.role == "flag":
        return words.say("columns.flag")
    if column.ref == METRIC_TIME:
        return grain or column.label
    if grain and column.ref in layer.fields:
        return words.say("columns.grain", {"title": layer.fields[column.ref].title, "grain": grain})
    return column.label
