"""The command line: run. Status 0 fine, 1 a gate failed, 2 could not run."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evals.errors import EvalError, RunError

if TYPE_CHECKING:
    from evals.records import Record
    from evals.results import Results

GATE_FAILED, COULD_NOT_RUN = 1, 2
SHIPPED = Path(__file__).parent / "suites"


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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Judge answers against suites of questions."""


@dataclass(frozen=True)
class Output:
    """Where a run's results go: as events to standard output, to a file, with test-split content or without."""

    events: bool
    out: Path | None
    reveal_test: bool


@main.command(cls=Command)
@click.argument("suites", nargs=-1, type=click.Path(path_type=Path))
@click.option("--system", default="embedded", type=click.Choice(["embedded"]), help="Who answers.")
@click.option("--database", default="", help="demo, workspace, or a DuckDB file, instead of the suites' own.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day that counts as today.")
@click.option("--home", type=click.Path(path_type=Path), help="Workspace directory (default: TELLWISE_HOME).")
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
        click.echo(f"{results.head.stopped} Go on with --resume and a larger budget.", err=True)
        context.exit(COULD_NOT_RUN)
    if broken:
        context.exit(GATE_FAILED)


def _write_baseline(results: Results, path: Path) -> None:
    """What this run passed, over what the file already holds for other suites."""
    from evals.baseline import baseline_of, merged, read_baseline, write_baseline

    new = baseline_of(results.records, results.head.started)
    write_baseline(merged(read_baseline(path), new) if path.is_file() else new, path)


@main.command(cls=Command)
@click.argument("suites", nargs=-1, type=click.Path(path_type=Path))
@click.option("--home", type=click.Path(path_type=Path), help="Workspace directory (default: TELLWISE_HOME).")
@click.option("--strict", is_flag=True, help="Let warnings fail, too.")
@click.option("--quiet", is_flag=True, help="Show errors only.")
def lint(context: click.Context) -> None:
    """Are SUITES fit to judge by? Golds that fail, are empty or hang on chance; questions that give the answer away."""
    from assistant.config import read_settings
    from evals.lint import lint as check
    from evals.loader import load_suites

    given = context.params
    loaded = load_suites(given["suites"] or (SHIPPED,))
    found = check(loaded, read_settings(home=given["home"]).home, Progress().phase)
    errors = [finding for finding in found if finding.level == "error"]
    for finding in errors if given["quiet"] else found:
        click.echo(str(finding))
    cases = sum(len(item.suite.cases) for item in loaded)
    click.echo(f"{cases} cases checked: {len(errors)} errors, {len(found) - len(errors)} warnings")
    if errors or (found and given["strict"]):
        context.exit(GATE_FAILED)


@main.command(cls=Command)
@click.argument("before")
@click.argument("after")
@click.option("--home", type=click.Path(path_type=Path), help="Workspace directory (default: TELLWISE_HOME).")
@click.option("--json", "as_json", is_flag=True, help="Print the difference as JSON.")
def diff(context: click.Context) -> None:
    """What was fixed and what broke between two runs (result files, or names of runs in the history)."""
    from evals.diff import as_json, describe, difference

    given = context.params
    before, after = (_results(given[name], given["home"]) for name in ("before", "after"))
    found = difference(before.records, after.records)
    click.echo(as_json(found) if given["as_json"] else describe(found))


@main.command(cls=Command)
@click.argument("run")
@click.option("--home", type=click.Path(path_type=Path), help="Workspace directory (default: TELLWISE_HOME).")
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


@main.command("import", cls=Command)
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


@main.command(cls=Command)
@click.argument("suite", type=click.Path(path_type=Path))
@click.option("--question", required=True, help="What was asked.")
@click.option("--sql", multiple=True, help="An accepted query; may be given several times.")
@click.option("--query", help="An accepted semantic query, as JSON.")
@click.option("--abstain", help="Why it must be refused, for example missing_term.")
@click.option("--mention", "mentions", multiple=True, help="A word that the refusal must name.")
@click.option("--clarify", is_flag=True, help="It must be asked back.")
@click.option("--tag", "tags", multiple=True, help="A tag for the case.")
@click.option("--author", default="", help="Who wrote it.")
@click.option("--verified-by", default="", help="Who checked it.")
@click.option("--note", default="", help="Why the case is there.")
@click.option("--database", default="workspace", help="The database, when the suite file is new.")
@click.option("--as-of", default="", help="The day that counts as today, when the suite file is new.")
def add(context: click.Context) -> None:
    """Add a case to SUITE: a question from use with what would have been right. The file is made if need be."""
    from evals.additions import NewCase, SuiteHead, add_case

    given = context.params
    case = NewCase(
        given["question"], _expected(given), given["author"], given["verified_by"], given["note"], given["tags"]
    )
    case_id = add_case(given["suite"], case, SuiteHead(given["database"], given["as_of"]))
    click.echo(f"Added {case_id} to {given['suite']}. Check it with `python -m evals lint {given['suite']}`.")


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


@main.command(cls=Command)
@click.option("--home", type=click.Path(path_type=Path), help="Workspace directory (default: TELLWISE_HOME).")
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


def _results(name: str, home: Path | None) -> Results:
    """The results of a file, of a run by its name, or of the last one."""
    from evals.results import read_results

    if name.endswith(".json"):
        return read_results(Path(name))
    with _history(home) as runs:
        return runs.results(runs.last().id if name == "last" else name)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror}.") from error
    click.echo(f"Wrote {path}")


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
