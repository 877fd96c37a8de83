"""Wordings brought into the one form that the reader knows: "how many percent" is "what percent"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.understanding.concepts import HEAD_WORD
from assistant.understanding.draft import World
from assistant.understanding.frames import unframed
from assistant.understanding.holidays import is_named_day
from assistant.understanding.language import Language, time_words
from assistant.understanding.language.wordings import ANY, MANY, Taken, Wording
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.nth_days import with_units_shared, with_weekdays_counted
from assistant.understanding.restating import restated
from assistant.understanding.statements import with_statements_asked
from assistant.understanding.tokens import Token, tokenize


def rewritten(tokens: Sequence[Token], language: Language) -> list[Token]:
    """The tokens with every phrase of the table replaced; new words stand where the old ones stood."""
    asked = with_statements_asked(tokens, language)
    found = unframed(asked, language.fillers | {",", ":", ";"}, framing_code(language))
    times = time_words(framing_code(language))
    if all(token.text in times or token.text in language.silent or token.text.isdigit() for token in found):
        found = asked  # "an overview of April" asks for an overview
    found = with_units_shared(with_weekdays_counted(restated(found, language), language), language)
    found = _with_each(_reworded(found, language), language)
    return _without_free_dashes(_with_days(found, language), language)


def _reworded(tokens: list[Token], language: Language, start: int = 0) -> list[Token]:
    """The tokens with every phrase of the table replaced, line by line from a start on."""
    table = language.rewrites
    for place in table.fitting({token.text for token in tokens}, start):
        found = _replaced(tokens, table.listed[place], language)
        if found != tokens:  # by words that further lines may need
            return _reworded(found, language, place + 1)
    return tokens


def _with_each(tokens: list[Token], language: Language) -> list[Token]:
    """ "country by country" as "by country"; of units of time ("month by month") the clock knows."""
    units, by = language.unit_names, language.cued("by").intersection(language.words("repeats"))
    twice = [
        at
        for at in range(len(tokens) - 2)
        if tokens[at].text == tokens[at + 2].text and tokens[at + 1].text in by and tokens[at].text.isalpha()
    ]
    return [token for at, token in enumerate(tokens) if at not in twice or token.text in units]


def framing_code(language: Language) -> str:
    """The code of the language whose grammar is used."""
    return str(language.data.get("base", language.data["code"]))


def with_shared_nouns(tokens: Sequence[Token], lexicon: Lexicon, language: Language) -> list[Token]:
    """ "gross and net revenue" as "gross revenue and net revenue", where both are metrics and "gross" alone is none."""
    found = list(tokens)
    for at in range(len(found) - 4, -1, -1):
        first, joiner, second = found[at : at + 3]
        joined = {"and", "versus"} & set(language.cues.get(joiner.text, ()))
        others = (*found[:at], *found[at + 4 :])
        if not joined or (joined == {"versus"} and any(_is_metric(lexicon, one) for one in others)):
            continue  # "revenue of new versus returning customers"
        noun = next((noun for noun in _nouns(found, at + 3) if _is_shared(lexicon, first, second, noun)), ())
        found[at + 1 : at + 1] = [replace(one, start=first.end, end=first.end) for one in noun if one.text.isalnum()]
    return found


def with_shared_subjects(tokens: Sequence[Token], lexicon: Lexicon, language: Language) -> list[Token]:
    """ "points earned and redeemed" as "points earned and points redeemed", where both are metrics of their own."""
    found, helping = list(tokens), set(language.words("auxiliaries"))
    for at in range(len(found) - 4, -1, -1):
        done = next((place for place in range(at + 1, len(found) - 2) if found[place].text not in helping), len(found))
        if done + 2 >= len(found) or not {"and", "versus"} & set(language.cues.get(found[done + 1].text, ())):
            continue
        noun, first, second = found[at], found[done], found[done + 2]
        named = [_metrics(lexicon, noun, deed) for deed in (first, second)]
        if all(named) and named[0].isdisjoint(named[1]) and not _is_metric(lexicon, second):
            found.insert(done + 2, replace(noun, start=second.start, end=second.start))
    return found


def with_shared_heads(tokens: Sequence[Token], lexicon: Lexicon, language: Language) -> list[Token]:
    """ "spend on acquisition vs retention" as "spend on acquisition vs spend on retention", where both are metrics."""
    found = list(tokens)
    for at in range(len(found) - 2, 2, -1):
        size = next((n for n in (2, 1) if _joins(found[at : at + n], language)), 0)
        head, first, second = found[at - 3 : at - 1], found[at - 1], found[at + size : at + size + 1]
        if not size or not second or not _is_metric(lexicon, *head, first) or _is_metric(lexicon, *head[-1:], first):
            continue
        other = replace(second[0])
        if _is_metric(lexicon, *head, other) and not _metrics(lexicon, *head, first) & _metrics(lexicon, *head, other):
            found[at + size : at + size] = [replace(one, start=other.start, end=other.start) for one in head]
    return found


def _joins(tokens: Sequence[Token], language: Language) -> bool:
    said = " ".join(token.text for token in tokens)
    return bool({"and", "versus"} & set(language.cues.get(said, ())))


def _nouns(tokens: Sequence[Token], at: int) -> Iterator[Sequence[Token]]:
    """The word here, also with what a hyphen ties to it: "opt-ins"."""
    yield tokens[at : at + 1]
    if len(tokens) > at + 2 and tokens[at + 1].text == "-":
        yield tokens[at : at + 3]
    for behind in (at + 2, at + 3):
        if len(tokens) >= behind and all(token.text.isalpha() for token in tokens[at + 1 : behind]):
            yield tokens[at:behind]


def _is_shared(lexicon: Lexicon, first: Token, second: Token, noun: Sequence[Token]) -> bool:
    shared = _is_metric(lexicon, second, *noun) and _is_metric(lexicon, first, *noun)
    return shared and all(concept.kind == "value" for concept in lexicon.lookup([first]))


def with_names_together(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """ "new Pro subscriptions" as "Pro new subscriptions": a value inside the name of a metric stands before it."""
    found = list(tokens)
    for at in range(len(found) - 2):
        for end in (at + 2, at + 3):
            if end < len(found) and _splits(lexicon, found[at : end + 1]):
                moved = replace(found[at], start=found[end].start, end=found[end].start)
                found[at:end] = [*found[at + 1 : end], moved]
                break
    return found


def _splits(lexicon: Lexicon, span: Sequence[Token]) -> bool:
    """Whether the first and the last word are a metric's name, with a value between that is no part of it."""
    first, inner, noun = span[0], span[1:-1], span[-1]
    if (
        not (first.text.isalpha() and _is_metric(lexicon, first, noun))
        or _is_metric(lexicon, *span)
        or _is_metric(lexicon, *inner, noun)
    ):
        return False
    if _metrics(lexicon, first, noun) <= _metrics(lexicon, noun):
        return False  # "our Gold members": the first word says nothing
    plain = all(concept.kind == "value" for concept in lexicon.lookup([first]))
    between = lexicon.lookup(list(inner))
    return plain and bool(between) and all(concept.kind == "value" for concept in between)


