"""Groups by how often something of one kind was done with them: "the 3 most frequently bought routes"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking
from assistant.understanding.tokens import Token


def done_frequently(asking: Asking) -> Plan | None:
    """The plan of the groups by the number of rows whose kind is the deed named; None for any other question."""
    for at, behind in asking.found("most_done"):
        things = _things(asking, behind)
        if not things:
            continue
        rank = "bottom" if asking.tokens[at].text == "least" else "top"
        number = asking.tokens[at - 1 : at] if at and asking.tokens[at - 1].text.isdecimal() else ()
        start = _behind_value(asking, behind + 1)
        end = _end(asking, start)
        group, kind = asking.tokens[start:end], asking.tokens[behind:start]
        first = at - len(number)
        counted = [*asking.made("by number of", at), *kind, *asking.made(things, behind)]
        limit = number or asking.made("1", at)
        ranked = [*asking.made(rank, at), *limit, *group, *counted, *asking.tokens[end:]]
        return asking.read([*asking.tokens[:first], *ranked]) if group and (number or _is_one(group)) else None
    return None


def _is_one(group: tuple[Token, ...]) -> bool:
    """Whether one group is asked for: "the most frequently bought route"."""
    return group[-1].text == group[-1].plain


def _things(asking: Asking, at: int) -> str:
    """What the rows are called whose one field has the deed as a value, where only one has."""
    fields = {c.target for concepts, end in asking.words.concepts(at, "value") if end == at + 1 for c in concepts}
    owners = {field.partition(".")[0] for field in fields}
    return asking.world.layer.datasets[owners.pop()].title if len(owners) == 1 else ""


def _behind_value(asking: Asking, at: int) -> int:
    """The place behind a value that tells which of the groups are meant: "bought (freight) routes"."""
    ends = (end for _, end in asking.words.concepts(at, "value"))
    return at if _end(asking, at) > at else next((end for end in ends if _end(asking, end) > end), at)


def _end(asking: Asking, at: int) -> int:
    """The place behind the longest name of a field or a thing that begins here."""
    words = asking.words
    named = [end for _, end in words.concepts(at, "dimension")] + [end for _, end in words.nouns(at)]
    return max(named, default=at)
