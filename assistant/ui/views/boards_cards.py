"""Boards as markup: the list of boards, and tiles with what each of them shows, leaves out, and lets be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from assistant.answer import Answer, Refusal
from assistant.boards import Board, LiveTile, Tile
from assistant.ui import tables
from assistant.ui.deeds import deed_button
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag, text
from assistant.ui.picture import svg
from assistant.ui.states import empty_card, link
from assistant.ui.tiles import tiles
from semantic_layer import SemanticLayer

ROWS_SHOWN = 8


@dataclass(frozen=True)
class Reader:
    """Who looks at a board: their words and their model, whether they may change the board, and as whom they act."""

    look: Look
    layer: SemanticLayer
    may_change: bool
    name: str


def board_list(boards: Sequence[Board], chosen: str, look: Look) -> Markup:
    """Links to all boards, the open one marked."""
    links = [
        tag("li", tag("a", one.name, {"href": f"boards?board={one.id}", "aria-current": _page(one, chosen)}))
        for one in boards
    ]
    return tag("nav", tag("ul", join(links)), {"class": "tw-board-list", "aria-label": look.say("boards.list")})


def _page(board: Board, chosen: str) -> str | None:
    return "page" if board.id == chosen else None


def board_head(board: Board, day: str, reader: Reader) -> Markup:
    """The name of a board, who sees it, and how far the data reach."""
    own = "boards.own_shared" if board.shared else "boards.own"
    seen = reader.look.say(own) if board.by == reader.name else reader.look.say("boards.shared", {"name": board.by})
    told = " · ".join((seen, reader.look.say("boards.as_of", {"day": day})))
    return of_class("header", "tw-board-head", join([tag("h2", board.name), of_class("p", "tw-small", told)]))


def no_boards(look: Look) -> Markup:
    """What a board is, for who has none."""
    return empty_card(look.say("boards.empty_title"), look.say("boards.empty_text"), link(look.say("boards.ask"), "./"))


def grid(shown: Sequence[LiveTile], reader: Reader, coming: Sequence[Tile] = ()) -> Markup:
    """All tiles in order, each as wide as what it shows needs; those that are still computed by their titles."""
    if not shown and not coming:
        look = reader.look
        return empty_card(
            look.say("boards.bare_title"), look.say("boards.bare_text"), link(look.say("boards.ask"), "./")
        )
    return of_class("div", "tw-board", join([*(_tile(one, reader) for one in shown), *_bones(coming, reader.look)]))


def skeleton(present: Sequence[Tile], look: Look) -> Markup:
    """The tiles by their titles while their numbers are computed."""
    said = of_class("span", "tw-hidden", look.say("states.loading"))
    return tag("div", join([said, *_bones(present, look)]), {"class": "tw-board", "role": "status"})


def _bones(coming: Sequence[Tile], look: Look) -> Iterator[Markup]:
    for one in coming:
        parts = [tag("h3", one.title or look.say("boards.note")), of_class("span", "tw-bone", "")]
        yield tag("article", join(parts), {"class": "tw-pinned tw-loading"})


# --- one tile


def _tile(shown: LiveTile, reader: Reader) -> Markup:
    tile, outcome = shown.tile, shown.outcome
    title = tile.title or reader.look.say("boards.note")
    head = join([tag("h3", title), _menu(tile, title, reader)])
    if tile.kind == "note":
        body = join([of_class("p", "tw-note-text", tile.text)])
    elif isinstance(outcome, Answer):
        body = _answer(outcome, shown, reader)
    else:
        body = join([of_class("p", "tw-small", outcome.sentence if outcome is not None else "")])
    css = f"tw-pinned tw-card tw-is-{_width(shown)}"
    attributes = {"class": css, "aria-label": title, "data-tile": tile.id}
    return tag("article", join([of_class("header", "tw-pinned-head", head), body]), attributes)


def _width(shown: LiveTile) -> str:
    if isinstance(shown.outcome, Answer):
        return "number" if shown.outcome.chart.kind == "tile" else "picture"
    return "note" if shown.tile.kind == "note" else "number" if isinstance(shown.outcome, Refusal) else "note"


def _answer(answer: Answer, shown: LiveTile, reader: Reader) -> Markup:
    look = reader.look
    is_number = answer.chart.kind == "tile" and bool(answer.result.rows)
    picture = tiles(answer, look) if is_number else _picture(answer, look)
    sentence = of_class("p", "tw-small" if is_number else "tw-pinned-said", answer.sentence)
    parts = [picture, sentence] if is_number else [sentence, picture]
    return join([*_remarks(shown, reader), *parts, _foot(answer, shown, look)])


def _picture(answer: Answer, look: Look) -> Markup:
    if answer.chart.spec is not None:
        name = look.say("answer.chart", {"title": answer.chart.title})
        return tag("figure", svg(answer.chart.spec), {"class": "tw-chart", "aria-label": name})
    rows = len(answer.result.rows)
    if not rows:
        return text("")
    counts = look.say("boards.rows", {"shown": min(rows, tables.FIRST_ROWS), "count": rows})
    return tables.wrapped(tables.short_table(answer, look.locale), counts)


def _remarks(shown: LiveTile, reader: Reader) -> list[Markup]:
    """What of the board's controls does not hold for this tile."""
    say = reader.look.say
    told = [say("boards.kept_period") if name == "period" else _field(name, reader) for name in shown.kept]
    told += [say("boards.dropped")] if shown.dropped else []
    return [of_class("p", "tw-remark", sentence) for sentence in told]


