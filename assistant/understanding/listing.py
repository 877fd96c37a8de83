"""Passes that find lists of rows: "which customers ...", "list all products", "customers who spent over 500"."""

from __future__ import annotations

from assistant.understanding.draft import Draft

CLAUSES = frozenset({"which", "denied"})


def _list_entity(draft: Draft) -> None:
    """ "list all enterprise customers in France": an entity named right after a word that asks for its rows."""
    for cue in draft.cues("listing"):
        at = draft.ahead(cue)
        while at is not None and draft.kind(at) == "value":
            at = draft.ahead(at)
        counted = at is not None and draft.kind(at) == "noun" and draft.world.nouns.identity(draft.noun(at))
        others = any(draft.kind(i) in ("metric", "grain", "time") for i in range(len(draft.elements)))
        if at is not None and counted and not others and not draft.bounds:
            draft.subjects.setdefault(draft.noun(at), at)


def _list_shown(draft: Draft) -> None:
    """ "show me our high value customers": an entity with nothing said of it but what its rows are."""
    for cue in [i for i in range(len(draft.elements)) if _shows(draft, i)][:1]:
        at = draft.ahead(cue)
        while at is not None and draft.kind(at) == "value":
            at = draft.ahead(at)
        if at is not None and _is_only_described(draft, at) and draft.world.nouns.identity(draft.noun(at)):
            draft.subjects.setdefault(draft.noun(at), at)


def _shows(draft: Draft, at: int) -> bool:
    return draft.kind(at) == "" and draft.element(at).text.casefold() in draft.world.language.words("showing_verbs")


def _is_only_described(draft: Draft, at: int) -> bool:
    """Whether nothing but values tells the rows of a noun apart, and no number of them is asked for."""
    kinds = {draft.kind(i) for i in range(len(draft.elements)) if i != at}
    asked = draft.cues("by", "per", "share", "compare", "versus", "top", "bottom", "how_many", "listing")
    noun = draft.kind(at) == "noun" and draft.element(at).plural
    return noun and kinds == {"", "value"} and not asked and not draft.bounds


def find_lists(draft: Draft) -> None:
    """Rows of an entity that meet conditions."""
    _list_entity(draft)
    _list_shown(draft)
    _list_described(draft)
    for dataset, at in draft.subjects.items():
        before = [place for place in range(at) if _asks_for_rows(draft, place, at, dataset)]
        if _counting(draft) or draft.cues("share") or draft.listed or draft.ranking is not None:
            continue
        if (not before and not _relative(draft, at)) or _ranks_metric(draft):
            continue
        draft.listed = dataset
        if draft.kind(at) == "noun":  # "women", "enterprise customers": the value stays a condition
            draft.use(at, "dimension", dataset)
        if before:
            draft.use(before[-1], "filler")


def _asks_for_rows(draft: Draft, cue: int, at: int, dataset: str) -> bool:
    """Whether a word asks for the rows of a dataset, named at a place.

    "What is the rating of customers who ..." asks for the number, "which countries have customers
    with ..." for the countries.
    """
    number = any(draft.kind(i) == "metric" and i not in draft.uses for i in range(cue, at))
    number = number or (cue + 1 < at and _is_group(draft, cue + 1, dataset))
    shown = _shows(draft, cue) and _is_only_described(draft, at)
    return draft.has(cue, "listing") or shown or (draft.has(cue, "which") and not number)


def _is_group(draft: Draft, at: int, dataset: str) -> bool:
    """Whether a field stands here by which rows can be told apart, and that is no name of theirs."""
    named = {concept.target for concept in draft.concepts(at, "dimension")} if draft.kind(at) == "dimension" else set()
    fields = draft.world.layer.fields
    return bool(named) and not any(fields[name].pii or name in draft.world.nouns.names(dataset) for name in named)


def _ranks_metric(draft: Draft) -> bool:
    """ "which product has the best rating with at least 10 reviews": the one that ranks first, not all of them."""
    placed = {bound.place for bound in draft.bounds}
    ranked = [draft.ahead(at) for at in draft.cues("top", "bottom")]
    return any(at is not None and at not in placed and draft.kind(at) == "metric" for at in ranked)


def _list_described(draft: Draft) -> None:
    """ "which customers are at risk": an entity that nothing but its own values tells apart."""
    for cue in draft.cues("which"):
        at = draft.ahead(cue)
        while at is not None and draft.kind(at) == "value":
            at = draft.ahead(at)
        if at is None or draft.kind(at) != "noun" or not draft.world.nouns.identity(draft.noun(at)) or draft.bounds:
            continue
        kinds = {draft.kind(i) for i in range(len(draft.elements)) if i != at}
        ranked = draft.cues("top", "bottom", "by", "per", "share", "compare", "versus")
        if "value" in kinds and kinds <= {"", "value", "time"} and not ranked:
            draft.subjects.setdefault(draft.noun(at), at)


def _relative(draft: Draft, at: int) -> bool:
    """ "customers who spent over 500": nothing else is asked for, and a clause tells which ones."""
    places = range(len(draft.elements))
    others = any(draft.kind(i) in ("metric", "dimension", "grain") and i not in draft.uses for i in places)
    first = all(draft.kind(i) in ("", "value", "number") for i in range(at))
    words = draft.world.language.words("relatives")
    behind = [draft.element(i) for i in range(at + 1, len(draft.elements)) if draft.kind(i) == ""]
    clause = any(element.cues & CLAUSES or element.text.casefold() in words for element in behind)
    return first and clause and not others


def _counting(draft: Draft) -> bool:
    """Whether a number is asked for, also inside a name ("number of customers")."""
    phrases = draft.world.language.cued("how_many")
    said = [element.text.casefold() for element in draft.elements]
    return any("how_many" in element.cues for element in draft.elements) or any(
        text.startswith(phrase + " ") for text in said for phrase in phrases
    )
