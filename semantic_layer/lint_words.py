"""Rules about words: descriptions, owners, units, synonyms that clash, examples that mislead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from semantic_layer.funnels import funnel_of
from semantic_layer.lint_ground import Finding, Ground
from semantic_layer.metric_types import UnavailableMetric
from semantic_layer.nodes import Described
from semantic_layer.verified import normal_question

_GRAINS = frozenset(["hour", "day", "week", "month", "quarter", "half", "year"])
_PERSONAL = frozenset(
    ["email", "mail", "phone", "birth", "birthdate", "birthday", "firstname", "lastname", "surname", "address", "iban"]
)


def _undescribed(ground: Ground) -> Iterator[Finding]:
    entries: list[tuple[str, Iterable[Described]]] = [
        ("metrics", ground.metrics()),
        ("datasets", ground.layer.datasets.values()),
        ("segments", (one for one in ground.layer.segments.values() if not one.hidden)),
        ("funnels", ground.layer.funnels.values()),
    ]
    for section, nodes in entries:
        for one in nodes:
            if not one.description:
                yield Finding("NO_DESCRIPTION", section, one.name, "it has no description; say what it means.")
    for dataset in ground.layer.datasets.values():
        for field in dataset.fields:
            if not field.description and not field.hidden and not field.name.endswith("_weekday"):
                name = f"{dataset.name}.{field.name}"
                yield Finding("NO_DESCRIPTION", "datasets", name, "the field has no description; say what it holds.")


def _unowned(ground: Ground) -> Iterator[Finding]:
    segments = (one for one in ground.layer.segments.values() if not one.hidden)
    funnels = ground.layer.funnels.values()
    for section, nodes in (("metrics", ground.metrics()), ("segments", segments), ("funnels", funnels)):
        for one in nodes:
            if not one.owner:
                yield Finding("NO_OWNER", section, one.name, "nobody is named who answers for it (`owner`).")


def _unmeasured(ground: Ground) -> Iterator[Finding]:
    for one in ground.metrics():
        if not one.unit:
            yield Finding("NO_UNIT", "metrics", one.name, "it has no `unit` to read after the number.")
        elif (one.format == "percent") != (one.unit == "%"):
            yield Finding("UNIT_FORMAT", "metrics", one.name, f"unit `{one.unit}` and format `{one.format}` differ.")
        if "good_direction" not in one.model_fields_set:
            sentence = "`good_direction` is not said: is more of it good (`up`), bad (`down`) or neither (`neutral`)?"
            yield Finding("NO_DIRECTION", "metrics", one.name, sentence)


def _wordless(ground: Ground) -> Iterator[Finding]:
    for one in ground.metrics():
        if not one.synonyms:
            yield Finding("NO_SYNONYMS", "metrics", one.name, "it has no synonyms: what else do people call it?")
        if not one.ai_context.examples:
            yield Finding("NO_EXAMPLES", "metrics", one.name, "it has no example questions.")


def _clashes(ground: Ground) -> Iterator[Finding]:
    """The same words for two metrics, two segments or two funnels, unless each says that it shares them."""
    segments = [one for one in ground.layer.segments.values() if not one.hidden]
    kinds: list[tuple[str, list[Described]]] = [("metrics", list(ground.metrics())), ("segments", list(segments))]
    kinds.append(("funnels", list(ground.layer.funnels.values())))
    for section, nodes in kinds:
        meant: dict[str, dict[str, bool]] = defaultdict(dict)
        for one in nodes:
            shared = {normal_question(word) for word in one.ai_context.shared}
            for word in (one.title, one.name.replace("_", " "), *one.synonyms):
                meant[normal_question(word)][one.name] = normal_question(word) in shared
        for word, names in meant.items():
            if len(names) > 1 and not all(names.values()):
                told = ", ".join(sorted(names))
                sentence = f"`{word}` is said for {told}; drop it, or list it under `shared` of each to be asked back."
                yield Finding("SYNONYM_CLASH", section, max(names), sentence)


def _swallowed(ground: Ground) -> Iterator[Finding]:
    """Words of a metric that end in a breakdown: whoever says them would get the total."""
    shown = (one for dataset in ground.layer.datasets.values() for one in dataset.fields if not one.hidden)
    said = {normal_question(word) for one in shown for word in (one.title, *one.synonyms)}
    for one in ground.metrics():
        for word in (one.title, *one.synonyms):
            _, link, rest = normal_question(word).replace(" per ", " by ").rpartition(" by ")
            if link and (rest in _GRAINS or (rest in said and " per " not in word)):
                sentence = f"`{word}` ends in a breakdown, which would be swallowed; leave `by {rest}` out."
                yield Finding("SWALLOWS_BREAKDOWN", "metrics", one.name, sentence)


def _labels(ground: Ground) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for one in ground.metrics():
        other = first.setdefault(one.title.casefold(), one.name)
        if other != one.name:
            yield Finding("LABEL_CLASH", "metrics", one.name, f"`{one.title}` is the label of `{other}` as well.")


def _repeated_examples(ground: Ground) -> Iterator[Finding]:
    first: dict[str, str] = {}
    segments = (one for one in ground.layer.segments.values() if not one.hidden)
    for section, nodes in (("metrics", ground.metrics()), ("segments", segments)):
        for one in nodes:
            for example in one.ai_context.examples:
                other = first.setdefault(normal_question(example), one.name)
                if other != one.name:
                    sentence = f"its example `{example}` is one of `{other}`, too."
                    yield Finding("EXAMPLE_REPEATED", section, one.name, sentence)


def _unread_examples(ground: Ground) -> Iterator[Finding]:
    """An example question that is not read as a question for its metric."""
    if ground.reads is None:
        return
    for one in ground.metrics():
        if isinstance(one, UnavailableMetric) or not ground.computed(one.name):
            continue
        meant = {one.name, *one.stand_ins}
        for example in one.ai_context.examples:
            query = ground.reads(example)
            if query is None or not meant & {*query.metrics, *(item.field for item in query.filters)}:
                yield Finding("EXAMPLE_UNREAD", "metrics", one.name, f"its example `{example}` is not read as it.")
    for one in ground.layer.funnels.values():
        for example in one.ai_context.examples:
            query = ground.reads(example)
            if query is None or funnel_of(ground.layer, query) != one:
                yield Finding("EXAMPLE_UNREAD", "funnels", one.name, f"its example `{example}` is not read as it.")


def _unmarked(ground: Ground) -> Iterator[Finding]:
    """Fields that hold personal data by their name, and do not say so."""
    for dataset in ground.layer.datasets.values():
        for field in dataset.fields:
            words = set(field.sql.lower().split("_")) if field.sql.isidentifier() else set[str]()
            if not field.pii and not field.hidden and field.kind != "boolean" and _PERSONAL & words:
                name = f"{dataset.name}.{field.name}"
                yield Finding("PERSONAL_UNMARKED", "datasets", name, "it looks like personal data; say `pii: true`.")


WORD_RULES = (
    _undescribed, _unowned, _unmeasured, _wordless, _clashes, _swallowed, _labels, _repeated_examples, _unread_examples,
    _unmarked,
)  # fmt: skip
