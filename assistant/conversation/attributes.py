"""Follow-ups that ask for something that belongs to those told before: "their email", "its brand"."""

from __future__ import annotations

from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.references import resolve_reference
from assistant.understanding import Element


def read_attribute(follow_up: FollowUp) -> Reading | None:
    """What a word of possession asks of those before, by the field that tells it; None for other words.

    "with their email" is refused, where a value alone would be shown and is no condition, and "its city" behind the
    best store, where the city that is known is that of the customers.
    """
    language = follow_up.understanding.world.language
    owned = next((at + 1 for at, one in enumerate(follow_up.tokens) if one.text in language.words("possessives")), None)
    if owned is None:
        return None
    meant = follow_up.understanding.meanings(follow_up.tokens[owned:])
    kinds = {concept.kind for concept in meant[0].concepts} if len(meant) == 1 else set[str]()
    if kinds == {"value"} or (kinds and _is_of_others(follow_up, meant[0])):
        return follow_up.refuse("unfollowed")
    found = resolve_reference(follow_up) if owned == 1 and {"value", "dimension"} <= kinds else None
    if not isinstance(found, FollowUp) or not found.tokens:
        return None
    return found.with_tokens((*language.tokens_at("by", found.tokens[0]), *found.tokens)).read("metrics")


def _is_of_others(follow_up: FollowUp, element: Element) -> bool:
    """Whether a field that is asked of the groups told is none of theirs: no store has the city of a customer."""
    groups = [one for one in follow_up.base.group_by if not (one.grain or one.entity or one.bands)]
    if len(groups) != 1 or element.plural or {one.kind for one in element.concepts} != {"dimension"}:
        return False
    world, owner = follow_up.understanding.world, groups[0].field.partition(".")[0]
    if owner not in world.layer.datasets or owner in {one.target.partition(".")[0] for one in element.concepts}:
        return False
    keys = {f"{owner}.{key}" for key in world.layer.datasets[owner].key_fields}
    return groups[0].field not in keys.union(world.nouns.names(owner))
