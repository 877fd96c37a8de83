"""Sentences beside the question: when one only tells the motive, or asks the same loosely, and so may be left out.

"Are members happier? Satisfaction by tier." and "We keep hearing that deliveries are late. How many tickets about
deliveries were there?" are each answered by one of their sentences; "We only look at wholesale. Revenue by month?" is
not, since the first one limits the second.
"""

from __future__ import annotations

import re

from assistant.answer import Plan
from assistant.understanding.chart import Cover, Element, covers
from assistant.understanding.concepts import Concept
from assistant.understanding.dates import Clock
from assistant.understanding.draft import World
from assistant.understanding.frames import is_context, unframed
from assistant.understanding.repeated import counts_the_same
from assistant.understanding.rewriting import framing_code, rewritten
from assistant.understanding.tokens import Token, tokenize
from semantic_layer import SemanticQuery, is_count

MOST_STRANGE, MOST_STRANGE_IN_MOTIVES, MOST_WORDS_LOOSE = 2, 4, 8
END = re.compile(r"(?<=[a-z0-9)\"'`%])\s*[.?!]\s+(?=\S)", re.IGNORECASE)
INNER_END = re.compile(r"(?<=\w)(?::\s+|\s+[-–—]\s+|,\s*so\s+)(?=\S)", re.IGNORECASE)
LIMITING = frozenset(
    {"exclude", "only", "absent", "denied", "top", "bottom", "or", "now", "once", "blank", "earliest", "latest"}
)
RANKING = frozenset({"top", "bottom"})
MORE_OR_LESS = frozenset({"cmp_gt", "cmp_lt"})
POINTING = frozenset({"link_value", "link_any", "link_time"})


def sentences(question: str) -> list[str]:
    """The sentences of a question, in order."""
    return [part.strip() for part in END.split(question) if part.strip()]


def clauses(question: str) -> list[str]:
    """The sentences of a question, cut at colons, free dashes and ", so" as well."""
    return [part.strip() for sentence in sentences(question) for part in INNER_END.split(sentence) if part.strip()]


def with_period_moved(parts: list[str], world: World) -> list[str]:
    """A question and a sentence that tells what to split by, with the period of the first put behind the second.

    Empty where that is not so, and where the second has a period of its own.
    """
    if len(parts) != 2 or not (_asks(parts[0], world) and _splits(parts[1], world)):
        return []
    if period_told(parts[1], world) is not None:
        return []
    place = period_told(parts[0], world)
    if place is None:
        return []
    start, end = place
    return [f"{parts[0][:start]}{parts[0][end:]}", f"{parts[1].rstrip(' ?.!')} {parts[0][start:end]}"]


def _asks(sentence: str, world: World) -> bool:
    asking = {*world.language.words("asking_words"), *world.language.words("auxiliaries")}
    return any(token.text in asking for token in tokenize(sentence, world.language.forms)[:2])


def _splits(sentence: str, world: World) -> bool:
    by = world.language.cued("by")
    return any(token.text in by for token in tokenize(sentence, world.language.forms))


def period_told(sentence: str, world: World) -> tuple[int, int] | None:
    """Where the one period of a sentence stands in it."""
    tokens = tuple(rewritten(tokenize(sentence, world.language.forms), world.language))
    found = covers(tokens, world.lexicon, Clock(tokens, world.language, world.as_of, noted=world.noted))
    told = [element for element in (found[0] if found else ()) if element.time is not None]
    return (tokens[told[0].first].start, tokens[told[0].behind - 1].end) if len(told) == 1 else None


def adds_nothing(sentence: str, plan: Plan, world: World) -> bool:
    """Whether a sentence says nothing that the plan leaves out: no limit, no other word of the layer, few odd words."""
    language = world.language
    said = tokenize(sentence, language.forms)
    tokens = tuple(rewritten(said, language))
    bare = unframed(said, language.fillers, framing_code(language))
    if all(token.text in language.fillers for token in bare):
        return True  # "It is for my report"
    found = covers(tokens, world.lexicon, Clock(tokens, language, world.as_of, noted=world.noted))
    if not found or _limits(found[0], plan.query, world) or _is_plain_list(plan.query, world):
        return False
    if _is_bare_name(found[0], plan.query, world):
        return False
    told = is_context(said, framing_code(language))
    meant = [element for element in found[0] if element.concepts]
    strange = [at for at, element in enumerate(found[0]) if element.unknown and not _is_chatter(found[0], at, world)]
    loose = _compares_groups(said, plan.query, world)
    few = len(strange) <= (MOST_STRANGE_IN_MOTIVES if told or loose else MOST_STRANGE)
    described = () if loose else [at for at in strange if _describes(found[0], at)]
    graded = language.words("graded") if loose else ()
    known = (at for at in strange if found[0][at].text.casefold() not in graded)
    free = not described and not any(_is_known(found[0][at], tokens, world) for at in known)
    return (
        bool(meant or told or loose or not strange)
        and few
        and free
        and all(_is_about(element, plan.query, world) for element in meant)
    )


