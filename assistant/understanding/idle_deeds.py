"""Words of who did what that a reading has placed and that change nothing in its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Bound, Draft
from assistant.understanding.segments import owner
from assistant.understanding.subjects import ANYBODY, asked_subject
from semantic_layer import RatioMetric, SimpleMetric

MEASURED = ("metric", "noun")


def _of_one(draft: Draft) -> Iterator[int]:
    """ "how many tickets does an agent solve": the number of one, which a total does not tell."""
    articles = {"a", "an", *draft.world.language.words("articles")}
    if all(is_ratio(draft, c.target) for _, choices in draft.metrics for c in choices):
        return
    for at, _ in draft.scopes:
        if at and draft.element(at - 1).text.casefold() in articles and not draft.element(at).plural:
            yield at
    auxiliaries = draft.world.language.words("doing")
    said = [token.text for token in draft.tokens]
    for at in range(len(said) - 2):
        if at and said[at] in auxiliaries and said[at + 1] in articles:
            yield next(i for i, element in enumerate(draft.elements) if element.behind > at + 2)


def is_ratio(draft: Draft, name: str) -> bool:
    """Whether a metric is that of one already: a ratio, an average, a median."""
    metric = draft.world.layer.metrics[name]
    measured = draft.world.layer.measures[metric.measure].agg if isinstance(metric, SimpleMetric) else ""
    return isinstance(metric, RatioMetric) or measured in ("average", "avg", "median")


def _two_states(draft: Draft) -> Iterator[int]:
    """ "tickets opened and solved in May": two deeds, each with the period, of which one would only be a state."""
    for at, element in enumerate(draft.elements):
        before, behind = draft.back(at), draft.ahead(at)
        if element.cues != {"and"} or before is None or behind is None or not is_timed(draft):
            continue
        deed = draft.kind(before) in MEASURED or draft.uses.get(before, ("",))[0] == "filler"
        if draft.kind(behind) == "value" and deed and draft.kind(before) != "value":
            yield at


def is_timed(draft: Draft) -> bool:
    """Whether a period was told."""
    return any(choice.period is not None for choice in draft.times)


def _every_unit(draft: Draft) -> Iterator[int]:
    """ "how many customers ordered every month": those who did so in each one, not each month's number."""
    subject = asked_subject(draft)
    datasets = draft.world.layer.datasets
    if subject is None or not (subject.dataset == ANYBODY or datasets[subject.dataset].entity):
        return
    for at in range(1, len(draft.elements)):
        if draft.kind(at) == "grain" and draft.element(at - 1).text.casefold().split()[-1] == "every":
            yield at - 1


def _of_the_deed(draft: Draft) -> Iterator[int]:
    """ "revenue from customers who bought shoes": the value says what they bought, not what the revenue is of."""
    for bound in draft.bounds:
        relative = _relative_before(draft, bound.place) if bound.entity or draft.listed else None
        if relative is None:
            continue
        for condition in draft.conditions:
            targets = {concept.target for concepts in condition.values for concept in concepts}
            if condition.place > relative and _says_of_deed(draft, bound, targets):
                yield condition.place
        yield from (held.place for held in draft.presence if held.place > relative)
        yield from (at for at in _groups_behind(draft, bound.place) if not is_asked_by(draft, at))


def _groups_behind(draft: Draft, place: int) -> Iterator[int]:
    yield from (at for at, _ in draft.groups if at > place and draft.kind(at) == "dimension")


def is_asked_by(draft: Draft, at: int) -> bool:
    """Whether a word of a breakdown stands before, past others broken down by."""
    return any(draft.element(i).cues & {"by", "per"} or draft.kind(i) == "grain" for i in range(at))


def _relative_before(draft: Draft, place: int) -> int | None:
    """The "who" or "that" which opens the clause of a deed."""
    words = set(draft.world.language.words("relatives"))
    said = [at for at in range(place) if words & set(draft.element(at).text.casefold().split())]
    return next((at for at in reversed(said) if at > 0), None)


