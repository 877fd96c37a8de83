"""The words of a question before they are read: spelt out, rewritten to plainer ones, names and numbers made whole."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.among import whole_last
from assistant.understanding.counted_again import with_counted_again
from assistant.understanding.counted_values import with_units
from assistant.understanding.deeds_ranked import with_deeds_ranked
from assistant.understanding.deeds_undergone import with_deeds_undergone
from assistant.understanding.degrees_asked import with_degrees
from assistant.understanding.done_most_often import with_most_often
from assistant.understanding.draft import World
from assistant.understanding.kept_values import with_values_kept
from assistant.understanding.kinds_as_things import with_things_of_codes
from assistant.understanding.named_by_time import with_values_of_months
from assistant.understanding.named_places import with_named_places
from assistant.understanding.numbers_grouped import with_numbers_grouped
from assistant.understanding.paths import with_paths
from assistant.understanding.people_aged import with_people_aged, with_plain_ages
from assistant.understanding.per_head import with_heads
from assistant.understanding.predicates import PlainDeeds
from assistant.understanding.reporting import with_reporting
from assistant.understanding.rewriting import (
    rewritten,
    with_denied_flags,
    with_names_of_verbs,
    with_names_together,
    with_shared_heads,
    with_shared_nouns,
    with_shared_subjects,
)
from assistant.understanding.said_places import with_plain_places
from assistant.understanding.scales import with_large_numbers
from assistant.understanding.shared_things import with_things_shared
from assistant.understanding.short_names import with_names_in_full
from assistant.understanding.shorthand import spelt_out
from assistant.understanding.sides_asked import with_sides_asked
from assistant.understanding.sides_named import with_sides_named
from assistant.understanding.starts import with_starts
from assistant.understanding.takings import with_takings
from assistant.understanding.times_done import with_times_done
from assistant.understanding.times_ranked import with_times_ranked
from assistant.understanding.tokens import Token
from assistant.understanding.turned_names import with_names_turned
from assistant.understanding.worth_bounded import with_worth_bounded
from assistant.understanding.years_compared import with_parts_of_years


def plain_words(question: str, world: World, deeds: PlainDeeds, known: bool = False) -> list[Token]:
    """The words of a question as they are read; with `known` also ages and deeds of things in their plain words."""
    language, lexicon = world.language, world.lexicon
    greeted = with_names_in_full(with_reporting(_greeted(language.tokens(question), world), world), world)
    spelt = with_paths(spelt_out(with_plain_ages(greeted, world) if known else greeted, question, world), lexicon)
    spelt = with_parts_of_years(with_starts(with_heads(spelt, world), language), language)
    spelt = with_values_of_months(with_things_shared(with_worth_bounded(spelt, world), world), world)
    spelt = with_named_places(with_sides_asked(with_degrees(spelt, world), world), world)
    spelt = with_deeds_undergone(spelt, world)
    said = with_plain_places(deeds.read(with_things_of_codes(with_values_kept(spelt, world), world), known), world)
    aged = with_times_done(with_people_aged(with_large_numbers(with_takings(said, world), language), world), world)
    found = whole_last(rewritten(with_most_often(aged, world), language), world)
    found = with_shared_heads(with_shared_nouns(found, lexicon, language), lexicon, language)
    found = with_counted_again(with_shared_subjects(found, lexicon, language), world)
    named = with_names_of_verbs(with_names_together(found, lexicon), world)
    named = with_names_turned(with_denied_flags(with_units(named, world), world), world)
    named = with_numbers_grouped(with_sides_named(named, world), world)
    return with_times_ranked(with_deeds_ranked(named, world), world)


def _greeted(tokens: Sequence[Token], world: World) -> Sequence[Token]:
    """The tokens without the greeting they begin with: "Hey, how much ..." asks what "How much ..." asks."""
    greetings = {*world.language.words("greetings"), ","}
    start = next((at for at, token in enumerate(tokens) if token.text not in greetings), 0)
    return tokens[start:]
