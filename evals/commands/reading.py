"""The commands that read results: `report`, `diff`, `history`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.command import Command, home_option
from evals.files import write_whole

if TYPE_CHECKING:
    from evals.results import Results


@click.command(cls=Command)
@click.argument("before")
@click.argument("after")
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print the difference as JSON.")
def diff(context: click.Context) -> None:
    """What was fixed and what broke between two runs (result files, or names of runs in the history)."""
    from evals.diff import as_json, describe, difference

    given = context.params
    before, after = (_results(given[name], given["home"]) for name in ("before", "after"))
    found = difference(before.records, after.records)
    click.echo(as_json(found) if given["as_json"] else describe(found))


@click.command(cls=Command)
@click.argument("run")
@home_option
@click.option("--html", type=click.Path(path_type=Path), help="Write one self-contained page.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write Markdown, for a pull request.")
@click.option("--counterexamples", type=click.Path(path_type=Path), help="Write one JSON file a wrong answer here.")
@click.option("--base", help="A run to compare with, in the page and in the Markdown.")
@click.option("--reveal-test", is_flag=True, help="Show questions and rows of test splits.")
def report(context: click.Context) -> None:
    """Reports of RUN: a result file, the name of a run, or `last`."""
    from evals.reports import html, junit, markdown, terminal, write_counterexamples
    from evals.results import shareable

    given = context.params
    results = shareable(_results(given["run"], given["home"]), reveal_test=given["reveal_test"])
    base = shareable(_results(given["base"], given["home"])) if given["base"] else None
    written = {
        "html": lambda: html(results, base),
        "junit": lambda: junit(results),
        "markdown": lambda: markdown(results, base),
    }
    asked = [name for name in written if given[name]]
    for name in asked:
        _write(given[name], written[name]())
    if given["counterexamples"]:
        files = write_counterexamples(results, given["counterexamples"])
        click.echo(f"Wrote {len(files)} counterexamples to {given['counterexamples']}")
    elif not asked:
        click.echo(terminal(results))


@click.command(cls=Command)
@home_option
@click.option("--limit", type=click.IntRange(1), default=20, help="How many runs.")
def history(context: click.Context) -> None:
    """The latest runs of the workspace."""
    from evals.reports.terminal import past_run

    with _history(context.params["home"]) as runs:
        for item in runs.newest(context.params["limit"]):
            click.echo(past_run(item))


def _history(home: Path | None):
    """The history of a workspace, closed at the end of the block."""
    from contextlib import closing

    from assistant.config import read_settings
    from evals.history import History

    return closing(History(read_settings(home=home).home))


@click.command(cls=Command)
@click.argument("run")
@home_option
@click.option("--write", "writing", is_flag=True, help="Write the weights that the product reads.")
def calibrate(context: click.Context) -> None:
    """How sure the embedded engine may be, from the judged answers of RUN: weights, and a table of proof."""
    from assistant.config import read_settings
    from evals.calibrate import calibrated, judged, write

    given = context.params
    home = given["home"] or read_settings().home
    every = judged(_results(given["run"], home), home, lambda text: click.echo(text, err=True))
    known, told = calibrated(every)
    click.echo(told)
    if given["writing"]:
        write(known)


def _results(name: str, home: Path | None) -> Results:
    """The results of a file, of a run by its name, or of the last one."""
    from evals.results import read_results

    if name.endswith(".json"):
        return read_results(Path(name))
    with _history(home) as runs:
        return runs.results(runs.last().id if name == "last" else name)


def _write(path: Path, text: str) -> None:
    write_whole(path, text)
    click.echo(f"Wrote {path}")
