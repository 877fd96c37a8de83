"""Follow-ups that set the answer before beside something: another period, another value, another number."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import merge, with_default_order, with_metrics
from assistant.conversation.periods import relative
from assistant.conversation.shifting import UNITS, shifted, stretch_before, unit_of
from assistant.understanding import Fragment, Said
from semantic_layer import Comparison, Filter, GroupBy, SemanticQuery, TimeRange


def read_comparison(follow_up: FollowUp) -> Reading | None:
    """The base beside what the words name; None when nothing is compared."""
    if "comparing" not in follow_up.cues:
        return None
    if not follow_up.tokens:
        return follow_up.refuse("compare_what")
    then = relative(follow_up)
    if then is not None:
        return Plan(_beside(follow_up, then))
    fragment = Fragment(follow_up.question, follow_up.base, "metrics", lambda said: _compared(follow_up, said))
    found = follow_up.understanding.follow(follow_up.tokens, fragment)
    if isinstance(found, Plan):
        return found
    own = Fragment(follow_up.question, follow_up.base, "nothing", lambda said: _joined(follow_up, said))
    other = follow_up.understanding.follow(follow_up.tokens, own)
    return other if isinstance(other, Plan) else found


def read_other_comparison(follow_up: FollowUp) -> Reading | None:
    """ "and last year?" behind May compared to April: May beside the May of that year, and not the whole year."""
    base = follow_up.base
    if base.compare is None or base.time_range is None or follow_up.cues - {"polite", "leaning"}:
        return None
    unit = unit_of(base.time_range)
    said = follow_up.phrases.is_one(follow_up.words, "periods", "last_year")
    if not said or unit not in UNITS or unit == "year":
        return None
    return Plan(base.model_copy(update={"compare": Comparison(kind="previous_year")}))


def _compared(follow_up: FollowUp, said: Said) -> SemanticQuery | None:
    """Beside another period or another value of one condition; nothing else can be set beside."""
    base = follow_up.base
    if said.slots == {"time"} and said.query.time_range is not None:
        return _beside_named(follow_up, said.query.time_range)
    if said.slots == {"compare"} or said.slots == {"time", "compare"}:
        return merge(base, said, follow_up.manner) if base.time_range is None else _said_kind(base, said)
    if said.slots == {"filters"} and len(said.query.filters) == 1:
        return _beside_value(base, said.query.filters[0])
    return None


def _said_kind(base: SemanticQuery, said: Said) -> SemanticQuery | None:
    """ "compare with the year before" by its kind; another period than the base's is not meant."""
    if said.query.compare is None or said.query.compare.kind == "range":
        return None
    return base.model_copy(update={"compare": said.query.compare})


def _beside(follow_up: FollowUp, then: TimeRange) -> SemanticQuery:
    """The base beside another period; the whole one when the base's is unfinished."""
    base, as_of = follow_up.base, follow_up.understanding.world.as_of
    span = base.time_range
    timed = any(group.grain for group in base.group_by)  # each day beside that of the week before, not the day before
    if span is not None and not span.partial and not timed and then == stretch_before(span, -1, as_of):
        return base.model_copy(update={"compare": Comparison(kind="previous_period")})
    if span is not None and then == shifted(span, "year", -1, as_of) and base.group_by:
        return base.model_copy(update={"compare": Comparison(kind="previous_year")})
    return base.model_copy(update={"compare": Comparison(kind="range", range=then)})


def _beside_named(follow_up: FollowUp, then: TimeRange) -> SemanticQuery | None:
    """ "vs last year" of a month is the same month of the year before; the later period is always the answer."""
    base = follow_up.base
    now = base.time_range
    if now is None:
        return _running(base, then) if base.group_by or base.metrics else None
    own, other = unit_of(now), unit_of(then)
    if other == "year" and own in UNITS and own != "year" and now.start and then.start:
        if then.start.year == now.start.year - 1:
            return base.model_copy(update={"compare": Comparison(kind="previous_year")})
        return None
    if then == now:
        return None
    if now.start and then.start and then.start > now.start:
        now, then = then, now
    whole = then.model_copy(update={"partial": False})
    return (
        _beside(follow_up, whole)
        if now == base.time_range
        else base.model_copy(update={"time_range": now, "compare": Comparison(kind="range", range=whole)})
    )


def _running(base: SemanticQuery, then: TimeRange) -> SemanticQuery | None:
    """Without a period nothing says what to set beside; only a course of years has one before it."""
    if any(group.grain and group.grain != "year" for group in base.group_by) and unit_of(then) == "year":
        return base.model_copy(update={"compare": Comparison(kind="previous_year")})
    return None


def _beside_value(base: SemanticQuery, said: Filter) -> SemanticQuery | None:
    """ "vs France" after a question about Germany: both, split by that field."""
    own = next((f for f in base.filters if f.field == said.field and f.op == "in" and f.entity == said.entity), None)
    if own is None or said.op != "in":
        return None
    values = tuple(dict.fromkeys((*own.values, *said.values)))
    filters = tuple(f.model_copy(update={"values": values}) if f == own else f for f in base.filters)
    grouped = any(group.field == said.field for group in base.group_by)
    groups = base.group_by if grouped else (*base.group_by, GroupBy(field=said.field, via=said.via))
    return with_default_order(base.model_copy(update={"filters": filters, "group_by": groups}))


def _joined(follow_up: FollowUp, said: Said) -> SemanticQuery | None:
    """ "compare with orders": both numbers."""
    return with_metrics(follow_up.base, said.query.metrics, adds=True) if said.slots == {"metrics"} else None
