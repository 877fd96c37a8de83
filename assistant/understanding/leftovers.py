"""The words of a reading that no pass had a use for and could change the answer."""

from __future__ import annotations

from itertools import pairwise

from assistant.understanding.concepts import EXACT, Concept
from assistant.understanding.draft import Draft, is_top_of_each
from assistant.understanding.filtering import is_owned, names_value
from assistant.understanding.harmless import harmless
from assistant.understanding.idle import idle

GUESSED = 0.6
"""How well a word fits a name of which it is only the head."""

LONGER = 4
LENGTHS = ("seconds", "minutes", "hours", "days")


def leftovers(draft: Draft) -> list[int]:
    """The elements that nothing used and that could change the answer."""
    _use_context(draft)
    unused = [at for at in range(len(draft.elements)) if at not in draft.uses and not harmless(draft, at)]
    return sorted(
        {
            *unused,
            *_idle_ranking(draft),
            *_idle_bounds(draft),
            *_idle_periods(draft),
            *_extra_groups(draft),
            *_compounds(draft),
            *_genitives(draft),
            *_owned(draft),
            *_attributes(draft),
            *idle(draft),
        }
    )


def _idle_bounds(draft: Draft) -> list[int]:
    """Conditions on a number with nothing to pick from: no entity, no group, no list."""
    grouped = draft.groups or draft.grain or draft.listed or any(condition.grouped for condition in draft.conditions)
    grouped = grouped or draft.per_bucket is not None or any(bound.part for bound in draft.bounds)
    loose = {b.operator for b in draft.bounds if b.choices[0].kind == "metric" and not b.entity}
    return [] if grouped else [at for at, use in draft.uses.items() if use[0] == "condition" and use[1] in loose]


def _idle_periods(draft: Draft) -> list[int]:
    """A period beside a list of things none of whose conditions has one: "which customers lapsed in May"."""
    numbers = draft.metrics and not draft.scopes
    if not draft.listed or numbers or any(bound.period is None for bound in draft.bounds):
        return []
    asked = any(choice.period is not None for choice in draft.times)
    return [at for at, use in draft.uses.items() if use[0] == "time"] if asked else []


def _idle_ranking(draft: Draft) -> list[int]:
    """Ranking words with nothing to rank: "the highest revenue" of what? A part of all is no number of rows."""
    apart = draft.ranking is not None and draft.ranking.percent and draft.together is None
    if not apart and (draft.groups or draft.grain or any(condition.grouped for condition in draft.conditions)):
        return []
    return [at for at, use in draft.uses.items() if use[0] in ("order", "limit")]


def _extra_groups(draft: Draft) -> list[int]:
    """A second breakdown beside a cut: the first few of each are meant, which is another question."""
    if draft.ranking is None or draft.ranking.limit is None or is_top_of_each(draft):
        return []
    if draft.grain and draft.groups:
        return [at for at, use in draft.uses.items() if use[0] == "grain"]
    return [at for at, _ in draft.groups[1:]]


def _compounds(draft: Draft) -> list[int]:
    """ "by campaign type": a field's name behind another that only one of its words gives away is a third thing."""
    weights = {at: max(choice.weight for choice in choices) for at, choices in draft.groups if at >= 0 and choices}
    return [at for at, weight in weights.items() if weight <= GUESSED and at - 1 in weights]


def _attributes(draft: Draft) -> list[int]:
    """Fields of one thing that is picked by a rank ("the town of the member that rides most"), not what is ranked."""
    words = draft.world.language.words("relatives")
    found: list[int] = []
    genitive = set(draft.world.language.words("genitive"))
    for at, _ in draft.groups if draft.ranking is not None else []:
        place = draft.ahead(at) if at >= 0 and draft.kind(at) == "dimension" else None
        owned = at >= 0 and not genitive.isdisjoint(draft.elements[at].text.casefold().split())
        if place is not None and not owned:  # "the town of the member", in two pieces
            between = {draft.elements[i].text.casefold() for i in range(at + 1, place)}
            owned = draft.kind(place) == "noun" and not genitive.isdisjoint(between)
        last = at if place is None or draft.kind(place) != "noun" else place
        behind = "".join(draft.elements[last + 1].text.casefold().split()[:1]) if last + 1 < len(draft.elements) else ""
        if owned and behind in words and not draft.elements[last].plural:
            found.append(at)
    return found