def _compares_groups(said: list[Token], query: SemanticQuery, world: World) -> bool:
    """ "Do big families buy more?" beside every group of people there is: whoever is meant is one of them."""
    language = world.language
    asked = bool(said) and said[0].text in {*language.words("auxiliaries"), *language.words("asking_states")}
    more = any("more" in language.cues.get(token.text, ()) for token in said)
    every = bool(query.group_by) and not query.filters and query.limit is None
    return asked and more and every and len(said) <= MOST_WORDS_LOOSE


def _is_bare_name(cover: Cover, query: SemanticQuery, world: World) -> bool:
    """Whether nothing but another number is named ("takings - rides"): a part of a sum, and no sentence."""
    named = {c.target for element in cover for c in element.concepts if c.kind == "metric"}
    asking = {
        *world.language.words("auxiliaries"),
        *world.language.words("asking_words"),
        *world.language.words("subjects"),
    }
    said = {word for element in cover for word in element.text.casefold().split()}
    return bool(named - set(query.metrics)) and said.isdisjoint(asking)


def _is_chatter(cover: Cover, at: int, world: World) -> bool:
    """Whether a word judges, or speaks of work, and of no rows: "healthy margins", but not "important customers"."""
    after = cover[at + 1] if at + 1 < len(cover) else None
    narrows = after is not None and any(concept.kind in ("noun", "value") for concept in after.concepts)
    return not narrows and cover[at].text.casefold() in set(str(world.language.data["chatter"]).split())


def _is_plain_list(query: SemanticQuery, world: World) -> bool:
    """ "(What sells best?) Tell me the name of the product": all products are no answer to the other sentence."""
    if query.filters or query.limit or query.time_range or not (query.entity or query.group_by):
        return False
    counted = {world.nouns.counted.get(name, "") for name in query.metrics}
    return counted <= {group.field.partition(".")[0] for group in query.group_by}


def _limits(cover: Cover, query: SemanticQuery, world: World) -> bool:
    """Whether a sentence says which rows; a rank does not ("Who buys the most?") beside all such groups in order."""
    owners = {group.field.partition(".")[0] for group in query.group_by}
    nouns = {concept.target for element in cover for concept in element.concepts if concept.kind == "noun"}
    ranked = bool(query.group_by) and query.limit is None and (not nouns or bool(nouns & owners))
    limiting = LIMITING - RANKING if ranked else LIMITING
    grains = {group.grain for group in query.group_by}
    side_by_side = bool(query.group_by) and query.limit is None and not any(one.amount is not None for one in cover)
    chatter = set(str(world.language.data["chatter"]).split())
    return any(
        element.time is not None
        or bool(element.grain and element.grain not in grains)
        or element.amount is not None
        or not element.cues.isdisjoint(limiting)
        or (
            any(cue.startswith("cmp_") or cue == "unsupported_forecast" for cue in element.cues - {"cmp_eq"})
            and element.cues.isdisjoint(POINTING)  # "over the phone"
            and not (side_by_side and element.cues & MORE_OR_LESS)  # "do women buy more than men"
        )
        for element in cover
        if element.text.casefold() not in chatter
    )


def _describes(cover: Cover, at: int) -> bool:
    """Whether an odd word may limit: right before a word of the layer ("wholesale revenue"), or what is pointed at
    ("about wholesale")."""
    after = cover[at + 1] if at + 1 < len(cover) else None
    pointed = at > 0 and not cover[at - 1].cues.isdisjoint(POINTING)
    return pointed or (after is not None and bool(after.concepts))


def _is_known(element: Element, tokens: tuple[Token, ...], world: World) -> bool:
    """Whether the odd word is one of those that say which rows are meant ("new", "existing", "loyal")."""
    return any(token.text in world.language.words("limiting") for token in tokens[element.first : element.behind])


def _is_about(element: Element, query: SemanticQuery, world: World) -> bool:
    fields = {group.field for group in query.group_by} | {condition.field for condition in query.filters}
    facts = {fact for name in query.metrics for fact in world.reach.facts(name)}
    return any(
        (concept.kind == "noun" and world.reach.distance(query.metrics, concept.target) is not None)
        or concept.target in fields
        or concept.target in query.metrics
        or _is_of_the_same(concept, facts, query, world)
        for concept in element.concepts
    )


def _is_of_the_same(concept: Concept, facts: set[str], query: SemanticQuery, world: World) -> bool:
    """Whether a metric is measured on the same rows, and is no number of some of them ("repeat buyers")."""
    if concept.kind != "metric" or not world.reach.facts(concept.target) & facts:
        return False
    counted = is_count(world.layer, concept.target)
    return not counted or concept.target in world.nouns.counted or counts_the_same(world, concept.target, query.metrics)
