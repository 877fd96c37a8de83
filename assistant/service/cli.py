"""The `tellwise` command: the same ways through the house as the screen, for terminals and scripts.

Heavy imports happen inside commands, so that `--help` is instant.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from assistant.config import Settings, help_table, in_language, read_settings
from assistant.errors import AssistantError
from assistant.service import load_command, terminal
from assistant.service.identity_command import identity
from assistant.service.model_command import model
from assistant.service.monitor_command import monitor
from assistant.service.people_command import people
from semantic_layer import SemanticLayerError
from warehouse import SnapshotMissing, WarehouseError

if TYPE_CHECKING:
    from assistant.assistant import Assistant

EXIT_FAILED, EXIT_UNANSWERED = 1, 4
DAY = click.DateTime(formats=["%Y-%m-%d"])


class Command(click.Group):
    """The group of commands; turns the product's own errors into one clear line and exit status 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except (AssistantError, WarehouseError, SemanticLayerError) as error:
            remedy = " Run `tellwise demo` or `tellwise load TABLE FILE`." if isinstance(error, SnapshotMissing) else ""
            click.echo(f"tellwise: {error}{remedy}", err=True)
            sys.exit(EXIT_FAILED)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="The workspace (default: $TELLWISE_HOME or ./.tellwise).",
)
@click.option(
    "--as",
    "viewer",
    type=click.Path(path_type=str),
    help="Who asks: a file that says so, or the name of an account; only what they may see counts.",
)
@click.option("--language", help="The language of questions and answers, by its code: en, de (default: settings).")
@click.version_option(package_name="tellwise")
@click.pass_context
def main(ctx: click.Context, home: Path | None, viewer: str | None, language: str | None) -> None:
    """Ask your customer data in plain English.

    \b
    First steps:
      tellwise demo                       build the demo company
      tellwise ask "revenue by month last year"
      tellwise serve                      open the chat in a browser
    With your own data:
      tellwise load orders orders.csv     load a file as table `orders`
      tellwise init                       write starting definitions for your tables
    """
    settings = read_settings(home=home)
    settings = in_language(settings, language) if language else settings
    ctx.obj = replace(settings, viewer=viewer) if viewer else settings