def _genitives(draft: Draft) -> list[int]:
    """Values that own what follows ("emails of customers"): a thing asked for, not a condition."""
    words = draft.world.language.words("genitive")
    return [
        at
        for at in range(len(draft.elements) - 2)
        if draft.kind(at) == "value"
        and draft.elements[at + 1].text in words
        and draft.kind(draft.ahead(at)) in ("noun", "metric")
    ]


def _owned(draft: Draft) -> list[int]:
    """ "with their email": what belongs to each is shown, and is no condition, unless it says what else they have."""
    found: list[int] = []
    for at in range(1, len(draft.elements)):
        owned = draft.kind(at) == "value" and is_owned(draft, at)
        behind = draft.ahead(at)
        if owned and (behind is None or draft.kind(behind) not in ("noun", "metric", "dimension", "value")):
            found.append(at)
    return found


def _use_context(draft: Draft) -> None:
    """Words of a metric's own names, or used around it in its example questions, say nothing new about it."""
    lexicon = draft.world.lexicon
    bound = {bound.choices[0].target for bound in draft.bounds if bound.choices[0].kind == "metric"}
    names = [choices[0].target for _, choices in draft.metrics]
    beside = [lexicon.words_of(name) for name in bound]
    units = {draft.world.layer.metrics[name].unit for name in names}
    _use_field_words(draft)
    _use_value_words(draft, names)
    creation, counted = draft.world.language.words("creation_verbs"), draft.world.nouns.counted
    for at in _units_of_time(draft, names):
        draft.use(at, "filler")
    for at, element in enumerate(draft.elements):
        if not element.unknown or at in draft.uses:
            continue
        said = element.text.casefold()
        is_unit = any(said in draft.world.language.unit_words(unit) for unit in units)
        is_creation = said in creation and bool(names) and set(names) <= set(counted)
        if is_unit or is_creation or any(_says_nothing(draft, at, known) for known in beside):
            draft.use(at, "filler")
        else:
            _narrow_to(draft, at)


def _units_of_time(draft: Draft, names: list[str]) -> list[int]:
    """ "resolution time in hours": of lengths of time, which are shown in the units that fit."""
    language, metrics = draft.world.language, draft.world.layer.metrics
    if not names or not all(metrics[name].unit in LENGTHS for name in names):
        return []
    units = {word for unit in LENGTHS for word in language.unit_words(unit)}
    led = [
        at for at in range(1, len(draft.elements)) if draft.element(at - 1).text.casefold() in language.words("set_as")
    ]
    return [at for at in led if at not in draft.uses and draft.element(at).text.casefold() in units]


def _narrow_to(draft: Draft, at: int) -> None:
    """Use a word that belongs to metrics the draft may mean, and let it mean no others."""
    kept = [(place, _best(tuple(c for c in cs if _belongs(draft, at, c.target)), cs)) for place, cs in draft.metrics]
    if kept and all(choices for _, choices in kept):
        draft.metrics = kept
        draft.use(at, "filler")


