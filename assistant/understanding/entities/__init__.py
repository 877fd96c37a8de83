"""Questions about single things and what belongs to them: "the name of the customer that placed the most orders".

They are tried where the ordinary reading of a question found none. Nothing is left over here either: a reading holds
every word, and a question with two readings has none.
"""

from assistant.understanding.entities.doubting import doubted, listed_instead, told_by_rows
from assistant.understanding.entities.reading import asks_values, asks_whose, by_own_day, plan_entities
from assistant.understanding.entities.words import tying_verbs

__all__ = [
    "asks_values",
    "asks_whose",
    "by_own_day",
    "doubted",
    "listed_instead",
    "plan_entities",
    "told_by_rows",
    "tying_verbs",
]
