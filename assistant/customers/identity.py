"""Why records are taken for one customer: the records and their matches, values only for those who may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.customers.profile import read_profile
from assistant.customers.reading import CUSTOMER, CustomerReader
from warehouse import BuildError, customer_records

RECORDS = "person_record"
Key = tuple[str, str]


@dataclass(frozen=True)
class Evidence:
    """A record of a source system that belongs to a customer, with what it says where that may be seen."""

    key: Key
    values: Mapping[str, str]


@dataclass(frozen=True)
class MatchedRecords:
    """The records of a customer and how sure the matches between them are (0 to 1); `told` without values if not."""

    records: tuple[Evidence, ...]
    matches: tuple[tuple[Key, Key, float], ...]
    told: bool


def identity_evidence(reader: CustomerReader, home: Path, customer_id: str) -> MatchedRecords:
    """The records that make up a customer; raises UnknownCustomer for one that the viewer may not see.

    What the records say is told only to viewers from whom nothing about customers and their records is hidden.
    """
    read_profile(reader, customer_id)
    told = reader.sees_all(CUSTOMER) and reader.sees_all(RECORDS)
    try:
        records, matches = customer_records(home, customer_id)
    except BuildError:  # customers who were loaded whole have no records of their own
        return MatchedRecords((), (), told)
    found = tuple(Evidence(one.key, one.values if told else {}) for one in records)
    return MatchedRecords(found, tuple(matches), told)
