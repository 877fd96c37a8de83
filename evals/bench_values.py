"""How quick a question becomes a plan over the demo company, and with millions of distinct values beside its own.

`python -m evals.bench_values` writes an index of made-up names as values of a dimension, asks every question of the
developing suites with and without it, then questions that name one of the values, whole or with a slip. Times are those
of this machine; quote the ratio.
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from assistant.answer import Plan
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.understanding import Contents, Understanding, ValuesIndex, load_language, write_index
from evals.databases import Wanted, prepare
from evals.loader import load_suite
from evals.suite import Case

SUITES = Path(__file__).parent / "suites"
AS_OF = date(2026, 6, 30)
FIELD = "product.product_name"
SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
NAMED = 200


@click.command()
@click.option("--values", default=5_000_000, show_default=True, help="Distinct values of one dimension.")
def main(values: int) -> None:
    """Print how quick questions become plans, with as many distinct values as wanted."""
    prepared = prepare(Wanted("demo", AS_OF), read_settings().home, click.echo)
    assistant = Assistant.open(replace(read_settings(home=prepared.home), as_of=prepared.as_of))
    try:
        _compare(assistant, values)
    finally:
        assistant.close()


def _compare(assistant: Assistant, values: int) -> None:
    questions = _questions()
    click.echo(f"{len(questions)} questions of the developing suites, question to plan, milliseconds")
    plain = _timed(assistant.understanding, questions)
    click.echo(f"{'values of the demo company':34} {_spread(plain)}")
    with TemporaryDirectory() as folder:
        index = _built(Path(folder) / "values.db", values)
        before = _resident()
        wide = Understanding(assistant.layer, assistant.values, assistant.as_of, index)
        wide_times = _timed(wide, questions)
        click.echo(f"{f'with {index.values:,} values more':34} {_spread(wide_times)}")
        for label, slip in (("naming one of them", False), ("naming one with a slip", True)):
            named = list(islice(_asked(values, slip), NAMED))
            found = sum(isinstance(wide.plan(question), Plan) for question in named)
            click.echo(f"{label:34} {_spread(_timed(wide, named))}   placed {found} of {len(named)}")
        click.echo(f"memory more for asking over the index: {_resident() - before:.0f} MB")
    ratio = _at(wide_times, 0.5) / _at(plain, 0.5)
    click.echo(f"with the index / without: {ratio:.2f} (p50), {_at(wide_times, 0.95) / _at(plain, 0.95):.2f} (p95)")


def _english(path: Path) -> Sequence[Case]:
    suite = load_suite(path).suite
    return suite.cases if suite.language == "en" else ()


def _questions() -> list[str]:
    cases = [case for path in sorted(SUITES.glob("*_dev.yml")) for case in _english(path)]
    return list(dict.fromkeys(case.question for case in cases if not getattr(case, "after", None)))


def _built(path: Path, values: int) -> ValuesIndex:
    started = time.perf_counter()
    names = islice(_names(values), values)
    write_index(path, Contents([(FIELD, names)], []), b"bench", load_language().forms)
    took, size = time.perf_counter() - started, path.stat().st_size / 1e6
    index = ValuesIndex(path)
    click.echo(f"index of {index.values:,} values written in {took:.1f} s, {size:.0f} MB on the disk")
    return index


def _names(seed: int) -> Iterator[str]:
    """Made-up names of two words, no two the same, in no order."""
    mixed = random.Random(seed)
    firsts = ["".join(parts).title() for parts in product(mixed.sample(SYLLABLES, 15), repeat=3)]
    lasts = ["".join(parts).title() for parts in product(mixed.sample(SYLLABLES, 13), repeat=3)]
    mixed.shuffle(firsts)
    mixed.shuffle(lasts)
    return (f"{first} {last}" for last, first in product(lasts, firsts))


def _asked(seed: int, slip: bool) -> Iterator[str]:
    for name in islice(_names(seed), 0, None, 7):
        yield f"revenue of {name[:4] + name[5:] if slip else name} by month"


def _timed(understanding: Understanding, questions: Sequence[str]) -> list[float]:
    for question in questions[:50]:
        understanding.plan(question)
    return sorted(_once(understanding, question) for question in questions)


def _once(understanding: Understanding, question: str) -> float:
    started = time.perf_counter()
    understanding.plan(question)
    return (time.perf_counter() - started) * 1000


def _spread(times: Sequence[float]) -> str:
    return f"p50 {_at(times, 0.5):6.1f}   p95 {_at(times, 0.95):6.1f}"


def _at(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, int(share * len(times)))]


def _resident() -> float:
    """Megabytes of memory at most used so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