def _says_of_deed(draft: Draft, bound: Bound, targets: set[str]) -> bool:
    """Whether a condition may be on the deed's own rows, or cannot be on the entity."""
    layer, reach = draft.world.layer, draft.world.reach
    owners = {owner(layer, target) for target in targets}
    entity = bound.entity or draft.listed
    facts = {fact for c in bound.choices if c.kind == "metric" for fact in reach.facts(c.target)}
    facts -= {entity}
    return bool(owners & facts) or all(reach.steps(entity, name) is None for name in owners)


def _held_by_others(draft: Draft) -> Iterator[int]:
    """ "order value of customers who used a coupon": the orders with one are not all the orders of such customers."""
    layer, reach = draft.world.layer, draft.world.reach
    for held in draft.presence:
        owners = {owner(layer, choice.target) for choice in held.choices}
        relative = _relative_before(draft, held.place + 1)
        subject = draft.back(held.place if relative is None else relative)
        entity = _thing(draft, subject)
        if not entity or draft.listed or _counts(draft, entity):
            continue
        if layer.datasets[entity].entity and all(reach.steps(entity, name) is None for name in owners):
            yield held.place


def _thing(draft: Draft, at: int | None) -> str:
    """The dataset that an element is a noun of, itself or as a word of a longer name; empty for any other."""
    if at is None or draft.kind(at) == "noun":
        return draft.noun(at) if at is not None else ""
    return next((c.target for c in _own_meanings(draft, at) if c.kind == "noun"), "")


def _counts(draft: Draft, dataset: str) -> bool:
    return any(c.target == draft.world.nouns.count_of(dataset) for _, choices in draft.metrics for c in choices)


def _only_sometimes(draft: Draft) -> Iterator[int]:
    """ "customers who bought only online": all that they bought, which a condition on single orders does not tell."""
    subject = asked_subject(draft)
    layer, reach = draft.world.layer, draft.world.reach
    for at, element in enumerate(draft.elements):
        behind = draft.ahead(at)
        if "only" not in element.cues or draft.uses.get(at, ("",))[0] == "condition" or behind is None:
            continue
        entity = _doer(draft, at, subject.dataset if subject else "")
        if not entity:
            continue
        if any(bound.place == behind and bound.operator == "eq" for bound in draft.bounds):
            continue  # "who only bought once"
        owners = {owner(layer, c.target) for c in draft.concepts(behind, "value")}
        own = owners and all(reach.steps(entity, name) is not None for name in owners)
        if not own or draft.kind(behind) != "value":
            yield at


def _doer(draft: Draft, at: int, subject: str) -> str:
    """The entity whose deeds "only" limits: of a clause before it, of a list, or the one that is counted."""
    layer = draft.world.layer
    if _relative_before(draft, at) is not None:
        found = [bound.entity for bound in draft.bounds if bound.entity] + [draft.listed]
        nouns = [draft.noun(i) for i in range(at) if draft.kind(i) == "noun"]
        gathered = [c.target for i in range(at) for c in _own_meanings(draft, i) if c.kind == "noun"]
        subject = next((name for name in (*found, *nouns, *gathered) if name), subject)
    entities = [name for name, dataset in layer.datasets.items() if dataset.entity]
    if subject == ANYBODY:
        return entities[0] if entities else ""
    return subject if subject in entities else ""


def _own_meanings(draft: Draft, at: int) -> tuple[Concept, ...]:
    """What the words of a metric mean by themselves: "customers" of those who bought."""
    element = draft.element(at)
    own = draft.kind(at) == "metric" and bool(draft.tokens)
    return draft.world.lexicon.lookup(draft.tokens[element.first : element.behind]) if own else ()


def _loose_deed(draft: Draft) -> Iterator[int]:
    """ "who returned more than five items": the number is of what the verb did, not of what there is otherwise."""
    deeds = [bound for bound in draft.bounds if (bound.operator, bound.values) == ("ge", (1,))]
    for deed in deeds:
        for other in draft.bounds:
            between = [draft.element(at) for at in range(deed.place + 1, other.place)]
            joined = any(
                e.cues & {"and", "or", "which", "having", "denied", "absent", "exclude"} or e.time for e in between
            )
            if other is not deed and deed.place < other.place and not joined and other.operator not in ("none",):
                yield deed.place


