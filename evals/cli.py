"""The command line: `python -m evals ...`. Status 0 fine, 1 a gate failed, 2 could not run."""

from __future__ import annotations

import click

from evals.commands.asking import run
from evals.commands.reading import calibrate, diff, history, report
from evals.commands.writing import add, import_, lint


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Judge answers against suites of questions."""


for _command in (run, lint, diff, report, history, calibrate, import_, add):
    main.add_command(_command)
