"""Doubts of what a word describes: the thing that it stands before, or somebody or something linked to that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.concepts import HEAD_WORD, Concept
from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from semantic_layer import Filter

LONGEST_NAME = 3


def _described(asked: Doubted) -> Iterator[tuple[int, int, Filter]]:
    """The stretches of words that name a condition and stand right before what they describe: first, behind, it."""
    conditions = {
        (one.field, str(value)): one
        for one in asked.query.filters
        if one.op in ("in", "eq") and not one.entity
        for value in one.values
    }
    for first in range(len(asked.tokens)):
        for behind in range(first + 1, min(first + LONGEST_NAME, len(asked.tokens) - 1) + 1):
            named = [c for c in asked.concepts(first, behind) if (c.target, str(c.value)) in conditions]
            if named:
                yield first, behind, conditions[named[0].target, str(named[0].value)]


def _things_at(asked: Doubted, at: int) -> set[str]:
    """What the words from here on name: datasets by their noun, or by the number that counts their rows."""
    found: set[str] = set()
    for behind in range(at + 1, min(at + LONGEST_NAME, len(asked.tokens)) + 1):
        for concept in asked.concepts(at, behind):
            found |= _rows_of(asked, concept)
    return found


def _rows_of(asked: Doubted, concept: Concept) -> set[str]:
    if concept.kind == "noun":
        return {concept.target}
    layer = asked.world.layer
    counts = concept.kind == "metric" and layer.metrics[concept.target].format == "integer"
    return set(asked.world.reach.facts(concept.target)) if counts else set()


def _of_somebody(asked: Doubted) -> Iterator[Doubt]:
    """ "high-value orders", "inactive subscriptions": of such people, or such things, which nobody has marked?"""
    layer = asked.world.layer
    persons = asked.words("person_nouns")
    for first, behind, condition in _described(asked):
        segment = layer.segments.get(condition.field)
        if segment is None or any(token.plain in persons for token in asked.tokens[first:behind]):
            continue
        if any(c.target == condition.field for c in asked.concepts(first, behind + 1)):
            continue  # "newsletter subscribers" are called so as a whole
        things = _things_at(asked, behind)
        if things and not any(layer.datasets[name].entity for name in things) and not _counts_people(asked, behind - 1):
            yield Doubt(raw(asked.tokens[first : behind + 1]), "of_somebody")


def _counts_people(asked: Doubted, at: int) -> bool:
    """Whether people are counted who are named as several and did something: "how many VIPs ordered"."""
    counted = [asked.world.nouns.counted.get(name, "") for name in asked.query.metrics]
    people = bool(counted) and all(name and asked.world.layer.datasets[name].entity for name in counted)
    did = any(one.entity and one.field in asked.world.layer.metrics for one in asked.query.filters)
    return people and did and asked.tokens[at].text != asked.tokens[at].plain


def _of_far_off(asked: Doubted) -> Iterator[Doubt]:
    """ "retail orders": such orders, or those of companies in a trade called so?"""
    for first, behind, condition in _described(asked):
        owner = condition.field.partition(".")[0]
        metrics = {
            c.target
            for end in range(behind + 1, min(behind + LONGEST_NAME, len(asked.tokens)) + 1)
            for c in asked.concepts(behind, end)
            if c.kind == "metric" and not c.inflected
        }
        named = any(c.kind == "dimension" and c.target == condition.field for c in asked.concepts(behind))
        stored = {str(value).casefold() for value in condition.values}
        done = asked.is_plural(behind - 1) and asked.text(behind - 1) not in stored  # "women return" is a clause
        if not named and not done and _is_past_another(asked, metrics, owner):
            yield Doubt(raw(asked.tokens[first : behind + 1]), "of_far_off")


def _is_past_another(asked: Doubted, metrics: set[str], owner: str) -> bool:
    """Whether the way from these numbers to whom a field is told of leads past somebody of whom it is not told."""
    layer, reach = asked.world.layer, asked.world.reach
    facts = {fact for name in metrics & set(asked.query.metrics) for fact in reach.facts(name)}
    for link in layer.relationships.values():
        between = layer.datasets[link.from_]
        shared = link.to == owner and between.entity and tuple(link.from_columns) != tuple(between.primary_key)
        if shared and facts and all(reach.steps(fact, link.from_) not in (None, 0) for fact in facts):
            return True
    return False


def _thing_unused(asked: Doubted) -> Iterator[Doubt]:
    """ "complaints that email campaigns caused": campaigns are asked for, and not what came in by e-mail."""
    layer, reach = asked.world.layer, asked.world.reach
    used = {fact for name in asked.query.metrics for fact in reach.facts(name)}
    used |= {one.field.partition(".")[0] for one in (*asked.query.filters, *asked.query.group_by)}
    used |= {asked.query.entity or ""}
    for first, behind, condition in _described(asked):
        owner = condition.field.partition(".")[0]
        nouns = {c.target for c in asked.concepts(behind) if c.kind == "noun" and c.weight > HEAD_WORD}
        plural = behind < len(asked.tokens) and asked.is_plural(behind)
        persons = any(layer.datasets[name].entity for name in nouns)
        if not plural or not nouns or persons or owner not in layer.datasets or nouns & used:
            continue
        called = asked.world.lexicon.lookup(list(asked.tokens[first : behind + 1]))
        if any(one.kind == "value" and one.target == condition.field for one in called):
            continue  # "defective products" is what the value is called
        linked = any(reach.steps(owner, one) == 1 for one in nouns)  # "defective items": those that a refund is of
        if not linked and all(reach.steps(one, owner) is None for one in nouns):
            yield Doubt(raw(asked.tokens[first : behind + 1]), "thing_unused")


def _of_whom(asked: Doubted) -> Iterator[Doubt]:
    """ "salary of Mara Lindqvist": hers, and not that of the customers whom she looks after."""
    groups = {group.field for group in asked.query.group_by}
    for first, _, condition in _named_values(asked):
        fields = {c.target for c in asked.concepts(first - 2) if c.kind == "dimension"} if first > 1 else set[str]()
        owner = condition.field.partition(".")[0]
        other = [field for field in fields & groups if field.partition(".")[0] != owner]
        if other and asked.text(first - 1) in asked.words("genitive") and _is_doer(asked, condition.field):
            yield Doubt(raw(asked.tokens[first - 2 : first + 1]), "of_whom")


def _done_by(asked: Doubted) -> Iterator[Doubt]:
    """ "tickets that Ben Carter solved": he would be an agent, and is only known as somebody's account manager."""
    layer, reach = asked.world.layer, asked.world.reach
    facts = {fact for name in asked.query.metrics for fact in reach.facts(name)}
    doers = {name for name in layer.datasets if _has_doers(asked, name)}
    for first, behind, condition in _named_values(asked):
        owner = condition.field.partition(".")[0]
        subject = asked.text(first - 1) in asked.words("auxiliaries") and _is_doer(asked, condition.field)
        own = {name for name in doers - {owner} for fact in facts if reach.steps(fact, name) == 1}
        if subject and own and owner not in facts:
            yield Doubt(raw(asked.tokens[first:behind]), "done_by")


