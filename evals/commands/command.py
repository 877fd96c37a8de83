"""What all commands share: exit statuses, the option for the workspace, and how errors are told."""

from __future__ import annotations

from pathlib import Path

import click

from evals.errors import EvalError

GATE_FAILED, COULD_NOT_RUN = 1, 2
SHIPPED = Path(__file__).parent.parent / "suites"

home_option = click.option(
    "--home", type=click.Path(path_type=Path), help="Workspace directory (default: TELLWISE_HOME)."
)


class Command(click.Command):
    """A command whose function takes its context, options in `context.params`; what it can explain ends in status 2."""

    def invoke(self, ctx: click.Context) -> None:
        """Run the command's function."""
        if self.callback is None:
            return
        try:
            self.callback(ctx)
        except EvalError as error:
            click.echo(str(error), err=True)
            ctx.exit(COULD_NOT_RUN)
