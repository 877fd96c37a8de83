"""The `tellwise` command: the same ways through the house as the screen, for terminals and scripts.

Heavy imports happen inside commands, so that `--help` is instant.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.config import Settings, help_table, in_language, read_settings
from assistant.errors import AssistantError
from assistant.service import load_command, terminal
from assistant.service.data_commands import demo, init, load
from assistant.service.exchange_commands import export_model, import_model
from assistant.service.identity_command import identity
from assistant.service.model_command import model
from assistant.service.monitor_command import monitor
from assistant.service.people_command import people
from semantic_layer import SemanticLayerError
from warehouse import SnapshotMissing, WarehouseError

if TYPE_CHECKING:
    from assistant.assistant import Assistant

EXIT_FAILED, EXIT_UNANSWERED = 1, 4


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


for command in (demo, load, init, import_model, export_model):
    main.add_command(command)
main.add_command(identity)
main.add_command(model)
main.add_command(people)
main.add_command(monitor)


def _open(settings: Settings) -> Assistant:
    from assistant.assistant import Assistant

    return Assistant.open(settings)
