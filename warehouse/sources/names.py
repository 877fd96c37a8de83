"""Names for tables and columns that SQL takes without quotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import duckdb

from warehouse.errors import LoadError


def table_name(given: str) -> str:
    """The name in snake_case: "Online Retail II" is online_retail_ii; raises LoadError if nothing usable is left."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", given.strip())
    name = re.sub(r"\W+|_+", "_", words).strip("_").lower()
    name = f"t_{name}" if name[:1].isdigit() else name
    if not name:
        raise LoadError(f"'{given}' cannot name a table.", remedy="Use letters, digits and underscores.")
    if name in _reserved_words():
        raise LoadError(
            f"'{name}' is a word of SQL, not a table name.", remedy=f"Use another name, such as {name}_data."
        )
    return name


def column_names(given: Sequence[str], file: str = "") -> tuple[str, ...]:
    """The names, each as it is if SQL takes it, else with underscores; raises LoadError when two become the same."""
    names = tuple(_column_name(name, number) for number, name in enumerate(given, 1))
    counts = Counter(name.casefold() for name in names)
    twice = [f"'{raw}'" for raw, name in zip(given, names, strict=True) if counts[name.casefold()] > 1]
    if twice:
        remedy = "Give each column a name of its own (upper and lower case count as the same)."
        raise LoadError(f"these columns have one name: {', '.join(twice)}.", file=file, remedy=remedy)
    return names


def _column_name(given: str, number: int) -> str:
    name = re.sub(r"\W+", "_", re.sub(r"\s*%", "_pct_", given))
    if name != given:
        name = name.strip("_")
    if not name:
        return f"column{number}"
    if name[0].isdigit():
        name = f"c_{name}"
    return f"{name}_" if name.lower() in _reserved_words() else name


@lru_cache(maxsize=1)
def _reserved_words() -> frozenset[str]:
    with duckdb.connect(":memory:") as con:
        # "at" or "left" may name a column, but stop the parser where the name stands alone
        sql = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')"
        return frozenset(row[0] for row in con.execute(sql).fetchall())