def _of_persons(draft: Draft) -> Iterator[int]:
    """ "women's shoes": made for women, perhaps, and not bought by them."""
    layer, reach = draft.world.layer, draft.world.reach
    for at in range(len(draft.elements) - 1):
        entity, kind = draft.implied_noun(at), draft.kind(at + 1)
        if not entity or kind not in ("value", "noun"):
            continue
        owners = {owner(layer, c.target) for c in draft.concepts(at + 1, "value")} or {draft.noun(at + 1)}
        if all(reach.steps(entity, name) is None and reach.steps(name, entity) is None for name in owners):
            yield at


def _as_verbs(draft: Draft) -> Iterator[int]:
    """ "how many customers may we email": a value that stands as a verb is no condition."""
    subjects = set(draft.world.language.words("subjects"))
    for at in range(1, len(draft.elements)):
        said = draft.element(at - 1).text.casefold().split()
        if draft.kind(at) == "value" and said[-1] in subjects and not draft.element(at).plural:
            yield at


def _objects(draft: Draft) -> Iterator[int]:
    """ "what do women buy": the things, not how many women bought or how often."""
    said = [token.text for token in draft.tokens]
    language = draft.world.language
    if len(said) < 4 or "which" not in language.cues.get(said[0], ()) or said[1] not in language.words("auxiliaries"):
        return
    names = [c.target for _, choices in draft.metrics for c in choices]
    if names and all(is_ratio(draft, name) for name in names):
        return  # "what is the average age of the members"
    formats = {draft.world.layer.metrics[name].format for name in names}
    amounts = not set(said).isdisjoint(language.words("amount_verbs"))
    persons = any(draft.implied_noun(at) for at in range(len(draft.elements))) or draft.scopes or draft.listed
    does = said[1] in language.words("doing")
    persons = persons or (does and any(token.plain in language.words("person_nouns") for token in draft.tokens[2:]))
    grouped = _things_grouped(draft) if does else bool(draft.groups)
    if persons and not grouped and not amounts and formats <= {"integer"}:
        yield 0


def _things_grouped(draft: Draft) -> bool:
    """Whether a breakdown is by something else than the persons themselves ("what do our best customers order")."""
    datasets = draft.world.layer.datasets
    fields = (name for _, choices in draft.groups for choice in choices for name in choice.fields or (choice.grain,))
    owners = {name.partition(".")[0] for name in fields}
    return any(name not in datasets or not datasets[name].entity for name in owners)


def _yes_or_no(draft: Draft) -> Iterator[int]:
    """ "do customers like us": no number of customers answers that."""
    said = [token.text for token in draft.tokens[:2]]
    language = draft.world.language
    asking = {*language.words("auxiliaries"), *language.words("modals")}
    if len(said) < 2 or said[0] not in asking or said[1] in {*language.words("subjects"), "there"}:
        return
    narrowed = draft.groups or draft.grain or draft.conditions or draft.bounds or draft.presence or draft.ranking
    if draft.metrics and not narrowed and not is_timed(draft) and draft.times[0].compare is None:
        yield 0


def _amount_of_things(draft: Draft) -> Iterator[int]:
    """ "how much does a customer bring in": an amount, which the number of customers is not."""
    counted = draft.world.nouns.counted
    datasets = draft.world.layer.datasets
    names = [choice.target for _, choices in draft.metrics for choice in choices]
    if names and all(name in counted and datasets[counted[name]].entity for name in names):
        yield from (at for at, element in enumerate(draft.elements) if "how_much" in element.cues)


DEEDS: tuple[Callable[[Draft], Iterator[int]], ...] = (
    _of_one,
    _two_states,
    _every_unit,
    _of_the_deed,
    _held_by_others,
    _only_sometimes,
    _loose_deed,
    _of_persons,
    _as_verbs,
    _objects,
    _yes_or_no,
    _amount_of_things,
)
