"""Follow-ups over the two answers before, or over another number of the same kind.

"The difference" and "both together" speak of two answers that differ in one thing; "and the median?" asks for another
measure of the same, "and returning ones?" for others of what was counted.
"""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import with_default_order, with_metrics
from semantic_layer import Comparison, Filter, GroupBy, SemanticQuery, TimeRange

SHORT = 5


def read_pair(follow_up: FollowUp) -> Reading | None:
    """ "the difference", "both together": the last two answers beside each other, or as one."""
    phrases, words = follow_up.phrases, follow_up.words
    apart, together = (phrases.is_one(words, "pairs", name) for name in ("difference", "together"))
    apart = apart or (together and "comparing" in follow_up.cues)  # "compare both"
    if not (apart or together):
        return None
    before = next((turn.query for turn in reversed(follow_up.earlier) if turn.query is not None), None)
    query = _paired(before, follow_up.base, apart) if before is not None else None
    if query is None or not follow_up.stands(query):
        return follow_up.refuse("no_pair", words=follow_up.text())
    return Plan(query)


def _paired(first: SemanticQuery, second: SemanticQuery, apart: bool) -> SemanticQuery | None:
    """One query of two that differ in their period alone, or in the values of one condition."""
    if first == second or second.compare is not None:
        return None
    if first.model_copy(update={"time_range": second.time_range}) == second:
        return _of_times(first.time_range, second, apart)
    ours, theirs = _odd(second, first), _odd(first, second)
    if ours is None or theirs is None or not _same_field(ours, theirs):
        return None
    if _without(first, theirs) != _without(second, ours):
        return None
    both = ours.model_copy(update={"values": tuple(dict.fromkeys((*theirs.values, *ours.values)))})
    filters = tuple(both if one == ours else one for one in second.filters)
    groups = tuple(group for group in second.group_by if group.field != ours.field)
    if apart:
        groups = (*groups, GroupBy(field=ours.field, via=ours.via))
    return with_default_order(second.model_copy(update={"filters": filters, "group_by": groups, "order_by": ()}))


def _of_times(then: TimeRange | None, query: SemanticQuery, apart: bool) -> SemanticQuery | None:
    now = query.time_range
    if then is None or now is None or not (then.start and then.end and now.start and now.end):
        return None
    if max(then.start, now.start) < min(then.end, now.end):
        return None
    if apart:
        later, earlier = (now, then) if now.start > then.start else (then, now)
        parts = {"time_range": later, "compare": Comparison(kind="range", range=earlier)}
        return query.model_copy(update=parts)
    first, last = (then, now) if then.end == now.start else (now, then)
    if first.end != last.start:
        return None  # two periods with others between them are no one period
    span = TimeRange(start=first.start, end=last.end, partial=last.partial)
    return query.model_copy(update={"time_range": span})


def _odd(query: SemanticQuery, other: SemanticQuery) -> Filter | None:
    """The one condition on values that the other query has not."""
    found = [one for one in query.filters if one not in other.filters]
    return found[0] if len(found) == 1 and found[0].op == "in" and not found[0].entity else None


def _same_field(one: Filter, other: Filter) -> bool:
    return (one.field, one.via) == (other.field, other.via)


def _without(query: SemanticQuery, condition: Filter) -> SemanticQuery:
    return query.model_copy(update={"filters": tuple(one for one in query.filters if one != condition)})


def read_typical(follow_up: FollowUp) -> Reading | None:
    """ "and the median?" behind an average, or the average behind a median: the same, measured otherwise."""
    language, base = follow_up.understanding.world.language, follow_up.base
    told = [word for word in follow_up.words if word not in language.determiners | language.fillers]
    kinds = {"average", "median"} & set(language.cues.get(told[0], ())) if len(told) == 1 else set[str]()
    if not kinds or len(base.metrics) != 1:
        return None
    title = follow_up.understanding.world.layer.metrics[base.metrics[0]].title
    words = [word for word in title.split() if not {"average", "median"} & set(language.cues.get(word.casefold(), ()))]
    asked = " ".join((told[0], *words)).casefold()
    found = follow_up.understanding.plan(asked)
    alone = isinstance(found, Plan) and found.query == SemanticQuery(metrics=found.query.metrics)
    if not isinstance(found, Plan) or not alone or len(found.query.metrics) != 1 or found.query.metrics == base.metrics:
        return follow_up.refuse("no_ratio", words=asked)
    query = with_metrics(base, found.query.metrics)
    return Plan(query) if follow_up.stands(query) else follow_up.refuse("no_ratio", words=asked)


def speaks_of_ones(follow_up: FollowUp) -> bool:
    """Whether a short question calls things by what they are alone: "and the returning ones?"."""
    words = tuple(token.text for token in follow_up.rest)
    return len(words) <= SHORT and bool(follow_up.words) and follow_up.phrases.is_one(words[-1:], "pairs", "ones")


def _noun_of(follow_up: FollowUp, title: str) -> str:
    """What is counted, by the title of its number: the last word, or the one that is a noun ("Deals won")."""
    lexicon, words = follow_up.understanding.world.lexicon, title.split()
    nouns = [w for w in words if any(c.kind == "noun" for c in lexicon.lookup(follow_up.understanding.tokens(w)))]
    return words[-1] if words[-1] in nouns or not nouns else nouns[-1]


def read_ones(follow_up: FollowUp) -> Reading | None:
    """ "and returning ones?" behind new customers: a condition on what was counted, or others of that name."""
    base, layer = follow_up.base, follow_up.understanding.world.layer
    if not speaks_of_ones(follow_up):
        return None
    ones = follow_up.phrases.is_one(follow_up.words[-1:], "pairs", "ones")
    told = follow_up.tokens[:-1] if ones else follow_up.tokens
    if len(base.metrics) != 1 or layer.metrics[base.metrics[0]].format != "integer":
        return None
    noun = _noun_of(follow_up, layer.metrics[base.metrics[0]].title)
    named = " ".join((*(token.raw for token in told), noun))
    found = follow_up.with_tokens(follow_up.understanding.tokens(named)).read("nothing")
    narrowed = follow_up.with_tokens(told).read("metrics")
    own = [found] if isinstance(found, Plan) and found.query.filters == base.filters else []
    some = [narrowed] if isinstance(narrowed, Plan) and narrowed.query.metrics == base.metrics else []
    plans = some or own if "narrowing" in follow_up.cues else [*some, *own]
    if len(plans) < 2:
        return plans[0] if plans else follow_up.refuse("unfollowed")
    return follow_up.ask_which(plans)
