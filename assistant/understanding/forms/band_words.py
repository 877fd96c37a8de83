"""How a question asks for bands: "distribution of", "in steps of 50", "under 50, 50 to 100 and over 100"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.tokens import Token

Number = int | float


@dataclass(frozen=True)
class Range:
    """One of several ranges said: an open end is None; with `upper_in` the upper end belongs to it, so it is said."""

    low: Number | None
    high: Number | None
    low_out: bool = False
    upper_in: bool = False


@dataclass(frozen=True)
class Wanted:
    """What is said of the bands, and the words that are left; nothing but `rest` when only a distribution is asked.

    `unit` is the word or kind of unit that stands at the numbers ("currency", "year"); `unit_known` without it.
    """

    rest: tuple[Token, ...]
    width: Number | None = None
    count: int | None = None
    ranges: tuple[Range, ...] = ()
    unit: str = ""
    spread: bool = False
    shared: bool = False


def wanted_bands(asking: Asking) -> Wanted | None:
    """What a question says of bands; None for one that says nothing of them."""
    if not _may_ask(asking):
        return None
    taken: list[tuple[int, int]] = []
    steps = _steps(asking)
    said = Wanted(())
    if steps is not None:
        first, behind, said = steps
        taken.append((first, behind))
    else:
        ranges = _ranges(asking)
        if ranges is not None:
            first, behind, said = ranges
            taken.append((first, behind))
    spread = list(_spread(asking))
    taken += spread
    if not taken:
        return None
    shared = list(asking.found("shares_of_bands"))
    taken += shared
    dropped = {place for first, behind in taken for place in range(first, behind)}
    rest = tuple(token for place, token in enumerate(asking.tokens) if place not in dropped)
    return replace(said, rest=rest, spread=bool(spread), shared=bool(shared))


def _may_ask(asking: Asking) -> bool:
    texts = {token.text for token in asking.tokens}
    triggers = [at for at, token in enumerate(asking.tokens) if token.text in phrases()["band_triggers"]]
    if any(not asking.words.nouns(at) for at in triggers):
        return True
    if triggers:
        return False  # bands that make music
    numbers = sum(token.text[:1].isdigit() for token in asking.tokens)
    return numbers > 1 and not texts.isdisjoint((",", "and", "or", "&", "vs", "versus", "/"))


def _spread(asking: Asking) -> Iterator[tuple[int, int]]:
    """Where a distribution is asked for: "distribution of", "how are ... distributed", "... histogram"."""
    openers = list(asking.found("distributed_openers"))
    done = [place for place in asking.found("distributed") if openers and place[0] >= openers[0][1]]
    if openers and done:
        yield max((one for one in openers if one[0] == openers[0][0]), key=lambda one: one[1])
        yield done[-1]
        return
    at = 0
    while at < len(asking.tokens):
        behind = asking.end(at, "distributions_of") or asking.end(at, "distributions")
        if behind is not None:
            yield at, behind
        at = behind or at + 1


def _steps(asking: Asking) -> tuple[int, int, Wanted] | None:
    """ "in steps of 50 euros", "in 10-year bands", "into 5 buckets", "in bands"."""
    for at in range(len(asking.tokens)):
        opened = asking.end(at, "band_openers")
        start = at if opened is None else opened
        wide = asking.end(start, "band_widths")
        number = amount(asking, wide) if wide is not None else None
        if number is not None:
            return at, number[2], Wanted((), width=number[0], unit=number[1])
        if opened is not None and (found := _named_steps(asking, at, opened)) is not None:
            return found
        if _follows_a_number(asking, at):
            return at, at + 1, Wanted(())
    return None


def _follows_a_number(asking: Asking, at: int) -> bool:
    """ "by order value band": behind a number field, where both together are no name of their own."""
    if asking.tokens[at].text not in phrases()["band_names"]:
        return False
    lexicon, fields = asking.world.lexicon, asking.world.layer.fields
    for start in range(max(0, at - 4), at):
        named = [one for one in lexicon.lookup(asking.tokens[start:at]) if one.kind == "dimension"]
        whole = [one for one in lexicon.lookup(asking.tokens[start : at + 1]) if one.kind == "dimension"]
        if any(fields[one.target].kind == "number" for one in named if one.target in fields) and not whole:
            return True
    return False


def _named_steps(asking: Asking, at: int, start: int) -> tuple[int, int, Wanted] | None:
    """Behind "in": "10-year bands", "5 buckets", "bands"."""
    nouns = asking.end(start, "band_nouns")
    if nouns is not None:
        return (at, nouns, Wanted(())) if nouns == len(asking.tokens) or not asking.words.number(nouns) else None
    number = amount(asking, start)
    if number is None:
        return None
    value, unit, behind = number
    if behind < len(asking.tokens) and asking.tokens[behind].text == "-":
        behind += 1
    nouns = asking.end(behind, "band_nouns")
    word = _text(asking, behind)
    if nouns is None and not unit and word.isalpha() and word not in asking.world.language.function_words:
        unit, behind = asking.tokens[behind].plain, behind + 1
        nouns = asking.end(behind + 1 if _text(asking, behind) == "-" else behind, "band_nouns")
    if nouns is None or value <= 0:
        return None
    told = Wanted((), width=value, unit=unit) if unit else Wanted((), count=int(value))
    return at, nouns, told


def _ranges(asking: Asking) -> tuple[int, int, Wanted] | None:
    """Two or more ranges that follow one another, with the places of the words that say them."""
    for at in range(len(asking.tokens)):
        found: list[Range] = []
        units: set[str] = set()
        place = behind = at
        while (one := _range(asking, place, bool(found), asking.end(at, "between") is not None)) is not None:
            found.append(one[0])
            units |= {one[1]} - {""}
            behind = one[2]
            place = behind
            while (joined := asking.end(place, "band_joins")) is not None and not _is_bare(asking, place):
                place = joined
        if _are_alternatives(asking, at, behind):
            continue
        follow = all(left.high is not None and right.low is not None for left, right in pairwise(found))
        behind = asking.end(behind, "age_said") or behind
        if len(found) > 1 and follow and len(units) <= 1:
            return at, behind, Wanted((), ranges=tuple(found), unit=next(iter(units), ""))
    return None


def _are_alternatives(asking: Asking, first: int, behind: int) -> bool:
    """ "once or twice", "under 50 or over 100": one of them is as good as the other, and none is told apart."""
    texts = [token.text for token in asking.tokens[first:behind]]
    alternatives = [at for at, text in enumerate(texts) if text in phrases()["alternatives"]]
    open_ended = [at for at in alternatives if _ends_open(asking, first + at)]
    return len(open_ended) < len(alternatives) and "," not in texts


def _ends_open(asking: Asking, at: int) -> bool:
    """Whether "or more" stands here, and no further range."""
    behind = asking.end(at, "band_or_more")
    return _is_bare(asking, at) or (behind is not None and amount(asking, behind) is None)


def _is_bare(asking: Asking, at: int) -> bool:
    """Whether "above" stands here without a number: all that is above the range before."""
    behind = asking.end(at, "bare_above")
    return behind is not None and asking.end(behind, "than") is None and amount(asking, behind) is None


def _range(asking: Asking, at: int, later: bool, between: bool) -> tuple[Range, str, int] | None:
    """One range here, its unit and the place behind; "above" alone is all above the range before.

    Behind "between" two numbers are tied by "and", also in further ranges: "between 0 and 25, 25 and 50".
    """
    for name, low, out in (("less_than", False, False), ("up_to", False, True), ("at_most", False, True),
                           ("more_than", True, True), ("at_least", True, False)):  # fmt: skip
        opened = asking.end(at, name)
        number = amount(asking, opened) if opened is not None else None
        if number is not None:
            value, unit, behind = number
            told = Range(value, None, low_out=out) if low else Range(None, value, upper_in=out)
            return told, unit, behind
    if later and _is_bare(asking, at):
        return Range(-1, None, low_out=True), "", asking.end(at, "bare_above") or at
    opened = asking.end(at, "between")
    return _pair(asking, opened or at, tied="and" if between or opened else "")


def _pair(asking: Asking, at: int, tied: str) -> tuple[Range, str, int] | None:
    """ "50 to 100", "50-100 euros", "100 or more", "once"."""
    low = amount(asking, at)
    if low is None:
        return None
    opened = asking.end(low[2], "band_or_more") or (low[2] + 1 if _text(asking, low[2]) == "+" else None)
    if opened is not None:
        return Range(low[0], None), low[1], opened
    joined = _text(asking, low[2]) in ({*phrases()["pair_joins"]} - {"and"} | {tied} - {""})
    high = amount(asking, low[2] + 1) if joined else None
    if high is None or high[0] <= low[0]:
        return None
    return Range(low[0], high[0], upper_in=True), high[1] or low[1], high[2]


def amount(asking: Asking, at: int) -> tuple[Number, str, int] | None:
    """A number here, "currency" or the word of its unit where one stands at it, and the place behind both."""
    sign = asking.end(at, "currency")
    number = asking.words.number(sign or at)
    if number is None:
        return None
    value, behind = number
    after = asking.end(behind, "currency")
    if sign is not None or after is not None:
        return value, "currency", after or behind
    word = asking.tokens[behind] if behind < len(asking.tokens) else None
    spoken = {field.unit for field in asking.world.layer.fields.values() if field.unit} | {"hours", "weeks", "minutes"}
    plain = {asking.world.language.forms.plain(one) for one in spoken}
    if word is not None and word.plain in plain and len(word.plain) > 1:
        return value, word.plain, behind + 1
    return value, "", behind


def _text(asking: Asking, at: int) -> str:
    return asking.tokens[at].text if at < len(asking.tokens) else ""


def times_said(asking: Asking) -> tuple[int, int, tuple[int, ...], bool] | None:
    """ "once, twice, three times or more": where it stands, the numbers, and whether the last one is "or more"."""
    for at in range(len(asking.tokens)):
        found: list[int] = []
        place = behind = at
        while (one := _times(asking, place)) is not None:
            found.append(one[0])
            place = behind = one[1]
            while (joined := asking.end(place, "band_joins")) is not None:
                place = joined
        if len(found) > 1 and _are_alternatives(asking, at, behind):
            return None
        more = asking.end(behind, "more_often") or asking.end(place, "more_often")
        if len(found) > 1 and found == list(range(found[0], found[0] + len(found))):
            return at, more or behind, tuple(found), more is not None
    return None


def _times(asking: Asking, at: int) -> tuple[int, int] | None:
    once = asking.world.language.data["once"].get(_text(asking, at))
    if once is not None:
        return int(once), at + 1
    number = asking.words.number(at)
    behind = number[1] if number is not None else at
    is_times = number is not None and _text(asking, behind) in ("times", "time")
    if number is not None and (is_times or "times" in {token.text for token in asking.tokens[behind:]}):
        return int(number[0]), behind + 1 if is_times else behind
    return None
