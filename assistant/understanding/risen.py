"""A pass for groups that are asked for by a change alone: "which regions' revenue fell", "where did churn go up"."""

from __future__ import annotations

from assistant.understanding.draft import Bound, Draft

UP, DOWN = "change_up", "change_down"
ASKING = ("which", "where")


def find_risen(draft: Draft) -> None:
    """Only the groups that moved as asked, where a comparison tells whether they did."""
    compared = bool(draft.times) and all(choice.compare is not None for choice in draft.times)
    if not compared or draft.bounds or len(draft.metrics) != 1 or len(draft.groups) != 1 or _is_ranked(draft):
        return
    direction = _direction(draft)
    if not direction or not _asks_which(draft):
        return
    place, choices = draft.metrics[0]
    signs = {_sign(draft, direction, choice.target) for choice in choices}
    if len(signs) == 1:
        draft.bounds.append(Bound(place, choices, signs.pop(), (), than="previous"))


def _is_ranked(draft: Draft) -> bool:
    """Whether some of the groups are picked by a rank; "by revenue" only says by which number they moved."""
    ranking = draft.ranking
    return ranking is not None and (ranking.limit is not None or ranking.metric != draft.metrics[0][0])


def _direction(draft: Draft) -> str:
    """The one way in which something is said to have moved, with the word that says so; empty without one."""
    said = [at for at, use in draft.uses.items() if use[0] == "comparison" and draft.element(at).cues & {UP, DOWN}]
    ways = {cue for at in said for cue in draft.element(at).cues & {UP, DOWN}}
    other = any({"change", "or"} & draft.element(at).cues for at in range(len(draft.elements)) if at not in said)
    if len(ways) != 1 or other:
        return ""
    judging = set(draft.world.language.words("judged_changes"))
    judged = any(draft.element(at).text.casefold() in judging for at in said)
    return f"{'judged ' if judged else ''}{ways.pop()}"


def _sign(draft: Draft, direction: str, metric: str) -> str:
    """Above or below what it was; what improves falls where less is better."""
    lower_is_better = draft.world.layer.metrics[metric].good_direction == "down"
    rises = direction.endswith(UP) != (direction.startswith("judged") and lower_is_better)
    return "gt" if rises else "lt"


def _asks_which(draft: Draft) -> bool:
    """ "which regions", "in which country": a word that asks right before the group."""
    at = draft.groups[0][0] - 1
    while (
        at >= 0
        and draft.kind(at) == ""
        and "filler" in draft.element(at).cues
        and "which" not in draft.element(at).cues
    ):
        at -= 1
    return at >= 0 and bool(draft.element(at).cues & set(ASKING))
