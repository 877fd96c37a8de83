"""How many broken queries does the comparator let pass? `python -m evals.mutants SUITE...` prints the figure.

Every gold of the suites is broken in every single-fault way (`evals.mutations`). A mutant counts when it runs and is
truly different: on at least one of fifty random databases of the same schema its rows are not the gold's, compared
cell by cell and without any of the comparator's rules. Printed are the shares of those that still pass on the data at
hand, without and with the changed copies of `evals.copies`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from evals.comparison import CompareRules, Table, compare
from evals.comparison.cells import canonical
from evals.copies import copies, random_databases
from evals.cuts import freeze_today
from evals.errors import EvalError, GoldError
from evals.golds import open_gold
from evals.loader import load_suites
from evals.mutations import Mutant, mutants
from evals.needs import needs_of
from evals.recheck import holds_on
from warehouse import Read, Result, WarehouseError, trusted_reader

RANDOM_DATABASES = 50


@dataclass(frozen=True)
class Trial:
    """One mutant of one gold: does it run, is it truly different, does it pass without and with the copies?

    `loosely` tells that it differs on random databases that also break what the data respects: links that lead nowhere,
    NULL in any column.
    """

    case: str
    gold: str
    mutant: Mutant
    runs: bool
    passes: bool = False
    passes_copies: bool = False
    different: bool = False
    loosely: bool = False


def campaign(golds: Sequence[tuple[str, str]], database: Path, room: Path) -> list[Trial]:
    """All trials over the golds `(case, SQL)` of one database."""
    broken = [Trial(case, sql, mutant, True) for case, sql in golds for mutant in mutants(sql)]
    needs = needs_of([sql for _, sql in golds] + [trial.mutant.sql for trial in broken], database)
    at_hand = _passing([replace(trial, passes=True) for trial in broken], database)
    held = [replace(trial, passes_copies=trial.passes) for trial in at_hand]
    for copy in copies(database, room, needs):
        held = _still_passing(held, copy)
    trials = _different(held, random_databases(database, room, needs, RANDOM_DATABASES), "different")
    loose = random_databases(database, room, needs, RANDOM_DATABASES, loose=True)
    return _different(trials, loose, "loosely")


def _passing(trials: Iterable[Trial], database: Path) -> list[Trial]:
    """The trials with what the comparator says on the data at hand."""
    judged: list[Trial] = []
    with trusted_reader(database) as read:
        for trial in trials:
            try:
                passes = compare(open_gold(trial.gold, read), _table(read(trial.mutant.sql))).matches
                judged.append(replace(trial, passes=passes))
            except (WarehouseError, GoldError):
                judged.append(replace(trial, runs=False, passes=False))
    return judged


def _still_passing(trials: Iterable[Trial], copy: Path) -> list[Trial]:
    """The trials with those that fall apart on a copy marked."""
    with trusted_reader(copy) as read:
        return [replace(t, passes_copies=t.passes_copies and _agrees_on(t, read)) for t in trials]


def _agrees_on(trial: Trial, read: Read) -> bool:
    try:
        return holds_on(trial.gold, _table(read(trial.mutant.sql)), read, CompareRules())
    except WarehouseError:
        return True


def _different(trials: Sequence[Trial], databases: Iterable[Path], mark: str) -> list[Trial]:
    """The trials with those marked whose rows are not the gold's on one of the databases."""
    found = list(trials)
    for database in databases:
        with trusted_reader(database) as read:
            for at, trial in enumerate(found):
                if trial.runs and not getattr(trial, mark) and _differs(trial, read):
                    found[at] = replace(trial, **{mark: True})
    return found


def _differs(trial: Trial, read: Read) -> bool:
    """Whether the rows differ; where the gold's own cut ties, nothing can be said."""
    try:
        if open_gold(trial.gold, read).tied_groups:
            return False
        return _bag(read(trial.gold)) != _bag(read(trial.mutant.sql))
    except (WarehouseError, GoldError):
        return False


def _table(result: Result) -> Table:
    return Table(result.columns, result.rows, result.truncated)


def _bag(result: Result) -> Counter[tuple[object, ...]]:
    """Rows with their counts, floating dust rounded off."""
    return Counter(tuple(_rounded(canonical(cell)) for cell in row) for row in result.rows)


def _rounded(cell: tuple[str, object]) -> object:
    return round(cell[1], 6) if isinstance(cell[1], float) else cell


def summary(trials: Iterable[Trial]) -> str:
    """The figures in words: by kind of fault, in all, and against the loose databases."""
    ran = [trial for trial in trials if trial.runs]
    counted = [trial for trial in ran if trial.different]
    lines = [f"{'fault':<32}{'truly different':>16}{'pass':>14}{'with copies':>14}"]
    for kind in dict.fromkeys(trial.mutant.kind for trial in counted):
        lines.append(_line(kind, [trial for trial in counted if trial.mutant.kind == kind]))
    lines.append(_line("all", counted))
    lines.append(_line("all, also on broken links", [trial for trial in ran if trial.different or trial.loosely]))
    return "\n".join(lines)


def _line(name: str, trials: Sequence[Trial]) -> str:
    alone, held = sum(trial.passes for trial in trials), sum(trial.passes_copies for trial in trials)
    share = [f"{number} ({number / len(trials):.1%})" if trials else "-" for number in (alone, held)]
    return f"{name:<32}{len(trials):>16}{share[0]:>14}{share[1]:>14}"


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
                trials += campaign(golds, Path(loaded.database), Path(room))
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
