"""The demo company: a made-up retailer, always up to date, with stories planted in its data.

It sells clothing, shoes, electronics and the like in eight European countries, on the web, in an app, in stores, by
phone and through marketplaces, and runs a subscription and a loyalty programme. People buy at rates of their own until
they are lost (gamma-distributed rates, exponential stays: the buying process behind BG/NBD models), more before
Christmas and less on holidays; taste follows age, gender and income; content customers stay longer and say so.
Everything depends on the DemoConfig alone: the same settings give the same rows, byte for byte.

It can be had in two ways. `walk_demo` goes the whole way of a real company: its systems (CRM, shop, web log, help desk,
mailing, loyalty, billing, survey tool) hand out files in formats and with ids of their own, in which people are
misspelt, married, moved, entered twice and sharing mailboxes; the files are loaded, people recognised, facts given to
them. `build_demo` writes the same company straight into the tables, for tests that need no more.

Six things happen that a good analyst would find, at fixed distances before the last day. `build_demo` returns them
with their days as Truth:

* repeat orders of customers in the North fall by about 18% over the last six weeks (days 41 to 0 before as_of);
* a checkout fault on iOS loses half of the orders there for nine days (19 to 11): cart abandonment on iOS jumps;
* refunds of the shoe brand Strideon are about six times their usual level for three weeks (62 to 42);
* the cost of a new customer through paid search in Germany drifts up over eight weeks (55 to 0), by 80% at the end;
* a carrier outage triples tickets about delivery, and the wait for a first reply to them, for a week (90 to 84);
* store sales to customers in the Netherlands double over four months (119 to 0): an opportunity.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.sources.demo.config import DemoConfig
from warehouse.sources.demo.truth import Story, Truth

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.sources.load_sources import RunReport

__all__ = ["DemoConfig", "Story", "Truth", "build_demo", "walk_demo"]


def _silent(_table: str, _share: float) -> None:
    """Tells nobody."""


def build_demo(con: DuckDBPyConnection, config: DemoConfig, progress: Callable[[str, float], None] = _silent) -> Truth:
    """What is true of the company that has been written into `con`, an open read-write DuckDB connection."""
    from warehouse.sources.demo.load import load
    from warehouse.sources.demo.stories import truth

    load(con, config, progress)
    return truth(config)


def walk_demo(
    con: DuckDBPyConnection, directory: Path, config: DemoConfig, progress: Callable[[str, float], None] = _silent
) -> RunReport:
    """What came of the company's sources, written, loaded and unified on a building connection of this directory.

    Beside the snapshot lie afterwards `sources/` (the files, and the sources.yml that reads them), `demo-truth.json`
    (the stories) and `demo-persons.csv` (who is behind each record: person is the customer's number). Raises
    BuildError when a source could not be loaded.
    """
    from warehouse.sources.demo.road import walk

    return walk(con, directory, config, progress)
