"""Everything found out about one table, gathered before anything is proposed for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from semantic_layer.bootstrap.combined_links import find_combined
from semantic_layer.bootstrap.evidence import Evidence
from semantic_layer.bootstrap.keys import names_noun, primary_key, reference
from semantic_layer.bootstrap.kinds import Meaning, is_event, is_own_name, is_personal, meaning, names_rows
from semantic_layer.bootstrap.links import Link, find_links
from semantic_layer.bootstrap.naming import (
    dataset_names,
    field_names,
    is_called,
    is_countable,
    is_plural,
    without_header,
)
from semantic_layer.bootstrap.structure import Column, Table
from semantic_layer.bootstrap.times import default_time
from semantic_layer.bootstrap.vocabulary import Words, vocabulary

_DESCRIBING = (("description",), ("details",))


@dataclass(frozen=True)
class Subject:
    """One table with what its columns mean; `name` is its dataset's name, `fields` the names of its fields by column.

    `noun` is what a row is called ("opportunity"), empty when nothing tells. `time` is the column its rows are counted
    by, `rivals` tells that another one would do as well. `nouns` are those of all tables.
    """

    table: Table
    name: str
    key: tuple[Column, ...]
    links: tuple[Link, ...]
    meanings: Mapping[str, Meaning]
    fields: Mapping[str, str]
    noun: Words
    time: Column | None
    rivals: bool
    is_event: bool
    nouns: frozenset[Words] = frozenset()

    def having(self, *roles: str) -> tuple[Column, ...]:
        """The columns whose meaning is one of the roles, without those that only link to other tables."""
        linking = {column.name for link in self.links for column in link.columns}
        return tuple(
            column
            for column in self.table.columns
            if self.meanings[column.name].role in roles and column.name not in linking
        )

    def has_field(self, column: Column) -> bool:
        """Whether the column says something that is not told better by the table it links to.

        A name in place of a number stays a field when some of its values are not found there: they would be lost; and
        so does a code in words, which people ask for ("the channel of each show").
        """
        if self.meanings[column.name].role == "empty":
            return False
        link = next((one for one in self.links if one.columns == (column,)), None)
        if link is None or column in self.key:
            return True
        if reference(column.words).marked:
            return False
        return link.found != 1 or (column.kind == "text" and reference(link.to_columns[0].words).marked)

    def field_of(self, column: Column) -> str:
        """The name of the column's field."""
        return self.fields[column.name]

    @property
    def calendar(self) -> Link | None:
        """The one link to a table of days, for rows that have no time of their own."""
        known = vocabulary()
        found = [link for link in self.links if known.has("calendar_nouns", link.to.noun[-1:]) and not link.is_self]
        return found[0] if len(found) == 1 else None

    @property
    def is_entity(self) -> bool:
        """Whether people count and list its rows: things and persons with a key and a name, not things that happen."""
        named = any(
            names_rows(one, self.table.noun) or is_personal(one, self.table.noun) for one in self.having("category")
        )
        named = named or (len(self.key) == 1 and self.key[0].kind == "text" and not reference(self.key[0].words).marked)
        described = [one for one in self.having("category") if one.own[-1:] in _DESCRIBING]
        named = named or bool(described)
        known = vocabulary()
        called = any(known.has(name, self.noun[-1:]) for name in ("person_nouns", "thing_nouns"))
        own = any(names_rows(one, self.table.noun) and is_own_name(one) for one in self.having("category"))
        return len(self.key) == 1 and (called or own or (named and not self.is_event))


def gather(tables: Sequence[Table], evidence: Evidence, taken: Collection[str] = ()) -> tuple[Subject, ...]:
    """What is known of each table, in their order; no dataset gets a name that is `taken`."""
    names = dataset_names(tables, taken)
    single = find_links(tables, evidence)
    links = (*single, *find_combined(tables, single, evidence))
    return tuple(_subject(table, tables, names[table.name], links, evidence) for table in tables)


def _subject(table: Table, tables: Sequence[Table], name: str, links: Sequence[Link], evidence: Evidence) -> Subject:
    key = primary_key(table, tables, evidence.counts)
    own = tuple(link for link in links if link.table.name == table.name)
    meanings = {column.name: meaning(column, evidence.counts) for column in table.columns}
    times = [column for column in table.columns if meanings[column.name].role == "time"]
    time, rivals = default_time(table, times)
    happens = is_event(table, times, sum(not link.is_self for link in own))
    nouns = frozenset(one.noun for one in tables)
    noun = _row_noun(table, key, nouns)
    noun = without_header(noun, nouns) or noun
    return Subject(table, name, key, own, meanings, field_names(table), noun, time, rivals, happens, nouns)


def _row_noun(table: Table, key: Sequence[Column], nouns: frozenset[Words]) -> Words:
    """What a row is called: the noun of orders ("order"), or what the key names ("opportunity" of
    pipeline.opportunity_id, "sales agent" of teams.sales_agent), else the noun of the table where it can be counted.
    """
    named = reference(key[0].words) if len(key) == 1 else None
    if named is None or not named.entity or named.entity == table.noun:
        return table.noun if named or is_countable(table) else ()
    other = is_called(table.noun, "person_nouns", "thing_nouns") and not is_called(named.entity)
    if not named.marked and (other or vocabulary().has("code_words", named.entity[-1:])):
        return table.noun  # nobody counts ISBNs, or registrations of cars
    if not named.marked:
        return (*key[0].words[:-1], named.entity[-1])
    others = named.entity in nouns  # the rows that say more of permits are no permits
    return table.noun if others or is_plural(table) or names_noun(named.entity, table.noun) else named.entity
