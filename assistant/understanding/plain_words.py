"""The words of a question before they are read: spelt out, rewritten to plainer ones, names and numbers made whole."""

from __future__ import annotations

from assistant.understanding.among import whole_last
from assistant.understanding.counted_again import with_counted_again
from assistant.understanding.counted_values import with_units
from assistant.understanding.draft import World
from assistant.understanding.kept_values import with_values_kept
from assistant.understanding.named_by_time import with_values_of_months
from assistant.understanding.paths import with_paths
from assistant.understanding.people_aged import with_people_aged
from assistant.understanding.predicates import PlainDeeds
from assistant.understanding.rewriting import (
    rewritten,
    with_denied_flags,
    with_names_of_verbs,
    with_names_together,
    with_shared_nouns,
    with_shared_subjects,
)
from assistant.understanding.scales import with_large_numbers
from assistant.understanding.shorthand import spelt_out
from assistant.understanding.tokens import Token
from assistant.understanding.turned_names import with_names_turned
from assistant.understanding.years_compared import with_parts_of_years


def plain_words(question: str, world: World, deeds: PlainDeeds, known: bool = False) -> list[Token]:
    """The words of a question as they are read; with `known` also deeds of things in their one verb."""
    language, lexicon = world.language, world.lexicon
    spelt = with_paths(spelt_out(language.tokens(question), question, world), lexicon)
    spelt = with_values_of_months(with_parts_of_years(spelt, language), world)
    said = deeds.read(with_values_kept(spelt, world), known)
    aged = with_people_aged(with_large_numbers(said, language), world)
    found = whole_last(rewritten(aged, language), world)
    found = with_shared_nouns(found, lexicon, language)
    found = with_counted_again(with_shared_subjects(found, lexicon, language), world)
    named = with_names_of_verbs(with_names_together(found, lexicon), world)
    return with_names_turned(with_denied_flags(with_units(named, world), world), world)
