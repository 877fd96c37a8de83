"""The ways a follow-up can be read, most special first; the last one always answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.answer import Clarification, Option, Plan, Refusal
from assistant.conversation.comparing import read_comparison
from assistant.conversation.drawing import read_chart
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import with_metrics
from assistant.conversation.periods import read_period
from assistant.conversation.references import resolve_reference
from assistant.conversation.removing import read_removal, read_whole
from assistant.conversation.shares import read_ratio, read_share
from assistant.conversation.sorting import read_sorting
from assistant.understanding import Token, interpret
from semantic_layer import QueryError, SemanticQuery, check

Reader = Callable[[FollowUp], "Reading | None"]


def read_why(follow_up: FollowUp) -> Reading | None:
    """Why something is so: what can be shown instead of a cause."""
    phrases = follow_up.phrases
    if not phrases.is_one(follow_up.words, "commands", "why"):
        return None
    world = follow_up.understanding.world
    titles = " and ".join(world.layer.metrics[name].title.lower() for name in follow_up.base.metrics) or "this"
    sentence = phrases.message("why", what=titles)
    return Refusal(follow_up.question, "NOT_AVAILABLE", sentence, follow_up.words)


def read_nothing(follow_up: FollowUp) -> Reading | None:
    """Only cue words: the answer before once more, unless the cues promised a change."""
    if follow_up.tokens:
        return None
    if follow_up.cues <= {"polite", "leaning"}:
        return Plan(follow_up.base)
    return Refusal(follow_up.question, "UNKNOWN_WORDS", follow_up.phrases.message("rephrase"))


def read_referring(follow_up: FollowUp) -> Reading | None:
    """Words over what a reference stands for."""
    found = resolve_reference(follow_up)
    if found is None or not isinstance(found, FollowUp):
        return found
    if not found.tokens:
        return Plan(found.base)
    return _first(PLAIN, found)


def read_swap(follow_up: FollowUp) -> Reading | None:
    """ "average order value instead of orders": the new takes the place of the old, which must be there."""
    pair = _swapped(follow_up)
    if pair is None:
        return None
    new, old = pair
    taken = read_removal(replace(follow_up, tokens=old, cues=follow_up.cues | {"removing", "swapping"}))
    if not isinstance(taken, Plan):
        return taken
    cues = (follow_up.cues - {"removing"}) | {"replacing"}
    return _first(PLAIN, replace(follow_up, tokens=new, cues=cues, base=taken.query))


def _swapped(follow_up: FollowUp) -> tuple[tuple[Token, ...], tuple[Token, ...]] | None:
    """The words of the new and of the old thing."""
    words, tokens, phrases = follow_up.words, follow_up.tokens, follow_up.phrases
    place = phrases.find(words, "swaps", "new_first")
    if place is not None and place[0] > 0 and place[1] < len(words):
        return tokens[: place[0]], tokens[place[1] :]
    size = phrases.opens(words, "swaps", "replace")
    between = phrases.find(words[size:], "swaps", "replace_with") if size else None
    if between is not None and between[0] > 0 and size + between[1] < len(words):
        return tokens[size + between[1] :], tokens[size : size + between[0]]
    return None


def read_fragment(follow_up: FollowUp) -> Reading:
    """The words as slots beside the base: conditions first, then a number of their own."""
    carried = follow_up.read("metrics")
    if isinstance(carried, Plan) and not (_asks_count(follow_up) and _own(follow_up) is not None):
        return carried
    broken = carried if isinstance(carried, Plan | Clarification) else follow_up.read("breakdown")
    if isinstance(broken, Plan):
        return broken
    own = follow_up.read("nothing")
    if isinstance(own, Plan):
        return own
    asked = next((found for found in (carried, own, broken) if isinstance(found, Clarification)), None)
    partial = _partly_named(follow_up)
    return partial or asked or _refusal(carried, broken, own)


def _refusal(carried: Reading, broken: Reading, own: Reading) -> Reading:
    """The refusal that says most: one with a reason of the layer, else the one with the fewest words left."""
    refusals = [found for found in (carried, broken, own) if isinstance(found, Refusal)]
    reasoned = [found for found in refusals if found.code != "UNKNOWN_WORDS"]
    return reasoned[0] if reasoned else min(refusals, key=lambda found: sum(map(len, found.words)))


def _asks_count(follow_up: FollowUp) -> bool:
    """Whether the words ask how many, so that their noun is what is counted."""
    meanings = follow_up.understanding.meanings(follow_up.tokens)
    return any("how_many" in element.cues for element in meanings)


def _own(follow_up: FollowUp) -> Plan | None:
    own = follow_up.read("nothing")
    return own if isinstance(own, Plan) else None


def _partly_named(follow_up: FollowUp) -> Reading | None:
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
        if all(name in lexicon.metrics_with(token) for token in told) and not layer.metrics[name].hidden
    ]
    current = follow_up.base.metrics[0]
    known = lexicon.words_of(current)
    near = [
        name for name in names if name != current and _title_words(follow_up, name) & _title_words(follow_up, current)
    ]
    near = near or [name for name in names if name != current and lexicon.words_of(name) & known]
    return _offer(follow_up, near)


def _title_words(follow_up: FollowUp, name: str) -> set[str]:
    understanding = follow_up.understanding
    return {token.bare for token in understanding.tokens(understanding.world.layer.metrics[name].title)}


def _offer(follow_up: FollowUp, names: list[str]) -> Reading | None:
    plans: list[Plan] = []
    world = follow_up.understanding.world
    for name in names[:4]:
        query = with_metrics(follow_up.base, (name,), follow_up.manner.adds)
        if _accepted(follow_up, query):
            plans.append(Plan(query))
    if len(plans) < 2:
        return plans[0] if plans else None
    labelled = tuple(Option(interpret(world.layer, plan.query, world.as_of).sentence, plan) for plan in plans)
    sentence = world.language.message("which_word", word=follow_up.text())
    return Clarification(follow_up.question, sentence, follow_up.words, labelled)


def _accepted(follow_up: FollowUp, query: SemanticQuery) -> bool:
    try:
        check(follow_up.understanding.world.layer, query)
    except QueryError:
        return False
    return True


def _first(readers: tuple[Reader, ...], follow_up: FollowUp) -> Reading:
    for reader in readers:
        found = reader(follow_up)
        if found is not None:
            return found
    raise AssertionError("the last reader always answers")


PLAIN: tuple[Reader, ...] = (
    read_whole,
    read_removal,
    read_share,
    read_ratio,
    read_period,
    read_comparison,
    read_sorting,
    read_fragment,
)
READERS: tuple[Reader, ...] = (read_nothing, read_why, read_chart, read_swap, read_referring, *PLAIN)
