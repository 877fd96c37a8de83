"""Why something is done: counted by the reason that is recorded with it ("why do customers cancel?")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Plan, Refusal
from assistant.understanding.bounded import counted_deed
from assistant.understanding.chart import Element
from assistant.understanding.draft import Draft, World
from assistant.understanding.forms.asking import Asking, counted_rows, phrases
from assistant.understanding.tokens import Token, tokenize
from semantic_layer import Filter, GroupBy, OrderBy, SimpleMetric


@dataclass(frozen=True)
class Reason:
    """A field that holds why the rows of a dataset are there: its full name, what it is called, its deeds as words."""

    field: str
    title: str
    deeds: frozenset[str]

    @property
    def dataset(self) -> str:
        """Whose rows have the reason."""
        return self.field.partition(".")[0]


def causes(asking: Asking) -> Plan | Refusal | None:
    """ "what makes customers churn": why, in words that might also ask for a number."""
    opened, _ = _opened(asking)
    return reasons(asking) if opened and not asking.tokens[0].text.startswith("why") else None


def _opened(asking: Asking) -> tuple[int, int | None]:
    """The place behind the words that ask why, 0 without such, and how many reasons: "the top 3 reasons why"."""
    start = asking.past(0, "asking_for")
    count = asking.tokens[start + 1] if start + 1 < len(asking.tokens) else None
    top = asking.tokens[start].text in phrases()["top_words"] if start < len(asking.tokens) else False
    if top and count is not None and count.text.isdigit():
        behind = asking.end(start + 2, "reasons_why")
        return (behind, int(count.text)) if behind else (0, None)
    return asking.end(0, "why") or 0, None


def reasons(asking: Asking) -> Plan | Refusal | None:
    """The count of a deed by its recorded reason, or that no reason is recorded for it; None for other questions."""
    opened, most = _opened(asking)
    if not opened or opened == len(asking.tokens) or any(asking.found("changes")):
        return None
    known = recorded(asking.world)
    found = {
        (reason, at) for at in range(opened, len(asking.tokens)) for reason in known if _is_done(asking, at, reason)
    }
    if len({reason.field for reason, _ in found}) != 1:
        return _without(asking, known) if not found else None
    reason = next(reason for reason, _ in found)
    rest = _rest(asking, opened, reason, {at for _, at in found})
    plan = _counted(asking, reason, {at for _, at in found}, rest) if rest is not None else None
    if plan is None or most is None:
        return plan
    known = Filter(field=reason.field, op="not_null")
    return replace(plan, query=plan.query.model_copy(update={"limit": most, "filters": (*plan.query.filters, known)}))


def counted_and_why(asking: Asking) -> Plan | Refusal | None:
    """ "how many subscriptions were cancelled, and why": the count by the reason that its rows record."""
    at = next((at for at, behind in asking.found("and_why") if behind == len(asking.tokens)), 0)
    plan = asking.read(asking.tokens[:at]) if at else None
    if plan is None or len(plan.query.metrics) != 1 or plan.query.group_by or plan.query.compare:
        return None
    world, (metric,) = asking.world, plan.query.metrics
    deeds = {_deed(world, token) for token in world.language.tokens(world.layer.metrics[metric].title)}
    found = [one for one in recorded(world) if world.reach.facts(metric) == {one.dataset} and one.deeds & deeds]
    if len(found) != 1:
        return _without(asking, recorded(world))
    group = GroupBy(field=found[0].field)
    query = plan.query.model_copy(update={"group_by": (group,), "order_by": (OrderBy(by=metric),)})
    note = world.language.message("recorded_reasons", field=found[0].title)
    return replace(plan, query=query, notes=(*plan.notes, note), asked=None) if asking.stands(query) else None


def recorded(world: World) -> tuple[Reason, ...]:
    """The fields of the layer that are called a reason, with the deeds whose reason they are."""
    return tuple(one for name, field in world.layer.fields.items() if not field.hidden for one in _reason(world, name))


def _reason(world: World, name: str) -> Iterator[Reason]:
    field = world.layer.fields[name]
    if field.kind != "categorical" or field.pii:
        return
    calls = (field.name.replace("_", " "), field.title, *field.synonyms)
    told = [tokenize(call, world.language.forms) for call in calls]
    named = [words for words in told if any(word.plain in phrases()["reasons"] for word in words)]
    ties = world.language.function_words | phrases()["reasons"]
    deeds = {_deed(world, word) for words in named for word in words if word.plain not in ties}
    if deeds:
        yield Reason(name, field.title, frozenset(deeds))


def _deed(world: World, token: Token) -> str:
    return world.language.one_deed(token.bare)


def _is_done(asking: Asking, at: int, reason: Reason) -> bool:
    """Whether a word says the deed, or is the verb that counts the rows which have the reason."""
    token, world = asking.tokens[at], asking.world
    if _deed(world, token) in reason.deeds:
        return True
    if world.lexicon.lookup([token]):
        return False
    element = Element(at, at + 1, token.raw, 0.0, word=token.bare)
    counts = counted_deed(Draft((element,), ("",), world), 0)
    return any(counted_rows(world, concept.target) == reason.dataset for concept in counts)


def _without(asking: Asking, known: Sequence[Reason]) -> Refusal | None:
    """That nothing tells why; where only a number moved, the drivers of its change are asked for in other words."""
    titles = sorted({asking.world.layer.datasets[reason.dataset].title.lower() for reason in known})
    return asking.refused("reasons_known", (), known=", ".join(titles)) if titles else None


def _rest(asking: Asking, opened: int, reason: Reason, deeds: set[int]) -> list[Token] | None:
    """What narrows the deed; None when things are named that its rows do not belong to."""
    kept: list[Token] = []
    at = opened
    while at < len(asking.tokens):
        behind = asking.end(at, "doers") if at not in deeds else at + 1
        if behind is None and asking.tokens[at].plain in phrases()["reasons"]:
            behind = at + 1  # "why do people cancel? reasons this year"
        nouns = asking.words.nouns(at) if behind is None else []
        if nouns:
            if not any(_has(asking.world, reason, dataset) for dataset, _ in nouns):
                return None
            behind = nouns[0][1]
        kept.extend(asking.tokens[at : at + 1] if behind is None else ())
        at = behind or at + 1
    return kept


def _has(world: World, reason: Reason, dataset: str) -> bool:
    return world.reach.steps(reason.dataset, dataset) is not None


def _counted(asking: Asking, reason: Reason, deeds: set[int], rest: Sequence[Token]) -> Plan | None:
    """The deed's count by its reason, with the conditions that the rest of the question says."""
    layer, first = asking.world.layer, min(deeds)
    metric = _count_of(asking.world, reason, {_deed(asking.world, asking.tokens[at]) for at in deeds})
    if not metric:
        return None
    plan = asking.read([*asking.made(f"{layer.metrics[metric].title} by {reason.title}", first), *_tied(asking, rest)])
    if plan is None or plan.query.group_by != (GroupBy(field=reason.field),) or plan.query.compare:
        return None
    if len(plan.query.metrics) != 1 or asking.world.reach.facts(plan.query.metrics[0]) != {reason.dataset}:
        return None
    query = plan.query.model_copy(
        update={"metrics": (metric,), "order_by": (OrderBy(by=metric),), "limit": None, "top": None}
    )
    note = asking.world.language.message("recorded_reasons", field=reason.title)
    return replace(plan, query=query, notes=(*plan.notes, note), asked=None) if asking.stands(query) else None