@main.command()
@click.argument("question", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
@click.option("--sql", "with_sql", is_flag=True, help="Print the SQL and the definitions, too.")
@click.option("--explain", is_flag=True, help="Show how each word was read, and why other readings lost.")
@click.option("--rows", default=20, show_default=True, help="How many rows to print.")
@click.pass_obj
def ask(settings: Settings, question: tuple[str, ...], as_json: bool, with_sql: bool, explain: bool, rows: int) -> None:
    """Answer QUESTION, or say precisely why not.

    \b
    Examples:
      tellwise ask "top 10 products by net revenue"
      tellwise ask --json "average order value by channel this quarter vs last quarter"
    Exit status: 0 answered, 4 refused or a question back, 1 it could not run.
    """
    from assistant.answer import Answer

    assistant = _open(settings)
    text = " ".join(question)
    if explain:
        click.echo(terminal.trace(assistant.understanding.explain(text)))
    outcome = assistant.ask(text)
    if as_json:
        click.echo(json.dumps(terminal.as_data(outcome), indent=2, default=str, ensure_ascii=False))
    else:
        click.echo(terminal.render(outcome, rows, with_sql, settings.locale))
    assistant.close()
    sys.exit(0 if isinstance(outcome, Answer) else EXIT_UNANSWERED)


@main.command("chat")
@click.option("--rows", default=20, show_default=True, help="How many rows to print.")
@click.pass_obj
def chat_in_terminal(settings: Settings, rows: int) -> None:
    """Ask in a conversation: follow-ups lean on what was asked before; /help tells the commands."""
    from assistant.service import chat_command

    chat_command.chat(settings, rows)


@main.command("learn")
@click.option("--review", is_flag=True, help="Go through what waits, and decide.")
@click.option("--accept", metavar="WORD=TARGET", help="Let WORD mean a metric, or a dataset.field, from now on.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def learn_from_use(settings: Settings, review: bool, accept: str | None, as_json: bool) -> None:
    """List questions proposed as verified, and words that questions failed on, with their nearest meanings."""
    from assistant.service import learn_command

    learn_command.accept(settings, accept) if accept else learn_command.learn(settings, review, as_json)


@main.command()
@click.option("--as-of", type=DAY, help="Last day of data (default: yesterday).")
@click.option("--customers", default=20_000, show_default=True, help="How many customers.")
@click.option("--seed", default=7, show_default=True, help="Same seed, same company.")
@click.pass_obj
def demo(settings: Settings, as_of: date | None, customers: int, seed: int) -> None:
    """Build the demo company: a retailer with a subscription line, two years of data."""
    load_command.build_demo_company(settings, as_of.date() if as_of else None, customers, seed)  # type: ignore[attr-defined]  # click gives a datetime


@main.command()
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
@click.option("--null", "nulls", multiple=True, help="A text that means a missing value, e.g. --null n/a. Repeatable.")
@click.option("--decimal", default=".", show_default=True, help="The decimal sign.")
@click.option("--thousands", default="", help="The sign between thousands.")
@click.option("--date-format", help="How dates are written, e.g. %d/%m/%Y.")
@click.option("--type", "types", multiple=True, help="COLUMN=TYPE: text, integer, number, boolean, date or timestamp.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def load(ctx: click.Context, **options: Any) -> None:
    """Load FILES (CSV, TSV or Parquet; globs allowed) as TABLE, or every source of sources.yml, and publish.

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


@main.command()
@click.option("--force", is_flag=True, help="Write anew instead of merging with what is there.")
@click.pass_obj
def init(settings: Settings, force: bool) -> None:
    """Write starting definitions for the loaded tables, for you to edit.

    Keys, links, dates, dimensions and metrics are proposed from names, types and the data itself; what was uncertain
    stands on top of the file. Run again after loading more: your edits are kept.
    """
    load_command.write_definitions(settings, force)


@main.command()
@click.argument("name", required=False)
@click.argument("others", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def metrics(settings: Settings, name: str | None, others: tuple[str, ...], as_json: bool) -> None:
    """List what can be asked: metrics and the dimensions that break them down; or tell all about NAME.

    \b
      tellwise metrics diff OLD NEW    what two definition files, or folders of them, say differently
      tellwise metrics log [NAME...]   how the definitions have changed since the log began
    """
    from assistant.service import lint_command

    if name == "diff" and len(others) == 2:
        lint_command.show_differences(Path(others[0]), Path(others[1]), as_json)
        return
    if name == "log":
        lint_command.log_definitions(settings, others)
        return
    if others:
        raise click.UsageError("name one metric, or say `diff OLD NEW`, or `log [NAME...]`.")
    layer = load_command.read_layer(settings)
    data = terminal.catalogue(layer, name)
    click.echo(json.dumps(data, indent=2, ensure_ascii=False) if as_json else terminal.render_catalogue(data))


@main.command("lint")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def lint_definitions(settings: Settings, as_json: bool) -> None:
    """Tell what is doubtful in the definitions: words that clash, names nobody needs, numbers that changed.

    Golden queries (goldens.yml) and verified questions (verified.yml) of the workspace are run again.
    Exit status: 0 nothing to mend, 1 something.
    """
    from assistant.service import lint_command

    lint_command.lint_model(settings, as_json)


@main.command()
@click.argument("name")
@click.pass_obj
def lineage(settings: Settings, name: str) -> None:
    """List where the numbers of a metric, or the rows of a customer table, come from: systems, files, columns."""
    from assistant.service import lineage_command

    lineage_command.show_lineage(settings, name)


@main.command("annotate")
@click.argument("words", nargs=-1, metavar="FIRST_DAY [LAST_DAY] TEXT")
@click.option("--kind", default="other", show_default=True, help="outage, price_change, launch, promotion, ...")
@click.option("--list", "listed", is_flag=True, help="List the notes that people made.")
@click.option("--undo", metavar="ID", help="Take a note back; the list shows its id.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def annotate_days(
    settings: Settings, words: tuple[str, ...], kind: str, listed: bool, undo: str | None, as_json: bool
) -> None:
    """Note what happened on a day or from a day to another; answers over that time say so.

    \b
    tellwise annotate 2026-05-12 2026-05-20 "checkout outage on iOS" --kind outage
    The note is kept in the journal and survives every rebuild of the data.
    """
    from assistant.service import annotate_command

    if listed:
        annotate_command.list_events(settings, as_json)
    elif undo:
        annotate_command.take_back(settings, undo)
    else:
        annotate_command.annotate(settings, annotate_command.event_of(words), annotate_command.known_kind(kind))


@main.command("forget")
@click.argument("customer")
@click.option("--yes", "sure", is_flag=True, help="Do it. Without this, only tell what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def forget_one(settings: Settings, customer: str, sure: bool, as_json: bool) -> None:
    """Forget CUSTOMER (an id or an e-mail address) everywhere in the workspace, for good.

    Rows that can stand alone (orders, visits, tickets) stay as those of an unknown customer, so that figures do not
    change; all else of the customer is deleted. Then every file of the workspace is searched for what is left.
    Exit status: 0 nothing is left, 1 files still tell of the customer, or it could not be done.
    """
    from assistant.service import forget_command

    forget_command.forget_customer(settings, customer, sure, as_json)


@main.command()
@click.option("--host", help="Address to listen on (default: settings).")
@click.option("--port", type=int, help="Port to listen on (default: settings).")
@click.option("--demo", "with_demo", is_flag=True, help="Build the demo company first when there is no data yet.")
@click.option("--open/--no-open", "open_browser", default=False, help="Open the page in a browser.")
@click.option("--login", is_flag=True, help="Ask for a password on this machine, too.")
@click.pass_obj
def serve(
    settings: Settings, host: str | None, port: int | None, with_demo: bool, open_browser: bool, login: bool
) -> None:
    """Open the pages in a browser.

    On an address that others can reach, everybody signs in; see `tellwise people`.
    """
    from assistant.service.serving import Address, serve_chat

    if with_demo and load_command.has_no_data(settings):
        load_command.build_demo_company(settings, None, 20_000, 7)
    serve_chat(settings, Address(host or settings.host, port or settings.port), open_browser, login or settings.login)


@main.command("settings")
@click.pass_obj
def show_settings(settings: Settings) -> None:
    """List every setting with its value, default and meaning."""
    for name, default, text in help_table():
        click.echo(f"{name:16} {getattr(settings, name)!s:28} (default {default or 'none'}) {text}")


@main.command("import")
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


@main.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(["ossie"]))
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
def export_model(
    settings: Settings, form: str, file: Path, plain: bool, root: Literal["model", "list"], over: bool
) -> None:
    """Write the definitions for other tools: FORMAT ossie (Apache Ossie).

    \b
    Example:
      tellwise export ossie model.yaml
    What Ossie has no place for goes into an extension that other tools pass over, and is listed.
    """
    from assistant.service import interchange_command

    del form  # there is one so far
    interchange_command.export_definitions(settings, file, plain, root, over)


main.add_command(identity)
main.add_command(model)
main.add_command(people)
main.add_command(monitor)


def _open(settings: Settings) -> Assistant:
    from assistant.assistant import Assistant

    return Assistant.open(settings)
