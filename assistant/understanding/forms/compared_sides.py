"""Where a question sets one side against another: the first side as a question of its own, and the words behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.tokens import Token

LONGEST = 3
Tokens = Sequence[Token]


@dataclass(frozen=True)
class Sides:
    """The question for the number of the first side, and the words that name the other one and what follows.

    `bare` tells that only "more" was said ("spend more"), so that it is open whether in all or each; `rate` that it is
    asked how often or how likely, which no sum can tell; `lasting` that it is asked how long.
    """

    first: tuple[Token, ...]
    second: tuple[Token, ...]
    bare: bool = False
    rate: bool = False
    lasting: bool = False


@dataclass(frozen=True)
class Asked:
    """A question for the first side alone, with what `Sides` tells of it."""

    words: list[Token]
    bare: bool = False
    rate: bool = False
    lasting: bool = False


def sides_of(asking: Asking) -> Iterator[Sides]:
    """Every way to take the question apart, the likeliest first; nothing where nothing is compared."""
    words = {token.text for token in asking.tokens}
    if not words.isdisjoint(phrases()["than_or"]):
        yield from _than(asking)
    if not words.isdisjoint({"difference", "gap", "differ", "differs"}):
        yield from _between(asking)
    yield from _versus(asking)


def _than(asking: Asking) -> Iterator[Sides]:
    """ "do A spend more than B", "how many more did A have than B", "is revenue higher in A than in B", "or in B"."""
    for at in (place for place, token in enumerate(asking.tokens) if token.text in phrases()["than_or"]):
        head = list(asking.tokens[:at])
        behind = _second(asking.tokens[at + 1 :], head)
        place = next((i for i in reversed(range(len(head))) if head[i].text in phrases()["comparatives"]), None)
        if place is None or not behind:
            continue
        for one in _how_much(asking, head, place) or _stated(asking, head, place):
            yield Sides(tuple(one.words), behind, one.bare, one.rate, one.lasting)


def _second(tokens: Tokens, head: Tokens) -> tuple[Token, ...]:
    """The other side without what only repeats the first: "than that of B", "than B do", "than tickets from B"."""
    kept = list(tokens)
    while len(kept) > 1 and said(kept[:2]) in phrases()["repeats"]:
        kept = kept[2:]
    again = {token.text for token in head}
    if len(kept) > 2 and kept[0].text in again and kept[1].text in again & phrases()["ties"]:
        kept = kept[2:]
    while len(kept) > 1 and kept[-1].text in phrases()["echoed_verbs"]:
        kept = kept[:-1]
    return tuple(kept)


def _how_much(asking: Asking, head: list[Token], place: int) -> list[Asked]:
    """ "how many more orders did A have", "how much more do A spend": both stand as "more" at the beginning."""
    behind = head[place + 1 :]
    if said(head[:place]) in phrases()["how_much_more"] and said(behind[:1]) in phrases()["auxiliaries"]:
        return [Asked([*behind[1:]])]  # "how much higher is revenue in A"
    if place != 0 or not behind or head[0].text not in phrases()["more_or_less"]:
        return []
    if behind[0].text in phrases()["auxiliaries"]:
        return [Asked([*asking.made("how much", 0), *behind])]
    return [Asked([*asking.made(how, 0), *behind]) for how in ("how many", "how much")]


def _stated(asking: Asking, head: list[Token], place: int) -> list[Asked]:
    """ "do A spend more", "do A order more often", "are A more likely to return", "is revenue higher in A"."""
    start = next((i for i, token in enumerate(head) if token.text in phrases()["auxiliaries"]), None)
    if start is None or start > 1 or place <= start:
        return []
    before, word, behind = head[start + 1 : place], head[place].text, head[place + 1 :]
    if word in phrases()["oftener"]:
        return list(_rates(asking, before, behind))
    if word in phrases()["more_or_less"]:
        if said(behind[:2]) == "likely to" and behind[2:]:
            return list(_rates(asking, [*before, behind[2]], _tail(behind[3:])))
        return _quantities(asking, head[start], before, behind)
    if word in phrases()["speedier"]:
        how = asking.made("how fast" if word in phrases()["faster"] else "how long", 0)
        return [Asked([*how, head[start], *before, *behind], lasting=True)]
    had = [at for at, token in enumerate(before) if token.text in phrases()["possessing"]]
    if had and behind:  # "do A have a higher refund rate"
        return [Asked([*behind, *asking.made("of", place), *before[: had[-1]]])]
    return [Asked([*before, *behind])]


def _tail(tokens: list[Token]) -> list[Token]:
    """What follows a verb, without the things that it is done to anyway: "return things"."""
    return tokens[1:] if tokens and tokens[0].text in phrases()["somethings"] | {"stuff", "things"} else tokens


def _rates(asking: Asking, before: Tokens, behind: Tokens) -> Iterator[Asked]:
    """How often somebody does something: the frequency or the rate of what the verb tells, never a sum."""
    kept = [token for token in before if token.text not in phrases()["from_us"]]
    if len(kept) <= 1:
        return
    verb, subject = kept[-1], kept[:-1]
    bought = ("purchase",) if verb.text in phrases()["spending"] else ()
    for name in (verb.bare, *bought, *sorted(asking.world.language.same_deed(verb.bare))):
        for noun in ("frequency", "rate"):
            yield Asked([*asking.made(f"{name} {noun} of", 0), *subject, *behind], rate=True)


def _quantities(asking: Asking, opening: Token, before: Tokens, behind: Tokens) -> list[Asked]:
    """ "do A place more orders", "do A spend more per order", "do A spend more"."""
    how_many, how_much = asking.made("how many", 0), asking.made("how much", 0)
    if behind and behind[0].text not in phrases()["ties"]:
        return [Asked([*how, *behind, opening, *before]) for how in (how_many, how_much)]
    spends = bool(before) and before[-1].text in phrases()["spending"]
    bare = spends and (not behind or behind[0].text in phrases()["time_ties"])
    return [Asked([*how_much, opening, *before, *behind], bare)]


def _between(asking: Asking) -> Iterator[Sides]:
    """ "the difference in AOV between A and B", "what is the difference between A and B in revenue"."""
    at = next((place for place, token in enumerate(asking.tokens) if token.text in ("between", "from")), None)
    if at is None:
        return
    head = [
        token for token in asking.tokens[asking.past(0, "asking_gap") : at] if token.text not in ("gap", "difference")
    ]
    rest = list(asking.tokens[at + 1 :])
    for joint in (
        place for place, token in enumerate(rest) if token.text in ("and", "to") and 0 < place < len(rest) - 1
    ):
        first, second = rest[:joint], rest[joint + 1 :]
        if head:
            yield Sides((*head, *asking.made("of", at), *first), tuple(second))
            continue
        for tie in (place for place, token in enumerate(second) if token.text in phrases()["topic_ties"] and place):
            behind = _behind_tie(second, tie)
            number = second[behind:]
            if number:
                yield Sides((*number, *asking.made("of", at), *first), tuple(second[:tie]))


def _behind_tie(tokens: Tokens, at: int) -> int:
    """The place behind the longest phrase here that ties a number to what is compared."""
    for size in range(min(5, len(tokens) - at), 0, -1):
        if said(tokens[at : at + size]) in phrases()["ties_number"]:
            return at + size
    return at + 1


def _versus(asking: Asking) -> Iterator[Sides]:
    """ "AOV of A against B", "compare A with B on revenue"."""
    start = asking.past(0, "comparing_openers")
    set_apart = phrases()["comparatives"] | phrases()["comparing_words"]
    held = any(token.text in set_apart for token in asking.tokens)
    for at, behind in asking.found("against"):
        if at <= start or (asking.tokens[at].text in phrases()["joints"] and not held):
            continue  # "tickets about payment or delivery" are those of both
        head, rest = list(asking.tokens[start:at]), list(_second(asking.tokens[behind:], asking.tokens[start:at]))
        if not rest:
            continue
        yield Sides(tuple(head), tuple(rest))
        for tie in (place for place, token in enumerate(rest) if token.text in phrases()["topic_ties"] and place):
            number = rest[_behind_tie(rest, tie) :]
            if number:
                yield Sides((*number, *asking.made("of", at), *head), tuple(rest[:tie]))
