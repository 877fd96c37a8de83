"""Which names must be quoted in SQL."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_KEYWORDS = (
    "all analyse analyze and anti any array as asc asof asymmetric at authorization between bigint binary "
    "bit boolean both by case cast char character check coalesce collate collation column columns "
    "concurrently constraint create cross cube current_date current_time current_timestamp dec decimal "
    "default deferrable delete desc describe distinct do drop else end escape except exclude exists "
    "extract false fetch filter float for foreign freeze from full generated glob group grouping "
    "grouping_id having ilike in initially inner inout insert int integer intersect interval into is "
    "isnull join lambda lateral leading left like limit map merge national natural nchar none not notnull "
    "null nullif numeric of offset on only or order out outer over overlaps overlay partition percent "
    "pivot pivot_longer pivot_wider placing position positional precision primary qualify range real "
    "references replace returning right rollup row rows sample select semi set setof sets show similar "
    "smallint some struct substring summarize symmetric table tablesample then time timestamp to trailing "
    "treat trim true try_cast tuple union unique unnest unpack unpivot update using values varchar "
    "variadic verbose when where window with within xmlattributes xmlconcat xmlelement xmlexists "
    "xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable "
)
_RESERVED = frozenset(_KEYWORDS.split())


def needs_quotes(name: str) -> bool:
    """True when `name` is a keyword of DuckDB or not a plain identifier."""
    return not _PLAIN.match(name) or name.lower() in _RESERVED
