"""The commands for suites: `lint`, `import`, `add`."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evals.commands.command import GATE_FAILED, SHIPPED, Command, home_option

if TYPE_CHECKING:
    from evals.additions import NewCase, SuiteHead


@click.command(cls=Command)
@click.argument("suites", nargs=-1, type=click.Path(path_type=Path))
@home_option
@click.option("--strict", is_flag=True, help="Let warnings fail, too.")
@click.option("--quiet", is_flag=True, help="Show errors only.")
def lint(context: click.Context) -> None:
    """Are SUITES fit to judge by? Golds that fail, are empty or hang on chance; questions that give the answer away."""
    from assistant.config import read_settings
    from evals.lint import lint as check
    from evals.loader import load_suites

    given = context.params
    loaded = load_suites(given["suites"] or (SHIPPED,))
    found = check(loaded, read_settings(home=given["home"]).home, lambda text: click.echo(text, err=True))
    errors = [finding for finding in found if finding.level == "error"]
    for finding in errors if given["quiet"] else found:
        click.echo(str(finding))
    cases = sum(len(item.suite.cases) for item in loaded)
    click.echo(f"{cases} cases checked: {len(errors)} errors, {len(found) - len(errors)} warnings")
    if errors or (found and given["strict"]):
        context.exit(GATE_FAILED)


@click.command("import", cls=Command)
@click.argument("form", metavar="FORMAT")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--databases", multiple=True, type=click.Path(path_type=Path), help="Where its databases lie.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Directory for the suite files.")
@click.option("--split", type=click.Choice(["dev", "test"]), default="dev", help="The split they belong to.")
@click.option("--only", multiple=True, help="Only the questions on this database.")
def import_(context: click.Context) -> None:
    """Suite files from a public question set: spider-json, bird-json, defog-csv, dbt-ttl, or jsonl."""
    from evals.importers import FORMATS, ImportOptions, import_suites, summary

    given = context.params
    if given["form"] not in FORMATS:
        raise click.UsageError(f"Unknown format {given['form']!r}. Known: {', '.join(FORMATS)}.")
    roots = given["databases"] or (given["file"].parent,)
    options = ImportOptions(roots, given["out"], given["split"], given["only"])
    for line in summary(import_suites(given["form"], given["file"], options)):
        click.echo(line)


@click.command(cls=Command)
@click.argument("suite", type=click.Path(path_type=Path))
@click.option("--question", default="", help="What was asked.")
@click.option("--from-answer", type=click.File(), help="The output of `tellwise ask --json`: a file, or - to read it.")
@click.option("--from-feedback", is_flag=True, help="Every answer that people found right, corrected or approved.")
@click.option("--sql", multiple=True, help="An accepted query; may be given several times.")
@click.option("--query", help="An accepted semantic query, as JSON.")
@click.option("--abstain", help="Why it must be refused, for example missing_term.")
@click.option("--mention", "mentions", multiple=True, help="A word that the refusal must name.")
@click.option("--clarify", is_flag=True, help="It must be asked back.")
@click.option("--before", multiple=True, help="A question asked before it in the conversation; oldest first.")
@click.option("--tag", "tags", multiple=True, help="A tag for the case.")
@click.option("--author", default="", help="Who wrote it.")
@click.option("--verified-by", default="", help="Who checked it.")
@click.option("--note", default="", help="Why the case is there.")
@home_option
@click.option("--database", default="workspace", help="The database, when the suite file is new.")
@click.option("--as-of", default="", help="The day that counts as today, when the suite file is new.")
def add(context: click.Context) -> None:
    """Add a case to SUITE: a question from use with what would have been right. The file is made if need be.

    \b
    Examples:
      tellwise ask --json "orders by channel in May 2026" | python -m evals add first.yml --from-answer -
      python -m evals add first.yml --question "orders by mood" --abstain missing_term --mention mood
      python -m evals add first.yml --from-feedback
    An answer counts as right as it stands, unless --sql, --query, --abstain or --clarify say what would have been.
    """
    from evals.additions import add_case

    given = context.params
    if given["from_feedback"]:
        _add_feedback(given)
    else:
        case_id = add_case(given["suite"], _case(given), _head(given))
        click.echo(f"Added {case_id} to {given['suite']}.")
    click.echo(f"Check the suite with `python -m evals lint {given['suite']}`.")


def _add_feedback(given: dict[str, Any]) -> None:
    """The store's cases, each once, and a line for whatever is none yet."""
    from assistant.config import read_settings
    from assistant.store import Store
    from evals.additions import add_new
    from evals.feedback import rated
    from evals.loader import load_suite

    file, head = given["suite"], _head(given)
    day = load_suite(file).suite.as_of if file.is_file() else date.fromisoformat(head.as_of)
    with closing(Store.open(read_settings(home=given["home"]))) as store:
        found = rated(store, day)
    ids = add_new(file, found.cases, head)
    for sentence in found.left_out:
        click.echo(f"Left out: {sentence}")
    click.echo(f"{len(ids)} cases added to {file}, {len(found.cases) - len(ids)} were there already.")


def _case(given: dict[str, Any]) -> NewCase:
    from evals.additions import NewCase
    from evals.from_use import agreed, read_answer

    told = ("author", "verified_by", "note", "tags", "before")
    case = NewCase(given["question"], _expected(given), **{name: given[name] for name in told})
    if given["from_answer"]:
        return agreed(read_answer(given["from_answer"].read()), case)
    if not case.question:
        raise click.UsageError("Give the --question, or an answer with --from-answer.")
    return case


def _head(given: dict[str, Any]) -> SuiteHead:
    """The head of a new suite; SQL from an answer holds the days of the workspace's today, so that day is kept."""
    from assistant.config import read_settings
    from evals.additions import SuiteHead
    from evals.from_use import today_of

    if (given["from_answer"] or given["from_feedback"]) and not given["as_of"]:
        return SuiteHead(given["database"], today_of(read_settings(home=given["home"])).isoformat())
    return SuiteHead(given["database"], given["as_of"])


def _expected(given: dict[str, Any]) -> dict[str, Any]:
    """What the options say is right, as a suite file writes it."""
    parts = {
        "sql": list(given["sql"]),
        "query": _query(given["query"]),
        "abstain": given["abstain"],
        "mentions": list(given["mentions"]),
        "clarify": given["clarify"],
    }
    return {name: value for name, value in parts.items() if value}


def _query(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError as error:
        raise click.UsageError(f"--query is not JSON: {error}.") from error
