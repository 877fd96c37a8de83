"""Passes that find conditions: values, lists of values, what is left out, flags."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Condition, Draft
from semantic_layer import adds_up

BARE_DIMENSION_COST, READ_AS_VALUE_COST = 0.3, 0.15
JOINERS = ("and", "or", "versus", "slash")
TIES = frozenset({"link_any", "link_value"})


def find_values(draft: Draft) -> None:
    """Values become conditions; those joined by "and", "or" or "vs" that share a field become one list."""
    narrowed = _narrow_by_neighbours(draft)
    done: set[int] = set()
    for at in range(len(draft.elements)):
        owned = is_owned(draft, at)
        owned = owned or (at > 0 and "how" in draft.element(at - 1).cues)  # "how loyal" asks for a degree
        if draft.kind(at) == "value" and at not in done and at not in draft.uses and not owned:
            run = _run(draft, at, narrowed)
            done.update(run)
            _add_condition(draft, run, narrowed)
    _use_pronouns(draft)
    _set_beside(draft)


def is_owned(draft: Draft, at: int) -> bool:
    """ "with their email": what belongs to each; "about their subscription" tells what something is about."""
    words = draft.world.language.words
    if at == 0 or draft.element(at - 1).text.casefold() not in words("possessives"):
        return False
    return at == 1 or draft.element(at - 2).text.casefold() not in words("subject_links")


def _use_pronouns(draft: Draft) -> None:
    """ "rural areas compared to urban ones": stands for the thing that the value before describes."""
    words = draft.world.language.data["time_words"]["one"]
    for at in range(1, len(draft.elements)):
        element = draft.element(at)
        if element.unknown and element.text.casefold() in words and draft.uses.get(at - 1, ("",))[0] == "value":
            draft.use(at, "filler")


def _set_beside(draft: Draft) -> None:
    """ "revenue from new and how much from returning customers": two values of one field, apart, are two cases."""
    for first, second in pairwise([c for c in draft.conditions if not c.negated]):
        if second.place < 0 or first.grouped or second.grouped or not _excludes(first, second):
            continue
        cues = [draft.element(at).cues for at in range(first.place + 1, second.place)]
        if not any(found & {"and", "or", "versus"} for found in cues):
            continue
        fields = _shared_fields(first) & _shared_fields(second)
        values = tuple(tuple(c for c in concepts if c.target in fields) for concepts in (*first.values, *second.values))
        both = replace(first, values=values, nouns=first.nouns | second.nouns, grouped=True)
        draft.conditions = [both if c is first else c for c in draft.conditions if c is not second]
        _use_comparisons(draft)
        return


def _shared_fields(condition: Condition) -> set[str]:
    return set.intersection(*({concept.target for concept in concepts} for concepts in condition.values))


def _excludes(first: Condition, second: Condition) -> bool:
    """Whether no row can meet both: other values of the only fields that they can be of."""
    fields, others = _shared_fields(first), _shared_fields(second)
    named = [{c.value for concepts in one.values for c in concepts} for one in (first, second)]
    return bool(fields & others) and named[0].isdisjoint(named[1]) and all("." in name for name in fields & others)


def _use_comparisons(draft: Draft) -> None:
    for at in draft.cues("compare", "versus", "more"):
        draft.use(at, "comparison", "values")


def _narrow_by_neighbours(draft: Draft) -> dict[int, tuple[Concept, ...]]:
    """The concepts of each value, cut to the field that a word beside it names ("the web channel")."""
    narrowed: dict[int, tuple[Concept, ...]] = {}
    for at in range(len(draft.elements)):
        if draft.kind(at) == "value":
            concepts = draft.concepts(at, "value")
            for beside in (draft.back(at), draft.ahead(at)):
                if beside is not None and draft.kind(beside) == "dimension" and beside not in draft.uses:
                    concepts = _of_dimension(draft, beside, concepts) or concepts
            narrowed[at] = _of_owners(draft, at, concepts)
    return narrowed


def _of_owners(draft: Draft, at: int, concepts: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """The concepts of a value behind "albums of": what other things are called that the albums belong to.

    What the things themselves are called is only meant where nothing else is; "the album Abba" has no such word.
    """
    words, noun = draft.world.language.words("owner_links"), draft.back(at)
    if noun is not None and noun == at - 1 and draft.element(noun).text.casefold() in words:
        noun = draft.back(noun)
    links = {draft.element(place).text.casefold() for place in range(noun + 1, at)} if noun is not None else set[str]()
    if noun is None or draft.kind(noun) != "noun" or links.isdisjoint(words):
        return concepts
    things = draft.noun(noun)
    own = draft.world.nouns.names(things)
    others = tuple(concept for concept in concepts if concept.target not in own)
    linked = any(draft.world.reach.steps(things, one.target.partition(".")[0]) for one in others)
    return others if linked else concepts


def _of_dimension(draft: Draft, dimension: int, concepts: tuple[Concept, ...]) -> tuple[Concept, ...]:
    fields = {concept.target for concept in draft.concepts(dimension, "dimension")}
    kept = tuple(concept for concept in concepts if concept.target in fields)
    if kept:
        draft.use(dimension, "condition", kept[0].target)
    return kept


def _run(draft: Draft, first: int, narrowed: dict[int, tuple[Concept, ...]]) -> list[int]:
    """The values joined to this one that can be values of the same field."""
    run, fields = [first], {concept.target for concept in narrowed[first]}
    following = draft.joined(first, *JOINERS)
    while following is not None and draft.kind(following) == "value":
        common = fields & {concept.target for concept in narrowed[following]}
        if not common:
            break
        fields = common
        run.append(following)
        following = draft.joined(following, *JOINERS)
    return run


def _add_condition(draft: Draft, run: list[int], narrowed: dict[int, tuple[Concept, ...]]) -> None:
    fields = set.intersection(*({c.target for c in narrowed[at]} for at in run))
    values = tuple(tuple(c for c in narrowed[at] if c.target in fields) for at in run)
    negated = _negation_before(draft, run[0])
    asked_apart = (_compared, _listed, _told_apart, _split_by)
    grouped = len(run) > 1 and not negated and any(apart(draft, run) for apart in asked_apart)
    draft.penalty += READ_AS_VALUE_COST * sum(
        bool(draft.concepts(at, "dimension") or draft.concepts(at, "metric")) for at in run
    )
    for at, concepts in zip(run, values, strict=True):
        draft.use(at, "value", f"{concepts[0].target}={concepts[0].value}")
    for first, last in pairwise(run):
        for joiner in draft.joiners(first, last):
            draft.use(joiner, "filler")
    draft.conditions.append(Condition(values, negated, _nouns_beside(draft, run), grouped, run[0]))


def _negation_before(draft: Draft, first: int) -> bool:
    place = draft.back(first)
    if place is not None and draft.kind(place) == "dimension" and draft.uses.get(place, ("",))[0] == "condition":
        place = draft.back(place)
    if place is not None and draft.kind(place) == "" and draft.has(place, "exclude"):
        draft.use(place, "condition", "not_in")
        _use_whole(draft, place, first)
        return True
    return False


def _use_whole(draft: Draft, exclusion: int, first: int) -> None:
    """ "all channels except web": the field of the value before says only of what it is left out."""
    whole = draft.back(exclusion)
    fields = {concept.target for concept in draft.concepts(first, "value")}
    if whole is None or draft.kind(whole) != "dimension" or whole in draft.uses or not draft.element(whole).plural:
        return
    every = any(draft.element(i).text.casefold() in draft.world.language.words("every_words") for i in range(whole))
    placed = whole > 0 and "link_any" in draft.element(whole - 1).cues  # "orders in countries other than Spain"
    asked = any(draft.element(i).cues & {"by", "per", "which"} for i in range(whole))
    named = {concept.target for concept in draft.concepts(whole, "dimension")}
    if (every or (placed and not asked)) and fields & named:
        draft.use(whole, "condition", "not_in")


def _compared(draft: Draft, run: list[int]) -> bool:
    """Whether the values are set against each other, which asks for a number for each."""
    between = (at for first, last in pairwise(run) for at in draft.joiners(first, last))
    if any(not draft.element(at).cues.isdisjoint({"versus"}) for at in between):
        for at in draft.cues("more"):  # "are refunds higher in Rome than in Milan"
            draft.use(at, "comparison", "values")
        return True
    alternative = any("or" in draft.element(at).cues for a, b in pairwise(run) for at in draft.joiners(a, b))
    cues = draft.cues("compare", *(["more"] if alternative else []))  # "did we sell more in Rome or in Milan"
    for at in cues:
        draft.use(at, "comparison", "values")
    return bool(cues)


def _listed(draft: Draft, run: list[int]) -> bool:
    """Whether the values are a list of cases ("for web, app and store"), which asks for a number for each.

    In a course of time two are cases as well: a line for each.
    """
    together = draft.cues("together")
    for at in together:
        draft.use(at, "filler")
    between = [at for first, last in pairwise(run) for at in draft.joiners(first, last)]
    alternatives = all("or" in draft.element(at).cues for at in between)  # "Berlin or Rome or Paris" is one number
    course = bool(draft.cues("trend")) or any(element.grain for element in draft.elements)
    return (len(run) > 2 or course) and not together and not draft.groups and not alternatives


def _told_apart(draft: Draft, run: list[int]) -> bool:
    """ "how many male and female customers", "average age of men and women", "from the app and from the web": each."""
    between = [draft.element(at).cues for a, b in pairwise(run) for at in draft.joiners(a, b)]
    if not any("and" in cues for cues in between) or any({"or", "slash"} & cues for cues in between):
        return False
    if draft.ranking is not None or draft.cues("top", "bottom") or _sums_up(draft):
        return False
    counted = all("and" in cues for cues in between) and draft.ahead(run[-1]) == draft.counted is not None
    return counted or any(TIES & cues for cues in between) or _is_averaged(draft)


def _split_by(draft: Draft, run: list[int]) -> bool:
    """ "orders split by new and returning": a number for each of what stands behind "by"."""
    place = draft.back(run[0])
    between = [draft.element(at).cues for first, last in pairwise(run) for at in draft.joiners(first, last)]
    if place is None or "by" not in draft.element(place).cues or any("or" in cues for cues in between):
        return False
    draft.use(place, "filler")
    return True


def _sums_up(draft: Draft) -> bool:
    """Whether one number of all is asked for: "total revenue from the app and from the web", "of both combined"."""
    words = set(draft.world.language.words("sum_words"))
    return any("together" in one.cues or not words.isdisjoint(one.text.casefold().split()) for one in draft.elements)


def _is_averaged(draft: Draft) -> bool:
    """Whether the number asked for is no sum, so that one for several kinds is that of none of them."""
    layer = draft.world.layer
    named = [draft.concepts(at, "metric") for at in range(len(draft.elements)) if draft.kind(at) == "metric"]
    means = any(found and not any(adds_up(layer, one.target) for one in found) for found in named)
    return means or any({"average", "typical", "median"} & element.cues for element in draft.elements)


def _nouns_beside(draft: Draft, run: list[int]) -> frozenset[str]:
    places = (draft.back(run[0]), draft.ahead(run[-1]))
    nouns = [at for at in places if at is not None and draft.kind(at) == "noun"]
    return frozenset(draft.noun(at) for at in nouns if not _is_measured_otherwise(draft, at, run[0]))


def _is_measured_otherwise(draft: Draft, noun: int, value: int) -> bool:
    """ "bounce rate for people from paid search": people are visitors where visits are measured."""
    if draft.element(noun).text.casefold() not in draft.world.language.words("persons"):
        return False
    fields = {concept.target.partition(".")[0] for concept in draft.concepts(value, "value")}
    named = [c.target for at in range(noun) if draft.kind(at) == "metric" for c in draft.concepts(at, "metric")]
    return any(not fields.isdisjoint(draft.world.reach.facts(name)) for name in named)


def find_dimensions(draft: Draft) -> None:
    """Dimensions that nothing introduced: a flag is a condition, any other is broken down by, less surely."""
    for at in range(len(draft.elements)):
        if draft.kind(at) != "dimension" or at in draft.uses:
            continue
        if names_value(draft, at) or _names_field(draft, at) or _calls_rows(draft, at):
            draft.use(at, "filler")
            continue
        flags = _flags(draft, at)
        if _is_repeated(draft, at):
            draft.use(at, "dimension", draft.concepts(at, "dimension")[0].target)
        elif flags:
            negated = _negation_before(draft, at)
            draft.conditions.append(Condition((flags,), negated, place=at))
            draft.use(at, "condition", flags[0].target)
        elif not draft.has(draft.back(at), "exclude") and not _held(draft, at) and not draft.is_number(at):
            draft.take_group(at)
            draft.penalty += 0 if bool(draft.cues("compare")) else BARE_DIMENSION_COST


def names_value(draft: Draft, at: int) -> bool:
    """ "urban areas": a word of the field's own name right behind one of its values."""
    if at == 0 or draft.kind(at - 1) != "value" or at - 1 not in draft.uses:
        return False
    if _holds_goods(draft, at):
        return True
    fields, language = draft.world.layer.fields, draft.world.language
    titles = [fields[c.target].title for c in draft.concepts(at - 1, "value") if c.target in fields]
    own = {language.bare(word) for title in titles for word in title.casefold().split()}
    return {language.bare(word) for word in draft.element(at).text.casefold().split()} <= own


