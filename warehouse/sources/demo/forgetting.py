"""A customer of the demo company taken out of the files that its systems handed out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from warehouse.erasure import Person, Removed

FOLDER, PERSONS = "sources", "demo-persons.csv"


def forget_demo_files(home: Path, person: Person, by: str, rehearse: bool) -> Iterator[Removed]:
    """What was done to the demo company's files, when they lie in the workspace.

    The systems' files are packed in many ways and name each other's ids: they are removed whole, as `tellwise demo`
    makes them anew. The list of who is behind each record loses the person's lines.
    """
    del by
    folder = home / "warehouse" / FOLDER
    if (folder / "sources.yml").is_file():
        files = sum(path.is_file() for path in folder.rglob("*"))
        if not rehearse:
            shutil.rmtree(folder)
        yield Removed("warehouse/sources", files, "files of the demo company removed; `tellwise demo` makes them anew")
    persons = home / "warehouse" / PERSONS
    if persons.is_file():
        yield from _forget_lines(persons, person, rehearse)


def _forget_lines(path: Path, person: Person, rehearse: bool) -> Iterator[Removed]:
    keys = {f"{system},{key}" for system, key in person.records}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.rpartition(",")[0] not in keys]
    if len(kept) < len(lines) and not rehearse:
        aside = path.with_suffix(".rewritten")
        aside.write_text("".join(kept), encoding="utf-8")
        os.replace(aside, path)
    if len(kept) < len(lines):
        yield Removed(f"warehouse/{PERSONS}", len(lines) - len(kept), "lines deleted")
