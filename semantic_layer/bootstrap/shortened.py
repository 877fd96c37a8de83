"""Short forms that a schema makes of its own nouns ("PatID" of Patient), and remarks in brackets in a column's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from semantic_layer.bootstrap.evidence import TableFigures
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


def nouns_in_short(
    profiles: Mapping[str, TableFigures], named: Mapping[str, Words], words: Vocabulary
) -> Mapping[str, str]:
    """What short forms stand for by the tables themselves, whatever they are short for elsewhere.

    The key of one table begins with its noun in short ("brd_cd" of breeds is of no board), and a table of persons is
    called like the one kind of persons that its name begins ("vol" with a date of birth is of no volumes).
    """
    found: dict[str, set[str]] = {}
    for name, tokens in named.items():
        for short, noun in (_of_key(profiles[name], tokens, words), _of_persons(profiles[name], tokens, words)):
            if short:
                found.setdefault(short, set()).add(noun)
    return {short: next(iter(nouns)) for short, nouns in found.items() if len(nouns) == 1}


def _of_key(profile: TableFigures, tokens: Words, words: Vocabulary) -> tuple[str, str]:
    """The short form that a table's key begins with and the noun of the table, both empty without one."""
    name, figures = next(iter(profile.columns.items()), ("", None))
    split, noun = words.split(name), words.singular(tokens[-1])
    numbered = len(split) == 2 and words.has("id_words", words.expanded(split[1:]))
    key = numbered and figures is not None and figures.unique and len(tokens) == 1
    told = key and noun not in words.abbreviations and _is_short(split[0], words) and _is_within(split[0], noun)
    return (split[0], noun) if told else ("", "")


def _of_persons(profile: TableFigures, tokens: Words, words: Vocabulary) -> tuple[str, str]:
    """The short name of a table of persons and the one kind of persons that it begins, both empty without one."""
    short = words.singular(tokens[0]) if len(tokens) == 1 else ""
    told = {words.expanded(words.split(column)) for column in profile.columns}
    of_persons = words.lists["people_columns"] | words.lists["columns_of_persons"]
    if not _is_short(short, words) or told.isdisjoint(of_persons):
        return "", ""
    people = words.lists["people_tables"] | words.lists["person_nouns"]
    kinds = {words.singular(one[0]) for one in people if len(one) == 1 and one[0].startswith(short)}
    return (short, kinds.pop()) if len(kinds) == 1 else ("", "")


def _is_short(text: str, words: Vocabulary) -> bool:
    return len(text) >= _SHORTEST and (text not in words.known or text in words.abbreviations)


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
