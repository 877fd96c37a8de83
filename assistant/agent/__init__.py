"""A language model that fills the same plan: asked only when the embedded engine is not sure, and never trusted.

Its reply is a typed plan over names that the definitions know. The plan is checked, compiled, guarded and run as any
other; what does not pass is refused.
"""

from assistant.agent.client import Budget, ModelClient, open_client
from assistant.agent.planning import Planner

__all__ = ["Budget", "ModelClient", "Planner", "open_client"]
