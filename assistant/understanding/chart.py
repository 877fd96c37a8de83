"""A question as elements: the few best ways to cover its tokens with phrases that mean something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.understanding.concepts import Concept
from assistant.understanding.dates import YEAR, Clock
from assistant.understanding.language import Language
from assistant.understanding.lexicon import LONGEST_PHRASE, Lexicon
from assistant.understanding.relative_times import number_at
from assistant.understanding.time_phrases import TimePhrase, time_phrase
from assistant.understanding.tokens import Token

COVERS_KEPT = 6
WIDENED_COST = 0.05
LENGTH_BONUS = 0.4
UNKNOWN_COST = -3.0
SIGNS = frozenset("-–—/")
AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)([km]?)$")
CLAUSE_COST, PASSIVE = 0.1, frozenset({"was", "were", "are", "is", "been"})
EXCLUSIVE = frozenset({"blocked", "listing"})


@dataclass(frozen=True)
class Element:
    """A stretch of tokens `[first, behind)` with what it may be: concepts of the layer, a time, or language cues."""

    first: int
    behind: int
    text: str
    score: float
    concepts: tuple[Concept, ...] = ()
    cues: frozenset[str] = frozenset()
    time: TimePhrase | None = None
    grain: str = ""
    number: int | None = None
    amount: float | None = None
    plural: bool = False
    word: str = ""

    @property
    def unknown(self) -> bool:
        """Whether nothing at all is known of it."""
        return not (self.concepts or self.cues or self.time or self.grain or self.amount is not None)


Cover = tuple[Element, ...]


def covers(
    tokens: Sequence[Token], lexicon: Lexicon, clock: Clock, fixed: Mapping[int, Element] | None = None
) -> tuple[Cover, ...]:
    """The best covers of the question, best first; every token lies in exactly one element of each.

    `fixed` elements, by the place of their first token, are decided already; no other element reaches into them.
    """
    fixed = fixed or _compounds(tokens, lexicon, clock)
    best: list[list[tuple[float, Cover]]] = [[] for _ in range(len(tokens) + 1)]
    best[0] = [(0.0, ())]
    for at in range(len(tokens)):
        if not best[at]:
            continue
        open_ = (e for e in _elements_at(tokens, at, lexicon, clock) if not any(e.first <= i < e.behind for i in fixed))
        for element in (fixed[at],) if at in fixed else open_:
            grown = [(score + element.score, (*cover, element)) for score, cover in best[at]]
            merged = sorted([*best[element.behind], *grown], key=lambda item: -item[0])
            best[element.behind] = merged[:COVERS_KEPT]
    return tuple(cover for _, cover in best[-1])


def _compounds(tokens: Sequence[Token], lexicon: Lexicon, clock: Clock) -> dict[int, Element]:
    """Words tied by hyphens that are one value as a whole ("at-risk" is no "risk"), where no longer name begins."""
    found: dict[int, Element] = {}
    behind = 0
    for at in range(len(tokens) - 2):
        if at < behind or not _is_hyphen(tokens, at + 1):
            continue
        behind = at + 1
        while behind < len(tokens) and _is_hyphen(tokens, behind):
            behind += 2
        known = list(_phrases_at(tokens, at, lexicon, clock.language))
        whole = [one for one in known if one.behind == behind and {c.kind for c in one.concepts} == {"value"}]
        if whole and not any(one.behind > behind for one in known):
            found[at] = whole[0]
    return found


def _elements_at(tokens: Sequence[Token], at: int, lexicon: Lexicon, clock: Clock) -> Iterator[Element]:
    phrases = list(_phrases_at(tokens, at, lexicon, clock.language))
    yield from phrases
    cues = list(_cues_at(tokens, at, clock.language))
    whole = [cue for cue in cues if cue.cues & EXCLUSIVE]
    if whole:  # "at least" must never be read as "least"
        yield from whole
        return
    yield from cues
    spoken, single = _spoken(tokens, at, clock), _single(tokens, at, clock)
    if spoken is not None:
        yield spoken
    dated = YEAR.match(tokens[at].text) or tokens[at].text in clock.language.data["months"]
    if single is not None and (not (spoken and dated) or _may_be_amount(tokens, at, clock.language)):
        yield single
    if not (single or spoken or any(phrase.behind == at + 1 for phrase in phrases)):
        yield Element(at, at + 1, tokens[at].raw, UNKNOWN_COST, word=tokens[at].bare)


def _may_be_amount(tokens: Sequence[Token], at: int, language: Language) -> bool:
    """Whether a number that looks like a year is compared with or has a unit: "more than 2000 euros"."""
    around = [tokens[i].text for i in (at - 1, at + 1) if 0 <= i < len(tokens)]
    signs, names = language.data["unit_signs"], language.data["unit_words"]
    units = {*signs, *(word for words in names.values() for word in words)}
    before = (" ".join(token.text for token in tokens[max(0, at - size) : at]) for size in (1, 2, 3))
    compared = any(cue.startswith("cmp_") for phrase in before for cue in language.cues.get(phrase, ()))
    return compared or not units.isdisjoint(around)


def _spoken(tokens: Sequence[Token], at: int, clock: Clock) -> Element | None:
    phrase = time_phrase(clock, at)
    if phrase is None:
        return None
    size = phrase.behind - at
    score = size + LENGTH_BONUS * (size - 1) + 0.1
    return Element(at, phrase.behind, _text(tokens, at, phrase.behind), score, time=phrase)


def _phrases_at(tokens: Sequence[Token], at: int, lexicon: Lexicon, language: Language) -> Iterator[Element]:
    if _is_silent(tokens, at, lexicon, language) or _is_verb(tokens, at, language):
        return
    yield from _widened(tokens, at, lexicon, language)
    kept: list[Token] = []
    for behind in range(at + 1, len(tokens) + 1):
        token = tokens[behind - 1]
        if token.text in language.silent and behind > at + 1:
            continue
        if token.text in SIGNS:
            if not kept or not _is_tied(tokens, behind - 1):
                return
            continue
        kept.append(token)
        if len(kept) > LONGEST_PHRASE:
            return
        concepts = lexicon.lookup(kept)
        if len(kept) < behind - at:
            concepts = _as_clause(tokens[at:behind], concepts, kept, lexicon, language)
        if concepts and not _cuts_a_name(tokens, at, behind, lexicon, language):
            weight = max(concept.weight for concept in concepts)
            score = len(kept) * weight + (behind - at - len(kept)) * 0.6 + LENGTH_BONUS * (len(kept) - 1)
            plural = _is_plural(tokens[at:behind], language)
            yield Element(at, behind, _text(tokens, at, behind), score, concepts=concepts, plural=plural)


def _is_silent(tokens: Sequence[Token], at: int, lexicon: Lexicon, language: Language) -> bool:
    """Whether a word says nothing: an article, unless it is written like a value ("blood type A")."""
    token = tokens[at]
    as_value = at > 0 and token.raw.isupper() and bool(lexicon.lookup([token]))
    return token.text in language.silent and not as_value


def _is_plural(tokens: Sequence[Token], language: Language) -> bool:
    """Whether a phrase speaks of several: by its last word, or the one before "of" ("carrier of the phones")."""
    ends = [at for at, token in enumerate(tokens) if token.text in language.words("genitive") and at]
    head = tokens[ends[0] - 1] if ends else tokens[-1]
    return head.text != head.plain


def _as_clause(
    said: Sequence[Token], concepts: tuple[Concept, ...], kept: list[Token], lexicon: Lexicon, language: Language
) -> tuple[Concept, ...]:
    """ "orders were placed" are orders rather than "orders placed", when the words mean both."""
    if not any(token.text in PASSIVE for token in said[1:]):
        return concepts
    plain = {
        c.target for c in lexicon.lookup([t for t in kept if t.text not in language.fillers]) if c.kind == "metric"
    }
    return tuple(
        replace(c, weight=c.weight - CLAUSE_COST) if plain and c.kind == "metric" and c.target not in plain else c
        for c in concepts
    )


def _cuts_a_name(tokens: Sequence[Token], at: int, behind: int, lexicon: Lexicon, language: Language) -> bool:
    """Whether "revenue per customer" ends inside the field of "revenue per customer segment"."""
    per = any("per" in language.cues.get(token.text, ()) for token in tokens[at:behind])
    longer = lexicon.lookup(tokens[behind - 1 : behind + 1]) if per and behind < len(tokens) else ()
    return any(concept.kind == "dimension" for concept in longer)


def _widened(tokens: Sequence[Token], at: int, lexicon: Lexicon, language: Language) -> Iterator[Element]:
    """A metric with a word of another of its names before it: "open pipeline value" where "open pipeline" is one."""
    if language.has_meaning(tokens[at]):
        return
    owners = set(lexicon.metrics_with(tokens[at]))
    for behind in range(at + 2, min(at + 5, len(tokens)) + 1) if owners else ():
        if any(concept.kind == "metric" for concept in lexicon.lookup(tokens[at:behind])):
            continue  # "open tickets" are a number of their own
        found = [c for c in lexicon.lookup(tokens[at + 1 : behind]) if c.kind == "metric" and c.target in owners]
        kept = tuple(c for c in found if not _names_own_value(tokens[at], c, lexicon))
        ranked = any("top" in language.cues.get(token.text, ()) for token in tokens[at + 1 : behind])
        if kept and not ranked:  # "which product is the most popular" names no metric "product most popular"
            narrowed = tuple(replace(concept, weight=concept.weight - WIDENED_COST) for concept in kept)
            size = behind - at
            score = size * max(c.weight for c in narrowed) + LENGTH_BONUS * (size - 1)
            yield Element(at, behind, _text(tokens, at, behind), score, concepts=narrowed)


def _names_own_value(token: Token, metric: Concept, lexicon: Lexicon) -> bool:
    """Whether the word is also a value or a field of the metric's own rows, which would be a condition."""
    return any(
        c.kind in ("value", "dimension") and lexicon.is_near(metric.target, c.target) for c in lexicon.lookup([token])
    )


