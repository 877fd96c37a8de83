"""Roles as things of their own: "by exit plaza", "which manager has the most employees".

A question that a layer leaves open is read again where each role of a link ("exit" of exit plazas, "manager" of an
employee's manager) is a kind of thing beside the things themselves; the plan then names the link that the role is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.entities.links import role_words
from assistant.understanding.entities.roles import root
from assistant.understanding.entities.words import Words, role_nouns
from assistant.understanding.retold.asked_roles import does
from assistant.understanding.tokens import Token
from semantic_layer import (
    Dataset,
    Dimension,
    Filter,
    GroupBy,
    Relationship,
    SemanticLayer,
    SemanticQuery,
    SimpleMetric,
    implied_metric,
    stands,
)

SHORTEST = 4
DOERS = ("er", "or", "ee", "ent", "ant", "ist", "ian", "man", "tive")


@dataclass(frozen=True)
class Apart:
    """A layer in which roles are datasets of their own; `links` has the link that each of these datasets stands for."""

    layer: SemanticLayer
    links: Mapping[str, Relationship]


def roles_said(tokens: Sequence[Token], layer: SemanticLayer) -> bool:
    """Whether words say the role of a link."""
    said = {word for token in tokens for word in (token.text, token.plain)}
    roles = (role for link in layer.relationships.values() if role_words(link) for role in _forms(role_words(link)))
    return any(said.issuperset(role) for role in roles)


def _forms(role: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A role as it is named and as people say it: "sales representative", "sales rep"."""
    others = (word for group in role_nouns() if role[-1] in group for word in sorted(group - {role[-1]}))
    return [role, *((*role[:-1], word) for word in others)]


def as_having(tokens: Sequence[Token], layer: SemanticLayer) -> str:
    """ "which town is the home town of the most players" as "which home town has the most players"; or nothing."""
    ranks = [at for at, token in enumerate(tokens) if token.text in ("most", "fewest", "least") and at > 2]
    for link in layer.relationships.values() if ranks else ():
        role, nouns = role_words(link), link.to.split("_")
        texts = [token.text for token in tokens[: ranks[0] - 1]]
        at = next((i for i in range(2, len(texts)) if tuple(texts[i : i + len(role)]) == role), 0) if role else 0
        behind = at + len(role)
        noun = texts[behind : behind + len(nouns)] == nouns
        behind += len(nouns) * noun
        asked = texts[0] in ("who", "which", "what") and texts[at - 1 : at] in (["the"], ["is"], ["are"])
        if at and asked and texts[behind:] in (["of"], ["to"], ["for"]):
            called = "" if _is_doer(role) and not noun else " ".join(nouns)
            return f"which {' '.join(role)} {called} has the {' '.join(one.raw for one in tokens[ranks[0] :])}"
    return ""


def as_done(tokens: Sequence[Token], world: World) -> str:
    """ "how many messages did each user send" as "... does each sender have": a role by its verb; empty without it."""
    words = Words(tuple(tokens), world)
    for link in world.layer.relationships.values():
        role = role_words(link)
        for at in range(2, len(tokens)) if len(role) == 1 else ():
            verb = tokens[at].text
            if not (does(role[0], verb) or (len(verb) > SHORTEST and root(verb) == root(role[0]))):
                continue
            made = _each_in(words, at, link) or _most_in(words, at, link)
            if made:
                return made
    return ""


def _each_in(words: Words, at: int, link: Relationship) -> str:
    """ "how many messages did each user send", "how many trips departed from each port"."""
    tokens, called = words.tokens, " ".join(_called(link)).replace("_", " ")
    counted = words.phrase(0, "counting")
    rows = [end for dataset, end in words.nouns(counted) if dataset == link.from_] if counted is not None else []
    for end in rows[:1]:
        behind = " ".join(token.raw for token in tokens[counted:end])
        helped = end + (tokens[end].text in ("did", "does", "do", "were", "was", "are", "is"))
        own = helped < at and tokens[helped].text in ("each", "every") and (link.to, at) in words.nouns(helped + 1)
        far = at == helped and at + 2 < len(tokens) and tokens[at + 2].text in ("each", "every")
        far = far and any(dataset == link.to and last == len(tokens) for dataset, last in words.nouns(at + 3))
        if (own and at + 1 == len(tokens)) or far:
            return f"how many {behind} does each {called} have"
    return ""


