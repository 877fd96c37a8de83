"""A question becomes a typed plan with no model: `Understanding.plan`, and `interpret` for any query in words."""

from assistant.understanding.chart import Element
from assistant.understanding.concepts import Concept
from assistant.understanding.confidence import DOUBTS, WEIGHTS
from assistant.understanding.draft import World
from assistant.understanding.forms import apart, rebanded
from assistant.understanding.fragments import Carrying, Fragment, Said
from assistant.understanding.given import with_definitions
from assistant.understanding.happenings import Happening
from assistant.understanding.interpretation import conditions_told, interpret
from assistant.understanding.language import languages, load_language, spoken_to
from assistant.understanding.own_filters import row_filters
from assistant.understanding.periods import add_units, unit_start
from assistant.understanding.similarity import Similar
from assistant.understanding.spreads import Spread
from assistant.understanding.starts import with_starts
from assistant.understanding.subjects import of_the_same
from assistant.understanding.tokens import Token, tokenize
from assistant.understanding.tracing import Trace
from assistant.understanding.understanding import Understanding
from assistant.understanding.values_index import Contents, ValuesIndex, write_index

__all__ = [
    "DOUBTS",
    "WEIGHTS",
    "Carrying",
    "Concept",
    "Contents",
    "Element",
    "Fragment",
    "Happening",
    "Said",
    "Similar",
    "Spread",
    "Token",
    "Trace",
    "Understanding",
    "ValuesIndex",
    "World",
    "add_units",
    "apart",
    "conditions_told",
    "interpret",
    "languages",
    "load_language",
    "of_the_same",
    "rebanded",
    "row_filters",
    "spoken_to",
    "tokenize",
    "unit_start",
    "with_definitions",
    "with_starts",
    "write_index",
]
