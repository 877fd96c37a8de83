"""Follow-ups that say the half of a name: "no, I meant gross" after net revenue."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import with_metrics


def partly_named(follow_up: FollowUp) -> Reading | None:
    """ "no, I meant gross": the metric that shares all its other words with the one before."""
    world = follow_up.understanding.world
    fillers = world.language.fillers
    told = [token for token in follow_up.tokens if token.text not in fillers]
    if not told or len(told) > 2 or not follow_up.base.metrics:
        return None
    lexicon, layer = world.lexicon, world.layer
    names = [
        name
        for name in lexicon.metrics_with(told[0])
        if all(token.bare in title_words(follow_up, name) for token in told) and not layer.metrics[name].hidden
    ]
    current = follow_up.base.metrics[0]
    others = [name for name in names if name != current]
    closeness = {name: _closeness(follow_up, name, current) for name in others}
    said = {token.bare for token in told}
    spoken = title_words(follow_up, current) | said | {*fillers, *world.language.words("genitive")}
    alike = [name for name in others if title_words(follow_up, name) <= spoken]
    alike = [name for name in alike if title_words(follow_up, name) & title_words(follow_up, current)]
    near = [name for name in alike if closeness[name] == max(closeness[other] for other in alike)]
    standing_in = {other for name in near for other in layer.metrics[name].stand_ins}
    return _offer(follow_up, [name for name in near if name not in standing_in])


def _closeness(follow_up: FollowUp, name: str, other: str) -> int:
    """How many words two titles share, less those that they do not."""
    one, two = title_words(follow_up, name), title_words(follow_up, other)
    return 2 * len(one & two) - len(one ^ two)


def title_words(follow_up: FollowUp, name: str) -> set[str]:
    """The words of the title of a metric, without inflection."""
    understanding = follow_up.understanding
    return {token.bare for token in understanding.tokens(understanding.world.layer.metrics[name].title)}


def _offer(follow_up: FollowUp, names: list[str]) -> Reading | None:
    plans: list[Plan] = []
    for name in names[:4]:
        query = with_metrics(follow_up.base, (name,), follow_up.manner.adds)
        if follow_up.stands(query):
            plans.append(Plan(query))
    if len(plans) < 2:
        return plans[0] if plans else None
    language = follow_up.understanding.world.language
    return follow_up.ask_which(plans, language.message("which_word", word=follow_up.text()))
