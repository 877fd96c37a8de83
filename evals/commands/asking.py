"""The command `run`: questions asked, answers judged, gates held."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evals.commands.command import COULD_NOT_RUN, GATE_FAILED, SHIPPED, Command, home_option

if TYPE_CHECKING:
    from evals.records import Record
    from evals.results import Results


@dataclass(frozen=True)
class Output:
    """Where a run's results go: as events to standard output, to a file, with test-split content or without."""

    events: bool
    out: Path | None
    reveal_test: bool


@click.command(cls=Command)
@click.argument("suites", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--system",
    default="embedded",
    type=click.Choice(["embedded", "model", "plain-sql"]),
    help="Who answers: the embedded engine, or a model that writes SQL without the definitions (the baseline).",
)
@click.option("--model", help="The model's name (default: the setting `model`).")
@click.option("--model-url", help="The base address of its OpenAI-compatible server.")
@click.option("--model-price-in", type=click.FloatRange(0), help="US dollars per million tokens sent.")
@click.option("--model-price-out", type=click.FloatRange(0), help="US dollars per million tokens written.")
@click.option("--database", default="", help="demo, workspace, or a DuckDB file, instead of the suites' own.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day that counts as today.")
@home_option
@click.option("--split", "splits", multiple=True, type=click.Choice(["dev", "test"]), help="Only this split.")
@click.option("--tag", "tags", multiple=True, help="Only cases with this tag.")
@click.option("--case", "cases", multiple=True, help="Only the case with this id.")
@click.option("--paraphrases/--no-paraphrases", default=True, help="Ask the rewordings, too.")
@click.option("--repeats", type=click.IntRange(1), default=1, help="Ask every question this many times.")
@click.option("--jobs", type=click.IntRange(1), default=1, help="Questions asked at the same time.")
@click.option("--min-accuracy", type=click.FloatRange(0, 1), help="Gate: the least accuracy, from 0 to 1.")
@click.option("--max-silent-wrong", type=click.IntRange(0), help="Gate: the most silently wrong answers.")
@click.option("--max-errors", type=click.IntRange(0), help="Gate: the most errors.")
@click.option("--no-regressions", type=click.Path(path_type=Path), help="Gate: nothing that passed in this file fails.")
@click.option("--gate", is_flag=True, help="Gate: hold the baseline that comes with the shipped suites.")
@click.option("--quarantine", type=click.Path(path_type=Path), help="A list of flaky questions that count for no gate.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help="Write what passed, for --no-regressions.")
@click.option("--recheck/--no-recheck", default=True, help="Ask right answers again on changed copies of the data.")
@click.option("--resume", is_flag=True, help="Go on with the last unfinished run of the same questions.")
@click.option("--max-calls", type=click.IntRange(0), help="Budget: stop after this many model calls.")
@click.option("--max-dollars", type=click.FloatRange(0), help="Budget: stop after this many US dollars.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the results to this JSON file.")
@click.option("--json", "events", is_flag=True, help="Print events as JSON lines instead of the report.")
@click.option("--reveal-test", is_flag=True, help="Keep questions and rows of test splits in the results.")
def run(context: click.Context) -> None:
    """Ask the questions of SUITES (files or directories; default: the shipped ones) and judge the answers."""
    from evals.session import Request, carry_out

    given = context.params
    progress = Progress(events=given["events"])
    request = Request(
        suites=given["suites"] or (SHIPPED,),
        home=given["home"],
        database=given["database"],
        as_of=_day(given["as_of"]),
        options=given,
        command="python -m evals " + " ".join(sys.argv[1:]),
    )
    results, broken = carry_out(request, progress)
    _hand_out(results, Output(given["events"], given["out"], given["reveal_test"]), broken)
    if given["write_baseline"]:
        _write_baseline(results, given["write_baseline"])
    if results.head.stopped:
        remedy = "What was answered is kept: raise the budget or mend the cause, then go on with --resume."
        click.echo(f"{results.head.stopped} {remedy}", err=True)
        context.exit(COULD_NOT_RUN)
    if broken:
        context.exit(GATE_FAILED)


def _write_baseline(results: Results, path: Path) -> None:
    """What this run passed, over what the file already holds for other suites."""
    from evals.baseline import baseline_of, merged, read_baseline, write_baseline

    new = baseline_of(results.records, results.head.started)
    write_baseline(merged(read_baseline(path), new) if path.is_file() else new, path)


def _day(value: datetime | None):
    return value.date() if value else None


def _hand_out(results: Results, output: Output, broken: tuple[str, ...]) -> None:
    """Print and write what the run gave."""
    from evals.reports import terminal
    from evals.results import shareable, write_results

    shown = shareable(results, reveal_test=output.reveal_test)
    if output.out:
        write_results(shown, output.out)
    if output.events:
        summary = shown.summary.model_dump(mode="json")
        _event("summary", {"head": shown.head.model_dump(mode="json"), "summary": summary, "gates": list(broken)})
        return
    click.echo(terminal(shown))
    for sentence in broken:
        click.echo(f"GATE FAILED: {sentence}")


def _event(kind: str, content: dict[str, Any]) -> None:
    click.echo(json.dumps({"event": kind, **content}, ensure_ascii=False))


@dataclass
class Progress:
    """Tells how far a run is: a counter on standard error, or events on standard output."""

    events: bool = False
    total: int = 0
    done: int = field(default=0, init=False)

    def start(self, total: int) -> None:
        """The number of questions to come."""
        self.total = total
        if self.events:
            _event("start", {"questions": total})

    def phase(self, text: str) -> None:
        """What is being done besides asking."""
        if self.events:
            _event("phase", {"text": text})
        else:
            click.echo(text, err=True)

    def record(self, record: Record) -> None:
        """One more question was judged."""
        self.done += 1
        if self.events:
            shown = record.without_content if record.split == "test" else record
            _event("case", {"done": self.done, "total": self.total, "record": shown.model_dump(mode="json")})
        elif sys.stderr.isatty() or self.done % 50 == 0 or self.done == self.total:
            end = "\r" if sys.stderr.isatty() and self.done < self.total else "\n"
            click.echo(f"  {self.done} of {self.total} questions{end}", err=True, nl=False)
