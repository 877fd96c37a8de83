"""Metrics on the figures of all datasets: names that are free, words that tell them apart, obvious ratios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from semantic_layer.bootstrap.fields import propose_fields
from semantic_layer.bootstrap.figure import SALES, Figure
from semantic_layer.bootstrap.measures import propose_figures
from semantic_layer.bootstrap.naming import free_name, is_called, label, phrase, plain_name, plural, synonyms
from semantic_layer.bootstrap.prices import values_of_lines
from semantic_layer.bootstrap.subjects import Subject
from semantic_layer.bootstrap.vocabulary import vocabulary
from semantic_layer.model import AIContext, Dimension, Measure, Metric, RatioMetric, SimpleMetric

_RESERVED = {"metric_time", "day", "week", "month", "quarter", "year", "hour"}
_MOST_EXAMPLES = 2
_MOST_CURRENCIES = 4
_MOST_GROUPS = 60


@dataclass(frozen=True)
class Proposed:
    """The measures of each dataset, the metrics on them, and the figures that something is doubtful about."""

    measures: Mapping[str, tuple[Measure, ...]]
    metrics: tuple[Metric, ...]
    figures: tuple[tuple[str, Figure], ...]


def propose_metrics(subjects: Sequence[Subject], taken: Collection[str] = ()) -> Proposed:
    """Measures and metrics for all subjects; no metric gets a name that is `taken`."""
    own = {subject.name: (*propose_figures(subject), *values_of_lines(subject, subjects)) for subject in subjects}
    figures = [figure for subject in subjects for figure in _unique(_with_sales(subject, own[subject.name]))]
    named = list(_named(figures, subjects, {*taken, *_RESERVED}))
    by_name = {subject.name: _Source(subject, _breakdown(subject)) for subject in subjects}
    metrics: list[Metric] = [_simple(name, figure, by_name[figure.dataset]) for name, figure in named]
    metrics.extend(_ratios(named, {*taken, *(name for name, _ in named)}))
    measures = {
        subject.name: tuple(figure.measure for figure in figures if figure.dataset == subject.name)
        for subject in subjects
    }
    return Proposed(measures, tuple(metrics), tuple(named))


def _unique(figures: Iterable[Figure]) -> Iterator[Figure]:
    """The figures with measure names that differ within their dataset."""
    taken: set[str] = set()
    for figure in figures:
        name = free_name(figure.measure.name, taken)
        taken.add(name)
        yield replace(figure, measure=figure.measure.model_copy(update={"name": name}))


def _with_sales(subject: Subject, figures: Sequence[Figure]) -> Iterator[Figure]:
    """The figures, with the words for revenue on the one sum of money that a table of sales has, or on the net one."""
    known = vocabulary()
    sums = [
        figure
        for figure in figures
        if figure.role == "sum" and figure.money and any(known.has("sales_money", (word,)) for word in figure.entity)
    ]
    words = {*subject.table.noun, *subject.noun}
    net = [figure for figure in sums if "net" in figure.entity]
    sums = net if len(net) == 1 else sums
    sold = sums[0] if len(sums) == 1 and any(known.has("sale_nouns", (word,)) for word in words) else None
    for figure in figures:
        if figure is sold:
            doubt = figure.doubt or "it was taken for the revenue"
            yield replace(figure, synonyms=tuple(dict.fromkeys((*figure.synonyms, *SALES))), doubt=doubt)
        elif sold and figure.role == "average" and figure.entity == sold.entity and subject.noun:
            noun = phrase(subject.noun)
            told = (f"average {noun} value", f"{phrase(sold.entity)} per {noun}", f"revenue per {noun}")
            yield replace(figure, synonyms=tuple(dict.fromkeys((*told, *figure.synonyms))))
        elif figure.role == "sum" and set(SALES) & set(figure.entity):
            yield replace(figure, doubt=figure.doubt or f"is what {subject.table.name} calls so your own revenue?")
        else:
            yield figure


def _named(figures: Sequence[Figure], subjects: Sequence[Subject], taken: set[str]) -> Iterator[tuple[str, Figure]]:
    """Each figure with a name of its own; those of different datasets that would share one say which they are of."""
    counted = Counter(figure.name for figure in figures)
    by_name = {subject.name: subject for subject in subjects}
    rows = {figure.name for figure in figures if figure.role == "rows"}
    for figure in sorted(figures, key=lambda one: one.role != "rows"):
        name, told = figure.name, figure
        shared = counted[name] > 1 and not (figure.role == "rows" and name in rows)
        if shared:
            told = _qualified(figure, by_name[figure.dataset])
            name = plain_name(f"{figure.dataset}_{name}", name)
        name = free_name(name, taken)
        taken.add(name)
        yield name, told


def _qualified(figure: Figure, subject: Subject) -> Figure:
    """The figure called by its dataset, too; the short words stay, so that a question which uses them is asked back."""
    owner = plural(subject.noun) if subject.noun else phrase(subject.table.noun)
    short = figure.label[:1].lower() + figure.label[1:]
    told = f"{figure.label} of {owner}" if figure.role != "entities" else f"{figure.label} in {owner}"
    noun = phrase(subject.noun or subject.table.noun)
    return replace(figure, label=told, synonyms=tuple(dict.fromkeys((short, f"{noun} {short}", *figure.synonyms))))


@dataclass(frozen=True)
class _Source:
    """A subject and, for example questions, what its rows can be broken down by (empty when nothing suits)."""

    subject: Subject
    breakdown: str


def _breakdown(subject: Subject) -> str:
    return next((field.title.lower() for field in propose_fields(subject) if _splits(field, subject)), "")


def _simple(name: str, figure: Figure, source: _Source) -> SimpleMetric:
    return SimpleMetric(
        name=name,
        measure=f"{figure.dataset}.{figure.measure.name}",
        label=figure.label,
        description=_description(figure, source.subject),
        unit=figure.unit,
        format=figure.format,
        caveats=(mixed,) if figure.money and (mixed := mixed_currencies(source.subject)) else (),
        ai_context=AIContext(synonyms=figure.synonyms, examples=_examples(figure, source)),
    )


def mixed_currencies(subject: Subject) -> str:
    """What is to be said of amounts whose rows are of several currencies; empty where they are of one."""
    found = [one for one in subject.table.columns if "currency" in one.words and one.figures.distinct > 1]
    texts = sorted(found[0].figures.samples) if found else []
    named = f" ({', '.join(texts[:_MOST_CURRENCIES])})" if texts else ""
    return f"Amounts are in the currency of each row{named} and are added up as they are: choose one." if texts else ""


def _description(figure: Figure, subject: Subject) -> str:
    table = subject.table.name
    if figure.role == "rows":
        return f"Rows of the table {table}."
    if figure.role == "share" and figure.measure.description:
        return figure.measure.description
    if figure.role == "share":
        return f"Part of the rows of {table} for which it is true; rows without an answer do not count."
    words = {"sum": "Sum", "average": "Mean", "min": "Smallest", "max": "Largest", "count_distinct": "Different values"}
    joint = "" if figure.role == "range" else " of"
    return f"{words[figure.measure.agg]}{joint} {figure.measure.expression} in the table {table}."


def _examples(figure: Figure, source: _Source) -> tuple[str, ...]:
    """Questions for the main figures, to start from."""
    if figure.role not in ("rows", "sum"):
        return ()
    name = figure.synonyms[0] if figure.role == "rows" else figure.label[:1].lower() + figure.label[1:]
    told = [f"How many {figure.unit} do we have?"] if figure.role == "rows" and source.subject.noun else []
    told += [f"{name[:1].upper()}{name[1:]} by {source.breakdown}"] if source.breakdown else []
    told += [f"{name[:1].upper()}{name[1:]} by month"] if source.subject.time else []
    return tuple(told[:_MOST_EXAMPLES])


def _splits(field: Dimension, subject: Subject) -> bool:
    column = next(one for one in subject.table.columns if subject.field_of(one) == field.name)
    repeats = 1 < column.figures.distinct <= min(_MOST_GROUPS, column.filled / 2)
    return repeats and subject.meanings[column.name].role == "category" and not (field.hidden or field.pii)


def _ratios(named: Sequence[tuple[str, Figure]], taken: set[str]) -> Iterator[RatioMetric]:
    """Money by the number of invoices, customers, ... that the same table holds the ids of."""
    for name, money in named:
        if money.role != "sum" or not (set(SALES) & set(money.synonyms)):
            continue
        for count, figure in named:
            if figure.dataset == money.dataset and figure.role == "entities" and _is_plain_noun(figure):
                yield _ratio((name, money), (count, figure), taken)


def _is_plain_noun(figure: Figure) -> bool:
    return is_called(figure.entity) and "with" not in figure.entity


def _ratio(money: tuple[str, Figure], count: tuple[str, Figure], taken: set[str]) -> RatioMetric:
    base, entity = money[1].label.lower().removeprefix("total "), phrase(count[1].entity)
    name = free_name(plain_name(f"{base}_per_{entity}", "ratio"), taken)
    taken.add(name)
    words = tuple(f"{base} per {entity}".split())
    others = (f"average {base} per {entity}", f"revenue per {entity}", f"average {entity} value")
    return RatioMetric(
        name=name,
        type="ratio",
        numerator=money[0],
        denominator=count[0],
        label=label(words),
        description=f"{money[1].label} divided by the {count[1].label[:1].lower()}{count[1].label[1:]}.",
        unit=money[1].unit,
        format="currency",
        ai_context=AIContext(synonyms=synonyms([words], others)),
    )
