"""A language model that fills the same plan: asked only when the embedded engine is not sure, and never trusted.

Its reply is a typed plan over names that the definitions know. The plan is checked, compiled, guarded and run as any
other; what does not pass is refused.
"""

from assistant.agent.client import Budget, ModelClient, open_client
from assistant.agent.connection import KEYS, NO_KEY, connect, has_key
from assistant.agent.errors import BudgetReached, ModelUnavailable, UnusableReply
from assistant.agent.planning import Planned, Planner
from assistant.agent.probe import Finding, probe
from assistant.agent.prose import Facts, facts_of, facts_of_sentence, facts_together, faults_of, worded

__all__ = [
    "KEYS",
    "NO_KEY",
    "Budget",
    "BudgetReached",
    "Facts",
    "Finding",
    "ModelClient",
    "ModelUnavailable",
    "Planned",
    "Planner",
    "UnusableReply",
    "connect",
    "facts_of",
    "facts_of_sentence",
    "facts_together",
    "faults_of",
    "has_key",
    "open_client",
    "probe",
    "worded",
]
