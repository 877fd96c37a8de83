"""The words of a question about the steps of a funnel: what names it, what names its steps, and what only ties them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.language import Language
from assistant.understanding.tokens import Token
from semantic_layer import Funnel

Kind = Literal["name", "funnel", "drop", "course", "step", "subject", "people", "tie", "rest"]
LISTS: Mapping[str, Kind] = {
    "funnel_named": "funnel", "funnel_drops": "drop", "funnel_courses": "course", "funnel_ties": "tie",
    "funnel_people": "people",
}  # fmt: skip
RANKS: tuple[Kind, ...] = ("name", "funnel", "drop", "course", "people", "step", "tie")
TWO = 2
LONGEST = 6
Calls = Mapping[tuple[str, ...], Mapping[str, int]]


@dataclass(frozen=True)
class Piece:
    """A stretch of the question; of a name or a step the funnels that have it, each with the place of the step."""

    kind: Kind
    start: int
    end: int
    owners: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class Wish:
    """A question in pieces; `rest` are those that say something else: a breakdown, conditions, a time."""

    asking: Asking
    pieces: tuple[Piece, ...]

    def of(self, kind: Kind) -> list[Piece]:
        """The pieces of a kind, in order."""
        return [piece for piece in self.pieces if piece.kind == kind]

    @property
    def is_one(self) -> bool:
        """Whether a funnel is named, or steps of one together with a word of losing or of going through them."""
        steps = len(self.of("step")) >= TWO and bool(self.of("drop") or self.of("course"))
        return self.is_named or steps

    @property
    def is_named(self) -> bool:
        """Whether a funnel is spoken of, by its name or as some funnel."""
        return bool(self.of("name") or self.of("funnel"))

    def with_metric(self, title: str) -> list[Token]:
        """The question with a metric in the place of all that names the funnel and its steps."""
        tokens = self.asking.tokens
        first = next(piece.start for piece in self.pieces if piece.kind not in ("tie", "rest"))
        rest = [at for piece in self.of("rest") for at in range(piece.start, piece.end)]
        before, behind = ([tokens[at] for at in rest if (at < first) is early] for early in (True, False))
        return [*before, *self.asking.made(title, first), *behind]


def wish_of(asking: Asking) -> Wish | None:
    """The question in pieces when it may be about the steps of a funnel; None for any other."""
    known = asking.world.layer.funnels
    if not known or not _may_be(asking, known):
        return None
    pieces = _with_subjects(list(_pieces(asking, known)))
    wish = Wish(asking, tuple(_untied(_only_rows_of_steps(asking, pieces))))
    return wish if wish.is_one else None


def _may_be(asking: Asking, known: Mapping[str, Funnel]) -> bool:
    """Whether a word stands there that every question about steps has, or the name of a funnel."""
    if any(token.text in phrases()["funnel_triggers"] for token in asking.tokens):
        return True
    text = said(asking.tokens)
    return any(name.casefold() in text for one in known.values() for name in (one.title, *one.synonyms))


def _pieces(asking: Asking, known: Mapping[str, Funnel]) -> Iterator[Piece]:
    language = asking.world.language
    names = _calls(language, ((name, one.name, 0) for one in known.values() for name in _names(one)))
    steps = _calls(language, _step_names(asking, known))
    at = 0
    while at < len(asking.tokens):
        piece = _piece(asking, at, names, steps)
        yield piece
        at = piece.end


def _piece(asking: Asking, at: int, names: Calls, steps: Calls) -> Piece:
    """The longest piece that starts here; of the same length a name counts before a step, a step before a tie."""
    found = [*_called(asking, at, "name", names), *_called(asking, at, "step", steps)]
    for name, kind in LISTS.items():
        end = asking.end(at, name)
        owners = next((one.owners for one in found if one.kind == "step" and one.end == end), {})
        found += [Piece(kind, at, end, owners if kind == "people" else {})] if end is not None else []
    return max(found, key=lambda piece: (piece.end, -RANKS.index(piece.kind)), default=Piece("rest", at, at + 1))


def _called(asking: Asking, at: int, kind: Kind, calls: Calls) -> Iterator[Piece]:
    words = tuple(token.plain for token in asking.tokens[at : at + LONGEST])
    for size in range(len(words), 0, -1):
        if owners := calls.get(words[:size]):
            yield Piece(kind, at, at + size, owners)
            return


def _names(one: Funnel) -> Iterator[str]:
    yield from (one.title, one.own_title, one.name.replace("_", " "), *one.synonyms)


def _step_names(asking: Asking, known: Mapping[str, Funnel]) -> Iterator[tuple[str, str, int]]:
    metrics = asking.world.layer.metrics
    for one in known.values():
        for place, step in enumerate(one.steps):
            for call in (step.label, metrics[step.metric].title, *step.synonyms):
                yield call, one.name, place


def _calls(language: Language, named: Iterator[tuple[str, str, int]]) -> Calls:
    """By the words of each name whose it is."""
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for name, funnel, place in named:
        words = tuple(token.plain for token in language.tokens(name))
        if words:
            found.setdefault(words, {}).setdefault(funnel, place)
    return found


def _with_subjects(pieces: list[Piece]) -> list[Piece]:
    """With who is lost told apart from the steps: "where do we lose people", "where do leads drop off"."""
    found = list(pieces)
    for at, piece in enumerate(pieces):
        lost = "drop" in {pieces[near].kind for near in (at - 1, at + 1) if 0 <= near < len(pieces)}
        if piece.kind == "step" and lost:
            found[at] = replace(piece, kind="subject")
        elif piece.kind == "people":
            found[at] = replace(piece, kind="tie") if lost else _other(piece)
    return found


def _other(people: Piece) -> Piece:
    """People who are not said to get lost: a step where a funnel calls one so, else a condition or whatever it is."""
    return replace(people, kind="step" if people.owners else "rest")


def _only_rows_of_steps(asking: Asking, pieces: list[Piece]) -> list[Piece]:
    """With words for steps that name none left to the rest: "by order channel", and one step alone."""
    found = list(pieces)
    for at, piece in enumerate(pieces):
        behind = pieces[at + 1].kind if at + 1 < len(pieces) else ""
        if piece.kind == "step" and (behind == "rest" or _is_grouped(asking, piece)):
            found[at] = replace(piece, kind="rest")
    if len({tuple(one.owners.items()) for one in found if one.kind == "step"}) < TWO:
        found = [replace(one, kind="rest") if one.kind == "step" else one for one in found]
    return found


def _is_grouped(asking: Asking, piece: Piece) -> bool:
    return piece.start > 0 and asking.tokens[piece.start - 1].text in phrases()["funnel_groups"]


def _untied(pieces: list[Piece]) -> list[Piece]:
    """With the ties that belong to the rest left to it: "from May to June" behind the name of a funnel."""
    found = list(pieces)
    for at, piece in enumerate(pieces):
        if piece.kind == "tie":
            before = next((one.kind for one in reversed(pieces[:at]) if one.kind != "tie"), "")
            behind = next((one.kind for one in pieces[at + 1 :] if one.kind != "tie"), "")
            if "rest" in (before, behind) or (not before and not behind):
                found[at] = replace(piece, kind="rest")
    return found
