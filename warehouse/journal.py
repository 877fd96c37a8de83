"""The append-only record of what people decided about the data; every rebuild replays it.

One file of JSON lines, `decisions.jsonl`: a first line with the version and a salt, then one line per decision
(merge, split, consent, annotation, forget, undo). A line is on disk before `append` returns. Nothing is ever changed
or removed, save by `redact`, which a person's right to be forgotten demands. Decisions name records of source systems,
never customer ids: those follow from the decisions.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import uuid
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from warehouse.errors import BuildError

VERSION = 1
FIELDS = {  # what each kind of decision must say
    "merge": ("records",),  # records that are one customer: [[source_system, source_id], ...]
    "split": ("groups",),  # records that are different customers: [[[source_system, source_id], ...], ...]
    "consent": ("record", "purpose", "channel", "status", "valid_from"),
    "annotation": ("day", "title", "kind"),  # and, when it lasted longer, its last day: until
    "forget": ("digests",),  # salted digests of records that must never come back
    "undo": ("entry",),  # id of the decision that holds no longer
}
RecordKey = tuple[str, str]  # source_system, source_id


@dataclass(frozen=True)
class Entry:
    """One decision: its id, when (UTC), who, what kind, and what it says."""

    id: str
    at: datetime
    by: str
    kind: str
    body: Mapping[str, Any]


class Journal:
    """The journal of one warehouse: append decisions, read those that hold."""

    def __init__(self, path: Path):
        self.path = Path(path)

    def append(self, kind: str, body: Mapping[str, Any], by: str) -> Entry:
        """The decision as written; it is on disk when this returns.

        Raises BuildError for an unknown kind, a missing field, an undo of what is not there, or a file that refuses.
        """
        _check(kind, body)
        entry = Entry(uuid.uuid4().hex, datetime.now(UTC), by, kind, dict(body))
        with self._locked() as (file, lines):
            if kind == "undo" and body["entry"] not in {line["id"] for line in lines if "id" in line}:
                raise BuildError(f"There is no decision {body['entry']} in {self.path} to undo.")
            file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())
        return entry

    def undo(self, entry_id: str, by: str) -> Entry:
        """The decision that takes an earlier one back; an undo can be undone like any other."""
        return self.append("undo", {"entry": entry_id}, by)

    def entries(self) -> list[Entry]:
        """Every decision in the order it was made, undone ones included. Raises BuildError naming a broken line."""
        if not self.path.is_file():
            return []
        return [_entry(line) for line in _whole_lines(self.path)[1:]]

    def active(self, *kinds: str) -> list[Entry]:
        """The decisions that hold, in order, of the kinds asked for (all but undo when none is named)."""
        entries = self.entries()
        undone: set[str] = set()
        for entry in reversed(entries):  # a later undo may take back an earlier one
            if entry.kind == "undo" and entry.id not in undone:
                undone.add(str(entry.body["entry"]))
        held = (entry for entry in entries if entry.id not in undone and entry.kind != "undo")
        return [entry for entry in held if not kinds or entry.kind in kinds]

    def digest(self, record: RecordKey) -> str:
        """Salted digest of a record's key: tells a forgotten record when it comes again, and nothing else."""
        with self._locked() as (_, lines):
            salt = str(lines[0]["salt"])
        return _digest(salt, record)

    def forgotten(self, records: Iterable[RecordKey]) -> set[RecordKey]:
        """Those of the records that must not be loaded again."""
        digests = {digest for entry in self.active("forget") for digest in entry.body["digests"]}
        if not digests:
            return set()
        salt = str(_whole_lines(self.path)[0]["salt"])
        return {record for record in records if _digest(salt, record) in digests}

    def forget(self, records: Iterable[RecordKey], by: str) -> Entry:
        """Take every mention of the records out of the journal, then write down that they must never come back.

        The file is replaced in one step; merges and splits keep what they say of other records.
        """
        keys = set(records)
        entry = self.append("forget", {"digests": sorted(self.digest(key) for key in keys)}, by)
        self.redact(keys)
        return entry

    def redact(self, records: Iterable[RecordKey]) -> None:
        """Rewrite the file without the records' keys; decisions that say nothing without them are left empty."""
        keys = {tuple(key) for key in records}
        with self._locked() as (_, lines):
            kept = "".join(_dump(_without(line, keys)) for line in lines)
            aside = self.path.with_suffix(".rewritten")
            aside.write_text(kept, encoding="utf-8")
            with aside.open("r+") as file:
                os.fsync(file.fileno())
            os.replace(aside, self.path)

    @contextmanager
    def _locked(self) -> Generator[tuple[Any, list[dict[str, Any]]]]:
        """The file open at its end under an exclusive lock, and its lines; a torn last line is moved aside."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.with_suffix(".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                _begin(self.path)
                _drop_torn_line(self.path)
                with self.path.open("a", encoding="utf-8") as file:
                    yield file, _whole_lines(self.path)
        except OSError as error:
            raise BuildError(
                f"The journal {self.path} cannot be written: {error}. The decision was not kept."
            ) from error


def _check(kind: str, body: Mapping[str, Any]) -> None:
    if kind not in FIELDS:
        raise BuildError(f"{kind!r} is no kind of decision. The journal knows {', '.join(FIELDS)}.")
    missing = [field for field in FIELDS[kind] if not body.get(field)]
    if missing:
        raise BuildError(f"A {kind} must say its {' and '.join(missing)}.")


def _begin(path: Path) -> None:
    if path.exists() and path.stat().st_size:
        return
    with path.open("w", encoding="utf-8") as file:
        file.write(_dump({"journal": VERSION, "salt": secrets.token_hex(16)}))
        file.flush()
        os.fsync(file.fileno())


def _drop_torn_line(path: Path) -> None:
    """A last line without its end was never acknowledged to anyone: keep it beside the journal, not in it."""
    written = path.read_bytes()
    if written.endswith(b"\n"):
        return
    whole = written.rfind(b"\n") + 1
    with path.with_suffix(".torn").open("ab") as torn:
        torn.write(written[whole:] + b"\n")
    with path.open("r+b") as file:
        file.truncate(whole)
        os.fsync(file.fileno())


def _whole_lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.split("\n")[:-1]  # what follows the last line end is torn or empty
    return [_parsed(path, number, line) for number, line in enumerate(lines, start=1)]


def _parsed(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise BuildError(
            f"{path}:{number}: this line of the journal is damaged ({error.msg}). Mend it or restore the file from"
            " a backup; nothing was rebuilt without it."
        ) from error
    expected = "salt" if number == 1 else "kind"
    if not isinstance(found, dict) or expected not in found:
        raise BuildError(f"{path}:{number}: this line is no decision ({expected} is missing). Restore the file.")
    line_found = cast("dict[str, Any]", found)
    if number == 1 and line_found.get("journal") != VERSION:
        raise BuildError(f"{path} is a journal of version {line_found.get('journal')}; this Tellwise reads {VERSION}.")
    return line_found


def _entry(line: dict[str, Any]) -> Entry:
    return Entry(line["id"], datetime.fromisoformat(line["at"]), line["by"], line["kind"], line["body"])


def _line(entry: Entry) -> str:
    return _dump(
        {"id": entry.id, "at": entry.at.isoformat(), "by": entry.by, "kind": entry.kind, "body": dict(entry.body)}
    )


def _dump(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"


def _digest(salt: str, record: RecordKey) -> str:
    return hashlib.sha256("\0".join((salt, *record)).encode()).hexdigest()


def _without(line: dict[str, Any], keys: set[tuple[str, ...]]) -> dict[str, Any]:
    if "body" not in line:
        return line
    body = {name: _cleared(value, keys) for name, value in line["body"].items()}
    mentioned = body != line["body"]
    if mentioned:
        body.pop("reason", None)  # words about a person are about that person
    return line | {"body": body}


def _cleared(value: Any, keys: set[tuple[str, ...]]) -> Any:
    if not isinstance(value, list):
        return value
    items = cast("list[Any]", value)
    if _is_key(items):
        return [] if tuple(items) in keys else items
    return [kept for item in items if (kept := _cleared(item, keys)) != []]


def _is_key(value: list[Any]) -> bool:
    return len(value) == 2 and all(isinstance(part, str) for part in value)
