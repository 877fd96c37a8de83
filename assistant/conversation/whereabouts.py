"""Follow-ups that ask where those before are: "where do they live?" shows the places of the very things."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import with_default_order
from assistant.conversation.phrases import words_of
from assistant.conversation.population import is_cut, population, telling
from semantic_layer import GroupBy, SemanticQuery


def read_whereabouts(follow_up: FollowUp) -> Reading | None:
    """ "where do they live?": the things of a list with their places, or the number counted by the widest of them.

    None for other words; refused where what was told has no place of its own, so that nothing is merely repeated.
    """
    if not _asks_where(follow_up):
        return None
    query = _listed(follow_up) or _counted(follow_up)
    plain = query is not None and follow_up.stands(query)
    return Plan(query) if query is not None and plain else follow_up.refuse("no_place")


def _asks_where(follow_up: FollowUp) -> bool:
    """Whether nothing but the question for a place and a word that stands for those before is said."""
    words, phrases = words_of(follow_up.rest), follow_up.phrases
    opened = phrases.opens(words, "whereabouts", "asking")
    rest = [word for word in words[opened:] if not phrases.is_one((word,), "whereabouts", "around")]
    return bool(opened and rest) and all(phrases.is_one((word,), "whereabouts", "those") for word in rest)


def _listed(follow_up: FollowUp) -> SemanticQuery | None:
    """The things of a list or of a ranking with their places beside what they are called."""
    base, world = follow_up.base, follow_up.understanding.world
    shown, dataset = base, base.entity
    if not dataset:
        shown, dataset = population(base, follow_up.turn) or base, _ranked(follow_up)
    names = [one.field for one in shown.group_by] if base.entity else [*world.nouns.names(dataset)] if dataset else []
    places = [name for name in _places(follow_up, dataset) if name not in names]
    if not places or (is_cut(base) and shown is base and not base.entity):
        return None
    groups = tuple(GroupBy(field=name) for name in (*names, *places))
    return shown.model_copy(update={"entity": dataset, "group_by": groups, "shares": ()})


def _ranked(follow_up: FollowUp) -> str:
    """The dataset whose single things the rows are of."""
    group, datasets = telling(follow_up.base, follow_up.turn), follow_up.understanding.world.layer.datasets
    dataset, _, key = group.field.partition(".") if group is not None else ("", "", "")
    return dataset if dataset in datasets and key in datasets[dataset].key_fields else ""


def _counted(follow_up: FollowUp) -> SemanticQuery | None:
    """A number of things by the widest of their places."""
    base, world = follow_up.base, follow_up.understanding.world
    dataset = world.nouns.counted.get(base.metrics[0], "") if len(base.metrics) == 1 else ""
    dataset = dataset or _counts(follow_up)
    if base.entity or base.group_by or not dataset:
        return None
    fixed = {one.field for one in base.filters}
    place = next((name for name in reversed(_places(follow_up, dataset)) if name not in fixed), "")
    grouped = base.model_copy(update={"group_by": (GroupBy(field=place),)})
    return with_default_order(grouped) if place else None


def _counts(follow_up: FollowUp) -> str:
    """The things that the title of a number ends with: "new customers"."""
    world, base = follow_up.understanding.world, follow_up.base
    if len(base.metrics) != 1 or world.layer.metrics[base.metrics[0]].format != "integer":
        return ""
    last = follow_up.understanding.tokens(world.layer.metrics[base.metrics[0]].title)[-1:]
    return next((c.target for c in world.lexicon.lookup(last) if c.kind == "noun"), "")


def _places(follow_up: FollowUp, dataset: str) -> list[str]:
    """The fields of a dataset that people call a place by, the nearest first."""
    world = follow_up.understanding.world
    found = (
        concept.target
        for word in follow_up.phrases.data["whereabouts"]["told_by"]
        for concept in world.lexicon.lookup(follow_up.understanding.tokens(word))
        if concept.kind == "dimension" and concept.target.partition(".")[0] == dataset
    )
    return [name for name in dict.fromkeys(found) if not world.layer.fields[name].hidden]