def _tied(asking: Asking, rest: Sequence[Token]) -> list[Token]:
    """The words with "for" before each free value: "women return shoes" are returns for women for shoes."""
    lexicon, links = asking.world.lexicon, asking.world.language.links["any"]
    found: list[Token] = []
    for at, token in enumerate(rest):
        value = any(concept.kind == "value" for concept in lexicon.lookup([token]))
        tied = at > 0 and (rest[at - 1].text in links or asking.world.language.has_meaning(rest[at - 1]))
        found.extend(asking.made("for", 0) if value and not tied else ())
        found.append(token)
    return found


def _count_of(world: World, reason: Reason, said: set[str]) -> str:
    """The metric that counts the rows of which the deed was done: one called like it, else that of all rows."""
    layer = world.layer
    counts = [
        name
        for name, metric in layer.metrics.items()
        if isinstance(metric, SimpleMetric) and not (metric.hidden or metric.implied)
        if counted_rows(world, name) == reason.dataset
    ]
    words = {name: {world.language.one_deed(word) for word in world.lexicon.words_of(name)} for name in counts}
    titles = {
        name: {_deed(world, word) for word in world.language.tokens(layer.metrics[name].title)} for name in counts
    }
    ways = ((said, titles), (said, words), (reason.deeds, titles), (reason.deeds, words))
    named = next((found for deeds, calls in ways if (found := [name for name in counts if deeds & calls[name]])), [])
    whole = world.nouns.count_of(reason.dataset)
    return named[0] if len(named) == 1 else whole if whole in named or not said & reason.deeds else ""
