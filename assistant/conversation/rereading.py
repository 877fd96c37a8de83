"""The ways a follow-up can be read, most special first; the last one always answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.conversation.against_rest import read_against_rest
from assistant.conversation.attributes import read_attribute
from assistant.conversation.banding import read_bands
from assistant.conversation.bounding import read_bound
from assistant.conversation.clauses import read_clause, read_first_of_those
from assistant.conversation.comparing import read_comparison, read_other_comparison
from assistant.conversation.drawing import read_chart
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.going_back import read_back_to, read_next_best
from assistant.conversation.half_names import partly_named, title_words
from assistant.conversation.half_said import (
    at_that_time,
    is_part_of_time,
    of_other_rows,
    read_again,
    read_age,
    read_other_group,
    read_other_word,
    read_worth,
)
from assistant.conversation.heeding import read_resting
from assistant.conversation.joining import joined_or_instead
from assistant.conversation.members import read_members, read_who_did_not, some_of_them
from assistant.conversation.merging import with_metrics
from assistant.conversation.moved_most import read_moved_most
from assistant.conversation.pairing import read_ones, read_pair, read_typical
from assistant.conversation.periods import read_period
from assistant.conversation.phrases import words_of
from assistant.conversation.picking import read_further, read_next, read_others, read_pick, read_without_one
from assistant.conversation.population import count_listed, count_shown, is_cut
from assistant.conversation.references import refers, resolve_reference
from assistant.conversation.removing import read_removal, read_whole
from assistant.conversation.shares import read_asked_share, read_rate, read_ratio, read_share
from assistant.conversation.sorting import read_sorting
from assistant.conversation.stepping import read_funnel
from assistant.conversation.whereabouts import read_whereabouts
from assistant.understanding import Fragment, Said, Token, of_the_same
from semantic_layer import SemanticQuery, SimpleMetric

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


def read_meaning(follow_up: FollowUp) -> Reading | None:
    """What the number of the answer before means."""
    asked = follow_up.phrases.is_one(words_of(follow_up.rest), "commands", "meaning")
    if not (asked or follow_up.phrases.is_one(follow_up.words, "commands", "meaning")) or not follow_up.base.metrics:
        return None
    title = follow_up.understanding.world.layer.metrics[follow_up.base.metrics[0]].title
    explained = follow_up.understanding.plan(f"what does {title} mean?")
    return explained if isinstance(explained, Explanation) else None


def read_how_many(follow_up: FollowUp) -> Reading | None:
    """ "how many are women", "how many of them ...": the rows counted or listed before, under one more condition."""
    place = _how_many(follow_up)
    if place is None or place[0] != 0:
        return None
    world, base = follow_up.understanding.world, follow_up.base
    tied = follow_up.words[place[1] - 1] in world.language.words("genitive")
    rest = follow_up.tokens[place[1] - tied :]
    among = follow_up.phrases.opens(words_of(rest), "openers", "among")
    named = any(c.kind in ("metric", "noun") for e in follow_up.understanding.meanings(rest) for c in e.concepts)
    if named and not among:
        return None
    counted = _counted(follow_up)
    if counted is None:
        return follow_up.refuse("unfollowed") if among and is_cut(base) else None
    told = [token for token in rest[among:] if token.text not in world.language.fillers]
    narrowed = replace(follow_up, tokens=rest[among:], base=counted)
    found = _of_the_same(narrowed, narrowed.read("metrics")) if told else Plan(counted)
    return (some_of_them(follow_up, rest[among:]) or found) if isinstance(found, Refusal) else found


def _counted(follow_up: FollowUp) -> SemanticQuery | None:
    """What was counted or listed before, as a number; the few things of a ranking are those that it showed."""
    world, base = follow_up.understanding.world, follow_up.base
    if is_cut(base) and base.group_by:
        return count_shown(base, follow_up.turn, world)
    counts = base.metrics[:1] if not base.entity else ()
    return base if counts and world.layer.metrics[counts[0]].format == "integer" else count_listed(base, world)


def read_beside(follow_up: FollowUp) -> Reading | None:
    """ "with the number of orders": one more number in each row."""
    size = follow_up.phrases.opens(follow_up.words, "beside")
    if not size:
        return None
    rest = follow_up.with_tokens(follow_up.tokens[size:])

    def joined(said: Said) -> SemanticQuery | None:
        alone = said.slots == {"metrics"}
        return with_metrics(follow_up.base, said.query.metrics, adds=True) if alone else None

    found = follow_up.understanding.follow(rest.tokens, Fragment(follow_up.question, follow_up.base, "nothing", joined))
    return found if isinstance(found, Plan) else None


def read_nothing(follow_up: FollowUp) -> Reading | None:
    """Only cue words: the answer before once more, unless the cues promised a change."""
    if follow_up.tokens:
        return None
    if follow_up.cues <= {"polite"}:
        return Explanation(follow_up.question, follow_up.phrases.message("welcome"))
    if follow_up.cues <= {"polite", "leaning"} and not _promises(follow_up):
        return Plan(follow_up.base)
    return follow_up.refuse("unfollowed")


def _promises(follow_up: FollowUp) -> bool:
    """ "split them", "compare them": words after which something must be different."""
    return any(follow_up.phrases.is_one((word,), "changing") for word in words_of(follow_up.rest))


def read_referring(follow_up: FollowUp) -> Reading | None:
    """Words over what a reference stands for."""
    found = resolve_reference(follow_up)
    if found is None or not isinstance(found, FollowUp):
        return found
    if not found.tokens:
        return found.refuse("unfollowed") if _promises(found) else Plan(found.base)
    if _has_nothing_of_those(found):
        return found.refuse("unfollowed")
    read = first_of(PLAIN, found)
    return found.refuse("no_reference", words=follow_up.text()) if of_other_rows(follow_up, read) else read


def _has_nothing_of_those(follow_up: FollowUp) -> bool:
    """Whether what those have is no number ("their emails"), or those are told by the name of their number alone.

    "their value" behind abandoned carts would be the value of all carts.
    """
    first = follow_up.rest[: len(follow_up.rest) - len(follow_up.tokens)]
    if not any(follow_up.phrases.is_one((token.text,), "references", "owners") for token in first):
        return False
    elements = follow_up.understanding.meanings(follow_up.tokens)
    told = [element for element in elements if element.concepts or element.grain or element.time or element.unknown]
    if told and all(element.concepts and all(c.kind == "value" for c in element.concepts) for element in told):
        return True
    return _is_told_by_number(follow_up)


def _is_told_by_number(follow_up: FollowUp) -> bool:
    """Whether the rows of the answer before are some of their kind by the definition of the metric that counts them."""
    world, base = follow_up.understanding.world, follow_up.base
    if base.group_by or base.entity or len(base.metrics) != 1:
        return False
    metric = world.layer.metrics[base.metrics[0]]
    if not isinstance(metric, SimpleMetric) or world.layer.measures[metric.measure].agg != "count":
        return False
    usual = world.layer.metrics.get(world.nouns.count_of(metric.measure.partition(".")[0]))
    plain = world.layer.measures[usual.measure].filter if isinstance(usual, SimpleMetric) else ""
    return world.layer.measures[metric.measure].filter != plain


def read_swap(follow_up: FollowUp) -> Reading | None:
    """ "average order value instead of orders": the new takes the place of the old, which must be there."""
    pair = _swapped(follow_up)
    if pair is None:
        return None
    new, old = pair
    if _calls_measured(follow_up, old):
        return first_of(PLAIN, replace(follow_up, tokens=new, cues=(follow_up.cues - {"removing"}) | {"replacing"}))
    taken = read_removal(replace(follow_up, tokens=old, cues=follow_up.cues | {"removing", "swapping"}))
    if not isinstance(taken, Plan):
        return taken
    cues = (follow_up.cues - {"removing"}) | {"replacing"}
    return first_of(PLAIN, replace(follow_up, tokens=new, cues=cues, base=taken.query))


def _calls_measured(follow_up: FollowUp, old: tuple[Token, ...]) -> bool:
    """ "not net, gross": words of the name of the one number of the answer before."""
    said = {token.bare for token in old if token.text not in follow_up.understanding.world.language.fillers}
    metrics = follow_up.base.metrics
    return len(metrics) == 1 and bool(said) and said < title_words(follow_up, metrics[0])


def _swapped(follow_up: FollowUp) -> tuple[tuple[Token, ...], tuple[Token, ...]] | None:
    """The words of the new and of the old thing."""
    words, tokens, phrases = follow_up.words, follow_up.tokens, follow_up.phrases
    place = phrases.find(words, "swaps", "new_first")
    if place is not None and place[0] > 0 and place[1] < len(words):
        return tokens[: place[0]], tokens[place[1] :]
    size = phrases.opens(words, "swaps", "old_first")
    between = phrases.find(words[size:], "swaps", "but") if size else None
    if between is not None and between[0] > 0 and size + between[1] < len(words):
        return tokens[size + between[1] :], tokens[size : size + between[0]]
    size = phrases.opens(words, "swaps", "replace")
    between = phrases.find(words[size:], "swaps", "replace_with") if size else None
    if between is not None and between[0] > 0 and size + between[1] < len(words):
        return tokens[size + between[1] :], tokens[size : size + between[0]]
    return None


def read_asked_group(follow_up: FollowUp) -> Reading | None:
    """ "which one was best": one of the groups of the answer before."""
    size = follow_up.phrases.opens(follow_up.words, "asked_groups")
    groups = [
        group.field for group in follow_up.base.group_by if group.field in follow_up.understanding.world.layer.fields
    ]
    if len(groups) != 1 or not (size or _only_ranks(follow_up)):
        return None
    if follow_up.phrases.is_one(follow_up.words[:size], "persons") and not _is_of_persons(follow_up, groups[0]):
        return None
    named = next(iter(follow_up.understanding.meanings(follow_up.tokens[size:])), None)
    if named is not None and is_part_of_time(follow_up, groups[0], named):
        size += named.behind  # "which day" behind weekdays
    elif named is not None and any(c.kind in ("noun", "dimension") for c in named.concepts):
        return read_other_group(follow_up, size)
    title = follow_up.understanding.tokens("which " + follow_up.understanding.world.layer.fields[groups[0]].title)
    read = follow_up.with_tokens((*title, *follow_up.tokens[size:])).read("metrics")
    return read if isinstance(read, Plan) else None


def _is_of_persons(follow_up: FollowUp, field: str) -> bool:
    """Whether "who" may ask for the groups of a field: an entity, or somebody who does something."""
    world = follow_up.understanding.world
    dataset = world.layer.datasets[field.partition(".")[0]]
    said = {word for title in (dataset.title, world.layer.fields[field].title) for word in title.casefold().split()}
    doers = {*world.language.words("person_nouns"), *world.language.words("doers")}
    return dataset.entity or not {world.language.bare(word) for word in said}.isdisjoint(
        map(world.language.bare, doers)
    )


def _only_ranks(follow_up: FollowUp) -> bool:
    """ "and the worst?": a word that ranks, and nothing to rank."""
    elements = [e for e in follow_up.understanding.meanings(follow_up.tokens) if e.cues != {"filler"}]
    return len(elements) == 1 and bool(elements[0].cues & {"top", "bottom"})


def read_fragment(follow_up: FollowUp) -> Reading:
    """The words as slots beside the base: conditions first, then a number of their own."""
    if _how_many(follow_up):
        return _of_the_same(follow_up, follow_up.read("nothing"))
    if _is_owned(follow_up):
        own = follow_up.read("nothing")
        if isinstance(own, Plan):
            return own
    carried = follow_up.read("metrics")
    if isinstance(carried, Plan):
        return carried
    broken = carried if isinstance(carried, Plan | Clarification) else follow_up.read("breakdown")
    if isinstance(broken, Plan):
        return broken
    own = follow_up.read("nothing")
    if isinstance(own, Plan):
        return own
    asked = next((found for found in (carried, own, broken) if isinstance(found, Clarification)), None)
    partial = partly_named(follow_up)
    return partial or asked or _refusal(carried, broken, own)


def read_then(follow_up: FollowUp) -> Reading | None:
    """ "how many visits did we have then?": over the day that the answer before picked out."""
    found = at_that_time(follow_up)
    return None if found is None else first_of(PLAIN, found)


def read_joined(follow_up: FollowUp) -> Reading | None:
    """ "and Clothing" after Shoes were left out: left out as well, or Clothing alone?"""
    return joined_or_instead(follow_up, partial(first_of, PLAIN))


def _is_owned(follow_up: FollowUp) -> bool:
    """ "their orders by month": the first word behind a pointing one is the number, not where to look."""
    before = len(follow_up.rest) - len(follow_up.tokens)
    first = next(iter(follow_up.understanding.meanings(follow_up.tokens)), None)
    named = first is not None and first.first == 0 and any(c.kind in ("noun", "metric") for c in first.concepts)
    return named and before > 0 and refers(follow_up)


def _of_the_same(follow_up: FollowUp, read: Reading) -> Reading:
    """ "how many have open tickets?": of the customers counted before, not the tickets."""
    if not isinstance(read, Plan) or not follow_up.counts_on:
        return read
    query = of_the_same(follow_up.understanding.world, read.query, follow_up.base)
    if query is None or not follow_up.stands(query):
        return follow_up.refuse("unfollowed")
    return replace(read, query=query)


def _refusal(carried: Reading, broken: Reading, own: Reading) -> Reading:
    """The refusal that says most: one with a reason of the layer, else the one with the fewest words left."""
    refusals = [found for found in (carried, broken, own) if isinstance(found, Refusal)]
    reasoned = [found for found in refusals if found.code != "UNKNOWN_WORDS"]
    return reasoned[0] if reasoned else min(refusals, key=lambda found: sum(map(len, found.words)))


def _how_many(follow_up: FollowUp) -> tuple[int, int] | None:
    """Where words like "how many" and "number of" stand."""
    words, cues = follow_up.words, follow_up.understanding.world.language.cues
    for at in range(len(words)):
        for behind in range(min(at + 4, len(words)), at, -1):
            if "how_many" in cues.get(" ".join(words[at:behind]), ()):
                return at, behind
    return None


def first_of(readers: tuple[Reader, ...], follow_up: FollowUp) -> Reading:
    """What the first reader that knows the words makes of them."""
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
    read_rate,
    read_other_comparison,
    read_comparison,
    read_period,
    read_sorting,
    read_bound,
    read_beside,
    read_asked_group,
    read_fragment,
)
READERS = (
    read_funnel,
    read_bands,
    read_further,
    read_members,
    read_whereabouts,
    read_back_to,
    read_resting,
    read_next_best,
    read_who_did_not,
    read_without_one,
    read_asked_share,
    read_next,
    read_worth,
    read_nothing,
    read_meaning,
    read_why,
    read_again,
    read_age,
    read_then,
    read_chart,
    read_moved_most,
    read_pick,
    read_against_rest,
    read_others,
    read_pair,
    read_typical,
    read_other_word,
    read_ones,
    read_swap,
    read_clause,
    read_first_of_those,
    read_joined,
    read_how_many,
    read_attribute,
    read_referring,
    *PLAIN,
)
