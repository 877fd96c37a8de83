"""How many broken queries does the comparator let pass? `python -m evals.mutants SUITE...` prints the figure.

Every gold of the suites is broken in every single-fault way (`evals.mutations`). A mutant counts when it runs and is
truly different: on at least one of fifty random databases of the same schema its rows are not the gold's, compared
cell by cell and without any of the comparator's rules. Printed are the shares of those that still pass on the data at
hand, without and with the changed copies of `evals.copies`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from evals.comparison import CompareRules, Table, compare
from evals.comparison.cells import canonical
from evals.constants import constants_of
from evals.copies import copies, random_databases
from evals.cuts import freeze_today
from evals.errors import EvalError, GoldError
from evals.golds import GoldSource, run_gold
from evals.loader import load_suites
from evals.mutations import Mutant, mutants
from evals.recheck import Recheck
from warehouse import WarehouseError, query_trusted

RANDOM_DATABASES = 50


@dataclass(frozen=True)
class Trial:
    """One mutant of one gold: does it run, is it truly different, does it pass without and with the copies?"""

    case: str
    mutant: Mutant
    runs: bool
    different: bool = False
    passes: bool = False
    passes_copies: bool = False


@dataclass(frozen=True)
class Ground:
    """The databases of a campaign: the data at hand, its changed copies, and the random ones."""

    source: GoldSource
    copies: tuple[Path, ...]
    randoms: tuple[Path, ...]


def campaign(golds: Sequence[tuple[str, str]], source: GoldSource, room: Path) -> list[Trial]:
    """All trials over the golds `(case, SQL)` of one database."""
    broken = [(case, sql, mutant) for case, sql in golds for mutant in mutants(sql)]
    constants = constants_of([sql for _, sql in golds] + [mutant.sql for _, _, mutant in broken], source.database)
    ground = Ground(
        source,
        copies(source.database, room, constants),
        random_databases(source.database, room, constants, RANDOM_DATABASES),
    )
    return [_trial(case, sql, mutant, ground) for case, sql, mutant in broken]


def _trial(case: str, sql: str, mutant: Mutant, ground: Ground) -> Trial:
    try:
        table = read(ground.source.database, mutant.sql)
        expected = run_gold(sql, ground.source)
    except (WarehouseError, GoldError):
        return Trial(case, mutant, runs=False)
    passes = compare(expected, table).matches
    recheck = Recheck(ground.source, ground.copies, read)
    held = passes and not recheck.falls_apart([sql], mutant.sql, CompareRules())
    return Trial(case, mutant, True, _differs(sql, mutant.sql, ground), passes, held)


def read(database: Path, sql: str) -> Table:
    """Rows of a trusted statement as a table."""
    result = query_trusted(database, sql)
    return Table(result.columns, result.rows, result.truncated)


def _differs(sql: str, mutant: str, ground: Ground) -> bool:
    """Whether the rows differ on one of the random databases; those on which the gold's cut ties do not count."""
    return any(_differs_on(database, sql, mutant, ground.source) for database in ground.randoms)


def _differs_on(database: Path, sql: str, mutant: str, source: GoldSource) -> bool:
    try:
        here = source.on(database)
        if run_gold(sql, here).tied_groups:
            return False
        gold = here.run(sql)
        return _bag(Table(gold.columns, gold.rows)) != _bag(read(database, mutant))
    except (WarehouseError, GoldError):
        return False


def _bag(table: Table) -> Counter[tuple[object, ...]]:
    """Rows with their counts, floating dust rounded off."""
    return Counter(tuple(_rounded(canonical(cell)) for cell in row) for row in table.rows)


def _rounded(cell: tuple[str, object]) -> object:
    return round(cell[1], 6) if isinstance(cell[1], float) else cell


def summary(trials: Iterable[Trial]) -> str:
    """The figures in words, by kind of fault and in all."""
    counted = [trial for trial in trials if trial.runs and trial.different]
    lines = [f"{'fault':<24}{'different':>10}{'pass':>7}{'with copies':>13}"]
    for kind in dict.fromkeys(trial.mutant.kind for trial in counted):
        lines.append(_line(kind, [trial for trial in counted if trial.mutant.kind == kind]))
    lines.append(_line("all", counted))
    return "\n".join(lines)


def _line(name: str, trials: Sequence[Trial]) -> str:
    alone, held = sum(trial.passes for trial in trials), sum(trial.passes_copies for trial in trials)
    share = [f"{number} ({number / len(trials):.1%})" if trials else "-" for number in (alone, held)]
    return f"{name:<24}{len(trials):>10}{share[0]:>13}{share[1]:>13}"


@click.command()
@click.argument("suites", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--show", is_flag=True, help="List the mutants that pass with copies (dev splits only).")
def main(suites: tuple[Path, ...], show: bool) -> None:
    """Break the golds of SUITES on purpose and count what the comparator lets pass."""
    trials: list[Trial] = []
    shown: set[str] = set()
    try:
        for loaded in load_suites(suites):
            suite = loaded.suite
            golds = [(c.id, freeze_today(sql, suite.as_of)) for c in suite.cases for sql in c.expect.sql]
            shown |= {case.id for case in suite.cases if suite.split_of(case) == "dev"}
            with TemporaryDirectory() as room:
                trials += campaign(golds, GoldSource(Path(loaded.database), suite.as_of), Path(room))
            click.echo(f"{suite.suite}: {len(trials)} mutants so far", err=True)
    except EvalError as error:
        raise click.ClickException(str(error)) from error
    runs = sum(trial.runs for trial in trials)
    click.echo(f"{len(trials)} mutants, {runs} run, {sum(t.runs and t.different for t in trials)} truly different")
    click.echo(summary(trials))
    if show:
        for trial in trials:
            if trial.different and trial.passes_copies and trial.case in shown:
                click.echo(f"{trial.case} · {trial.mutant.kind}: {trial.mutant.sql}")


if __name__ == "__main__":
    main(prog_name="python -m evals.mutants")
