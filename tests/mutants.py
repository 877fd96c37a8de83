"""Seeded faults of the compiler and the checks, each of which some test must notice: `python -m tests.mutants`.

A mutant is one passage of the source replaced by a wrong one in a copy of the package; the tests run against the copy.
It is killed when they fail. The exit code is the number of survivors.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "semantic_layer"
TESTS = (
    "test_hard_cases.py",
    "test_compiler.py",
    "test_compiler_kinds.py",
    "test_compiler_queries.py",
    "test_compiler_many_sides.py",
    "test_query_check.py",
    "test_viewer_policies.py",
    "test_guarantees.py",
)
NEEDED = ("__init__.py", "hard_cases", *TESTS)


@dataclass(frozen=True)
class Mutant:
    """A passage `right` of file `file` (in the package) and the wrong one that takes its place."""

    name: str
    file: str
    right: str
    wrong: str


LAG = """found.previous = {
        name: exp.Window(
            this=exp.Lag(this=tree.copy()),
            partition_by=[key.copy() for one, key in here.keys.items() if one != time.name],
            order=exp.Order(expressions=[sql.ordered(here.keys[time.name].copy(), False)]),
        )
        for name, tree in here.leaves.items()
    }
    return found


def _beside("""

MUTANTS = (
    Mutant("a join without its condition", "compiler/source.py",
           "_match(link, near, far)))", "exp.Boolean(this=True)))"),
    Mutant("INNER instead of LEFT JOIN to a dimension", "compiler/source.py",
           'on.copy() if on else None, "LEFT")', 'on.copy() if on else None, "INNER")'),
    Mutant("LEFT instead of FULL JOIN of two facts", "compiler/stitch.py",
           '"FULL" if names else "CROSS"', '"LEFT" if names else "CROSS"'),
    Mutant("facts joined by = , so that NULL meets nothing", "compiler/sqltree.py",
           "return exp.NullSafeEQ(this=left, expression=right)", "return exp.EQ(this=left, expression=right)"),
    Mutant("division by zero", "compiler/sqltree.py",
           "whole = exp.Nullif(this=denominator, expression=integer(0))", "whole = denominator"),
    Mutant("whole-number division", "compiler/sqltree.py",
           "exp.Div(this=cast(numerator, exp.DType.DOUBLE), expression=whole",
           "exp.IntDiv(this=numerator, expression=whole"),
    Mutant(
        "division by zero in a definition",
        "expressions.py",
        "if not isinstance(below, exp.Nullif | exp.Literal):",
        "if False:",
    ),
    Mutant("a mean of ratios", "compiler/aggregate.py",
           '"sum": lambda tree, _: exp.Sum(this=tree)', '"sum": lambda tree, _: exp.Avg(this=tree)'),
    Mutant("the end of a period is in it", "compiler/conditions.py",
           "exp.LT(this=tree.copy(), expression=sql.moment(span.end))",
           "exp.LTE(this=tree.copy(), expression=sql.moment(span.end))"),
    Mutant("the start of a period is not in it", "compiler/conditions.py",
           "exp.GTE(this=tree.copy(), expression=sql.moment(span.start))",
           "exp.GT(this=tree.copy(), expression=sql.moment(span.start))"),
    Mutant("up to a day leaves the day out", "compiler/conditions.py",
           "sql.moment(value + timedelta(days=1))", "sql.moment(value)"),
    Mutant("LAG instead of the calendar", "compiler/compare.py", "return found\n\n\ndef _beside(", LAG),
    Mutant("INNER instead of LEFT JOIN to the bucket before", "compiler/compare.py",
           'there.relation(), sql.both(conditions), "LEFT")', 'there.relation(), sql.both(conditions), "INNER")'),
    Mutant("groups of one period only are lost", "compiler/compare.py",
           '"FULL" if conditions else "CROSS"', '"LEFT" if conditions else "CROSS"'),
    Mutant("the other period computed from this one", "compiler/metrics.py",
           "value_of(layer, name, frame.previous)", "value_of(layer, name, frame.leaves)"),
    Mutant("the month before is thirty days before", "spans.py",
           "if span.start.day == 1 and span.end.day == 1:", "if False:"),
    Mutant("weeks a year earlier by the date", "spans.py",
           'Shift(_YEAR_OF_WEEKS, "day") if grain == "week" else Shift(12, "month")', 'Shift(12, "month")'),
    Mutant("a relative change with the sign of the value", "compiler/metrics.py",
           "sql.divided(change.copy(), exp.Abs(this=before.copy()))", "sql.divided(change.copy(), before.copy())"),
    Mutant("`ne` drops rows without a value", "compiler/conditions.py", "else exp.NullSafeNEQ", "else exp.NEQ"),
    Mutant("`not_in` drops rows without a value", "compiler/conditions.py",
           "return exp.Or(this=exp.Is(this=tree.copy(), expression=exp.Null()), expression=exp.Not(this=found))",
           "return exp.Not(this=found)"),
    Mutant("a measure's filter forgotten beside others", "compiler/aggregate.py",
           "if common or not measure.filter:", "if True:"),
    Mutant("a measure's filter forgotten", "compiler/aggregate.py",
           'return [] if "" in filters else', "return [] if filters else"),
    Mutant("a metric's filter forgotten", "compiler/aggregate.py",
           "return [source.expression(leaf.filter)] if leaf.filter else []", "return []"),
    Mutant("rows of the fact, not distinct values, counted", "compiler/aggregate.py",
           "exp.Count(this=exp.Distinct(expressions=[tree]), big_int=True)", "exp.Count(this=tree, big_int=True)"),
    Mutant("counts beside other facts stay NULL", "compiler/stitch.py",
           "return sql.or_zero(value) if name in part.zero", "return sql.or_zero(value) if False"),
    Mutant("every missing value is 0", "compiler/stitch.py",
           "return sql.or_zero(value) if name in part.zero", "return sql.or_zero(value) if True or name in part.zero"),
    Mutant("a window one day too long", "compiler/windows.py",
           "return sql.moved(end.copy(), -back.count, back.unit)",
           "return sql.moved(end.copy(), -back.count - 1, back.unit)"),
    Mutant("a running total starts with the period", "compiler/windows.py",
           "row_conditions(source, replace(window.scope, span=end), time)",
           "row_conditions(source, window.scope, time)"),
    Mutant("distinct counts summed up by day", "compiler/windows.py",
           '_SELF_ADDING = {"sum": exp.Sum,', '_SELF_ADDING = {"sum": exp.Sum, "count_distinct": exp.Sum,'),
    Mutant("an offset looks ahead", "compiler/stitch.py",
           "sql.earlier(tree, part.earlier, key.grain)",
           "sql.bucket_end(tree, key.grain)"),
    Mutant("an offset drops what was not there before", "compiler/stitch.py",
           '_meet(frame.keys, part), "LEFT")', '_meet(frame.keys, part), "INNER")'),
    Mutant("a level of each group's own last day", "compiler/levels.py",
           "return tuple(key for key in scope.keys if key.is_metric_time or key.ref == _time_ref(leaf, level))",
           "return scope.keys"),
    Mutant("a level summed over time", "compiler/levels.py", 'if level.take != "average":', "if False:"),
    Mutant("a conversion window always open at its end", "compiler/journeys.py",
           "(exp.LTE if metric.closed else exp.LT)", "(exp.LT)"),
    Mutant("what came before counts as conversion", "compiler/journeys.py",
           "exp.GTE(this=time, expression=start.copy())", "exp.Boolean(this=True)"),
    Mutant("cohorts too young count as lost", "compiler/journeys.py",
           "return sql.both([*on, exp.GT(this=lived, expression=sql.column(age, found))])", "return sql.both(on)"),
    Mutant("rows without an entity count as one", "compiler/entities.py",
           "known = [sql.is_known(frame.keys[key.name].copy()) for key in own]", "known: list[exp.Expr] = []"),
    Mutant("entities without rows forgotten", "compiler/entities.py",
           'if metric.population == "all":', "if False:"),
    Mutant("`none` means any", "compiler/rows.py", "if not filters[0].none:", "if True:"),
    Mutant("rows without an entity are outside a segment", "compiler/rows.py",
           "return sql.when(sql.is_known(key), inside, exp.Null())", "return inside"),
    Mutant("two conditions met by two rows", "compiler/rows.py",
           "one.via, one.none\n", "one.via, one.op, one.none\n"),
    Mutant("entities without rows fall off the list", "compiler/members.py",
           'sql.joined(frame.source, values.relation(), on, "LEFT")',
           'sql.joined(frame.source, values.relation(), on, "INNER")'),
    Mutant("a share of its own group", "compiler/extras.py",
           "scope = replace(draft.scope, keys=within, filters=rows, spine=False, top=None)",
           "scope = replace(draft.scope, keys=draft.keys, filters=rows, spine=False, top=None)"),
    Mutant("the smallest are the top", "compiler/extras.py",
           "sql.ordered(frame.leaves[top.by].copy(), top.descending)",
           "sql.ordered(frame.leaves[top.by].copy(), not top.descending)"),
    Mutant("the first of several paths", "paths.py", "if len(kept) == 1:", "if kept:"),
    Mutant("a secondary role as good as the first", "paths.py",
           "kept = [path for path in fitting if not _is_secondary(path, wanted)] or fitting", "kept = fitting"),
    Mutant("a filter that means two things", "reach_rules.py",
           "if len(set(about.values())) > 1 and not query.entity:", "if False:"),
    Mutant("weeks from Sunday", "compiler/sqltree.py",
           'if grain == "week" and rules.sunday_first:', 'if grain == "week":'),
    Mutant("fiscal years ahead of time", "compiler/sqltree.py",
           "rules.fiscal_start_month - 1", "1 - rules.fiscal_start_month"),
    Mutant("the time zone dropped", "compiler/source.py",
           "return sql.zoned(tree, stored, self.draft.zone)", "return tree"),
    Mutant("ties in any order", "compiler/finish.py",
           "rest = [*times, *(key.name for key in draft.keys if not key.grain)]", "rest: list[str] = []"),
    Mutant("NULLs first", "compiler/sqltree.py",
           "exp.Ordered(this=tree, desc=descending, nulls_first=False)",
           "exp.Ordered(this=tree, desc=descending, nulls_first=True)"),
    Mutant("hidden fields can be asked for", "model.py",
           "return {name: one for name, one in self._fields.items() if not one.hidden}", "return self._fields"),
    Mutant("a rule forgotten where the table is not touched", "policies.py",
           "found.extend(_belongs(layer, viewer, path) for path in _ways(layer, name, other))", "pass"),
    Mutant("a rule without its attribute opens everything", "policies.py",
           "if not all(_given(viewer, one) for one in wanted):\n        return exp.Boolean(this=False)",
           "if not all(_given(viewer, one) for one in wanted):\n        return exp.Boolean(this=True)"),
    Mutant("orphans pass a rule", "policies.py",
           "return exp.Exists(this=select)",
           "return exp.Or(this=exp.Exists(this=select), expression=exp.Boolean(this=True))"),
    Mutant("buckets after the end of the data", "compiler/spine.py",
           "end = min(span.end, draft.data_end) if span and span.end else draft.data_end",
           "end = span.end if span and span.end else draft.data_end"),
    Mutant(
        "a bridge without its weight",
        "compiler/aggregate.py",
        "_weighted(source, measure) if source.weight else aggregated",
        "_weighted(source, measure) if False else aggregated",
    ),
    Mutant(
        "several rows of one value counted each",
        "compiler/many_sides.py",
        "sql.grouped(select, len(keys) + len(values))",
        "pass",
    ),
)  # fmt: skip


def prepare(place: Path) -> None:
    """A copy of the package and of the tests that judge it."""
    shutil.copytree(ROOT / PACKAGE, place / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    (place / "tests").mkdir()
    for name in NEEDED:
        source, target = ROOT / "tests" / name, place / "tests" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    shutil.copy(ROOT / "pyproject.toml", place)


def survives(mutant: Mutant, place: Path) -> bool:
    """True when the tests do not notice the fault."""
    path = place / PACKAGE / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.right) != 1:
        raise ValueError(f"{mutant.name}: the passage stands {text.count(mutant.right)} times in {mutant.file}")
    path.write_text(text.replace(mutant.right, mutant.wrong), encoding="utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-x", "-n0", "-p", "no:cacheprovider", "-m", "not deep", "tests"]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(place)}
        return subprocess.run(command, cwd=place, capture_output=True, env=environment, check=False).returncode == 0
    finally:
        path.write_text(text, encoding="utf-8")


def survivors(mutants: Iterable[Mutant]) -> list[str]:
    """Names of the mutants that no test noticed, each told as it is judged."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        prepare(place)
        for mutant in mutants:
            lives = survives(mutant, place)
            sys.stdout.write(f"{'SURVIVES' if lives else 'killed  '}  {mutant.name}\n")
            sys.stdout.flush()
            found += [mutant.name] if lives else []
    return found


def main(names: list[str]) -> int:
    """Judge all mutants, or those whose name holds one of `names`; returns how many survive."""
    chosen = [one for one in MUTANTS if not names or any(name in one.name for name in names)]
    left = survivors(chosen)
    sys.stdout.write(f"{len(chosen) - len(left)} of {len(chosen)} mutants killed\n")
    return len(left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
