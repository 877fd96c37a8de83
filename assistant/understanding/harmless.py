"""Words that hold others together or only ask: when an unused one changes nothing, and when it must not be dropped."""

from __future__ import annotations

from collections.abc import Callable

from assistant.understanding.draft import Draft
from assistant.understanding.grouping import one_by_one
from assistant.understanding.nowadays import asks_for_happenings
from semantic_layer import SimpleMetric

LINKED_KINDS = {
    "link_any": ("value", "dimension", "time", "noun", "metric", "grain"),
    "link_time": ("time",),
    "link_value": ("value", "dimension"),
    "only": ("value",),
    "sort": ("time",),
}


def harmless(draft: Draft, at: int) -> bool:
    """Whether an unused element says nothing that could change the answer."""
    element = draft.elements[at]
    if draft.kinds[at] == "number" and element.text.lower() in draft.world.language.words("articles"):
        following = draft.ahead(at)  # "what does one click cost"
        return following is not None and not draft.elements[following].plural
    if draft.kinds[at] != "" or element.unknown:
        return False
    judge = next((judge for cues, judge in JUDGES if not element.cues.isdisjoint(cues)), _harmless_link)
    return judge(draft, at)


def _harmless_listing(draft: Draft, at: int) -> bool:
    """ "list revenue by country", "split revenue by country": the breakdown says it."""
    del at
    return bool(draft.groups or draft.grain)


def _harmless_where(draft: Draft, at: int) -> bool:
    """ "where are our customers, by country": a field answers it; "where do people spend" is not who they are."""
    del at
    fields = [place for place, _ in draft.groups if place < 0 or draft.kind(place) != "noun"]
    return bool(fields or draft.grain or any(condition.grouped for condition in draft.conditions))


def _names_rows(draft: Draft, at: int) -> bool:
    """Whether a number is called by what things did, the things first: "customers upgraded"."""
    words = draft.element(at).text.split()
    if draft.kind(at) != "metric" or len(words) < 2:
        return False
    thing = draft.world.language.tokens(words[0])[0]
    nouns = {concept.target for concept in draft.world.lexicon.lookup([thing]) if concept.kind == "noun"}
    return thing.text != thing.plain and any(draft.world.layer.datasets[name].entity for name in nouns)


def _harmless_which(draft: Draft, at: int) -> bool:
    asking = draft.element(at).text.casefold() in draft.world.language.words("asking_rows")
    if asking and at + 1 < len(draft.elements) and _names_rows(draft, at + 1):
        return bool(draft.groups or draft.listed)  # "which customers upgraded" asks for them, not for their number
    if draft.element(at).text.casefold() in draft.world.language.words("asking_persons") and draft.back(at) is None:
        return bool(draft.groups or draft.listed)  # "who won how many deals" asks for each of them
    return _introduces_condition(draft, at) or _harmless_question_word(draft, at)


def _always(draft: Draft, at: int) -> bool:
    del draft, at
    return True


def _harmless_both(draft: Draft, at: int) -> bool:
    """ "both revenue and orders"."""
    del at
    return len(draft.metrics) > 1 or any(len(condition.values) > 1 for condition in draft.conditions)


def _harmless_question_word(draft: Draft, at: int) -> bool:
    """ "what is revenue" asks for a number; "which orders ..." asks for a list, which must not be dropped."""
    following = draft.ahead(at)
    while following is not None and draft.elements[following].cues == {"now"}:  # "what is our current backlog"
        following = draft.ahead(following)
    if following is None or draft.kind(following) not in ("noun", ""):
        return True
    if draft.kind(following) == "noun" and _asks_for_number(draft, at, following):
        return True
    role = draft.uses.get(following, ("",))[0]
    return (
        role in ("order", "comparison", "grain", "dimension", "limit")
        or bool({"share", "typical"} & draft.elements[following].cues)
        or (role == "filler" and draft.kind(following) == "")
    )


def _asks_for_number(draft: Draft, at: int, noun: int) -> bool:
    return _asks_for_amount(draft, at, noun) or _asks_for_count(draft, noun)


def _asks_for_amount(draft: Draft, at: int, subject: int) -> bool:
    """ "what did customers spend": the noun does something that has an amount."""
    language = draft.world.language
    between = {draft.element(i).text.casefold() for i in range(at + 1, subject)}
    verbs = {draft.element(place).text.casefold() for place, _ in draft.metrics if place > subject}
    asked = not between.isdisjoint(language.words("auxiliaries"))
    return asked and not verbs.isdisjoint(language.words("amount_verbs"))


