"""The demo company the whole way: files of its systems, loaded, people recognised, derived tables, all in one build."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import BuildError
from warehouse.sources.demo.company import tables
from warehouse.sources.demo.config import DemoConfig
from warehouse.sources.demo.forgetting import FOLDER, PERSONS
from warehouse.sources.demo.frame import Frame
from warehouse.sources.demo.load import SOURCE
from warehouse.sources.demo.offices import write_sources
from warehouse.sources.demo.paperwork import Paperwork, paperwork
from warehouse.sources.demo.records import Record
from warehouse.sources.demo.stories import truth
from warehouse.sources.demo.truth import Truth
from warehouse.sources.load_sources import Run, RunReport, load_into
from warehouse.sources.sources_file import read_sources

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Progress = Callable[[str, float], None]
TRUTH = "demo-truth.json"
_MADE, _WRITTEN = 0.15, 0.25  # shares of the work


def walk(con: DuckDBPyConnection, directory: Path, config: DemoConfig, progress: Progress) -> RunReport:
    """What came of the company's sources on a building connection of the warehouse directory.

    The files are written to `<directory>/sources`, the truth (stories, and which record is whose) beside the snapshot.
    Raises BuildError when a source could not be loaded: the product's own files must be whole.
    """
    papers = _papers(config, progress)
    directory.mkdir(parents=True, exist_ok=True)
    folder = directory / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    for at, system in enumerate(write_sources(folder, papers, config.seed)):
        progress(f"Writing files of {system}", _MADE + (_WRITTEN - _MADE) * at / 11)
    _write_truth(directory, truth(config), papers.records)
    del papers  # the database needs the memory now
    run = Run(read_sources(folder / "sources.yml"), as_of=config.as_of, kind="demo")
    report = load_into(con, directory, run, lambda what, share: progress(what, _WRITTEN + (1 - _WRITTEN) * share))
    if report.failed:
        raise BuildError("\n".join(f"{one.source}: {one.message}" for one in report.failed))
    return report


def _papers(config: DemoConfig, progress: Progress) -> Paperwork:
    frames: dict[str, Frame] = {}
    for number, (table, frame) in enumerate(tables(config)):
        progress("Making the company's history", _MADE * number / len(SOURCE))
        frames[table] = frame
    return paperwork(frames, config.seed)


def _write_truth(directory: Path, told: Truth, records: Sequence[Record]) -> None:
    (directory / TRUTH).write_text(told.to_json(), encoding="utf-8")
    with (directory / PERSONS).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("source_system", "source_id", "person"))
        lines.writerows((record.system, record.key, f"C{record.person + 1:06d}") for record in records)
