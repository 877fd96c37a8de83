"""Weekdays and weekends counted: "the first Monday of June", "the last weekend in May", "the last three Fridays"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from assistant.understanding.dates import Clock, Found, day_period, named_period
from assistant.understanding.language import Language
from assistant.understanding.periods import Period
from assistant.understanding.relative_times import words_said
from assistant.understanding.tokens import Token

SATURDAY, WEEK = 5, 7
MOST_COUNTED = 60
NUMBERED = ("quarter", "half")


def nth_day(clock: Clock, at: int) -> Found | None:
    """The one day, or Saturday and Sunday, of that number within a named month."""
    at = clock.past_article(at)
    ordinal = clock.language.data["ordinals"].get(clock.word(at))
    weekend = clock.word(at + 1) in clock.language.words("weekend_words")
    number = SATURDAY if weekend else clock.language.data["weekdays"].get(clock.word(at + 1))
    of = clock.after(at + 2, "time_words", "of")
    month = named_period(clock, of) if of is not None else None
    if ordinal is None or number is None or month is None or len(month[0]) != 1 or month[0][0].unit != "month":
        return None
    start, end = month[0][0].start, month[0][0].end
    assert start
    assert end
    days = [
        start + timedelta(days=ahead) for ahead in range((number - start.weekday()) % WEEK, (end - start).days, WEEK)
    ]
    day = days[ordinal - 1] if ordinal > 0 else days[-1]
    if weekend:
        said = words_said(clock, at, month[1])
        return (Period(day, day + timedelta(days=2), "span", said, counts_days=True),), month[1]
    return (day_period(day),), month[1]


def with_units_shared(tokens: Sequence[Token], language: Language) -> list[Token]:
    """ "the second and third quarter" as "the second quarter and third quarter": a unit told once is of both."""
    found = list(tokens)
    numbered = {word for word, number in language.data["ordinals"].items() if number > 0}
    units = {word for unit in NUMBERED for word in language.data["units"].get(unit, (unit,))} | set(NUMBERED)
    for at in range(len(found) - 4, -1, -1):
        first, joint, second, unit = found[at : at + 4]
        joins = {"and", "or", "versus"} & set(language.cues.get(joint.text, ())) or joint.text in language.words(
            "against_words"
        )
        if first.text in numbered and joins and second.text in numbered and unit.text in units:
            found.insert(at + 1, replace(unit, start=first.end, end=first.end))
    return found


def with_weekdays_counted(tokens: Sequence[Token], language: Language) -> list[Token]:
    """ "the last three Fridays" as "Fridays in the past 21 days", which hold just as many; weekends by whole weeks."""
    found = list(tokens)
    for at in range(len(found) - 2):
        number = _counted(found, at, language)
        if number is None:
            continue
        weekend = found[at + 2].plain in language.words("weekend_words")
        span = language.data["weekends_counted" if weekend else "weekdays_counted"].format(n=number, days=number * WEEK)
        first = at - 1 if at and found[at - 1].text in language.determiners else at
        return [*found[:first], found[at + 2], *language.tokens_at(span, found[at + 1]), *found[at + 3 :]]
    return found


def _counted(tokens: Sequence[Token], at: int, language: Language) -> int | None:
    """How many weekdays or weekends up to now are meant here."""
    last = {word for name in ("last", "past") for word in language.data["relative"][name]}
    named = tokens[at + 2]
    days = language.data["weekdays"]
    known = named.text != named.plain and (named.plain in days or named.plain in language.words("weekend_words"))
    if tokens[at].text not in last or not known:
        return None
    said = tokens[at + 1].text
    number = int(said) if said.isdecimal() and len(said) <= 2 else language.data["number_words"].get(said, 0)
    return number if 1 < number <= MOST_COUNTED else None