def _is_verb(tokens: Sequence[Token], at: int, language: Language) -> bool:
    """Whether a word that has no meaning of its own stands where only a verb can: "what did we make"."""
    ordinary = at >= 2 and tokens[at].text in language.fillers
    return (
        ordinary
        and tokens[at - 1].text in language.words("subjects")
        and tokens[at - 2].text in language.words("auxiliaries")
    )


def _cues_at(tokens: Sequence[Token], at: int, language: Language) -> Iterator[Element]:
    """Multi-word cues and link phrases that start here."""
    repeated = _repeated_unit(tokens, at, language)
    if repeated is not None:
        yield repeated
    for size in range(2, min(language.longest_cue, len(tokens) - at) + 1):
        key = " ".join(token.text for token in tokens[at : at + size])
        roles = {f"link_{role}" for role, phrases in language.links.items() if key in phrases}
        roles.update(language.cues.get(key, ()))
        if key in language.unsupported:
            roles.add(f"unsupported_{language.unsupported[key]}")
        if roles:
            score = 0.6 * size + LENGTH_BONUS * (size - 1)
            yield Element(at, at + size, _text(tokens, at, at + size), score, cues=frozenset(roles))


def _repeated_unit(tokens: Sequence[Token], at: int, language: Language) -> Element | None:
    """ "month by month", "week after week"."""
    words = [token.text for token in tokens[at : at + 3]]
    if len(words) < 3 or words[0] != words[2] or words[1] not in language.words("repeats"):
        return None
    grain = _grain(tokens[at], language)
    score = 1.8 + LENGTH_BONUS * 2
    return (
        Element(at, at + 3, _text(tokens, at, at + 3), score, cues=frozenset({"adverb"}), grain=grain)
        if grain
        else None
    )


