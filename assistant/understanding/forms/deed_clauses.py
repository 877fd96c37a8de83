"""One clause about what somebody did, has or lacks, read as a condition of its own ("never bought Electronics")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.answer import Plan
from assistant.understanding.bounded import counted_deed
from assistant.understanding.chart import Element
from assistant.understanding.draft import Draft
from assistant.understanding.forms.asking import COUNTS, Asking, phrases, said
from assistant.understanding.forms.object_deeds import deed_done
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SemanticQuery, SimpleMetric, TimeRange


@dataclass(frozen=True)
class Clause:
    """The words of a clause without those that deny it; `verb` is what it inherits from the clause before."""

    words: tuple[Token, ...]
    denied: bool
    verb: tuple[Token, ...] = ()


@dataclass(frozen=True)
class Had:
    """What each of an entity must have or must not have had: rows of a metric under conditions, perhaps in a time.

    `state` tells that it is something had ("an open ticket"), not a deed.
    """

    metric: str
    where: tuple[Filter, ...]
    period: TimeRange | None
    denied: bool
    state: bool
    inherited: bool = False
    least: int = 1

    def condition(self, entity: str) -> Filter:
        """The condition on an entity."""
        op, least = ("eq", 0) if self.denied else ("ge", self.least)
        told = {"field": self.metric, "op": op, "values": (least,), "entity": entity, "time_range": self.period}
        return Filter.model_validate({**told, "where": self.where})


def verb_at(asking: Asking, tokens: Sequence[Token]) -> tuple[int, str]:
    """How many words from here on are a verb that makes rows, and what counts them in words; (0, "") for none."""
    return next(_verbs_at(asking, tokens), (0, ""))


def _verbs_at(asking: Asking, tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """Every reading of the words from here on as a verb that makes rows, the plainest first."""
    for size in range(min(3, len(tokens)), 0, -1):
        if said(tokens[:size]) in phrases()["contacting"]:
            yield size, "support tickets"
    if not tokens:
        return
    named = asking.world.lexicon.lookup(tokens[:1])
    made = [c.target for c in named if c.kind == "metric" and c.inflected]
    element = Element(0, 1, tokens[0].raw, 0.0, word=tokens[0].bare)
    counts = () if named else counted_deed(Draft((element,), ("",), asking.world), 0)
    one = made or [one.target for one in counts]
    if one:
        yield 1, asking.world.layer.metrics[one[0]].title
    size, noun = deed_done(asking, tokens)
    if size:
        yield size, noun


def undenied(part: Sequence[Token]) -> tuple[list[Token], bool]:
    """The words without "who", "have" and the like at their beginning, and whether one of them denies."""
    kept, denied = list(part), False
    while kept and kept[0].text in (phrases()["clause_openers"] | phrases()["helping"]):
        denied = denied or kept[0].text in phrases()["denials"]
        kept = kept[1:]
    if len(kept) > 1 and kept[1].text in phrases()["nothing"]:  # "returned nothing", "bought no shoes"
        return [kept[0], *kept[2:]], True
    return kept, denied


def read_clause(asking: Asking, clause: Clause, entity: str) -> Had | None:
    """What a clause says that each of an entity has had; None when it is not read so in one way."""
    if not clause.words or _is_limited(asking, clause.words):
        return None
    for text, state in _counted(asking, clause):
        plan = asking.read(text)
        had = _had(asking, plan, entity) if plan is not None else None
        if had is not None:
            return replace(had, denied=clause.denied, state=state, inherited=bool(clause.verb))
    return None


def _is_limited(asking: Asking, words: Sequence[Token]) -> bool:
    """Whether a word says more than the count of a deed can tell; "or" does not between two values."""
    said = [token.text for token in words if token.start not in asking.times]
    if any(text in phrases()["limiting"] | phrases()["denials"] for text in said):
        return True
    if any(f"{one} {other}" in phrases()["of_the_past"] for one, other in pairwise(said)):
        return True
    places = [at for at, token in enumerate(words) if token.text in phrases()["alternatives"]]
    return any(
        not (0 < at < len(words) - 1 and _is_free(asking, words[at - 1]) and _is_free(asking, words[at + 1]))
        for at in places
    )


def _counted(asking: Asking, clause: Clause) -> Iterator[tuple[list[Token], bool]]:
    """The clause as a question for a number: of what the verb makes, or of the thing had."""
    words = clause.verb + clause.words if clause.verb else clause.words
    verbs = list(_verbs_at(asking, words))
    for size, noun in verbs:
        rest = _without(words[size:], "somethings")
        tied = asking.made("of", 0) if rest and _is_free(asking, rest[0]) else []
        yield [*asking.made(f"number of {noun}", 0), *tied, *rest], False
    if not verbs:
        yield [*asking.made("number of", 0), *_without(words, "determiners")], _is_state(asking, words)


def _is_state(asking: Asking, words: Sequence[Token]) -> bool:
    return (
        words[0].text in phrases()["determiners"] or asking.world.language.forms.plain(words[0].text) != words[0].text
    )


def _is_free(asking: Asking, token: Token) -> bool:
    """Whether nothing ties a word to what stands before it: a value right behind the verb."""
    return any(concept.kind == "value" for concept in asking.world.lexicon.lookup([token]))


def _without(words: Sequence[Token], name: str) -> list[Token]:
    """The words without those of a list at their beginning."""
    kept = list(words)
    while kept and kept[0].text in phrases()[name]:
        kept = kept[1:]
    return kept


def _had(asking: Asking, plan: Plan, entity: str) -> Had | None:
    query, layer = plan.query, asking.world.layer
    told = query.model_copy(update={"metrics": (), "filters": (), "time_range": None})
    stand_in = 1 if plan.asked is not None else 0  # which its note tells; any other note tells of a doubt
    if told != SemanticQuery() or len(query.metrics) != 1 or len(plan.notes) != stand_in:
        return None
    (name,) = query.metrics
    metric = layer.metrics[name]
    counts = isinstance(metric, SimpleMetric) and _counts_things(metric, layer.measures[metric.measure].agg)
    near = asking.world.reach.distance([name], entity) is not None
    if not counts or not near or entity in asking.world.reach.facts(name):
        return None
    return Had(name, query.filters, query.time_range, denied=False, state=False)


def _counts_things(metric: SimpleMetric, agg: str) -> bool:
    """Whether zero tells that nothing was done: of a count, or of a sum that is zero where there are no rows."""
    return agg in COUNTS or (agg == "sum" and metric.fill_zero)
