"""Counts and rates over judged questions, in the order in which reports print them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from evals.records import VERDICTS, Part, Record

_Z95 = 1.959963984540054


class Counts(Part):
    """How often each verdict was given; `vague` of the right refusals do not name what they must, and do not pass."""

    right: int = 0
    silently_wrong: int = 0
    needlessly_refused: int = 0
    rightly_refused: int = 0
    error: int = 0
    vague: int = 0

    @property
    def total(self) -> int:
        """All questions."""
        return self.right + self.silently_wrong + self.needlessly_refused + self.rightly_refused + self.error

    @property
    def passed(self) -> int:
        """Right answers, and right refusals that name what they must."""
        return self.right + self.rightly_refused - self.vague


class Score(Part):
    """Rates over a set of questions; shares from 0 to 1, None where nothing was there to be counted.

    `accuracy` counts right answers and right refusals among all, with its Wilson 95% `interval`; `precision` is right
    answers among all answers given; `coverage` is the share of answerable questions that got an answer. A trust score
    is right reactions minus c times silently wrong ones, over all (arXiv 2403.15879). `exact` counts right answers
    without an extra column, `subset` those with one. Latencies are milliseconds.
    """

    counts: Counts
    accuracy: float | None = None
    interval: tuple[float, float] | None = None
    precision: float | None = None
    coverage: float | None = None
    trust_1: float | None = None
    trust_5: float | None = None
    exact: int = 0
    subset: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None


def count(records: Iterable[Record]) -> Counts:
    """Verdicts counted."""
    every = list(records)
    found = Counter(record.verdict for record in every)
    vague = sum(record.is_vague for record in every)
    return Counts(**{verdict: found[verdict] for verdict in VERDICTS}, vague=vague)


def score(records: Sequence[Record]) -> Score:
    """All rates over the records."""
    counts = count(records)
    given = counts.right + counts.silently_wrong
    answerable = [record for record in records if record.kind in ("rows", "defines")]
    answered = [record for record in answerable if record.verdict in ("right", "silently_wrong")]
    times = [record.milliseconds for record in records if record.verdict != "error" and not record.cached]
    exact = sum(record.verdict == "right" and record.exact is not False for record in records)
    return Score(
        counts=counts,
        accuracy=_share(counts.passed, counts.total),
        interval=wilson(counts.passed, counts.total),
        precision=_share(counts.right, given),
        coverage=_share(len(answered), len(answerable)),
        trust_1=trust(counts, 1),
        trust_5=trust(counts, 5),
        exact=exact,
        subset=counts.right - exact,
        p50_ms=percentile(times, 0.5),
        p95_ms=percentile(times, 0.95),
    )


def trust(counts: Counts, penalty: float) -> float | None:
    """The mean reward: 1 for a pass, 0 for a needless or vague refusal or an error, -penalty for a silent error."""
    return (counts.passed - penalty * counts.silently_wrong) / counts.total if counts.total else None


def wilson(passed: int, total: int) -> tuple[float, float] | None:
    """The Wilson 95% interval of a share (E. B. Wilson, JASA 22, 1927)."""
    if not total:
        return None
    share, z2 = passed / total, _Z95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z95 / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of the values do not exceed (nearest rank)."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def headline(records: Iterable[Record]) -> list[Record]:
    """The questions as written, asked once: what the headline counts; rewordings and repeats are counted apart."""
    return [record for record in records if record.variant == 0 and record.repeat == 0]


def by_tag(records: Iterable[Record]) -> dict[str, Score]:
    """The score of every tag, by name."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for tag in record.tags:
            groups[tag].append(record)
    return {tag: score(groups[tag]) for tag in sorted(groups)}


def by_suite(records: Iterable[Record]) -> dict[str, Score]:
    """The score of every suite, in the order of the records."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record.suite].append(record)
    return {suite: score(found) for suite, found in groups.items()}


def reasons(records: Iterable[Record]) -> dict[str, int]:
    """How often each reason code was given to a question that did not pass, most frequent first."""
    found = Counter(reason for record in records if not record.passed for reason in record.reasons)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


class Paraphrases(Part):
    """Rewordings beside the questions they reword.

    `bases` questions have rewordings; `all_right` of them pass in every wording; `accuracy_base` and `accuracy` are
    shares of passed questions and of passed rewordings, `drop` their difference in points.
    """

    bases: int
    rewordings: int
    counts: Counts
    all_right: int
    accuracy_base: float
    accuracy: float
    drop: float


def paraphrases(records: Sequence[Record]) -> Paraphrases | None:
    """What rewording costs; None when nothing was reworded."""
    variants: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        if record.variant and not record.repeat:
            variants[record.suite, record.case].append(record)
    bases = [record for record in headline(records) if (record.suite, record.case) in variants]
    flat = [record for found in variants.values() for record in found]
    if not bases or not flat:
        return None
    base, reworded = sum(r.passed for r in bases) / len(bases), sum(r.passed for r in flat) / len(flat)
    return Paraphrases(
        bases=len(bases),
        rewordings=len(flat),
        counts=count(flat),
        all_right=sum(r.passed and all(v.passed for v in variants[r.suite, r.case]) for r in bases),
        accuracy_base=base,
        accuracy=reworded,
        drop=(base - reworded) * 100,
    )


def agreement(records: Sequence[Record]) -> float | None:
    """The share of repeated questions whose verdict was the same each time; None without repeats."""
    groups: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
    for record in records:
        groups[record.suite, record.case, record.variant].append(record)
    repeated = [found for found in groups.values() if len(found) > 1]
    return _share(sum(len({_shape(r) for r in found}) == 1 for found in repeated), len(repeated))


def _shape(record: Record) -> tuple[str, str]:
    """What must be the same from run to run: the verdict and the rows."""
    return record.verdict, repr(record.answer.rows) if record.answer else record.code


def _share(part: int, total: int) -> float | None:
    return part / total if total else None