def with_names_of_verbs(tokens: Sequence[Token], world: World) -> list[Token]:
    """ "clicks on display ads" as "clicks on Display ads": behind a preposition or an article stands no request."""
    language, before = world.language, {*world.language.words("places"), *world.language.determiners, "of", "on", "for"}
    found = list(tokens)
    for at in range(1, len(found)):
        token = found[at]
        spelt = token.raw.capitalize()
        if token.text in language.words("request_verbs") and token.raw.islower() and found[at - 1].text in before:
            named = replace(token, raw=spelt)
            found[at] = named if world.lexicon.lookup([named]) else token
    return found


def with_denied_flags(tokens: Sequence[Token], world: World) -> list[Token]:
    """ "unpaid invoices" as "not paid invoices", where "paid" answers yes or no and nothing is called "unpaid"."""
    possessing = set(world.language.words("possessing"))
    found: list[Token] = []
    had, things = False, set[str]()
    for token in tokens:  # "clients who have unpaid invoices" are not those who have not paid
        found += _denied(token, world, things if had else set()) if things or not had else [token]
        had, things = had or token.text in possessing, things | _counted(token, world)
    return found


def _counted(token: Token, world: World) -> set[str]:
    """The datasets whose rows a word counts."""
    counted = world.nouns.counted
    found = world.lexicon.lookup((token,))
    nouns = {concept.target for concept in found if concept.kind == "noun"}
    return nouns | {counted[one.target] for one in found if one.kind == "metric" and one.target in counted}


