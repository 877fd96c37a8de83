"""A language model that fills the same plan: asked only when the embedded engine is not sure, and never trusted.

Its reply is a typed plan over names that the definitions know. The plan is checked, compiled, guarded and run as any
other; what does not pass is refused.
"""

from assistant.agent.client import Budget, ModelClient, open_client, open_clients
from assistant.agent.connection import KEYS, NO_KEY, connect, has_key
from assistant.agent.desk import Desk, Hands, World
from assistant.agent.errors import BudgetReached, ModelUnavailable, Stopped, UnusableReply
from assistant.agent.line import Line, on_line
from assistant.agent.planning import Planned, Planner
from assistant.agent.probe import Finding, probe
from assistant.agent.prose import Facts, facts_of, facts_of_sentence, facts_together, faults_of, worded
from assistant.agent.retrieval import Catalogue
from assistant.agent.wishes import wish_of

__all__ = [
    "KEYS",
    "NO_KEY",
    "Budget",
    "BudgetReached",
    "Catalogue",
    "Desk",
    "Facts",
    "Finding",
    "Hands",
    "Line",
    "ModelClient",
    "ModelUnavailable",
    "Planned",
    "Planner",
    "Stopped",
    "UnusableReply",
    "World",
    "connect",
    "facts_of",
    "facts_of_sentence",
    "facts_together",
    "faults_of",
    "has_key",
    "on_line",
    "open_client",
    "open_clients",
    "probe",
    "wish_of",
    "worded",
]
