"""A starting model for tables never seen before, proposed from names, types and figures about the values.

Nothing here opens a database. `survey` tells what to measure, the caller measures it, `propose` makes the model of it,
`to_yaml` writes it for a person, `retire` comments out what lost its data, `merge` brings a new proposal into the file
that the person edited; `Memory` is what tells edits from proposals.
"""

from semantic_layer.bootstrap.evidence import Evidence, Pair, Profiles, Survey
from semantic_layer.bootstrap.memory import BrokenMemory, Memory, read_memory
from semantic_layer.bootstrap.merging import Merged, merge, remember
from semantic_layer.bootstrap.proposal import Proposal, propose, survey
from semantic_layer.bootstrap.retiring import Retired, retire
from semantic_layer.bootstrap.vocabulary import is_word
from semantic_layer.bootstrap.writing import to_yaml

__all__ = [
    "BrokenMemory",
    "Evidence",
    "Memory",
    "Merged",
    "Pair",
    "Profiles",
    "Proposal",
    "Retired",
    "Survey",
    "is_word",
    "merge",
    "propose",
    "read_memory",
    "remember",
    "retire",
    "survey",
    "to_yaml",
]
