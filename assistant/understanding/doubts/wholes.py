"""Doubts of the whole that a share is of: all deals or the lost ones, what is described before the noun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from assistant.understanding.own_filters import is_always_known
from assistant.understanding.running import is_stock
from semantic_layer import Filter, RatioMetric, SemanticQuery, Share, SimpleMetric

FARTHEST = 6


@dataclass(frozen=True)
class _Case:
    """A share of one case: the share, the place of the word that asks for it, that of the noun behind it, its rows."""

    share: Share
    cue: int
    noun: int
    rows: str


def _cases(asked: Doubted) -> Iterator[_Case]:
    cue = next((at for at in range(len(asked.tokens)) if "share" in asked.cues(at)), None)
    own = (one for one in asked.query.shares if one.is_of_case and not one.of)
    for share in own if cue is not None else ():
        fact = _counted(asked, share.metric)
        for at in range((cue or 0) + 1, min((cue or 0) + FARTHEST, len(asked.tokens))):
            if any(c.kind == "noun" and c.target == fact for c in asked.concepts(at)):
                yield _Case(share, cue or 0, at, fact)
                break


def _counted(asked: Doubted, name: str) -> str:
    metric = asked.world.layer.metrics[name]
    return metric.measure.partition(".")[0] if isinstance(metric, SimpleMetric) else ""


def _of_all_of_them(asked: Doubted) -> Iterator[Doubt]:
    """ "what share of deals were lost to a competitor": a part of all deals, and not of the lost ones."""
    small = asked.world.language.determiners | asked.words("genitive") | {"all"}
    for case in _cases(asked):
        every = _count_of_all(asked, case.rows)
        bare = all(asked.text(at) in small for at in range(case.cue + 1, case.noun))
        if not bare or not every or case.share.metric == every or not _is_deed(asked, case.noun + 1):
            continue
        yield Doubt(raw(asked.tokens[case.cue : case.noun + 3]), "of_which_whole", _wholes(asked, case.share, every))


def _count_of_all(asked: Doubted, rows: str) -> str:
    """The number that counts every row of a dataset, whatever its state; empty without one."""
    layer, counted = asked.world.layer, asked.world.nouns.count_of(rows)
    simple = [m for m in layer.metrics.values() if isinstance(m, SimpleMetric) and m.measure.startswith(f"{rows}.")]
    simple = [m for m in simple if layer.measures[m.measure].agg == "count"]
    plain = [m.name for m in simple if not (m.filter or m.hidden or layer.measures[m.measure].filter)]
    told = layer.metrics.get(counted)
    today = isinstance(told, SimpleMetric) and told.time == "none"  # those that run, and none that have ended
    return plain[0] if today and plain else counted


def _is_deed(asked: Doubted, at: int) -> bool:
    """Whether a deed follows ("were lost", "lost to"), and no clause that tells which ones ("lost were", "we lost")."""
    helping = asked.words("auxiliaries") | asked.words("copulas")
    if asked.text(at) in helping:
        return True
    language = asked.world.language
    past = asked.text(at).endswith(language.words("participle_endings")) or asked.text(at) in language.forms.verbs
    named = past or any(c.kind == "value" for c in asked.concepts(at))
    return named and asked.text(at + 1) not in helping


def _wholes(asked: Doubted, share: Share, every: str) -> tuple[SemanticQuery, ...]:
    """The query with the part of all rows, and as it is."""
    names = tuple(every if name == share.metric else name for name in asked.query.metrics)
    shares = tuple(one.model_copy(update={"metric": every}) if one is share else one for one in asked.query.shares)
    orders = tuple(
        one.model_copy(update={"by": every}) if one.by == share.metric else one for one in asked.query.order_by
    )
    return asked.query.model_copy(update={"metrics": names, "shares": shares, "order_by": orders}), asked.query


def _of_the_described(asked: Doubted) -> Iterator[Doubt]:
    """ "share of urgent tickets that are open": of the urgent ones, and not the urgent part of the open ones."""
    helping = asked.words("auxiliaries") | asked.words("copulas") | asked.words("relatives")
    for case in _cases(asked):
        described = [
            at for at, one in asked.values() if case.cue < at < case.noun and one.field in case.share.apart_from
        ]
        every = asked.world.nouns.count_of(case.rows)
        if described and case.share.metric != every and asked.text(case.noun + 1) in helping:
            yield Doubt(raw(asked.tokens[described[0] : case.noun + 2]), "of_described_whole")


def _of_those_among(asked: Doubted) -> Iterator[Doubt]:
    """ "share of customers with consent among subscribers": of these, who then are no part of the case."""
    amongst = [at for at in range(len(asked.tokens)) if asked.text(at) in asked.words("among_words")]
    told = {name for one in asked.query.shares for name in one.apart_from}
    told |= {one.field for share in asked.query.shares for one in share.apart}
    for at in amongst if told else ():
        named = {c.target for end in (at + 2, at + 3) for c in asked.concepts(at + 1, end)}
        if named & told:
            yield Doubt(raw(asked.tokens[at : at + 2]), "of_described_whole")


def _rate_of_another_part(asked: Doubted) -> Iterator[Doubt]:
    """ "what share of deals were won by Mara": of all deals, and not her win rate; "share of won deals above 10k"."""
    layer = asked.world.layer
    cue = next((at for at in range(len(asked.tokens)) if "share" in asked.cues(at)), None)
    rates = bool(asked.query.metrics) and all(isinstance(layer.metrics[n], RatioMetric) for n in asked.query.metrics)
    if cue is None or not rates or asked.query.shares:
        return
    small = asked.world.language.determiners
    named = {span.start for span in asked.plan.spans if span.role == "value"}
    for at in (i for i in range(cue + 3, len(asked.tokens)) if asked.tokens[i].start in named):
        before = next((i for i in range(at - 1, -1, -1) if asked.text(i) not in small), -1)
        if asked.text(before) == "by" and before - 1 > cue and _is_done(asked, before - 1):
            yield Doubt(raw(asked.tokens[before - 1 : at + 1]), "of_described_whole")
    helping = asked.words("auxiliaries") | asked.words("copulas") | asked.words("relatives")
    describing = any(asked.text(at) in helping for at in range(cue, len(asked.tokens)))  # "deals over 5k were won"
    for one in asked.query.filters if not describing else ():
        if one.op in ("gt", "ge", "lt", "le") and one.field in layer.fields and not one.entity:
            yield Doubt((layer.fields[one.field].title,), "of_described_whole")


def _is_done(asked: Doubted, at: int) -> bool:
    language = asked.world.language
    told = asked.text(at).endswith(language.words("participle_endings")) or asked.text(at) in language.forms.verbs
    return told or any(c.kind == "value" for c in asked.concepts(at))


def _number_for_share(asked: Doubted) -> Iterator[Doubt]:
    """ "one-touch tickets out of all solved tickets" answered with a number that is no part of any whole."""
    metrics = asked.world.layer.metrics
    rates = any(metrics[name].format == "percent" for name in asked.query.metrics)
    if asked.query.shares or rates or asked.query.compare or asked.query.top or not asked.query.metrics:
        return
    wholes = [one.split() for one in asked.words("whole_phrases")]
    said = [token.text for token in asked.said]
    for phrase in wholes:
        for at in range(1, len(said) - len(phrase)):
            if said[at : at + len(phrase)] == phrase:
                yield Doubt(raw(asked.said[at : at + len(phrase) + 1]), "number_for_share")


def _percent_of_change(asked: Doubted) -> Iterator[Doubt]:
    """ "change in orders by channel, in percent": how much each one changed, and not its part of all."""
    said = f" {' '.join(token.text for token in asked.said)} "
    told = next((one for one in asked.world.language.words("as_percent") if f" {one} " in said), "")
    plain = all(not one.of and not one.is_of_case for one in asked.query.shares)
    if told and asked.query.compare and asked.query.shares and plain:
        yield Doubt((told,), "percent_of_change", (asked.query.model_copy(update={"shares": ()}), asked.query))


def _rate_by_reason(asked: Doubted) -> Iterator[Doubt]:
    """ "win rate by lost reason": only what was lost has a reason, so that within each one the rate is always none."""
    layer, reasons = asked.world.layer, asked.words("reason_words")
    told = [group.field for group in asked.query.group_by]
    told += [one.field for one in asked.query.filters if _picks(one)]
    for name in asked.query.metrics:
        facts = asked.world.reach.facts(name) if layer.metrics[name].format == "percent" else frozenset[str]()
        for field in told:
            own = not reasons.isdisjoint(field.rpartition(".")[2].split("_")) and not asked.query.shares
            if own and any(asked.world.reach.steps(fact, field.partition(".")[0]) in (0, 1) for fact in facts):
                yield Doubt((layer.fields[field].title,), "rate_by_reason")


def _rate_of_what_is_filled(asked: Doubted) -> Iterator[Doubt]:
    """ "share of orders with a coupon by coupon": where the field is filled all are counted, so it is 100%."""
    layer = asked.world.layer
    for rate in (layer.metrics[name] for name in asked.query.metrics):
        if not isinstance(rate, RatioMetric):
            continue
        for field in (group.field for group in asked.query.group_by):
            part = is_always_known(layer, rate.numerator, field)
            if part and not is_always_known(layer, rate.denominator, field):
                yield Doubt((layer.fields[field].title,), "rate_of_filled")


def _stock_by_reason(asked: Doubted) -> Iterator[Doubt]:
    """ "main reason for cancelling, of active subscriptions": only what ended has a reason, and these have not."""
    layer, reasons = asked.world.layer, asked.words("reason_words")
    for name in (one for one in asked.query.metrics if is_stock(one, asked.world)):
        for group in asked.query.group_by:
            dataset, _, field = group.field.partition(".")
            if dataset in asked.world.reach.facts(name) and not reasons.isdisjoint(field.split("_")):
                yield Doubt((layer.fields[group.field].title,), "stock_by_reason")


def _picks(one: Filter) -> bool:
    return one.op in ("in", "not_in") and not one.entity


Rule = Callable[[Doubted], Iterator[Doubt]]
OF_QUERIES: tuple[Rule, ...] = (_rate_by_reason, _rate_of_what_is_filled, _stock_by_reason)
RULES: tuple[Rule, ...] = (
    *OF_QUERIES,
    _of_all_of_them,
    _of_the_described,
    _of_those_among,
    _rate_of_another_part,
    _number_for_share,
    _percent_of_change,
)
