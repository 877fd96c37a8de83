"""What a person does with data on the screen: load files, see what was put aside, mend it, group people anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.config import Settings
from warehouse import Resolution, Sources, live_path, query_trusted, read_sources, unify_again

Progress = Callable[[str, float], None]
OWN, SHIPPED = "sources.yml", Path("sources") / "sources.yml"


def sources_file(settings: Settings) -> Path:
    """The file that declares the sources: the workspace's own, or that of the demo company where there is no own."""
    own, shipped = settings.home / OWN, settings.warehouse / SHIPPED
    return shipped if shipped.is_file() and not own.is_file() else own


def declared_sources(settings: Settings) -> Sources:
    """The declared sources; raises SourcesInvalid naming file, line and remedy."""
    return read_sources(sources_file(settings))


def regroup(settings: Settings, step: Progress) -> Resolution | None:
    """How records of people were grouped anew by the decisions that hold, and published; None without such records.

    Raises BuildError while another build is at work.
    """
    return unify_again(settings.warehouse, declared_sources(settings), step).resolution


def present_tables(settings: Settings) -> tuple[str, ...]:
    """The customer tables that the published data has, by name; raises SnapshotMissing."""
    sql = (
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'live' AND table_schema = 'core'"
        " ORDER BY table_name"
    )
    return tuple(str(row[0]) for row in query_trusted(live_path(settings.warehouse), sql).rows)