def _most_in(words: Words, at: int, link: Relationship) -> str:
    """ "which user sent the most messages"."""
    tokens = words.tokens
    asked = tokens[0].text in ("which", "what") and (link.to, at) in words.nouns(1)
    most = words.phrase(at + 1, "most") or words.phrase(at + 1, "least") if asked and at + 1 < len(tokens) else None
    rows = any(dataset == link.from_ for dataset, _ in words.nouns(most)) if most is not None else False
    called = " ".join(_called(link)).replace("_", " ")
    return f"which {called} has {' '.join(token.raw for token in tokens[at + 1 :])}" if rows else ""


def with_roles_apart(layer: SemanticLayer) -> Apart:
    """The layer with a dataset for each role that a link names."""
    named = [link for link in layer.relationships.values() if role_words(link)]
    taken = [*layer.datasets, *("_".join(_called(link)) for link in named)]
    links = {_free("_".join(_called(link)), link.from_, taken): link for link in named}
    now = layer.definitions
    own = {link.name: name for name, link in links.items()}
    made = (_dataset(layer.datasets[link.to], name, link) for name, link in links.items())
    datasets = (*now.datasets, *made)
    ties = tuple(
        one.model_copy(update={"to": own[one.name], "name": f"{one.from_}_{own[one.name]}"}) if one.name in own else one
        for one in now.relationships
    )
    changed = now.model_copy(update={"datasets": datasets, "relationships": ties})
    return Apart(SemanticLayer(changed, layer.inactive, layer.schema), links)


def _free(name: str, owner: str, taken: Sequence[str]) -> str:
    """The name of a role, with that of the rows it is had for where another has it as well."""
    return name if taken.count(name) == 1 else f"{name}_of_{owner}"


def _called(link: Relationship) -> tuple[str, ...]:
    """What the role is called: the word for whoever does something alone ("manager"), else with its noun."""
    role = role_words(link)
    return role if _is_doer(role) or role[-1] == link.to else (*role, *link.to.split("_"))


def _is_doer(role: Sequence[str]) -> bool:
    return role[-1].endswith(DOERS)


def _dataset(things: Dataset, name: str, link: Relationship) -> Dataset:
    """The things in a role: with their fields, and no number of their own."""
    title = " ".join(_called(link)).replace("_", " ")
    fields = tuple(_field(things, one, title) for one in things.fields if not one.implied)
    role = " ".join(role_words(link))
    said = [" ".join(one) for one in _forms(role_words(link))] if _is_doer(role_words(link)) else []
    synonyms = (*(one for one in said if one != title), f"{role} {things.name.replace('_', ' ')}")
    told = things.ai_context.model_copy(update={"synonyms": synonyms})
    changed = {"name": name, "label": title, "fields": fields, "measures": (), "ai_context": told, "policy": None}
    return things.model_copy(update={**changed, "shows": (), "time": None, "entity": True})


def _field(things: Dataset, field: Dimension, title: str) -> Dimension:
    """A field of what has a role, under the name of the role: "exit plaza name"."""
    noun = things.name.replace("_", " ")
    low = field.title[:1].lower() + field.title[1:]
    rest = low.removeprefix(f"{noun} ")
    named = {"label": f"{title} {rest}", "values": {}, "sample_values": ()}
    own = (rest,) if rest != low else ()
    told = field.ai_context.model_copy(update={"synonyms": (*own, *field.synonyms)})
    return field.model_copy(update={**named, "ai_context": told})


