"""What an assistant must know of the data before the first question: its words, and an index of those too many."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from pathlib import Path
from secrets import token_bytes

from assistant.errors import SettingsError
from assistant.formatting import is_number
from assistant.understanding import Contents, Spread, ValuesIndex, languages, load_language, write_index
from semantic_layer import (
    SemanticLayer,
    identifying_fields,
    identity_pages,
    row_count,
    spread_queries,
    value_count,
    value_pages,
    value_queries,
)
from warehouse import Engine, Limits, Person, Policy, Removed, SQLRejected, validate

FOLDER, FORMAT = "vectors", 1
MOST_HELD = 5000
PAGE = 100_000
PAGE_LIMITS = Limits(seconds=120.0, rows=4 * PAGE, result_mb=256)

Values = Mapping[str, tuple[tuple[str, int], ...]]
_log = logging.getLogger(__name__)


def read_values(engine: Engine, layer: SemanticLayer, policy: Policy) -> Values:
    """The words of the data: (value, rows) of every categorical field that the policy lets be seen.

    Of a field with more than MOST_HELD values only those with the most rows.
    """
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for field, sql in value_queries(layer, MOST_HELD).items():
        try:
            rows = engine.run(validate(sql, engine.schema, policy)).rows
        except SQLRejected:
            continue  # a field that this viewer may not see has no words
        found[field] = tuple((str(value), int(n)) for value, n in rows)
    return found


def read_spreads(engine: Engine, layer: SemanticLayer, policy: Policy) -> Mapping[str, Spread]:
    """How far the numbers of every field lie apart that the policy lets be seen; a field without any is left out."""
    found: dict[str, Spread] = {}
    for field, sql in spread_queries(layer).items():
        try:
            row = engine.run(validate(sql, engine.schema, policy)).rows[0]
        except SQLRejected:
            continue  # a field that this viewer may not see has no bands by itself
        if all(is_number(value) for value in row):
            found[field] = Spread(*(float(str(value)) for value in row))
    return found


@dataclass(frozen=True)
class Source:
    """Where an index comes from: the data as one viewer sees it, and what tells this snapshot from another."""

    engine: Engine
    layer: SemanticLayer
    policy: Policy
    snapshot: str

    def rows(self, sql: str) -> tuple[tuple[object, ...], ...]:
        """All rows of a statement, through the guard; none when the viewer may not see them."""
        try:
            statement = validate(sql, self.engine.schema, self.policy)
        except SQLRejected:
            return ()
        return self.engine.run(statement, PAGE_LIMITS).rows

    def number(self, sql: str) -> int:
        """The one number of a statement, 0 when it may not be seen."""
        rows = self.rows(sql)
        return int(str(rows[0][0])) if rows else 0


def require_language(code: str) -> None:
    """Nothing when questions can be read in the language; else raises SettingsError naming those that can."""
    if code not in languages():
        raise SettingsError(f"language: {code!r} is not known; known are {', '.join(languages())}.")


def wide_fields(values: Values) -> tuple[str, ...]:
    """The fields with more values than are held in memory."""
    return tuple(field for field, found in values.items() if len(found) >= MOST_HELD)


def open_index(home: Path, source: Source, wide: tuple[str, ...]) -> ValuesIndex | None:
    """The index of this snapshot for this viewer, written first when it is not there; None when nothing needs one.

    It lies in the workspace's `vectors`. A workspace that cannot be written has none: single customers and values of
    wide fields are then not found, which questions about them are told.
    """
    people = identifying_fields(source.layer)
    if not (wide or people):
        return None
    path = home / FOLDER / f"values-{_stamp(source.snapshot)}-{_stamp(_asked(source, wide, people))}.db"
    if not path.exists():
        started = time.perf_counter()
        try:
            _write(path, source, wide, people)
        except OSError as error:
            _log.warning("The index of values cannot be written: %s", error)
            return None
        index = ValuesIndex(path)
        size, took = path.stat().st_size / 1e6, time.perf_counter() - started
        _log.info("Index of %s values written in %.1f s, %.1f MB.", f"{index.values:,}", took, size)
        return index
    return ValuesIndex(path)


def _write(path: Path, source: Source, wide: tuple[str, ...], people: Mapping[str, tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    contents = Contents(_wide_values(source, wide), _people(source, people))
    write_index(path, contents, token_bytes(16), load_language().forms)
    for old in path.parent.glob("values-*.db"):
        if not old.name.startswith(path.name.rpartition("-")[0]):  # of another snapshot; who reads it keeps it
            with suppress(OSError):
                old.unlink()


def _wide_values(source: Source, wide: tuple[str, ...]) -> Iterator[tuple[str, Iterator[str]]]:
    for field in wide:
        pages = ceil(source.number(value_count(source.layer, field)) / PAGE)
        texts = (str(row[0]) for sql in value_pages(source.layer, field, max(1, pages)) for row in source.rows(sql))
        yield field, texts


def _people(source: Source, people: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Iterator[tuple[str, str]]]]:
    for key, fields in people.items():
        pages = max(1, ceil(source.number(row_count(source.layer, key)) / PAGE))
        for field in fields:
            statements = identity_pages(source.layer, key, field, pages)
            yield key, ((str(row[0]), str(row[1])) for sql in statements for row in source.rows(sql))


def _asked(source: Source, wide: tuple[str, ...], people: Mapping[str, tuple[str, ...]]) -> str:
    """Everything that the contents depend on beside the snapshot: the statements and the viewer's rights."""
    statements = [value_count(source.layer, field) for field in wide]
    statements += [identity_pages(source.layer, key, field, 1)[0] for key, found in people.items() for field in found]
    policy = source.policy
    rules = sorted((table, rule.rows or "", sorted(rule.hidden)) for table, rule in policy.rules.items())
    return repr((FORMAT, sorted(statements), rules, sorted(policy.closed), policy.closed_by_default))


def _stamp(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def forget_in_index(home: Path, person: Person, by: str, rehearse: bool) -> Iterator[Removed]:
    """The index files, which hold keys of customers; they are removed whole, and written again when next read."""
    del person, by
    found = sorted((home / FOLDER).glob("values-*.db"))
    for path in found if not rehearse else ():
        path.unlink(missing_ok=True)
    if found:
        yield Removed(f"{FOLDER}/values", len(found), "files deleted, written again when next read")