def _field(name: str, reader: Reader) -> str:
    known = reader.layer.fields.get(name)
    return reader.look.say("boards.kept_field", {"field": known.title if known else name})


def _foot(answer: Answer, shown: LiveTile, look: Look) -> Markup:
    """How it was read, what to know, and the way to the conversation."""
    parts = [of_class("p", "tw-small", answer.interpretation.sentence)]
    if answer.caveats:
        count = len(answer.caveats)
        label = look.say("boards.caveats_one" if count == 1 else "boards.caveats_many", {"count": count})
        items = tag("ul", join([tag("li", one.sentence) for one in answer.caveats]), {"class": "tw-caveats"})
        parts.append(tag("details", join([tag("summary", label), items])))
    question = shown.tile.question or answer.interpretation.sentence
    parts.append(tag("a", look.say("boards.in_ask"), {"class": "tw-quiet", "href": f"./?ask={quote(question)}"}))
    return of_class("footer", "tw-pinned-foot", join(parts))


def _menu(tile: Tile, title: str, reader: Reader) -> Markup:
    """What may be done with a tile, for who may change the board."""
    if not reader.may_change:
        return text("")
    say = reader.look.say
    is_note = tile.kind == "note"
    name = {"name": "title", "class": "tw-input", "id": f"title-{tile.id}"}
    given = (
        tag("textarea", tile.text, name | {"rows": 3}) if is_note else tag("input", "", name | {"value": tile.title})
    )
    label = tag("label", say("boards.note_text" if is_note else "boards.tile_title"), {"for": f"title-{tile.id}"})
    save = {
        "type": "submit",
        "class": "tw-deed",
        "data-deed": "rename",
        "data-target": tile.id,
        "id": f"do-rename-{tile.id}",
    }
    form = tag("form", join([label, given, tag("button", say("boards.save"), save)]))
    deeds = [
        deed_button(say(f"boards.{label}"), deed, tile.id)
        for label, deed in (("earlier", "up"), ("later", "down"), ("remove", "remove"))
    ]
    summary = tag("summary", "⋯", {"aria-label": say("boards.change_tile", {"title": title}), "id": f"menu-{tile.id}"})
    panel = of_class("div", "tw-tile-panel", join([form, of_class("div", "tw-deeds", join(deeds))]))
    return tag("details", join([summary, panel]), {"class": "tw-tile-menu"})
