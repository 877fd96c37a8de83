"""A starting model for tables never seen before, proposed from names, types and figures about the values.

Nothing here opens a database. `survey` tells what to measure, the caller measures it, `propose` makes the model of it,
`to_yaml` writes it for a person, `merge` brings a new proposal into the file that the person edited.
"""

from semantic_layer.bootstrap.evidence import Evidence, Pair, Profiles, Survey
from semantic_layer.bootstrap.proposal import Proposal, propose, survey
from semantic_layer.bootstrap.writing import to_yaml

__all__ = ["Evidence", "Pair", "Profiles", "Proposal", "Survey", "propose", "survey", "to_yaml"]
