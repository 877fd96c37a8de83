"""What a changed definition would do, before anybody agrees to it: read the known questions with both models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from assistant.answer import Plan
from assistant.catalogue.entries import named_in
from assistant.catalogue.overlay import changed_layer, entry_yaml, read_entry
from assistant.catalogue.records import Change, Effects, Reread, Source
from assistant.formatting import cell, style_of
from assistant.learning import VERIFIED_FILE
from assistant.understanding import Understanding, interpret
from semantic_layer import (
    Difference,
    Ground,
    QueryError,
    SemanticLayer,
    SemanticQuery,
    differences,
    lint,
    load_workspace,
    normal_question,
    parts,
    read_verified,
    to_sql,
    with_implied,
)
from warehouse import QueryFailed, SQLRejected, validate

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.store import Store

MOST_ASKED = 200
MOST_EXAMPLES = 80
Progress = Callable[[int, int], None]


def effects_of(assistant: Assistant, store: Store, change: Change, progress: Progress | None = None) -> Effects:
    """What the change would do to this workspace; raises CannotChange when the changed model does not load.

    Example questions are read again where they are the entry's own or share a word with what changes; verified
    questions, what people asked lately and the tiles of boards always. `progress` hears of (read, of how many).
    """
    settings = assistant.settings
    old = load_workspace(settings.home, assistant.engine.schema, settings.language)
    new = changed_layer(settings, assistant.engine.schema, change)
    found = differences(old, new)
    moved = frozenset(one.name for one in found if one.section == "metric" and one.numbers)
    plain = load_workspace(settings.home, assistant.engine.schema)
    before = entry_yaml(plain, change.kind, change.name)
    questions = _questions(assistant, store, change, before)
    reread, same = _read_again(assistant, (old, new), questions, progress)
    other = tuple(question for question, query in same if _uses(new, query, moved))
    totals = tuple(_totals(assistant, old, new, moved))
    return Effects(found, _doubts(old, new, assistant.as_of), reread, other, len(questions), totals)


def _doubts(old: SemanticLayer, new: SemanticLayer, as_of: date) -> tuple[str, ...]:
    """What lint finds in the changed model and did not find before."""
    before = {(one.code, one.name, one.sentence) for one in lint(Ground(old, as_of))}
    fresh = (one for one in lint(Ground(new, as_of)) if (one.code, one.name, one.sentence) not in before)
    return tuple(f"{one.name}: {one.sentence}" for one in fresh if one.code != "UNTESTED")


# --- questions


def _questions(assistant: Assistant, store: Store, change: Change, before: str) -> Mapping[str, Source]:
    """Known questions and where they come from, each wording once."""
    found: dict[str, tuple[str, Source]] = {}
    for source, questions in (
        ("verified", (one.question for one in read_verified(assistant.settings.home / VERIFIED_FILE))),
        ("board", _on_boards(store)),
        ("asked", _asked(store)),
        ("example", _examples(assistant.layer, change, before)),
    ):
        for question in questions:
            found.setdefault(normal_question(question), (question, source))  # type: ignore[arg-type]  # one of the four
    return {question: source for question, source in found.values() if question}


def _asked(store: Store) -> Iterator[str]:
    answered = [turn.question for turn in store.turns() if turn.kind == "answer"]
    yield from list(dict.fromkeys(reversed(answered)))[:MOST_ASKED]


def _on_boards(store: Store) -> Iterator[str]:
    from assistant.boards import boards_of, tiles_of

    for board in boards_of(store):
        yield from (tile.question for tile in tiles_of(store, board.id) if tile.question)


def _examples(layer: SemanticLayer, change: Change, before: str) -> Iterator[str]:
    """The entry's own examples, and those of others that share a word with what changes, most such words first."""
    yield from (read_entry(change.after).get("ai_context") or {}).get("examples") or ()
    changed = _words(before) ^ _words(change.after)
    nodes = (*layer.metrics.values(), *layer.segments.values(), *layer.funnels.values())
    every = (one for node in nodes for one in node.ai_context.examples)
    shared = {question: len(changed & _words(question)) for question in every}
    touched = sorted((question for question, count in shared.items() if count), key=lambda one: -shared[one])
    yield from touched[:MOST_EXAMPLES]


def _words(text: str) -> set[str]:
    return {word for word in normal_question(text).split() if len(word) > 2}


def _read_again(
    assistant: Assistant,
    layers: tuple[SemanticLayer, SemanticLayer],
    questions: Mapping[str, Source],
    progress: Progress | None,
) -> tuple[tuple[Reread, ...], list[tuple[str, SemanticQuery]]]:
    """Questions that are read otherwise, and those that are read the same with their query."""
    after = _understanding(assistant, layers[1])
    before = assistant.understanding if assistant.viewer is None else _understanding(assistant, layers[0])
    changed: list[Reread] = []
    same: list[tuple[str, SemanticQuery]] = []
    for count, (question, source) in enumerate(questions.items(), start=1):
        old, new = _read(before, question), _read(after, question)
        if old != new:
            told = (_told(one, model) for one, model in ((old, layers[0]), (new, layers[1])))
            changed.append(Reread(question, source, *(_in_words(text, assistant.as_of) for text in told)))
        elif isinstance(new, SemanticQuery):
            same.append((question, new))
        if progress is not None:
            progress(count, len(questions))
    return tuple(changed), same


def _understanding(assistant: Assistant, layer: SemanticLayer) -> Understanding:
    found = Understanding(with_implied(layer), assistant.values, assistant.as_of)
    found.measure(assistant.spreads)
    return found


def _read(understanding: Understanding, question: str) -> SemanticQuery | str:
    """The query that a question is read as, or the sentence that comes back."""
    outcome = understanding.plan(question)
    return (outcome.asked or outcome.query) if isinstance(outcome, Plan) else outcome.sentence


def _told(read: SemanticQuery | str, layer: SemanticLayer) -> tuple[SemanticQuery | str, SemanticLayer]:
    return read, with_implied(layer)


def _in_words(told: tuple[SemanticQuery | str, SemanticLayer], as_of: date) -> str:
    read, layer = told
    return read if isinstance(read, str) else interpret(layer, read, as_of).sentence


def _uses(layer: SemanticLayer, query: SemanticQuery, moved: Iterable[str]) -> bool:
    wanted = set(moved)
    return any(wanted & set(parts(layer, name)) for name in named_in(query) if name in layer.metrics)


# --- numbers


def _totals(
    assistant: Assistant, old: SemanticLayer, new: SemanticLayer, moved: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    for name in sorted(moved):
        yield new.metrics[name].title, _total(assistant, old, name), _total(assistant, new, name)


def _total(assistant: Assistant, layer: SemanticLayer, name: str) -> str:
    """The metric over all data that this viewer may see, written as people read it; a dash when it has no value."""
    try:
        compiled = to_sql(layer.unhidden, SemanticQuery(metrics=(name,)), as_of=assistant.as_of)
        result = assistant.engine.run(validate(compiled.sql, assistant.engine.schema, assistant.policy))
    except (QueryError, SQLRejected, QueryFailed):
        return "–"
    column = compiled.columns[0]
    return cell(result.rows[0][0], column, style_of(column, assistant.settings.locale)) if result.rows else "–"


def numbers_moved(found: Iterable[Difference]) -> bool:
    """Whether any metric gives other numbers."""
    return any(one.numbers for one in found)