def _denied(token: Token, world: World, things: set[str]) -> Iterator[Token]:
    """The word, or the denial of the flag that it says the opposite of: "unpaid", "outdoor".

    Where `things` are named, it is a flag of theirs alone.
    """
    known = world.lexicon.knows(token) or world.language.has_meaning(token)
    for text in _opposites(token.text, world.language) if not known else ():
        fresh = tokenize(text, world.language.forms)
        flags = [c.target for c in world.lexicon.lookup(fresh) if c.kind == "dimension" and _is_flag(c.target, world)]
        if flags and all(not things or {flag.partition(".")[0]} == things for flag in flags):
            denial = tokenize(world.language.words("denying")[0], world.language.forms)
            yield from (replace(one, start=token.start, end=token.end) for one in (*denial, *fresh))
            return
    yield token


def _is_flag(field: str, world: World) -> bool:
    return world.layer.fields[field].kind == "boolean"


def _opposites(text: str, language: Language) -> Iterator[str]:
    for prefix in language.words("denying_prefixes"):
        if text.startswith(prefix):
            yield text.removeprefix(prefix)
    for beginning, other in language.data["opposite_beginnings"].items():
        if text.startswith(beginning):
            yield f"{other}{text.removeprefix(beginning)}"


def _metrics(lexicon: Lexicon, *tokens: Token) -> set[str]:
    return {concept.target for concept in lexicon.lookup(list(tokens)) if concept.kind == "metric"}


def _is_metric(lexicon: Lexicon, *tokens: Token) -> bool:
    """Whether the words together are called so as a whole, and are a metric."""
    concepts = lexicon.lookup(list(tokens))
    return any(concept.kind == "metric" and concept.weight > HEAD_WORD for concept in concepts)


def _with_days(tokens: list[Token], language: Language) -> list[Token]:
    """Weekends in general as their days; "last weekend", "the Black Friday weekend" and "the weekend before it" are
    periods and stay."""
    words, relative = language.words("weekend_words"), language.data["relative"].values()
    pointing = {word for group in relative for word in group}
    sides = {
        *language.timed("time_words", "before"),
        *language.timed("time_words", "after"),
        *language.words("genitive"),
    }
    found: list[Token] = []
    for at, token in enumerate(tokens):
        general = token.plain in words and (at == 0 or tokens[at - 1].text not in pointing)
        pointed = bool(at) and tokens[at - 1].text in language.data["ordinals"]
        one = token.text == token.plain and at + 1 < len(tokens) and tokens[at + 1].text in sides
        general = general and not one and not pointed and not is_named_day(tokens[:at], language)
        found += _made(language.words("weekend_days"), [token], [], language) if general else [token]
    return found


def _replaced(tokens: list[Token], wording: Wording, language: Language) -> list[Token]:
    """The tokens with one phrase replaced; what it was replaced by is not read again, so that it may hold the old."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        match = wording.match(tokens, at) if not (wording.opening and at) else None
        end, taken = match or (at, [])
        found += _made(wording.new, tokens[at:end], taken, language) if end > at else [tokens[at]]
        at = max(end, at + 1)
    return found


def _made(new: Sequence[str], span: Sequence[Token], taken: Taken, language: Language) -> list[Token]:
    """The new words; a star takes what the next star of the phrase took, or the last one once more."""
    made: list[Token] = []
    open_ = iter(taken)
    for word in new:
        if word in (ANY, MANY):
            made += next(open_, taken[-1])
        else:
            fresh = tokenize(word, language.forms)[0]
            made.append(replace(fresh, start=span[0].start, end=span[-1].end))
    return made


def _without_free_dashes(tokens: list[Token], language: Language) -> list[Token]:
    """Without dashes before a word that asks, as in "customers from Austria - how many?"; any other may be a minus."""
    asking, polite = set(language.words("asking_words")), set(language.words("polite"))
    return [
        token
        for at, token in enumerate(tokens)
        if not (_is_free_dash(tokens, at) and (tokens[at + 1].text in asking or tokens[at - 1].text in polite))
    ]


def _is_free_dash(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at].text not in ("-", "–", "—") or not 0 < at < len(tokens) - 1:
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    return (
        before.end < tokens[at].start
        and tokens[at].end < after.start
        and before.text.isalpha()
        and after.text.isalpha()
    )
