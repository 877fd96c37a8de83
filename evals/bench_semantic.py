"""Our semantic layer beside MetricFlow and boring-semantic-layer: the same hard cases, the same data, one run.

`python -m evals.bench_semantic` compiles every hard case in turn in each of them, several rounds after one that warms
up, runs the SQL on one database and compares the rows with hand-written truth. The rivals run in `.venv-bench`, each in
a process of its own that is asked case by case, so that a busy machine slows all alike. Only the way from a query to
SQL text is timed: models are loaded before, nothing is run. The table and the ratios are in time of the processor,
which other work on the machine does not stretch; the clock stands below. Times are those of this machine; quote ratios.

Exit status: 0 every aim is met, 1 one is missed, 2 it could not run.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click

from evals.errors import RunError
from evals.hard_cases import Case, Rows, cases, rows_of, write_database
from evals.rivals.process import SCRIPTS, Reply, RivalProcess
from semantic_layer import QueryError
from warehouse import Read, WarehouseError, trusted_reader

PYTHON = Path(".venv-bench/bin/python")
ROUNDS = 7
MOST_MS = 5.0
TIMES_FASTER = 5.0
OURS = "ours"


@dataclass
class Timing:
    """Milliseconds of one contestant in one case, by round: on the clock, and of the processor."""

    wall: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])

    @property
    def ms(self) -> float:
        """Median on the clock of the rounds after the first."""
        return statistics.median(self.wall[1:] or self.wall)

    @property
    def cpu_ms(self) -> float:
        """Median of the processor of the rounds after the first."""
        return statistics.median(self.cpu[1:] or self.cpu)


@dataclass(frozen=True)
class Outcome:
    """What became of a case: a word for the table, more for the notes below, and whether SQL was made at all."""

    word: str
    note: str = ""
    compiled: bool = True

    @property
    def right(self) -> bool:
        """Whether the answer is the truth, or the refusal that is right."""
        return self.word in ("equal", "refused rightly")


@dataclass(frozen=True)
class Line:
    """One case: what each contestant made of it, and how long it took."""

    case: str
    outcomes: Mapping[str, Outcome]
    timings: Mapping[str, Timing]


@click.command()
@click.option("--rounds", default=ROUNDS, show_default=True, help="Counted rounds after the one that warms up.")
@click.option("--python", default=PYTHON, type=click.Path(path_type=Path), help="The rivals' Python.")
def main(rounds: int, python: Path) -> None:
    """Compile the hard cases in our layer and in the rivals; print times, ratios and who was right."""
    try:
        lines, rivals = _run(rounds, python)
    except RunError as error:
        click.echo(f"tellwise: {error}", err=True)
        sys.exit(2)
    click.echo(report(lines, rivals, rounds))
    sys.exit(0 if all(met for _, met in aims(lines, tuple(rivals))) else 1)


def _run(rounds: int, python: Path) -> tuple[list[Line], dict[str, str]]:
    """Every case's line, and the rivals' names with their versions."""
    with ExitStack() as stack:
        rivals = [stack.enter_context(RivalProcess(python, script)) for script in SCRIPTS]
        for rival in rivals:
            rival.ready()
        room = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_database(room / "shop.duckdb", [statement for rival in rivals for statement in rival.setup])
        read = stack.enter_context(trusted_reader(room / "shop.duckdb"))
        timings = _rounds(rounds, rivals)
        lines = [_line(case, rivals, read, timings) for case in cases()]
        return lines, {rival.name: rival.version for rival in rivals}


def _rounds(rounds: int, rivals: Sequence[RivalProcess]) -> dict[tuple[str, str], Timing]:
    """Times by case and contestant; each round asks everyone for a case before the next case."""
    found: dict[tuple[str, str], Timing] = {}
    for done in range(rounds + 1):
        click.echo(f"round {done} of {rounds}", err=True)
        for case in cases():
            _add(found, case.name, OURS, _time_ours(case))
            for rival in rivals:
                if case.name not in rival.cannot:
                    reply = rival.ask(case.name)
                    _add(found, case.name, rival.name, (reply.ms, reply.cpu_ms))
    return found


def _add(found: dict[tuple[str, str], Timing], case: str, who: str, ms: tuple[float, float]) -> None:
    timing = found.setdefault((case, who), Timing())
    timing.wall.append(ms[0])
    timing.cpu.append(ms[1])


def _time_ours(case: Case) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    with suppress(QueryError):  # what is refused is timed too; whether it is right to refuse is judged apart
        case.compile()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def _line(case: Case, rivals: Sequence[RivalProcess], read: Read, timings: Mapping[tuple[str, str], Timing]) -> Line:
    truth = rows_of(read, case.truth)
    outcomes = {OURS: _ours(case, read, truth)}
    for rival in rivals:
        reason = rival.cannot.get(case.name)
        outcomes[rival.name] = (
            Outcome("no form", reason, compiled=False) if reason else _theirs(rival.ask(case.name), read, truth)
        )
    return Line(case.name, outcomes, {who: timing for (name, who), timing in timings.items() if name == case.name})


def _ours(case: Case, read: Read, truth: Rows) -> Outcome:
    try:
        sql = case.guarded(case.compile())
    except QueryError as refusal:
        rightly = refusal.code == case.refused
        return Outcome("refused rightly" if rightly else "refused", str(refusal), compiled=False)
    return _compared(rows_of(read, sql), truth) if not case.refused else Outcome("answered", "a refusal was right")


def _theirs(reply: Reply, read: Read, truth: Rows) -> Outcome:
    if reply.refused:
        return Outcome("refused", reply.refused, compiled=False)
    if reply.error:
        return Outcome("error", reply.error, compiled=False)
    try:
        return _compared(rows_of(read, reply.sql, reply.columns), truth)
    except WarehouseError as error:
        return Outcome("error", f"its SQL does not run: {error}", compiled=False)


def _compared(found: Rows, truth: Rows) -> Outcome:
    if found == truth:
        return Outcome("equal")
    shared, wanted, extra = (found & truth).total(), truth.total(), (found - truth).total()
    if shared == wanted:
        return Outcome("more rows", f"all {wanted} rows are right, and there are {extra} more")
    return Outcome("differs", f"{shared} of {wanted} rows are right, {extra} wrong")


def aims(lines: Sequence[Line], rivals: Sequence[str]) -> list[tuple[str, bool]]:
    """What is aimed at, with the figure reached, and whether it is met."""
    right = sum(line.outcomes[OURS].right for line in lines)
    median = statistics.median(line.timings[OURS].ms for line in lines)
    found = [
        (f"ours right: {right} of {len(lines)} (aim: all)", right == len(lines)),
        (f"ours: median of the cases {median:.1f} ms on the clock (aim: at most {MOST_MS:.0f})", median <= MOST_MS),
    ]
    for rival in rivals:
        times = sorted(_ratios(lines, rival))
        middle = statistics.median(times) if times else 0.0
        words = f"{rival} / ours: median {middle:.1f} over {len(times)} cases (aim: at least {TIMES_FASTER:.0f})"
        found.append((words, middle >= TIMES_FASTER))
    return found


def _ratios(lines: Sequence[Line], rival: str, *, clock: bool = False) -> list[float]:
    """How many times as long the rival takes, for each case of which it made SQL that runs."""
    pairs = [(line.timings[rival], line.timings[OURS]) for line in lines if line.outcomes[rival].compiled]
    return [theirs.ms / ours.ms if clock else theirs.cpu_ms / ours.cpu_ms for theirs, ours in pairs]


def report(lines: Sequence[Line], rivals: Mapping[str, str], rounds: int) -> str:
    """The table, the notes on what is not equal, the counts, and the aims."""
    names = " · ".join(f"{name} {version}" for name, version in rivals.items())
    heads = "".join(f"{name:>24}{'ratio':>8}  {'outcome':<12}" for name in rivals)
    parts = [
        f"Query to SQL, milliseconds of the processor, median of {rounds} rounds after one that warms up.",
        names,
        "",
    ]
    parts += [f"{'case':<6}{'ours':>7}  {'outcome':<17}{heads}"]
    parts += [_row(line, tuple(rivals)) for line in lines]
    parts += ["", "Not equal:", *_notes(lines), "", *_counts(lines, (OURS, *rivals)), ""]
    parts += [_clock(lines, tuple(rivals)), ""]
    parts += [f"{'met   ' if met else 'MISSED'}  {words}" for words, met in aims(lines, tuple(rivals))]
    return "\n".join(parts)


def _row(line: Line, rivals: Sequence[str]) -> str:
    ours = line.timings[OURS].cpu_ms
    row = f"{line.case:<6}{ours:>7.1f}  {line.outcomes[OURS].word:<17}"
    for rival in rivals:
        timing, outcome = line.timings.get(rival), line.outcomes[rival]
        figures = (
            f"{timing.cpu_ms:>24.1f}{timing.cpu_ms / ours:>7.1f}x"
            if timing and outcome.compiled
            else f"{'-':>24}{'-':>8}"
        )
        row += f"{figures}  {outcome.word:<12}"
    return row.rstrip()


def _notes(lines: Sequence[Line]) -> list[str]:
    return [
        f"  {line.case} {who}: {outcome.word}" + (f" - {outcome.note[:140]}" if outcome.note else "")
        for line in lines
        for who, outcome in line.outcomes.items()
        if outcome.word != "equal"
    ]


def _counts(lines: Sequence[Line], contestants: Sequence[str]) -> list[str]:
    words = list(dict.fromkeys(line.outcomes[who].word for line in lines for who in contestants))
    return [
        f"{who}: "
        + ", ".join(f"{n} {word}" for word in words if (n := sum(line.outcomes[who].word == word for line in lines)))
        for who in contestants
    ]


def _clock(lines: Sequence[Line], rivals: Sequence[str]) -> str:
    """The same on the clock, which other work on the machine stretches, and the cases that come closest to us."""
    parts = [f"{rival} / ours {statistics.median(_ratios(lines, rival, clock=True) or [0.0]):.1f}" for rival in rivals]
    closest = [f"{rival} {min(_ratios(lines, rival) or [0.0]):.1f}" for rival in rivals]
    return f"On the clock: {', '.join(parts)}. Smallest ratio of a case (processor): {', '.join(closest)}."


if __name__ == "__main__":
    main()
