"""A question in a conversation made whole: a plan for a follow-up, or nothing when the question stands alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.conversation.clauses import opens_clause, read_first_of_those
from assistant.conversation.commands import COMMANDS, answer_offered
from assistant.conversation.corrected import corrected
from assistant.conversation.followup import CATEGORIES, FollowUp, Reading, stripped
from assistant.conversation.heeding import heeded, is_ratio, ratio_within_context, within_context
from assistant.conversation.keeping import loses_number
from assistant.conversation.named_again import PRONOUNS, by_other_number, by_their_name
from assistant.conversation.pairing import speaks_of_ones
from assistant.conversation.phrases import load_phrases, words_of
from assistant.conversation.ranking_anew import told_anew
from assistant.conversation.references import refers
from assistant.conversation.rereading import READERS, first_of
from assistant.conversation.turns import Conversation, Turn
from assistant.understanding import Understanding, with_starts
from semantic_layer import SemanticQuery

Resolution = Plan | Clarification | Explanation | Refusal
LEANING = frozenset(CATEGORIES) - {"polite"}
SHORT = 4
LONGEST_FRAGMENT = 5


def resolve(question: str, conversation: Conversation, understanding: Understanding) -> Resolution:
    """What the question means after the turns before it; alone when it does not lean on them."""
    phrases = replace(load_phrases(), reader=understanding.world.language.reader)
    tokens = understanding.tokens(question)
    offered = answer_offered(question, tokens, conversation, phrases)
    if offered is not None:
        return offered
    for command in COMMANDS:
        done = command(question, tokens, conversation, phrases)
        if done is not None:
            return done
    right = corrected(question, conversation, understanding, phrases, partial(_resolved, understanding))
    if right is not None:
        return right
    turn = conversation.base
    asked = _asked_back(conversation) or ([turn] if turn is not None else [])
    if not asked or not tokens:
        return understanding.plan(question)
    core, cues = stripped(tokens, phrases)
    core = tuple(with_starts(core, understanding.world.language, asked[0].query))
    read = [
        _in_any_way(
            FollowUp(question, core, one, one.query, understanding, phrases, cues, tokens, _before(one, conversation))
        )
        for one in asked
        if one.query is not None
    ]
    return _one_of(question, read, understanding)


def _resolved(understanding: Understanding, question: str, conversation: Conversation) -> Resolution:
    return resolve(question, conversation, understanding)


def _before(turn: Turn, conversation: Conversation) -> tuple[Turn, ...]:
    """The turns before one, in order."""
    at = next((i for i, other in enumerate(conversation.turns) if other is turn), len(conversation.turns))
    return tuple(conversation.turns[:at])


def _asked_back(conversation: Conversation) -> list[Turn]:
    """The readings offered by the last turn, each as the turn that it would have been."""
    return [replace(conversation.turns[-1], query=option.plan.query) for option in conversation.pending]


def _one_of(question: str, read: list[Resolution], understanding: Understanding) -> Resolution:
    """The one meaning, or the meanings to choose from: what was left open before is not settled by a follow-up."""
    read = [understanding.unless_doubted(question, one) if isinstance(one, Plan) else one for one in read]
    plans = {one.query: one for one in read if isinstance(one, Plan)}
    if len(plans) < 2:
        return next(iter(plans.values()), read[0])
    world = understanding.world
    options = world.options(list(plans.values()))
    return Clarification(question, world.language.message("two_readings"), (), options)


def _in_any_way(follow_up: FollowUp) -> Resolution:
    """The follow-up as it is said, or with its things named where only "they" are spoken of."""
    found = _follow_or_ask_anew(follow_up)
    if isinstance(found, Refusal):
        followed = partial(first_of, READERS)
        found = by_their_name(follow_up, followed) or by_other_number(follow_up, followed) or found
    return told_anew(follow_up, found) if isinstance(found, Plan) else found


def _follow_or_ask_anew(follow_up: FollowUp) -> Resolution:
    """The follow-up; or the question as it stands, when it does not lean or only makes sense alone."""
    alone = _alone(follow_up)
    leaning = _leans(follow_up) or _narrows_those(alone, follow_up)
    if not leaning and _stands_alone(alone, follow_up):
        return _in_that_period(alone, follow_up) or alone
    followed = _as_ratio(alone, heeded(follow_up, first_of(READERS, follow_up)), follow_up)
    if isinstance(followed, Plan) and (_changes_nothing(followed, follow_up) or _tells_nobody(followed, follow_up)):
        followed = follow_up.refuse("unfollowed")
    ones = speaks_of_ones(follow_up)  # "and churned ones" names no rate
    if isinstance(followed, Plan) and isinstance(alone, Plan) and not ones and loses_number(followed, alone, follow_up):
        whole = follow_up.cues <= {"polite", "leaning"} and not _dangling(follow_up)
        if whole and _is_bare(alone, follow_up) and _is_limited(follow_up.base):
            return within_context(follow_up, alone)
        return alone if whole else follow_up.refuse("unfollowed")
    if isinstance(followed, Plan | Explanation) or follow_up.counts_on:
        return followed
    if isinstance(alone, Explanation):
        return alone
    if isinstance(alone, Plan) and _may_stand_alone(alone, follow_up):
        return alone if not isinstance(followed, Clarification) else followed
    if isinstance(alone, Clarification) and not leaning and not isinstance(followed, Clarification):
        return alone
    if isinstance(alone, Plan) and _is_bare(alone, follow_up) and _is_limited(follow_up.base):
        return followed  # "conversion rate" behind a breakdown that it has not: no number of all there is
    return followed if isinstance(followed, Clarification) or leaning else _telling(alone, followed)


def _is_sentence(follow_up: FollowUp) -> bool:
    """ "revenue by channel for the best customers": a number, its breakdown and more, so that nothing is lacking."""
    said, by = words_of(follow_up.tokens), follow_up.understanding.world.language.cued("by")
    place = next((at for at, word in enumerate(said) if word in by), 0)
    found = follow_up.understanding.meanings(follow_up.tokens[:place]) if len(said) > LONGEST_FRAGMENT else ()
    return any(concept.kind == "metric" for element in found for concept in element.concepts)


def _as_ratio(alone: Resolution, followed: Reading, follow_up: FollowUp) -> Reading:
    """What was read; of "tickets per customer" behind the tickets of April that ratio of April."""
    if not isinstance(alone, Plan) or isinstance(followed, Plan | Explanation) or not is_ratio(alone):
        return followed
    if not _is_bare(alone, follow_up) or not _is_limited(follow_up.base):
        return followed
    return ratio_within_context(follow_up, alone)


def _in_that_period(alone: Resolution, follow_up: FollowUp) -> Resolution | None:
    """ "which coupon was used most?" behind the orders of June: of June, or of all times? None for other questions."""
    base, world = follow_up.base, follow_up.understanding.world
    asks = follow_up.phrases.opens(words_of(follow_up.tokens), "asked_groups")
    if not asks or not isinstance(alone, Plan) or base.time_range is None or alone.notes:
        return None
    query = alone.query
    facts = [{fact for name in one.metrics for fact in world.reach.facts(name)} for one in (query, base)]
    timed = query.time_range or query.compare or query.entity or any(one.time_range for one in query.filters)
    if timed or not facts[0] & facts[1] or not query.group_by or any(one.role == "time" for one in alone.spans):
        return None
    filters = tuple(dict.fromkeys((*query.filters, *base.filters)))
    within = query.model_copy(update={"time_range": base.time_range, "filters": filters})
    return follow_up.ask_which((replace(alone, query=within), alone)) if follow_up.stands(within) else None


def _is_limited(base: SemanticQuery) -> bool:
    return bool(base.group_by or base.filters or base.time_range)


def _changes_nothing(followed: Plan, follow_up: FollowUp) -> bool:
    """Whether words that promise a change ("split them", "compare them") would leave the answer as it was."""
    promised = any(follow_up.phrases.is_one((word,), "changing") for word in words_of(follow_up.rest))
    return promised and followed.chart is None and followed.query == follow_up.turn.query


def _tells_nobody(followed: Plan, follow_up: FollowUp) -> bool:
    """ "who won them?" answered by a number alone."""
    asking, said = follow_up.understanding.world.language.words("asking_persons"), words_of(follow_up.rest)
    opened = bool(said) and said[0] in asking and not PRONOUNS.isdisjoint(said)
    return opened and not followed.query.group_by and not followed.query.entity


def _alone(follow_up: FollowUp) -> Resolution:
    """The question read without the one before it; "and" in front of a whole question says nothing."""
    alone = follow_up.understanding.plan(follow_up.question)
    if isinstance(alone, Plan | Explanation) or not follow_up.tokens or not follow_up.cues <= {"polite", "leaning"}:
        return alone
    told = follow_up.question[follow_up.tokens[0].start : follow_up.tokens[-1].end]
    core = follow_up.understanding.plan(told)
    return core if isinstance(core, Plan) else alone


def _telling(alone: Resolution, followed: Reading) -> Resolution:
    """Of two refusals the one that says more than that no number was named."""
    bland = isinstance(alone, Refusal) and alone.code in ("NO_METRIC", "OUT_OF_DOMAIN", "CHANGES_DATA")
    return followed if bland or isinstance(alone, Clarification) else alone


def _leans(follow_up: FollowUp) -> bool:
    """Whether words of the question speak of the turn before, or could not begin a question of their own."""
    phrases, words = follow_up.phrases, words_of(follow_up.rest)
    if LEANING & follow_up.cues or not follow_up.tokens or follow_up.counts_on:
        return True
    if phrases.is_one(words[:1], "dependent") or speaks_of_ones(follow_up) or phrases.closes(words, "of_the_shown"):
        return True
    return _dangling(follow_up)


def _narrows_those(alone: Resolution, follow_up: FollowUp) -> bool:
    """ "who have a subscription" behind a number or a list of customers: said of those, and of no others."""
    if not opens_clause(follow_up) or not isinstance(alone, Plan):
        return False
    listed = not alone.query.metrics or bool(alone.query.entity)  # a list may show the number of its condition
    return listed or read_first_of_those(follow_up) is not None


def _dangling(follow_up: FollowUp) -> bool:
    """Whether a word stands for something that was said before: "their", "these customers", "of those"."""
    return refers(follow_up)


def _may_stand_alone(alone: Plan, follow_up: FollowUp) -> bool:
    """Whether a question that only begins like a follow-up ("and how many ...") is whole without the one before."""
    loose = follow_up.cues <= {"polite", "leaning"} and not follow_up.phrases.opens(follow_up.words, "dependent")
    dependent = _dangling(follow_up) or speaks_of_ones(follow_up) or _narrows_those(alone, follow_up)
    return loose and not dependent and not _is_bare(alone, follow_up)


def _stands_alone(alone: Resolution, follow_up: FollowUp) -> bool:
    """Whether a question that shows no cue is whole: it names its number and more than a bare name."""
    if isinstance(alone, Explanation) or (isinstance(alone, Refusal) and _is_sentence(follow_up)):
        return True
    if not isinstance(alone, Plan) or _assumes_number(alone, follow_up):
        return False
    return not _is_bare(alone, follow_up)


def _assumes_number(plan: Plan, follow_up: FollowUp) -> bool:
    """Whether no number was named ("which month was the best?"), so that the one before is rather meant."""
    world = follow_up.understanding.world
    titles = [world.layer.metrics[name].title for name in plan.query.metrics]
    return any(world.language.message("assumed_measure", metric=title) in plan.notes for title in titles)


def _is_bare(plan: Plan, follow_up: FollowUp) -> bool:
    """ "refund rate" or "orders" alone: the number changes, all else of the question before is kept."""
    language = follow_up.understanding.world.language
    said = words_of(follow_up.tokens)
    auxiliaries = set(language.words("auxiliaries")) | set(language.words("we"))
    query = plan.query
    if query.entity and not query.metrics and len(said) == 1:
        return True  # "men" behind a number of women
    said_more = query.filters and not (is_ratio(plan) and all(one.op == "not_null" for one in query.filters))
    empty = not (query.group_by or said_more or query.time_range or query.compare or query.entity or query.limit)
    return empty and len(said) <= SHORT and auxiliaries.isdisjoint(said)
