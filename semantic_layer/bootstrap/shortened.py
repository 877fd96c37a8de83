"""Short forms that a schema makes of its own nouns ("PatID" of Patient), and remarks in brackets in a column's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from semantic_layer.bootstrap.vocabulary import Vocabulary, Words

_SHORTEST = 3
_LONGEST = 4
_KEY_ENDS = ("id", "no", "num", "code", "key")
_REMARK = re.compile(r"\s*[(\[]([^)\]]*)[)\]]\s*$")
_YES_NO = frozenset({"y n", "n y", "yes no", "no yes", "0 1", "1 0", "t f", "true false"})


def short_nouns(nouns: Sequence[Words], columns: Sequence[Sequence[Words]], words: Vocabulary) -> Mapping[str, Words]:
    """The nouns that short forms stand for: the start of a key's name which begins the noun of just one table.

    `nouns` and `columns` are those of the tables in one order; the key is a table's first column. Two letters alone
    ("wh" of a warehouse) have to start another column as well.
    """
    found: dict[str, Words] = {}
    for noun, named in zip(nouns, columns, strict=True):
        key: Words = next(iter(named), ())
        short = key[0] if len(key) == 2 and words.has("id_words", key[1:]) else ""
        again = sum(column[:1] == (short,) for column in named) > 1
        if len(short) < _SHORTEST - again or short in words.known or short in words.abbreviations:
            continue
        meant = [other for other in nouns if _shortens(short, other)]
        if meant == [noun]:
            found[short] = noun
    return found


def _shortens(short: str, noun: Words) -> bool:
    if len(short) < _SHORTEST:
        return len(noun) == 1 and _is_within(short, noun[0])
    return any(word.startswith(short) and word != short for word in (noun[0], noun[-1]))


def _is_within(short: str, word: str) -> bool:
    """Whether a short form is a word's first letter and others of it in their order ("wh" of "warehouse")."""
    rest = iter(word[1:])
    return short != word and short[:1] == word[:1] and all(letter in rest for letter in short[1:])


def key_end(words: Words, noun: Words) -> str:
    """ "id" of "pid" in a table of passengers: the word of a key behind letters of the table's noun, empty without."""
    text = words[0] if len(words) == 1 else ""
    for end in _KEY_ENDS:
        short = text.removesuffix(end)
        initials = "".join(word[:1] for word in noun)
        told = len(short) <= _LONGEST and any(_is_within(short, word) for word in (noun[0], noun[-1]))
        if short != text and short and (told or short in (initials, "".join(noun), noun[-1])):
            return end
    return ""


def in_full(words: Words, short: Mapping[str, Words]) -> Words:
    """The words of a column with the short form in front of them written out."""
    return (*short[words[0]], *words[1:]) if len(words) > 1 and words[0] in short else words


def without_remark(name: str, names: Collection[str], words: Vocabulary) -> str:
    """A column's name without the remark in brackets at its end, where that says no unit and no other has the rest."""
    remark = _REMARK.search(name)
    if remark is None:
        return name
    rest, said = name[: remark.start()], " ".join(words.split(remark[1]))
    if said in _YES_NO:
        return rest or name
    unit = words.has("measuring_units", said.split())
    alone = sum(_REMARK.sub("", other).casefold() == rest.casefold() for other in names) == 1
    return rest if rest and alone and not unit else name
