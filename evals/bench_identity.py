"""How well records are put together into people, beside exact-match rules in the same run.

`python -m evals.bench_identity` resolves made-up customer files of five systems whose truth is known, 10,000 and
100,000 records, without and with shared addresses and mailboxes, and prints precision, recall and F1 over pairs of
records of one customer, seconds and the most memory used; then how many customers change their id when 1% of new
records arrive. All merges are made without asking, so that P is the precision of automatic merging. Each set runs in
a process of its own: what one needs is not charged to the next.
With `--febrl DIRECTORY` (or TELLWISE_FEBRL) it also resolves the FEBRL files found there, with and without the number.
"""

from __future__ import annotations

import csv
import os
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click

from evals.crm_records import CrmSettings, Row, crm_records
from warehouse import IdentityRequest, publish, resolve_identities

Key = tuple[str, str]
SETS = {  # name: settings, least F1, least precision
    "10k": (CrmSettings(people=4_000), 0.955, 0.975),
    "100k": (CrmSettings(people=40_000), 0.945, 0.975),
    "100k shared": (CrmSettings(people=40_000, shared=True), 0.93, 0.975),
}
FEBRL_COLUMNS = {
    "first_name": "given_name", "last_name": "surname", "city": "suburb", "postal_code": "postcode",
    "birth_date": "date_of_birth", "national_id": "soc_sec_id",
}  # fmt: skip
HEAD = f"{'set':<22}{'records':>9}{'method':>12}{'P':>8}{'R':>8}{'F1':>8}{'s':>8}{'MB':>7}  goal"


@dataclass(frozen=True)
class Found:
    """Precision, recall and F1 over pairs of records of one customer."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / ((self.precision + self.recall) or 1)


@dataclass(frozen=True)
class Line:
    """One line of the table; `held` is None when there is no goal."""

    name: str
    records: int
    method: str
    found: Found
    seconds: float
    megabytes: float
    goal: str = ""
    held: bool | None = None

    def text(self) -> str:
        """The line as printed."""
        told = {None: self.goal, True: f"{self.goal}: held", False: f"{self.goal}: MISSED"}[self.held]
        return (
            f"{self.name:<22}{self.records:>9,}{self.method:>12}{self.found.precision:>8.4f}{self.found.recall:>8.4f}"
            f"{self.found.f1:>8.4f}{self.seconds:>8.1f}{self.megabytes:>7.0f}  {told}"
        )


@dataclass(frozen=True)
class Stayed:
    """How many customers that got no new record there are, and how many of them changed their id."""

    name: str
    new_records: int
    untouched: int
    changed: int

    @property
    def held(self) -> bool:
        """Whether fewer than one in a thousand changed."""
        return self.changed < self.untouched / 1000

    def text(self) -> str:
        """The line as printed."""
        told = "held" if self.held else "MISSED"
        return (
            f"{self.name}: {self.new_records:,} new records; {self.changed} of {self.untouched:,} untouched customers"
            f" changed their id ({self.changed / self.untouched:.4%}), goal under 0.1%: {told}"
        )


@click.command()
@click.option("--sets", default=",".join(SETS), show_default=True, help="Which made-up files, by name; empty for none.")
@click.option("--seed", default=1, show_default=True, help="Seed of the made-up files.")
@click.option("--febrl", type=click.Path(path_type=Path), envvar="TELLWISE_FEBRL", help="Folder with dataset1-3.csv.")
@click.option("--ids/--no-ids", default=True, help="Whether to try how ids stay when records arrive.")
def main(sets: str, seed: int, febrl: Path | None, ids: bool) -> None:
    """Print how well records are put together into people; exit code 1 when a goal is missed."""
    names = [name for name in sets.split(",") if name]
    click.echo(HEAD)
    held = [
        _told(line)
        for path in _febrl_files(febrl)
        for number in (True, False)
        for line in _apart(febrl_set, path, number)
    ]
    held += [_told(line) for name in names for line in _apart(made_up, name, seed)]
    held += [_told(line) for name in names if ids for line in _apart(stability, name, seed)]
    raise SystemExit(0 if all(held) else 1)


def _told(line: Line | Stayed) -> bool:
    click.echo(line.text())
    return line.held is not False


def _apart(job: Callable[..., list[Any]], *given: object) -> list[Any]:
    """What the job comes to in a process of its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(job, *given).result()


def made_up(name: str, seed: int) -> list[Line]:
    """The lines of one made-up file: exact rules, and the product."""
    settings, least_f1, least_precision = SETS[name]
    rows, truth = crm_records(replace(settings, seed=seed))
    first, second = _both(name, rows, truth)
    held = second.found.f1 >= least_f1 and second.found.precision >= least_precision
    return [first, replace(second, goal=f"F1 >= {least_f1}, P >= {least_precision}", held=held)]


