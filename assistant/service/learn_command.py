"""What `tellwise learn` does: lists what waits for a decision, and takes the decisions."""

from __future__ import annotations

import json
from datetime import date

import click

from assistant.config import Settings
from assistant.learning import Suggestion, accept_word, actor, approve, approver, reject, suggest_words
from assistant.service.load_command import read_layer
from assistant.store import Proposal, Store
from assistant.understanding import interpret
from semantic_layer import SemanticLayer

APPROVE, REJECT, SKIP = "y", "n", "s"


def learn(settings: Settings, review: bool, as_json: bool) -> None:
    """List, or go through with questions, what people proposed and which words were missing."""
    store, layer = Store.open(settings, actor(settings)), read_layer(settings)
    try:
        proposals, words = store.proposals(), suggest_words(store, layer)
        if as_json:
            click.echo(json.dumps(_data(proposals, words, layer), indent=2, ensure_ascii=False))
        elif not proposals and not words:
            click.echo("Nothing waits for a decision.")
        elif review:
            approver(settings)
            _review_questions(store, settings, proposals, layer)
            _review_words(store, settings, words, layer)
        else:
            click.echo("\n".join(_lines(proposals, words, layer)))
            click.echo("Decide with `tellwise learn --review`.")
    finally:
        store.close()


def accept(settings: Settings, pair: str) -> None:
    """The words of WORD=TARGET count from the next question on."""
    word, _, target = (part.strip() for part in pair.partition("="))
    layer = read_layer(settings)
    if not word or (target not in layer.metrics and target not in layer.fields):
        raise click.UsageError(f"write WORD=TARGET with a metric or a dataset.field that exists, not {pair!r}.")
    store = Store.open(settings, actor(settings))
    try:
        path = accept_word(store, settings, word, target)
    finally:
        store.close()
    click.echo(f"'{word}' now means {target}; written to {path}.")


def _reading(proposal: Proposal, layer: SemanticLayer) -> str:
    known = all(name in layer.metrics for name in proposal.query.metrics)
    return interpret(layer, proposal.query, proposal.as_of or date.today()).sentence if known else "(no longer defined)"


def _lines(proposals: tuple[Proposal, ...], words: tuple[Suggestion, ...], layer: SemanticLayer) -> list[str]:
    lines = ["Questions proposed as verified:"] if proposals else []
    for one in proposals:
        lines.append(
            f"  {one.question}  ->  {_reading(one, layer)}  (by {one.proposed_by}, {one.proposed_at:%d %b %Y})"
        )
    lines += ["Words that questions failed on:"] if words else []
    for word in words:
        near = ", ".join(f"{m.target} ({m.title})" for m in word.meanings) or "nothing near"
        lines.append(f"  {word.seen.word}  x{word.seen.times}  e.g. {word.seen.question!r}  near: {near}")
    return lines


def _review_questions(store: Store, settings: Settings, proposals: tuple[Proposal, ...], layer: SemanticLayer) -> None:
    for one in proposals:
        click.echo(f"\n{one.question}\n  read as: {_reading(one, layer)}\n  proposed by {one.proposed_by}")
        chosen = click.prompt("  approve? y/n/s(kip)", type=click.Choice([APPROVE, REJECT, SKIP]), default=SKIP)
        if chosen == APPROVE:
            approve(store, settings, one)
        elif chosen == REJECT:
            reject(store, settings, one)


def _review_words(store: Store, settings: Settings, words: tuple[Suggestion, ...], layer: SemanticLayer) -> None:
    for one in words:
        click.echo(f"\n'{one.seen.word}' ({one.seen.times}x), as in: {one.seen.question}")
        for place, meaning in enumerate(one.meanings, 1):
            click.echo(f"  {place}  {meaning.title} ({meaning.target})")
        chosen = click.prompt("  its number, a name, n(othing), or s(kip)", default=SKIP)
        target = _target(chosen, one)
        if chosen == REJECT:
            store.decide_synonym(one.seen.word, "", "rejected")
        elif target in layer.metrics or target in layer.fields:
            path = accept_word(store, settings, one.seen.word, target)
            click.echo(f"  '{one.seen.word}' now means {target}; written to {path}.")
        elif chosen != SKIP:
            click.echo(f"  Nothing is called {chosen!r}; skipped.")


def _target(chosen: str, one: Suggestion) -> str:
    if chosen.isdigit() and 0 < int(chosen) <= len(one.meanings):
        return one.meanings[int(chosen) - 1].target
    return chosen


def _data(proposals: tuple[Proposal, ...], words: tuple[Suggestion, ...], layer: SemanticLayer) -> dict[str, object]:
    questions = [{"id": p.id, "question": p.question, "reading": _reading(p, layer)} for p in proposals]
    missing = [
        {
            "word": w.seen.word,
            "times": w.seen.times,
            "question": w.seen.question,
            "near": [m.target for m in w.meanings],
        }
        for w in words
    ]
    return {"questions": questions, "words": missing}