def _named_values(asked: Doubted) -> Iterator[tuple[int, int, Filter]]:
    """As `_described`, with those at the end of the question."""
    yield from _described(asked)
    for first in range(max(0, len(asked.tokens) - LONGEST_NAME), len(asked.tokens)):
        named = [(c.target, str(c.value)) for c in asked.concepts(first, len(asked.tokens)) if c.kind == "value"]
        found = [f for f in asked.query.filters if f.op == "in" and any((f.field, str(v)) in named for v in f.values)]
        yield from ((first, len(asked.tokens), one) for one in found[:1])


def _is_doer(asked: Doubted, field: str) -> bool:
    """Whether a field names who does something: an owner, an agent."""
    if field not in asked.world.layer.fields:
        return False  # a segment
    said = {token.bare for token in asked.world.language.tokens(asked.world.layer.fields[field].title)}
    return not said.isdisjoint({asked.world.language.bare(word) for word in asked.words("doers")})


def _has_doers(asked: Doubted, dataset: str) -> bool:
    said = {token.bare for token in asked.world.language.tokens(asked.world.layer.datasets[dataset].title)}
    return not said.isdisjoint({asked.world.language.bare(word) for word in asked.words("doers")})


def _said_of_the_doers(asked: Doubted) -> Iterator[Doubt]:
    """ "which agents speak Spanish": said of them, whose language is not known, and not of those they served."""
    others = {span.start for span in asked.plan.spans for one in asked.query.filters if _is_of_others(one, span.target)}
    for at in range(1, len(asked.tokens)):
        verb = asked.tokens[at].start in others and asked.text(at) in asked.words("attribute_verbs")
        doer = at - 2 if asked.text(at - 1) in asked.words("relatives") else at - 1
        if verb and asked.query.entity in _things_at(asked, doer):
            yield Doubt(raw(asked.tokens[max(doer, 0) : at + 2]), "of_somebody")


def _is_of_others(condition: Filter, target: str) -> bool:
    """Whether a condition is on a field of rows linked to those that are listed, and words mean that field."""
    linked = bool(condition.entity) and condition.field.partition(".")[0] != condition.entity
    return linked and target.partition("=")[0] == condition.field


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _of_somebody,
    _of_far_off,
    _thing_unused,
    _of_whom,
    _done_by,
    _said_of_the_doers,
)
