"""What is asked of those whom a clause tells apart: "customers who ordered in May | also ordered in June"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.deed_clauses import undenied, verb_at
from assistant.understanding.tokens import Token


def main_deed(asking: Asking, begun: int, asked: str) -> int | None:
    """The place where the deed begins that is asked of people told apart before it; None where all is one clause.

    `begun` is the place of the word that opens the clause. In a number or a share a second verb without a joining word
    is the one that is asked; in a list only one behind "also".
    """
    tokens = asking.tokens
    if begun >= len(tokens) or tokens[begun].text not in phrases()["who"]:
        return None
    start = _behind_deed(asking, begun + 1)
    for at in range(start, len(tokens)) if start else ():
        if _is_also(tokens, at):
            return at - 1 if tokens[at - 1].text in phrases()["joins"] else at
        if asked != "list" and _opens_deed(asking, at):
            return at
    return None


def _behind_deed(asking: Asking, at: int) -> int:
    """The place behind the verb of the clause and one word of what it was done to; 0 without such a verb."""
    while at < len(asking.tokens) and asking.tokens[at].text in phrases()["helping"]:
        at += 1
    size = verb_at(asking, asking.tokens[at:])[0]
    return at + size + 1 if size else 0


def _is_also(tokens: Sequence[Token], at: int) -> bool:
    """Whether "also" stands here before something that was done, and not at the end."""
    return tokens[at].text == "also" and at + 1 < len(tokens)


def _opens_deed(asking: Asking, at: int) -> bool:
    """Whether a verb of the past begins here, perhaps behind "have" or a denial, that nothing ties to a word before."""
    tokens, helps = asking.tokens, phrases()["helping"]
    before, verb = tokens[at - 1].text, at
    if before in phrases()["joins"] | phrases()["clause_openers"] | phrases()["determiners"] | helps | {"or"}:
        return False
    while verb < len(tokens) and tokens[verb].text in helps:
        verb += 1
    if verb >= len(tokens) or any(token.text in phrases()["who"] for token in tokens[at:verb]):
        return False
    token = tokens[verb]
    past = token.text.endswith("ed") or token.text in asking.world.language.forms.verbs
    return past and bool(verb_at(asking, tokens[verb:])[0])


def tells_age(asking: Asking, at: int) -> bool:
    """Whether only an age follows, which tells who they are: "men with age between 20 and 30"."""
    age = str(asking.world.language.data["age_word"])
    return asking.tokens[at].text == "with" and [token.text for token in asking.tokens[at + 1 : at + 2]] == [age]


def is_nested(asking: Asking, parts: Sequence[tuple[str, list[Token]]]) -> bool:
    """ "who have a deal with a discount and an open offer": whether the offer is theirs or the deal's is open."""
    for (_, one), (joiner, other) in pairwise(parts):
        inner = any(token.text in phrases()["possessions"] for token in undenied(one)[0][1:])
        thing = bool(other) and other[0].text in phrases()["determiners"] and joiner == "and"
        if inner and thing and not verb_at(asking, other)[0]:
            return True
    return False
