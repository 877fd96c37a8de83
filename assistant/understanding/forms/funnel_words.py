"""The words of a question about the steps of a funnel: what names it, what names its steps, and what only ties them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.language import Language
from assistant.understanding.tokens import Token
from semantic_layer import Funnel

Kind = Literal["name", "funnel", "drop", "course", "step", "subject", "people", "odd", "ask", "tie", "rest"]
LISTS: Mapping[str, Kind] = {
    "funnel_named": "funnel", "funnel_drops": "drop", "funnel_courses": "course", "funnel_ties": "tie",
    "funnel_people": "people", "funnel_asks": "ask",
}  # fmt: skip
RANKS: tuple[Kind, ...] = ("name", "funnel", "drop", "course", "people", "step", "ask", "tie")
TIES: tuple[Kind, ...] = ("tie", "ask")
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

    @property
    def lost(self) -> list[Piece]:
        """Who is said to get lost, when it is asked at which step: "which stage loses the most deals"."""
        asked = any(self.of("ask")) and any(self.of("drop"))
        people = [piece for piece in self.of("people") if piece.owners]
        return [*self.of("subject"), *people] if asked else []

    def of(self, kind: Kind) -> list[Piece]:
        """The pieces of a kind, in order."""
        return [piece for piece in self.pieces if piece.kind == kind]

    @property
    def is_one(self) -> bool:
        """Whether a funnel is named, or steps of one together with a word of losing or of going through them."""
        steps = len(self.of("step")) >= TWO and bool(self.of("drop") or self.of("course"))
        return self.is_named or steps or bool(self.lost)

    @property
    def is_named(self) -> bool:
        """Whether a funnel is spoken of, by its name or as some funnel."""
        return bool(self.of("name") or self.of("funnel"))

    def with_metric(self, title: str) -> list[Token]:
        """The question with a metric in the place of all that names the funnel and its steps."""
        tokens = self.asking.tokens
        first = next(piece.start for piece in self.pieces if piece.kind not in (*TIES, "rest"))
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
    at, before = 0, ""
    while at < len(asking.tokens):
        joined = at > 0 and asking.tokens[at - 1].text in phrases()["funnel_joins"]
        last = joined and any(steps.get((token.plain,)) for token in asking.tokens[at : at + 1])
        piece = _piece(asking, at, {} if last else names, steps)  # "visit to order funnel" names its last step
        verb = before == "step" and piece.kind == "step" and asking.end(at, "funnel_ties")
        if verb:  # "visits lead to orders"
            piece = Piece("tie", at, verb)
        yield piece
        at, before = piece.end, piece.kind


def _piece(asking: Asking, at: int, names: Calls, steps: Calls) -> Piece:
    """The longest piece that starts here; of the same length a name counts before a step, a step before a tie."""
    found = [*_called(asking, at, "name", names), *_called(asking, at, "step", steps)]
    for name, kind in LISTS.items():
        end = asking.end(at, name)
        owners = next((one.owners for one in found if one.kind == "step" and one.end == end), {})
        found += [Piece(kind, at, end, owners if kind == "people" else {})] if end is not None else []
    if any(piece.kind == "step" for piece in found):  # "from lead to deal": no verb
        found = [piece for piece in found if piece.kind != "tie"]
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
            found[at] = replace(piece, kind="people" if lost else "step" if piece.owners else "rest")
    return found


def _only_rows_of_steps(asking: Asking, pieces: list[Piece]) -> list[Piece]:
    """With words for steps that name none left to the rest: "by order channel", and one step alone."""
    found = [replace(one, kind="rest") if one.kind == "step" and _is_grouped(asking, one) else one for one in pieces]
    if len({tuple(one.owners.items()) for one in found if one.kind == "step"}) < TWO:
        named = {name for one in found if one.kind == "name" for name in one.owners}
        lost = any(one.kind == "drop" for one in found)
        found = [_alone(one, named, lost) if one.kind == "step" else one for one in found]
    return found


def _alone(step: Piece, named: set[str], lost: bool) -> Piece:
    """One step alone: who goes through the funnel that is named ("checkout funnel of mobile visitors"), or no step.

    What any other step of that funnel is named for is open, unless it is said that something gets lost at it.
    """
    places = [step.owners[name] for name in named & step.owners.keys()]
    kind: Kind = "rest" if not places else "subject" if lost or 0 in places else "odd"
    return replace(step, kind=kind)


def _is_grouped(asking: Asking, piece: Piece) -> bool:
    return piece.start > 0 and asking.tokens[piece.start - 1].text in phrases()["funnel_groups"]


def _untied(pieces: list[Piece]) -> list[Piece]:
    """With the ties that belong to the rest left to it: "from May to June" behind the name of a funnel."""
    found = list(pieces)
    for at, piece in enumerate(pieces):
        if piece.kind in TIES:
            before = next((one.kind for one in reversed(pieces[:at]) if one.kind not in TIES), "")
            behind = next((one.kind for one in pieces[at + 1 :] if one.kind not in TIES), "")
            if behind == "rest" or (not behind and before in ("", "rest")):
                found[at] = replace(piece, kind="rest")
    return found
