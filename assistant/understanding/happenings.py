"""Days that people noted ("the app launch", "the price rise", "Black Week"), named in a question as a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.understanding.dates import Clock, Found, year_at
from assistant.understanding.holidays import holiday
from assistant.understanding.language import Language
from assistant.understanding.periods import Period

LONGEST = 5


@dataclass(frozen=True)
class Happening:
    """What was noted: its first and last day, both included, its title and the kind of thing it is."""

    first: date
    last: date
    title: str
    kind: str = ""


@dataclass(frozen=True)
class Noted:
    """A happening with the words that it can be called by: those of its title, and all with those of its kind."""

    happening: Happening
    title: frozenset[str]
    words: frozenset[str]


def named_days(happenings: Sequence[Happening], language: Language) -> tuple[Noted, ...]:
    """The happenings with their words brought to one form."""
    return tuple(_noted(one, language) for one in happenings)


def _noted(one: Happening, language: Language) -> Noted:
    title = _forms(one.title, language)
    return Noted(one, title, title | _forms(one.kind.replace("_", " "), language))


def _forms(text: str, language: Language) -> frozenset[str]:
    tokens = language.tokens(text)
    return frozenset(_form(token.bare, language) for token in tokens if token.text not in language.function_words)


def _form(word: str, language: Language) -> str:
    """One word for all that say the same happened: "release" for "launch"."""
    return next((group[0] for group in _groups(language) if word in group), word)


def _groups(language: Language) -> list[list[str]]:
    return [[language.bare(str(word)) for word in group] for group in language.data["happening_words"]]


def happening(clock: Clock, at: int) -> Found | None:
    """The one happening that the words from here on name: by its whole title, or by words of its title and kind.

    Of several times it happened the latest that has begun counts, or that of a year named behind. Words that fit
    different happenings name none.
    """
    if not clock.noted:
        return None
    at = at + 1 if clock.word(at) in clock.language.determiners else at
    for behind in range(min(at + LONGEST, len(clock.tokens)), at, -1):
        words = {
            _form(token.bare, clock.language)
            for token in clock.tokens[at:behind]
            if token.text not in clock.language.function_words
        }
        named = [one for one in clock.noted if words and _is_named(one, words) and not _cuts_a_day(clock, at, behind)]
        if named and len({one.happening.title for one in named}) == 1:
            return _found(clock, behind, [one.happening for one in named])
    return None


def _cuts_a_day(clock: Clock, first: int, behind: int) -> bool:
    """Whether a day that has a name begins within these words and ends behind them ("the week of Black" Friday)."""
    days = (holiday(clock, at) for at in range(first, behind))
    return any(day is not None and day[1] > behind for day in days)


def _is_named(one: Noted, words: set[str]) -> bool:
    """Whether the words say the title, or a part of it together with what kind of thing it is."""
    return words == one.title or (len(words) > 1 and words <= one.words and bool(words & one.title))


def _found(clock: Clock, behind: int, named: Sequence[Happening]) -> Found | None:
    year = year_at(clock, behind)
    fitting = [one for one in named if (one.first.year == year[0] if year else one.first <= clock.as_of)]
    if not fitting:
        return None
    latest = max(fitting, key=lambda one: one.first)
    unit = "day" if latest.first == latest.last else "span"
    end = latest.last + timedelta(days=1)
    period = Period(latest.first, end, unit, latest.title, noted=f"{latest.title} ({latest.first})")
    return (period,), year[1] if year else behind