def _single(tokens: Sequence[Token], at: int, clock: Clock) -> Element | None:
    token, language = tokens[at], clock.language
    roles = set(language.cues.get(token.text, ()))
    roles.update(f"link_{role}" for role, phrases in language.links.items() if token.text in phrases)
    if token.text in language.fillers or token.text in language.determiners:
        roles.add("filler")
    if token.text in (",", ":", ";") or _is_hyphen(tokens, at):
        roles.add("filler")
    if token.text in language.unsupported:
        roles.add(f"unsupported_{language.unsupported[token.text]}")
    grain = _grain(token, language)
    adverb = token.text in language.data["grain_adverbs"]
    if adverb:
        roles.add("adverb")
    number = number_at(clock, at)
    amount = float(number) if number is not None else amount_of(token.text)
    if not roles and not grain and amount is None:
        return None
    plural = token.text != token.plain
    cues = frozenset(roles)
    return Element(at, at + 1, token.raw, 0.6, cues=cues, grain=grain, number=number, amount=amount, plural=plural)


def amount_of(text: str) -> float | None:
    """The number written in digits, with separators or a letter for its size: "1,000", "2.5", "10k", "3m"."""
    match = AMOUNT.match(text)
    if match is None:
        return None
    whole, size = match.group(1).replace(",", ""), match.group(2)
    return float(whole) * {"k": 1e3, "m": 1e6}.get(size, 1.0)


def _is_hyphen(tokens: Sequence[Token], at: int) -> bool:
    """Whether a dash ties two words together; one that stands free could be a minus."""
    return tokens[at].text in ("-", "–", "—") and _is_tied(tokens, at)


def _is_tied(tokens: Sequence[Token], at: int) -> bool:
    return 0 < at < len(tokens) - 1 and tokens[at - 1].end == tokens[at].start == tokens[at + 1].start - 1


def _grain(token: Token, language: Language) -> str:
    adverb = language.data["grain_adverbs"].get(token.text)
    if adverb:
        return str(adverb)
    for unit, names in language.data["units"].items():
        if token.text in names and unit != "half":
            return str(unit)
    return ""


def _text(tokens: Sequence[Token], first: int, behind: int) -> str:
    return " ".join(token.raw for token in tokens[first:behind])
