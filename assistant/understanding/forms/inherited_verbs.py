"""What a clause takes over from the one before: its verb for a value, and all but its time for another time."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.forms.asking import Asking, phrases
from assistant.understanding.forms.deed_clauses import Clause, verb_at
from assistant.understanding.tokens import Token


def inherited(asking: Asking, before: Sequence[Clause], words: Sequence[Token]) -> tuple[Token, ...]:
    """The verb of the clause before, for a clause that begins with a value, or with where: "online and in a store"."""
    if before and _is_another_time(asking, words):
        return _untimed(asking, (*before[-1].verb, *before[-1].words))
    value = _begins_with_value(asking, words)
    noun = words and any(concept.kind in ("noun", "metric") for concept in asking.world.lexicon.lookup(words[-1:]))
    if not before or not value or noun or verb_at(asking, words)[0]:
        return ()
    last = before[-1]
    size = verb_at(asking, last.words)[0]
    return last.verb or tuple(last.words[:size])


def _is_another_time(asking: Asking, words: Sequence[Token]) -> bool:
    """ "in June" behind "ordered in May and": a time with a word of its own before it is of the same deed once more."""
    links = asking.world.language.links
    linked = bool(words) and words[0].text in {*links["any"], *links["time"]} and words[0].start not in asking.times
    return linked and len(words) > 1 and all(token.start in asking.times for token in words[1:])


def _untimed(asking: Asking, words: Sequence[Token]) -> tuple[Token, ...]:
    """A clause up to its time, and the word that ties it."""
    links = asking.world.language.links
    behind = next((at for at, token in enumerate(words) if token.start in asking.times), len(words))
    tied = 0 < behind < len(words) and words[behind - 1].text in {*links["any"], *links["time"]}
    return tuple(words[: behind - 1 if tied else behind])


def deed_before(asking: Asking, clause: Clause) -> tuple[Token, ...]:
    """The verb of a clause; of money spent it is that something was bought."""
    words = clause.verb or clause.words
    if words[0].text in phrases()["spending"]:
        return tuple(asking.made("bought", 0))
    return clause.verb or tuple(words[: verb_at(asking, words)[0]])


def _begins_with_value(asking: Asking, words: Sequence[Token]) -> bool:
    """Whether a clause begins with a value, perhaps behind a word of place and an article."""
    language = asking.world.language
    places = set(language.words("places")) | {"on", "by"}
    behind = next((at for at, token in enumerate(words) if token.text not in places | language.determiners), len(words))
    return any(c.kind == "value" for c in asking.world.lexicon.lookup(words[behind : behind + 1]))
