"""`tellwise import` and `export`: definitions from and for other tools.

Heavy imports happen inside commands, so that `--help` is instant.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from assistant.config import Settings


@click.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(["ossie", "dbt", "cube", "snowflake", "lookml"]))
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Write to this folder instead.")
@click.option("--name", help="Name of the written file (default: that of PATH).")
@click.option("--replace", "over", is_flag=True, help="Replace a file of that name; it is kept as .bak.")
@click.option("--dialect", default="", help="The SQL of the original's database: postgres, bigquery, redshift, ...")
@click.option(
    "--extends",
    type=click.Choice(["none", "shipped"]),
    default="none",
    show_default=True,
    help="Stand alone, or add to the customer model that comes with Tellwise.",
)
@click.option("--only-loaded", is_flag=True, help="Leave out what stands on tables that are not loaded.")
@click.option("--report", "only_report", is_flag=True, help="Write nothing, only tell what would come of it.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
@click.pass_obj
def import_model(settings: Settings, **options: Any) -> None:
    """Bring a semantic model of another tool into the workspace's definitions.

    \b
    FORMAT      PATH
    ossie       a file of Apache Ossie, with one model or a list of models
    dbt         a dbt project's folder: semantic models and metrics (MetricFlow)
    cube        a folder of Cube data models in YAML
    snowflake   a Snowflake semantic model in YAML
    lookml      a folder of LookML views and explores
    \b
    Examples:
      tellwise import dbt ../analytics/models --report
      tellwise import dbt ../analytics/models --dialect postgres
      tellwise import snowflake revenue.yaml --only-loaded
    What cannot be carried over is listed with file, line and reason, never dropped silently; what would change a
    number is left out, never approximated. Nothing of the original is executed.
    """
    from assistant.service import interchange_command

    interchange_command.import_definitions(settings, interchange_command.request_of(options), options["as_json"])


@click.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(["ossie"]), expose_value=False)  # the only one so far
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--plain", is_flag=True, help="Without the extension that Tellwise reads back; more is lost.")
@click.option(
    "--root",
    type=click.Choice(["model", "list"]),
    default="model",
    show_default=True,
    help="One model as the document (newer), or a list `semantic_model` (before July 2026).",
)
@click.option("--replace", "over", is_flag=True, help="Replace FILE if it is there.")
@click.pass_obj
def export_model(settings: Settings, file: Path, plain: bool, root: Literal["model", "list"], over: bool) -> None:
    """Write the definitions for other tools: FORMAT ossie (Apache Ossie).

    \b
    Example:
      tellwise export ossie model.yaml
    What Ossie has no place for goes into an extension that other tools pass over, and is listed.
    """
    from assistant.service import interchange_command

    interchange_command.export_definitions(settings, file, plain, root, over)
