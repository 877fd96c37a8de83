"""`tellwise demo`, `load` and `init`: data into the warehouse, and the first definitions for it.

Heavy imports happen inside commands, so that `--help` is instant.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from assistant.config import Settings
from assistant.service import load_command

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--as-of", type=DAY, help="Last day of data (default: yesterday).")
@click.option("--customers", default=20_000, show_default=True, help="How many customers.")
@click.option("--seed", default=7, show_default=True, help="Same seed, same company.")
@click.pass_obj
def demo(settings: Settings, as_of: date | None, customers: int, seed: int) -> None:
    """Build the demo company: a retailer with a subscription line, two years of data."""
    load_command.build_demo_company(settings, as_of.date() if as_of else None, customers, seed)  # type: ignore[attr-defined]  # click gives a datetime


@click.command()
@click.argument("table", required=False)
@click.argument("files", nargs=-1)
@click.option(
    "--guess", is_flag=True, help="Propose how FILES fill the customer tables; asks, then writes sources.yml."
)
@click.option("--yes", is_flag=True, help="With --guess: ask nothing.")
@click.option("--source", "sources", multiple=True, help="Load only this source of sources.yml. Repeatable.")
@click.option(
    "--view",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with one SELECT over the files (file1, file2, ... or their stems) that makes the table.",
)
@click.option("--replace/--no-replace", default=None, help="Replace a table of that name, or refuse to.")
@click.option("--fresh", is_flag=True, help="Begin with an empty warehouse: drop the demo company and all tables.")
@click.option("--as-of", type=DAY, help="The day that counts as today in questions, e.g. 2011-12-09.")
@click.option("--delimiter", help="What stands between fields: comma, semicolon, tab, pipe or the sign itself.")
@click.option("--encoding", help="The files' encoding, e.g. cp1252.")
@click.option("--header/--no-header", default=None, help="Whether the first line holds the names.")
@click.option("--skip", default=0, help="Lines above the header.")
@click.option("--sheet", help="The sheet of a workbook (default: the first).")
@click.option("--null", "nulls", multiple=True, help="A text that means a missing value, e.g. --null n/a. Repeatable.")
@click.option("--decimal", help="The decimal sign (default: found out).")
@click.option("--thousands", default="", help="The sign between thousands.")
@click.option("--date-format", help="How dates are written, e.g. %d/%m/%Y.")
@click.option("--type", "types", multiple=True, help="COLUMN=TYPE: text, integer, number, boolean, date or timestamp.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def load(ctx: click.Context, **options: Any) -> None:
    """Load FILES (CSV, TSV, Excel, JSON, Parquet; globs allowed) as TABLE, or all sources of sources.yml, and publish.

    \b
    Examples:
      tellwise load
      tellwise load --guess shop/orders.csv
      tellwise load orders "exports/orders-*.csv"
      tellwise load lines 2010.parquet 2011.parquet --view union.sql --fresh --as-of 2011-12-09
    A file that cannot be read whole changes nothing: the data loaded before still answers.
    """
    if options["guess"]:
        from assistant.service import guess_command

        named = (options["table"], *options["files"]) if options["table"] else ()
        guess_command.guess_sources(ctx.obj, named, options["yes"])
        return
    if not options["table"]:
        from assistant.service import sources_command

        sources_command.load_declared(ctx.obj, options["sources"], options["fresh"], options["as_json"])
        return
    if not options["files"]:
        raise click.UsageError(load_command.files_missing(options["table"]))
    load_command.load_table(ctx.obj, load_command.request_of(options), options["as_json"])


@click.command()
@click.option("--force", is_flag=True, help="Write anew instead of merging with what is there.")
@click.pass_obj
def init(settings: Settings, force: bool) -> None:
    """Write starting definitions for the loaded tables, for you to edit.

    Keys, links, dates, dimensions and metrics are proposed from names, types and the data itself; what was uncertain
    stands on top of the file. Run again after loading more: your edits are kept.
    """
    load_command.write_definitions(settings, force)
