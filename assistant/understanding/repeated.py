"""Words that only repeat what is measured: "win rate of our deals", "spam complaints about our e-mails"."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.understanding.draft import Condition, Draft, World
from assistant.understanding.tokens import phrase_keys
from semantic_layer import SimpleMetric, is_count


def find_repeated(draft: Draft) -> None:
    """Use the words that name the rows a metric is of once more; what they would narrow it to is all there is."""
    _use_counts(draft)
    draft.conditions = [condition for condition in draft.conditions if not _is_repeated(draft, condition)]


def _use_counts(draft: Draft) -> None:
    """ "conversion rate for mobile visitors": a number of the same rows, behind a link and in the plural."""
    if len(draft.metrics) != 1:
        return
    asked = [choice.target for choice in draft.metrics[0][1]]
    for at in range(len(draft.elements)):
        if draft.kind(at) != "metric" or at in draft.uses or not draft.element(at).plural:
            continue
        names = [concept.target for concept in draft.metric_choices(at)]
        if _is_introduced(draft, at) and names and all(counts_the_same(draft.world, name, asked) for name in names):
            draft.use(at, "filler", names[0])


def _is_introduced(draft: Draft, at: int) -> bool:
    """Whether a link stands before the word, past values that describe it: "of", "for mobile"."""
    start = at - 1
    while start >= 0 and (draft.kind(start) == "value" or draft.element(start).cues == {"filler"}):
        start -= 1
    return start >= 0 and "link_any" in draft.element(start).cues and not draft.element(start).cues & {"by", "per"}


def counts_the_same(world: World, name: str, metrics: Iterable[str]) -> bool:
    """Whether a metric counts things of rows that each of the metrics is of, under no condition but theirs."""
    layer, reach = world.layer, world.reach
    if not is_count(layer, name):
        return False
    own = _conditions(world, name)
    for asked in metrics:
        leaves = [leaf for leaf in reach.leaves(asked) if reach.facts(leaf) == reach.facts(name)]
        if not leaves or not all(own <= _conditions(world, leaf) for leaf in leaves):
            return False
    return True


def _conditions(world: World, name: str) -> set[str]:
    """The texts of the conditions on which a simple metric counts rows."""
    metric = world.layer.metrics[name]
    if not isinstance(metric, SimpleMetric):
        return {name}  # never a part of another's
    found = (metric.filter, world.layer.measures[metric.measure].filter)
    return {part.strip() for text in found if text for part in text.split(" AND ")}


def _is_repeated(draft: Draft, condition: Condition) -> bool:
    """ "how many spam complaints did our e-mails cause", "daily users of the app": a value named as the metric is.

    Only behind an article, so that "clicks via e-mail" stays a condition, and with no field beside it.
    """
    at = condition.place
    if at < 1 or condition.negated or condition.grouped or len(condition.values) > 1 or not draft.metrics:
        return False
    if draft.element(at - 1).text.casefold() not in draft.world.language.determiners:
        return False
    before = draft.elements[at - 2].cues if at > 1 else frozenset[str]()
    if before & {"by", "per", "exclude", "only"} or draft.kind(draft.ahead(at)) == "dimension":
        return False
    said = phrase_keys(draft.world.language.tokens(draft.element(at).text))[0]
    return all(said in _words(draft, choice.target) for _, choices in draft.metrics for choice in choices)


def _words(draft: Draft, name: str) -> set[str]:
    return {token.bare for token in draft.world.language.tokens(name.replace("_", " "))}