def _asks_for_count(draft: Draft, at: int) -> bool:
    """ "what is the order count": the noun is said to be counted."""
    words = set(draft.element(at).text.casefold().split())
    return len(words) > 1 and not words.isdisjoint(draft.world.language.words("counting_nouns"))


def _harmless_manner(draft: Draft, at: int) -> bool:
    """ "how was revenue", "how did revenue develop" ask for numbers; "how do customers find us" does not."""
    following = draft.elements[at + 1].text.casefold() if at + 1 < len(draft.elements) else ""
    answered = any(role in ("comparison", "grain", "dimension") for role, _ in draft.uses.values())
    answered = answered or any(condition.grouped for condition in draft.conditions) or _looks(draft, at)
    return answered or following not in draft.world.language.words("manner_verbs")


def _looks(draft: Draft, at: int) -> bool:
    """ "how does the backlog look" asks for the number; how people look is another question."""
    looks = draft.world.language.words("looking_verbs")
    verb = next((i for i in range(at + 1, len(draft.elements)) if draft.element(i).text.casefold() in looks), None)
    said = [place for place, _ in draft.metrics if at < place < (verb or 0)]
    entities = {name for name, dataset in draft.world.layer.datasets.items() if dataset.entity}
    return bool(said) and not any(draft.kind(place) == "noun" and draft.noun(place) in entities for place in said)


def _introduces_condition(draft: Draft, at: int) -> bool:
    """Whether the next word is part of a condition with a number or a deed ("customers who spent over 500")."""
    following = at + 1
    while following < len(draft.elements) and following not in draft.uses and draft.soft(following):
        following += 1
    placed = {bound.place for bound in draft.bounds}
    return (
        draft.uses.get(following, ("",))[1:] in {("gt",), ("ge",), ("lt",), ("le",), ("eq",), ("none",), ("between",)}
        or following in placed
    )


def _harmless_adjective(draft: Draft, at: int) -> bool:
    """ "how big is the pipeline" asks for the number; "the different categories" are the categories."""
    cues = draft.elements[at].cues
    if "how_big" in cues:
        named = [choices[0].target for place, choices in draft.metrics if draft.kind(place) == "metric"]
        judged = draft.elements[at].text.casefold().split()[-1] in draft.world.language.words("judging_degrees")
        formats = {draft.world.layer.metrics[name].format for name in named}
        return bool(named) and not (judged and "integer" in formats)  # "how well do visits convert" is no count
    if "each_one" in cues:
        following = draft.ahead(at)
        return following is not None and draft.uses.get(following, ("",))[0] == "dimension"
    return all(choice.period is None for choice in draft.times) and not asks_for_happenings(draft, (at,))


def _harmless_comparison(draft: Draft, at: int) -> bool:
    """ "how does revenue compare across countries": each beside the others, which the breakdown shows.

    What is compared to a time is not shown by it.
    """
    behind = draft.ahead(at)
    if behind is not None and draft.kind(behind) == "time" and _is_tied(draft, at, behind):
        return False
    joiners = ("and", "or", "versus")
    groups = {place for place, _ in draft.groups if draft.kind(place) in ("dimension", "noun")}
    values = {condition.place for condition in draft.conditions if condition.place >= 0}
    paired = any(draft.joined(place, *joiners) in values for place in groups)
    paired = paired or any(draft.joined(place, *joiners) in groups for place in values)
    return bool(groups) and not paired  # "of owners and renters" are no account managers


def _is_tied(draft: Draft, first: int, last: int) -> bool:
    """Whether what stands from one place to another sets beside: "compared to", "compare with"."""
    ties = draft.world.language.words("comparing_ties")
    return any(word in ties for at in range(first, last) for word in draft.element(at).text.casefold().split())


def _harmless_typical(draft: Draft, at: int) -> bool:
    """ "how long does a reply typically take": a median or an average tells what is typical; a total does not."""
    del at
    layer = draft.world.layer
    metrics = [layer.metrics[choice.target] for _, choices in draft.metrics for choice in choices]
    simple = [metric for metric in metrics if isinstance(metric, SimpleMetric)]
    middle = all(layer.measures[metric.measure].agg in ("median", "average") for metric in simple)
    return bool(metrics) and len(simple) == len(metrics) and middle