def _both(name: str, rows: list[Row], truth: Mapping[Key, Hashable]) -> list[Line]:
    """The lines of exact rules and of the product on the same rows."""
    lines: list[Line] = []
    for method, resolve in (("exact rules", exact_rules), ("resolved", resolved)):
        started = time.perf_counter()
        found = pair_scores(resolve(rows), truth)
        lines.append(Line(name, len(rows), method, found, time.perf_counter() - started, _peak()))
    return lines


def _febrl_files(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        click.echo("FEBRL: not there. Give the folder of dataset1.csv to dataset3.csv by --febrl or TELLWISE_FEBRL.")
        return []
    return sorted(folder.glob("dataset[123].csv"))


def febrl_set(path: Path, with_number: bool) -> list[Line]:
    """The lines of one FEBRL file, with or without the id number: exact rules, and the product."""
    rows = febrl_rows(path, with_number)
    truth = {(str(row["source_system"]), str(row["source_id"])): str(row["source_id"]).split("-")[1] for row in rows}
    first, second = _both(f"{path.stem}{'' if with_number else ', no number'}", rows, truth)
    goal, held = ("F1 >= 0.99", second.found.f1 >= 0.99) if with_number else ("for comparison", None)
    return [first, replace(second, goal=goal, held=held)]


def stability(name: str, seed: int) -> list[Stayed]:
    """How many customers that got no new record change when 1% of new records arrive."""
    rows, _ = crm_records(replace(SETS[name][0], seed=seed))
    cut = len(rows) // 100
    with tempfile.TemporaryDirectory() as folder, publish(Path(folder)) as con:
        before = _resolve(con, rows[cut:])
        after = _resolve(con, rows)
    new = {_key(row) for row in rows[:cut]}
    touched = {after[key] for key in new}
    untouched = {customer for key, customer in before.items() if after[key] not in touched and customer not in touched}
    changed = {customer for key, customer in before.items() if customer in untouched and after[key] != customer}
    return [Stayed(name, len(new), len(untouched), len(changed))]


def resolved(rows: list[Row]) -> dict[Key, str]:
    """The customer of every record, as the product resolves them."""
    with tempfile.TemporaryDirectory() as folder, publish(Path(folder)) as con:
        return _resolve(con, rows)


def _resolve(con: Any, rows: list[Row]) -> dict[Key, str]:
    import pyarrow as pa

    con.execute("SET enable_progress_bar = false")
    con.register("people_to_resolve", pa.Table.from_pylist(rows))
    resolve_identities(con, IdentityRequest(view="people_to_resolve", now=datetime(2026, 1, 1)))
    con.unregister("people_to_resolve")
    found = con.execute("SELECT source_system, source_id, customer_id FROM meta.customer_record").fetchall()
    return {(row[0], row[1]): row[2] for row in found}


def exact_rules(rows: Iterable[Row]) -> dict[Key, Hashable]:
    """The customer of every record by the rules in wide use: same e-mail, phone, id number, or name and postal code."""
    parent: dict[Hashable, Hashable] = {}

    def root(node: Hashable) -> Hashable:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    records = {_key(row): _exact_keys(row) for row in rows}
    for record, keys in records.items():
        for key in keys:
            parent[root(record)] = root(key)
    return {record: root(record) for record in records}


def _exact_keys(row: Row) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = []
    email, phone = row.get("email"), row.get("phone")
    if email:
        keys.append(("email", email.lower()))
    if phone:
        keys.append(("phone", re.sub(r"\D", "", phone)[-10:]))
    if row.get("national_id"):
        keys.append(("number", str(row["national_id"])))
    if row["first_name"] and row["last_name"] and row["postal_code"]:
        keys.append(("name", row["first_name"].lower(), row["last_name"].lower(), row["postal_code"]))
    return keys


def febrl_rows(path: Path, with_number: bool) -> list[Row]:
    """The records of a FEBRL file in the columns that identity resolution reads."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [{name.strip(): text.strip() for name, text in line.items()} for line in csv.DictReader(file)]
    return [_febrl_row(row, with_number) for row in rows]


def _febrl_row(row: Mapping[str, str], with_number: bool) -> Row:
    found: Row = {"source_system": "febrl", "source_id": row["rec_id"], "country_code": "AU"}
    found |= {ours: row[theirs] or None for ours, theirs in FEBRL_COLUMNS.items()}
    found["street"] = f"{row['street_number']} {row['address_1']}".strip() or None
    return found if with_number else found | {"national_id": None}


def pair_scores(found: Mapping[Key, Hashable], truth: Mapping[Key, Hashable]) -> Found:
    """Precision and recall of the pairs of records that were put together."""
    together = _pairs(found.values())
    right = _pairs((found[key], truth[key]) for key in truth)
    return Found(right / together if together else 1.0, right / _pairs(truth.values()))


def _pairs(groups: Iterable[Hashable]) -> int:
    return sum(size * (size - 1) // 2 for size in Counter(groups).values())


def _key(row: Row) -> Key:
    return str(row["source_system"]), str(row["source_id"])


def _peak() -> float:
    """The most memory that this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if os.uname().sysname == "Darwin" else 1024)


if __name__ == "__main__":
    main()