def by_links(plan: Plan, apart: Apart, layer: SemanticLayer) -> Plan | None:
    """The plan with each role told by the link that it is; None where a query cannot say so."""
    query = _grouped(plan.query, apart, layer)
    told = _Told(apart, layer)
    if query is None or told.is_beyond(query):
        return None
    query = query.model_copy(
        update={
            "group_by": tuple(told.group(one) for one in query.group_by),
            "filters": tuple(told.filter(one) for one in query.filters),
            "order_by": tuple(one.model_copy(update={"by": told.field(one.by)}) for one in query.order_by),
        }
    )
    fields = [one.field for one in query.group_by]
    if len(set(fields)) < len(fields) or not any(one.via for one in (*query.group_by, *query.filters)):
        return None
    return replace(plan, query=query, asked=None) if stands(layer, query) else None


def _grouped(query: SemanticQuery, apart: Apart, layer: SemanticLayer) -> SemanticQuery | None:
    """A list of what has a role as groups of the rows that it has the role for: each of them is one group."""
    if query.entity not in apart.links:
        return query
    link = apart.links[query.entity]
    count = implied_metric(layer, f"{link.from_}.rows", "count")
    asked = [one.field for one in query.filters if one.field in layer.metrics]
    metrics = tuple(dict.fromkeys((*query.metrics, *asked))) or (count,)
    key = [f"{query.entity}.{name}" for name in apart.layer.datasets[query.entity].key_fields]
    if not key or any(_fact(layer, name) != link.from_ for name in metrics):
        return None
    shown = [one for one in query.group_by if one.field not in key]
    groups = (*(GroupBy(field=name) for name in key), *shown)
    known = (Filter(field=key[0], op="not_null"),)
    return query.model_copy(
        update={"entity": "", "metrics": metrics, "group_by": groups, "filters": (*query.filters, *known)}
    )


def _fact(layer: SemanticLayer, metric: str) -> str:
    found = layer.metrics.get(metric)
    return found.measure.partition(".")[0] if isinstance(found, SimpleMetric) else ""


@dataclass(frozen=True)
class _Told:
    """The names of roles in a query, and what they are in the layer."""

    apart: Apart
    layer: SemanticLayer

    def link(self, name: str) -> Relationship | None:
        return self.apart.links.get(name.partition(".")[0])

    def field(self, name: str) -> str:
        link = self.link(name)
        return name if link is None else f"{link.to}.{name.partition('.')[2]}"

    def group(self, one: GroupBy) -> GroupBy:
        link = self.link(one.field)
        return one if link is None else one.model_copy(update={"field": self.field(one.field), "via": link.name})

    def filter(self, one: Filter) -> Filter:
        link = self.link(one.field)
        return one if link is None else one.model_copy(update={"field": self.field(one.field), "via": link.name})

    def is_beyond(self, query: SemanticQuery) -> bool:
        """Whether a role stands where no link can be told, or the rows do not have the role themselves."""
        named = [*query.group_by, *query.filters]
        roles = {link.from_ for one in named if (link := self.link(one.field))}
        facts = {_fact(self.layer, name) for name in query.metrics} | ({query.entity} - {""})
        return any(self._elsewhere(query)) or any(fact not in roles for fact in facts) or len(roles) > 1

    def _elsewhere(self, query: SemanticQuery) -> Iterator[bool]:
        plain = query.model_copy(update={"group_by": (), "filters": (), "order_by": ()})
        text = plain.model_dump_json(exclude_defaults=True)
        yield from (f'"{name}.' in text or f'"{name}"' in text for name in self.apart.links)
        yield from (name not in self.layer.metrics for name in query.metrics)
        for one in (*query.group_by, *query.filters):
            yield bool(one.entity) or bool(one.where) or (bool(one.via) and self.link(one.field) is None)