def _holds_goods(draft: Draft, at: int) -> bool:
    """ "the shoe department", "kitchen stuff": what holds or sums up goods of which the value says what they are.

    A value behind a word that asks for several of them ("which shoe category", "by shoe category") tells another field.
    """
    said = draft.element(at).text.casefold()
    if said in draft.world.language.words("goods_nouns"):
        return True
    words = draft.world.language.words("container_nouns")
    asked = {"by", "per", "which", "top", "bottom", "each_one"}
    first = draft.back(at - 1)
    led = draft.element(first).cues if first is not None else frozenset[str]()
    return said in words and led.isdisjoint(asked)


def _calls_rows(draft: Draft, at: int) -> bool:
    """ "revenue from Retail companies": behind a number and "from", what the rows are called by that a value tells."""
    first = at
    while first > 0 and draft.kind(first - 1) == "value" and first - 1 in draft.uses:
        first -= 1
    tied = 1 < first < at and not TIES.isdisjoint(draft.element(first - 1).cues) and draft.element(at).plural
    if not tied or not any(draft.kind(place) in ("metric", "noun") for place in range(first - 1)):
        return False
    owners = {concept.target.partition(".")[0] for concept in draft.concepts(at - 1, "value")}
    called = {name for owner in owners & set(draft.world.layer.datasets) for name in draft.world.nouns.names(owner)}
    return {concept.target for concept in draft.concepts(at, "dimension")} <= called


def _names_field(draft: Draft, at: int) -> bool:
    """ "priority level", "product group": a word for fields in general right behind one."""
    general = draft.element(at).text.casefold() in draft.world.language.words("field_nouns")
    return general and at > 0 and draft.kind(at - 1) == "dimension" and draft.uses.get(at - 1, ("",))[0] == "dimension"


def _is_repeated(draft: Draft, at: int) -> bool:
    """ "how are our brands doing? margin by brand": a field named again that is broken down by already."""
    said = {concept.target for concept in draft.concepts(at, "dimension")}
    return any(said == {choice.fields[0] for choice in choices} for place, choices in draft.groups if place != at)


def _held(draft: Draft, at: int) -> bool:
    """Whether the dimension is something to have ("revenue with coupon"), which is a condition without a value."""
    start = draft.back(at)
    before = range(0 if start is None else start + 1, at)
    return any("link_value" in draft.element(place).cues for place in before)


def _flags(draft: Draft, at: int) -> tuple[Concept, ...]:
    fields = draft.world.layer.fields
    named = draft.concepts(at, "dimension")
    return tuple(replace(c, kind="value", value=True) for c in named if fields[c.target].kind == "boolean")