def _best(kept: tuple[Concept, ...], choices: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """The choices kept when one of them fits its words as well as any: "help" does not make open tickets tickets."""
    weight = max((choice.weight for choice in choices), default=0)
    return kept if any(choice.weight >= weight for choice in kept) else ()


def _belongs(draft: Draft, at: int, name: str) -> bool:
    lexicon = draft.world.lexicon
    if _asks_for_a_time(draft, at, name) or _begins_another(draft, at, name) or _stands_apart(draft, at, name):
        return False
    if _beside_a_number(draft, at):
        return False
    known = draft.world.context.get(name, frozenset[str]()) | lexicon.words_of(name) | _fact_words(draft, name)
    return _says_nothing(draft, at, known)


def _asks_for_a_time(draft: Draft, at: int, name: str) -> bool:
    """ "how fast are tickets solved": no number of tickets, whatever they are called."""
    degree = at > 0 and not draft.world.language.grading.isdisjoint(draft.element(at - 1).text.casefold().split())
    named = draft.element(at).text.casefold() in draft.world.language.data["adjectives"]
    return degree and named and draft.world.layer.metrics[name].format == "integer"


def _begins_another(draft: Draft, at: int, name: str) -> bool:
    """ "net" of "net revenue from subscribers": with the word behind it the exact name of another number."""
    first, behind = draft.element(at).first, draft.element(at).behind
    windows = [draft.tokens[first : behind + more] for more in range(1, LONGER)] if draft.tokens else []
    named = [concept for window in windows for concept in draft.world.lexicon.lookup(window)]
    metrics = [c.target for c in named if c.kind == "metric" and c.weight >= EXACT]
    return bool(metrics) and name not in metrics


def _beside_a_number(draft: Draft, at: int) -> bool:
    """ "revenue and spend", "spend, clicks and visits": joined to a number a word names another one."""
    for joint, other in ((at - 1, at - 2), (at + 1, at + 2)):
        inside = 0 <= other < len(draft.elements)
        if inside and "and" in draft.element(joint).cues and any(place == other for place, _ in draft.metrics):
            return True
    return False


def _stands_apart(draft: Draft, at: int, name: str) -> bool:
    """ "in person", "on time": behind a preposition a word says something of its own, unless a name has both."""
    language, before = draft.world.language, draft.element(at - 1) if at > 0 else None
    if before is None or before.cues.isdisjoint({"link_any", "link_time", "link_value"}):
        return False
    pair = (before.text.casefold().split()[-1], draft.element(at).word)
    metric = draft.world.layer.metrics[name]
    for phrase in (metric.title, *metric.synonyms):
        words = [word for word in phrase.casefold().split() if word not in language.determiners]
        if any((first, language.bare(second)) == pair for first, second in pairwise(words)):
            return False
    return True


def _fact_words(draft: Draft, name: str) -> frozenset[str]:
    """The words that name the rows a metric counts: "support" says nothing new about support tickets."""
    world = draft.world
    titles = [world.layer.datasets[fact].title for fact in world.reach.facts(name) if fact in world.layer.datasets]
    return frozenset(world.language.bare(word) for title in titles for word in title.casefold().split())


def _use_value_words(draft: Draft, names: list[str]) -> None:
    """ "how much is an order worth": says of an amount that it is one."""
    layer, words = draft.world.layer, draft.world.language.words("value_words")
    if names and all(layer.metrics[name].format == "currency" for name in names):
        for at, element in enumerate(draft.elements):
            if element.unknown and element.text.casefold() in words:
                draft.use(at, "filler")


def _use_field_words(draft: Draft) -> None:
    """ "urban areas": a word of the field's own name right behind one of its values."""
    for at in range(1, len(draft.elements)):
        if draft.element(at).unknown and names_value(draft, at):
            draft.use(at, "filler")


def _says_nothing(draft: Draft, at: int, known: frozenset[str]) -> bool:
    """Whether a word only repeats what a metric is called, itself or as a verb of the same deed ("bought", "sold")."""
    language, word = draft.world.language, draft.element(at).word
    adjectives = language.data["adjectives"]
    if _is_attribute(draft, at) and draft.element(at).text.casefold() in {*adjectives, *language.words("limiting")}:
        return False
    meant = {language.bare(str(noun)) for noun in adjectives.get(word, ())}
    return word in known or bool((language.same_deed(word) | meant) & known)


def _is_attribute(draft: Draft, at: int) -> bool:
    """Whether a word stands before what it limits: "big" of "big order values", not of "how big are order values"."""
    graded = at > 0 and bool(set(draft.element(at - 1).text.casefold().split()) & draft.world.language.grading)
    behind = next((one for one in draft.elements[at + 1 :] if one.cues != {"filler"}), None)
    return not graded and behind is not None and bool(behind.concepts or "average" in behind.cues)
