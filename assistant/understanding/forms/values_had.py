"""Which value of a field some people have: "which plan do customers with an open ticket have"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.concepts import SYNONYM
from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.people import people_named
from assistant.understanding.forms.sets import subject_of, told_behind
from assistant.understanding.tokens import Token
from semantic_layer import Filter, GroupBy, OrderBy

LONGEST_FIELD = 3


def values_had(asking: Asking) -> Plan | None:
    """How many have each value of the field, most first: of the people, or of what is theirs; None for others."""
    tokens = asking.tokens
    helping = next((at for at, token in enumerate(tokens) if token.text in ("do", "does", "did")), 0)
    last = len(tokens) - 1
    if not 1 < helping <= LONGEST_FIELD + 1 or tokens[0].text not in ("which", "what") or helping > last - 2:
        return None
    if tokens[last].text not in phrases()["having_values"]:
        return None
    field = _field(asking, tokens[1:helping])
    people = _people(asking, tokens[helping + 1 : last]) if field else None
    return _counted(asking, field, *people) if people is not None else None


def _field(asking: Asking, words: Sequence[Token]) -> str:
    """The one field of values that is called so; empty where there is none, or more than one."""
    named = {
        one.target
        for one in asking.world.lexicon.lookup(words)
        if one.kind == "dimension"
        and one.weight >= SYNONYM
        and asking.world.layer.fields[one.target].kind == "categorical"
    }
    return named.pop() if len(named) == 1 else ""


def _people(asking: Asking, words: Sequence[Token]) -> tuple[Plan, str, tuple[Filter, ...]] | None:
    """Those whom the words name, with the conditions that tell them apart."""
    named = people_named(asking, words)
    if named is not None:
        return (*named, named[0].query.filters)
    inner = replace(asking, tokens=(*asking.made("how many", 0), *words))
    subject = subject_of(inner)
    told = told_behind(inner, subject) if subject is not None else None
    if subject is None or told is None or not (told.had or told.others):
        return None
    conditions = tuple(one.condition(subject.entity) for one in told.had)
    return subject.plan, subject.entity, (*subject.plan.query.filters, *told.others, *conditions)


def _counted(asking: Asking, field: str, plan: Plan, entity: str, filters: tuple[Filter, ...]) -> Plan | None:
    reach, dataset = asking.world.reach, field.partition(".")[0]
    theirs = reach.steps(entity, dataset) is None
    counted = dataset if theirs else entity
    count = asking.world.nouns.count_of(counted) if reach.steps(counted, entity) is not None else ""
    if not count or not filters:
        return None
    query = plan.query.model_copy(
        update={
            "metrics": (count,),
            "group_by": (GroupBy(field=field),),
            "filters": tuple(dict.fromkeys(filters)),
            "order_by": (OrderBy(by=count),),
        }
    )
    return replace(plan, query=query, spans=(), asked=None) if asking.stands(query) else None
