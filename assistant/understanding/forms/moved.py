"""Groups told apart by how a number of theirs moved: "categories that grew by more than 10% this year".

The words of the move are taken out, and what is left is read as an ordinary change: "change in revenue by category this
year". The move then is a condition of each group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.bounded import amount_of_verb
from assistant.understanding.chart import Element
from assistant.understanding.draft import Draft
from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.forms.deed_clauses import verb_at
from assistant.understanding.tokens import Token
from semantic_layer import Filter, OrderBy, PerGroup, SemanticQuery

LONGEST_METRIC, LONGEST_MOVE = 5, 3
UP, DOWN = "change_up", "change_down"
FACTORS = {"doubled": (UP, 2.0), "tripled": (UP, 3.0), "halved": (DOWN, 0.5)}
Tokens = tuple[Token, ...]


@dataclass(frozen=True)
class Subject:
    """The groups at the beginning: their words, the place behind them, whether they are counted; `unit` for a time.

    `asked` tells that a word before them asks for them: "customers growth" is no growth of each one.
    """

    words: Tokens
    behind: int
    counted: bool
    unit: str = ""
    asked: bool = False


@dataclass(frozen=True)
class Move:
    """How a number moved: up or down, by which factor at least (`even`) or beyond, and all other words.

    `judged` tells that up is better and down is worse, whichever way the number then goes.
    """

    up: bool
    metric: Tokens
    times: Tokens
    factor: float | None = None
    even: bool = False
    judged: bool = False


def moved(asking: Asking) -> Plan | None:
    """The groups whose number moved as said, or how many there are; None for any other question."""
    moves = ((subject, move) for subject in _subjects(asking) for move in _verbs(asking, subject))
    return next((plan for told in moves if (plan := _plan(asking, *told)) is not None), None)


def whose_moved(asking: Asking) -> Plan | None:
    """ "teams whose CSAT improved": only those of which it is said, and not each one beside the time before."""
    relatives = asking.world.language.words("relatives") + asking.world.language.words("place_relatives")
    if not any(token.text in relatives for token in asking.tokens):
        return None
    told = [one for one in _subjects(asking) if said(asking.tokens[one.behind : one.behind + 1]) in relatives]
    moves = ((subject, move) for subject in told for move in _verbs(asking, subject))
    return next((plan for one in moves if (plan := _plan(asking, *one)) is not None), None)


def did_more(asking: Asking) -> Plan | None:
    """ "customers who ordered more this year than last year", whom the total of all would not tell; None for others."""
    if asking.world.language.data["than"] not in (token.text for token in asking.tokens):
        return None
    moves = ((subject, move) for subject in _subjects(asking) for move in _comparisons(asking, subject))
    return next((plan for told in moves if (plan := _plan(asking, *told)) is not None), None)


def _subjects(asking: Asking) -> Iterator[Subject]:
    """The groups in the plural that stand first: "which brands", "list the customers", "how many cities"."""
    start = asking.past(0, "politeness", "listing", "articles", "moved_starts")
    counting = asking.end(0, "counting")
    for begun, counted in ((start, False), *(((counting, True),) if counting is not None else ())):
        begun = asking.past(begun, "articles")
        unit = _unit(asking, begun)
        if unit:
            yield Subject(asking.tokens[begun : begun + 1], begun + 1, counted, unit, begun > 0)
        ends = {behind for _, behind in asking.words.concepts(begun, "dimension", 0.9)}
        ends |= {behind for name, behind in asking.words.nouns(begun) if asking.world.nouns.identity(name)}
        for behind in sorted(ends, reverse=True):
            if asking.words.is_plural(behind - 1):
                yield Subject(asking.tokens[begun:behind], behind, counted, asked=begun > 0)


def _unit(asking: Asking, at: int) -> str:
    """The unit of time that a word in the plural names."""
    word = asking.tokens[at] if at < len(asking.tokens) else None
    names = asking.world.language.data["units"]
    plural = word is not None and word.text != word.plain
    return next((unit for unit, listed in names.items() if word and word.text in listed), "") if plural else ""


def _direction(asking: Asking, at: int, behind: int) -> str:
    """Up or down when a phrase tells of such a change; empty for any other."""
    tokens = asking.tokens[at:behind]
    named = {UP, DOWN} & set(asking.world.language.cues.get(said(tokens), ()))
    named |= {asking.world.language.data["ranked_falls"].get(said(tokens), "")} - {""}
    return named.pop() if len(named) == 1 and len(tokens) == behind - at else ""


def _verbs(asking: Asking, subject: Subject) -> Iterator[Move]:
    """ "whose revenue fell", "that grew by more than 10%", "where sales doubled", "that lost revenue"."""
    for at in range(subject.behind + (not subject.asked), len(asking.tokens)):
        for size in range(LONGEST_MOVE, 0, -1):
            found = _turn(asking, at, at + size)
            if found is not None:
                direction, factor = found
                text = said(asking.tokens[at : at + size])
                before = _without(asking.tokens[subject.behind : at], "moved_openers")
                move = Move(direction == UP, before, asking.tokens[at + size :], factor, even=factor is not None)
                move = replace(move, judged=text in phrases()["got_better"] | phrases()["got_worse"])
                if not before or _is_metric(asking, before):
                    yield from (_measured(asking, one) for one in _bounded(asking, move))


def _turn(asking: Asking, at: int, behind: int) -> tuple[str, float | None] | None:
    """The direction of a phrase, and the factor that it says by itself."""
    text = said(asking.tokens[at:behind])
    judged = {"got_better": (UP, None), "got_worse": (DOWN, None)}
    named = next((told for name, told in {**FACTORS, **judged}.items() if text in phrases()[name]), None)
    direction = _direction(asking, at, behind)
    return named or ((direction, None) if direction else None)


def _measured(asking: Asking, move: Move) -> Move:
    """The move with what moved, where that is not named before the verb ("whose revenue fell") but behind it."""
    after = move.times
    if move.metric:
        return move
    start = 1 if after[:1] and after[0].text in phrases()["moved_links"] else 0
    for size in range(min(LONGEST_METRIC, len(after) - start), 0, -1):
        if _is_metric(asking, after[start : start + size]):
            return replace(move, metric=after[start : start + size], times=after[start + size :])
    return move


def _is_metric(asking: Asking, tokens: Sequence[Token]) -> bool:
    kept = _without(tuple(tokens), "ours")
    return any(concept.kind == "metric" for concept in asking.world.lexicon.lookup(kept))


def _bounded(asking: Asking, move: Move) -> Iterator[Move]:
    """The move with "by more than 10%" taken out of its words; none when a number is left that says something else."""
    words = [token.text for token in move.times]
    places = [at for at in range(1, len(words)) if words[at] in phrases()["of_hundred"]]
    if not places:
        yield move
        return
    found = asking.words.number(len(asking.tokens) - len(move.times) + places[0] - 1)
    first, operator = _comparing(words[: places[0] - 1])
    if len(places) > 1 or found is None or not operator or move.factor is not None:
        return
    part = found[0] / 100
    factor = 1 + part if move.up else 1 - part
    rest = (*move.times[:first], *move.times[places[0] + 1 :])
    if factor > 0:
        yield replace(move, times=rest, factor=round(factor, 6), even=operator == "at_least")


def _comparing(words: Sequence[str]) -> tuple[int, str]:
    """Where "by more than" or "at least" begins at the end of some words, and which of them it is."""
    for name in ("more_than", "at_least"):
        for size in range(min(3, len(words)), 0, -1):
            if " ".join(words[-size:]) in phrases()[name]:
                first = len(words) - size
                return first - (first > 0 and words[first - 1] == "by"), name
    return 0, ""


def _comparisons(asking: Asking, subject: Subject) -> Iterator[Move]:
    """ "who spent less in 2025 than in 2024", "with more orders in June than in May"."""
    texts = [token.text for token in asking.tokens]
    than = asking.world.language.data["than"]
    if than not in texts[subject.behind :]:
        return
    joint = texts.index(than, subject.behind)
    for at in range(subject.behind, joint):
        sign = asking.world.language.data["comparative_words"].get(texts[at])
        if sign not in ("gt", "lt"):
            continue
        before = _without(asking.tokens[subject.behind : at], "moved_openers")
        for metric, now in _compared(asking, before, asking.tokens[at + 1 : joint]):
            then = _without(asking.tokens[joint + 1 :], "echoes")
            beside = asking.made("compared to" if now else "against", joint)
            yield Move(sign == "gt", metric, (*now, *beside, *then))


def _compared(asking: Asking, before: Tokens, behind: Tokens) -> Iterator[tuple[Tokens, Tokens]]:
    """What is compared, and the words of its period: "spent less", "placed fewer orders in Q2"."""
    for size in range(min(LONGEST_METRIC, len(behind)), 0, -1):
        named = [(*behind[:size], *before), (*before, *behind[:size])]  # "solved more tickets", "sold fewer units"
        plain = not _without(before, "carrying")
        found = next((one for one in (*named, *([behind[:size]] if plain else [])) if _is_metric(asking, one)), None)
        if found is not None:
            yield found, behind[size:]
            return
    degrees = asking.world.language.words("frequency_degrees")
    often = behind[:1] and behind[0].text in degrees
    said_so = any(token.text in degrees for token in asking.world.language.tokens(asking.question))
    title = _title_of_verb(asking, before[0], said_so) if len(before) == 1 else ""
    if title:
        yield tuple(asking.made(title, 0)), behind[1:] if often else behind


def _title_of_verb(asking: Asking, verb: Token, often: bool) -> str:
    """What a verb stands for as an amount ("spent"), or counts ("ordered", "bought more often"); empty for others."""
    layer, counted = asking.world.layer, asking.world.nouns
    if often:
        return verb_at(asking, [verb])[1]
    if verb.text in phrases()["unmeasured"]:
        return ""  # "bought more": more often, or for more?
    amounts = amount_of_verb(Draft((Element(0, 1, verb.raw, 0.0, word=verb.bare),), ("",), asking.world), 0)
    found = [concept.target for concept in amounts if concept.kind == "metric"]
    made = [c.target for c in asking.world.lexicon.lookup([verb]) if c.kind == "metric" and c.inflected]
    names = found or [name for name in made if name in counted.counted]
    return layer.metrics[names[0]].title if names else ""


def _without(tokens: Tokens, name: str) -> Tokens:
    """The words without those of a list at their beginning."""
    kept = tokens
    while kept and kept[0].text in phrases()[name]:
        kept = kept[1:]
    return kept


def _plan(asking: Asking, subject: Subject, move: Move) -> Plan | None:
    """The change as it is ordinarily read, with the move as a condition of each group."""
    plan = next((found for text in _texts(asking, subject, move) if (found := asking.read(text)) is not None), None)
    query = plan.query if plan is not None else None
    if plan is None or query is None or query.compare is None or len(query.metrics) != 1 or not query.group_by:
        return None
    if _asks_more(query) or len({group.field.partition(".")[0] for group in query.group_by}) > 1:
        return None  # "... than in 2024 per employee": groups of something else, too
    (metric,) = query.metrics
    if move.judged:
        direction = asking.world.layer.metrics[metric].good_direction
        if direction == "neutral":
            return None
        move = replace(move, up=move.up == (direction == "up"))
    op = ("ge" if move.even else "gt") if move.up else ("le" if move.even else "lt")
    values = () if move.factor is None else (move.factor,)
    condition = Filter(field=metric, op=op, values=values, than="previous")
    found = _counted(query, condition) if subject.counted else _listed(query, condition, move)
    return replace(plan, query=found, spans=(), asked=None) if asking.stands(found) else None


def _asks_more(query: SemanticQuery) -> bool:
    """Whether a query is more than a metric by groups, beside another span."""
    rest = {
        "metrics": (),
        "group_by": (),
        "time_range": None,
        "compare": None,
        "order_by": (),
        "filters": (),
        "fill": "none",
    }
    return query.model_copy(update=rest) != SemanticQuery()


def _texts(asking: Asking, subject: Subject, move: Move) -> Iterator[list[Token]]:
    """The question for the change alone, of a unit of time beside the one before or the same a year before."""
    metric = _without(move.metric, "ours")
    head = [*asking.made("change in", 0), *metric] if metric else asking.made("change", 0)
    by = [*head, *asking.made("by", 0), *subject.words]
    if not subject.unit:
        yield [*by, *move.times]
        return
    for name, step in (("a_year_before", "year over year"), ("one_before", f"{subject.unit} over {subject.unit}")):
        for at in range(len(move.times) + 1):
            if said(move.times[at:]) in phrases()[name]:
                yield [*by, *move.times[:at], *asking.made(step, 0)]
    if all(token.text not in phrases()["against"] for token in move.times):
        yield [*by, *move.times, *asking.made(f"{subject.unit} over {subject.unit}", 0)]


def _listed(query: SemanticQuery, condition: Filter, move: Move) -> SemanticQuery:
    """The groups, those that moved most first; units of time in their order."""
    timed = any(group.grain for group in query.group_by)
    order = () if timed else (OrderBy(by=query.metrics[0], descending=move.up, column="change"),)
    known = () if timed else (Filter(field=query.group_by[0].field, op="not_null"),)
    filters = dict.fromkeys((*query.filters, condition, *known))
    return query.model_copy(update={"filters": tuple(filters), "order_by": order})


def _counted(query: SemanticQuery, condition: Filter) -> SemanticQuery:
    """The number of the groups that moved so."""
    per = PerGroup(fields=(query.group_by[0].field,), agg="count")
    rows = [one for one in query.filters if one.op != "not_null"]  # empty groups are never counted
    return query.model_copy(update={"group_by": (), "order_by": (), "filters": (*rows, condition), "per_group": per})