def _harmless_sum(draft: Draft, at: int) -> bool:
    """ "what did refunds add up to" may ask for their worth; of an amount, and behind "how many", it says nothing."""
    del at
    formats = {draft.world.layer.metrics[c.target].format for _, choices in draft.metrics for c in choices}
    return "integer" not in formats or any("how_many" in element.cues for element in draft.elements)


def _joins_used(draft: Draft, at: int) -> bool:
    """A stray "and" is harmless between two things of different roles ("by country and in 2025")."""
    before, after = draft.back(at), draft.ahead(at)
    return before is not None and after is not None and before in draft.uses and after in draft.uses


def _is_value_behind(draft: Draft, at: int) -> bool:
    """ "for phone only", "for phone tickets only": a value, or what it describes."""
    if draft.kind(at) == "value":
        return True
    described = draft.uses.get(at, ("",))[0] in ("filler", "metric") and draft.kind(at) in ("noun", "metric")
    described = described or (at > 0 and _names_own_field(draft, at))
    return described and at > 0 and draft.kind(at - 1) == "value"


def _names_own_field(draft: Draft, at: int) -> bool:
    """ "the Specialists team": a value and the name of its field."""
    fields = {concept.target for concept in draft.concepts(at, "dimension")}
    return at not in (place for place, _ in draft.groups) and any(
        concept.target in fields for concept in draft.concepts(at - 1, "value")
    )


def _only_of_a_time(draft: Draft, at: int) -> bool:
    """ "for last month only", "only in May": of a number; who did something only in May is another question."""
    element, before, following = draft.elements[at], draft.back(at), draft.ahead(at)
    if "only" not in element.cues or draft.listed or draft.bounds or draft.scopes:
        return False
    led = following if following is not None else before
    return led is not None and draft.kind(led) == "time" and bool(draft.metrics)


def _opens_no_range(draft: Draft, at: int) -> bool:
    """ "through June": from when is not said."""
    following = draft.ahead(at)
    ending = draft.element(at).text.casefold() in draft.world.language.words("ending_links")
    return ending and following is not None and draft.kind(following) == "time"


def _harmless_link(draft: Draft, at: int) -> bool:
    return _only_of_a_time(draft, at) or (not _opens_no_range(draft, at) and _links(draft, at))


def _links(draft: Draft, at: int) -> bool:
    element, before, following = draft.elements[at], draft.back(at), draft.ahead(at)
    if "only" in element.cues and before is not None and _is_value_behind(draft, before):
        return True
    if "only" in element.cues and following is None and draft.uses.get(at - 1, ("",))[0] == "limit":
        return True  # "the worst ten only"
    if element.cues & {"link_value", "link_order", "having"} and _introduces_condition(draft, at):
        return True
    if "link_value" in element.cues and at + 1 in draft.uses and draft.uses[at + 1][0] == "condition":
        return True
    if following is None:
        return "link_any" in element.cues and not element.cues & {"by", "per"}
    if element.cues & {"by", "per"}:  # "orders by new customers", but not "revenue per new customer"
        return draft.kind(following) == "value" and not one_by_one(draft, at)
    if any(cue in element.cues and draft.kind(following) in kinds for cue, kinds in LINKED_KINDS.items()):
        return True
    if "link_any" in element.cues and following in draft.uses:
        return True
    return "link_order" in element.cues and draft.uses.get(following, ("",))[0] == "order"


JUDGES: tuple[tuple[frozenset[str], Callable[[Draft, int], bool]], ...] = (
    (frozenset({"where"}), _harmless_where),
    (frozenset({"listing", "divide"}), _harmless_listing),
    (frozenset({"which"}), _harmless_which),
    (frozenset({"how"}), _harmless_manner),
    (frozenset({"filler"}), _always),
    (frozenset({"how_big", "each_one", "now"}), _harmless_adjective),
    (frozenset({"both_of"}), _harmless_both),
    (frozenset({"typical"}), _harmless_typical),
    (frozenset({"compare"}), _harmless_comparison),
    (frozenset({"and"}), _joins_used),
    (frozenset({"sums_up"}), _harmless_sum),
)
